"""The parse tree of a sentence → a `Question`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lark import Token

from verifier import catalogue
from verifier.policy.syntax import Condition
from verifier.queries.caller_reader import CallerReader
from verifier.queries.condition_reader import ConditionReader
from verifier.question import Form, Question, Route, RouteKind, Who, Whom


class SentenceReader(CallerReader, ConditionReader):
    """Reads the tree from the leaves up; what is no action, key or value raises `QuestionError`."""

    def can(self, parts: list[Any]) -> Question:
        who, verb, actions, resource, route, where, without = parts
        default = RouteKind.ASSUMPTION if verb == "reach" else RouteKind.DIRECTLY
        return self._question(Form.CAN, who, actions, resource, route, where, without, default)

    def who_can(self, parts: list[Any]) -> Question:
        verb, actions, resource, route, where, without = parts
        default = RouteKind.ASSUMPTION if verb == "reach" else RouteKind.DIRECTLY
        return self._question(Form.WHO_CAN, None, actions, resource, route, where, without, default)

    def what_can(self, parts: list[Any]) -> Question:
        who, resource, route, where, without = parts
        return self._question(
            Form.WHAT_CAN, who, (), resource, route, where, without, RouteKind.DIRECTLY
        )

    def can_become(self, parts: list[Any]) -> Question:
        return self._become(Form.CAN, *parts)

    def who_can_become(self, parts: list[Any]) -> Question:
        return self._become(Form.WHO_CAN, None, *parts)

    def _become(self, form: Form, who: Who | None, whom: Whom, *limits: Any) -> Question:
        route, where, without = limits
        default = RouteKind.ESCALATION
        asked = self._question(form, who, (), None, route, where, without, default)
        return replace(asked, whom=whom)

    def administrator(self, parts: list[Any]) -> Whom:
        return Whom(account=parts[0])

    def whom_user(self, parts: list[Token]) -> Whom:
        return Whom(self.named_user(parts))

    def whom_role(self, parts: list[Token]) -> Whom:
        return Whom(self.named_role(parts))

    def whom_principal(self, parts: list[Token]) -> Whom:
        return Whom(self.principal(parts))

    def what_become(self, parts: list[Any]) -> Question:
        who, route, where, without = parts
        return self._question(
            Form.BECOME, who, (), None, route, where, without, RouteKind.ASSUMPTION
        )

    def _question(
        self,
        form: Form,
        who: Who | None,
        actions: tuple[str, ...],
        resource: str | None,
        route: Route | None,
        where: tuple[Condition, ...] | None,
        without: tuple[Condition, ...] | None,
        default: RouteKind,
    ) -> Question:
        return Question(
            self._text,
            form,
            who,
            actions,
            resource,
            route or Route(default),
            where or (),
            without or (),
        )

    def verb(self, parts: list[Token]) -> str:
        return parts[0].lower()

    def action(self, parts: list[Token]) -> tuple[str, ...]:
        token = parts[0]
        found = tuple(catalogue.named_actions(str(token)))
        if not found:
            near = catalogue.nearest_action(str(token)) or ""
            raise self._fail(f"there is no action `{token}`", token, near)
        return found

    def on(self, parts: list[Token]) -> str:
        return str(parts[0])

    def directly(self, _: list[Token]) -> Route:
        return Route(RouteKind.DIRECTLY)

    def assumption(self, parts: list[Token | None]) -> Route:
        limit = parts[0]
        if limit is not None and int(limit) < 1:
            raise self._fail("a path has at least one hop", limit, "1")
        return Route(RouteKind.ASSUMPTION, int(limit) if limit else None)

    def escalation(self, _: list[Token]) -> Route:
        return Route(RouteKind.ESCALATION)
