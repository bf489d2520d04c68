"""The sentence that a person types → a `Question`; wrong words get a place and a suggestion."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from importlib import resources
from typing import Any

import lark
from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken, VisitError
from lark.grammar import Rule
from lark.lexer import TerminalDef

from verifier import catalogue
from verifier.cache import remembered
from verifier.errors import QuestionError
from verifier.policy.operators import Values, read_operator
from verifier.policy.syntax import Condition
from verifier.policy.templates import template
from verifier.queries.suggestions import NOT_WORDS, nearest_sentence, spelled
from verifier.question import Form, Question, Route, RouteKind, Who, WhoKind, Whom

GRAMMAR = resources.files("verifier.queries").joinpath("question.lark").read_text("utf-8")
_EXAMPLE = "can any external principal reach s3:DeleteBucket via role assumption"
_IGNORE_CASE = 2
_MFA = "aws:MultiFactorAuthPresent"


@lru_cache(maxsize=1)
def _parser() -> Lark:
    """Return the parser; its tables, which take most of the time, are kept from run to run."""
    data, memo = remembered("parser", lark.__version__ + GRAMMAR, _tables)
    parser: Lark = Lark.__new__(Lark)._load({"data": data, "memo": memo})
    return parser


def _tables() -> tuple[Any, Any]:
    made = Lark(
        GRAMMAR,
        start=["question", "who"],
        parser="lalr",
        propagate_positions=True,
        maybe_placeholders=True,
        g_regex_flags=_IGNORE_CASE,
    )
    tables: tuple[Any, Any] = made.memo_serialize([TerminalDef, Rule])
    return tables


def parse(sentence: str) -> Question:
    """Read a sentence; raise `QuestionError` with the place and the nearest sentence that reads."""
    text = sentence.strip()
    text = text.removesuffix("?").rstrip()
    if not text:
        raise QuestionError("the question is empty", suggestion=_EXAMPLE)
    try:
        tree = _parser().parse(text, start="question")
    except UnexpectedInput as error:
        raise _explained(text, error) from None
    try:
        question = _Reader(text).transform(tree)
    except VisitError as error:
        if isinstance(error.orig_exc, QuestionError):
            raise error.orig_exc from None
        raise
    assert isinstance(question, Question)
    return question


def _explained(text: str, error: UnexpectedInput) -> QuestionError:
    position, expected = _where(text, error)
    start = len(text[:position]) - len(text[:position].split(" ")[-1])
    if start < position < len(text):
        position, expected = start, (_expectation(text[:start]) or (0, expected))[1]
    words = text[position:].split(maxsplit=1)
    found = f"`{words[0]}` is not expected here" if words else "the sentence ends too early"
    due = ", ".join(spelled(expected))
    suggestion = nearest_sentence(text, _expectation) or _EXAMPLE
    if "ACTION" in expected and words and (action := catalogue.nearest_action(words[0])):
        corrected = " ".join([text[:position].rstrip(), action, *words[1:]])
        suggestion = corrected if _expectation(corrected) is None else suggestion
    return QuestionError(f"{found}; expected: {due}", text, position, suggestion)


def _where(text: str, error: UnexpectedInput) -> tuple[int, set[str]]:
    if isinstance(error, UnexpectedCharacters):
        return error.pos_in_stream or 0, set(error.allowed or ())
    expected = set(error.accepts or error.expected) if isinstance(error, UnexpectedToken) else set()
    token = error.token if isinstance(error, UnexpectedToken) else None
    at_end = token is None or token.type == "$END"
    position = len(text) if at_end or token is None else token.start_pos or 0
    return position, expected


def _expectation(text: str) -> tuple[int, set[str]] | None:
    """Return where `text` stops being a sentence and what was due there; None if it is one."""
    try:
        _parser().parse(text, start="question")
    except UnexpectedInput as error:
        return _where(text, error)
    return None


def names_callers(text: str) -> bool:
    """Return whether `text` is what stands for callers in a sentence."""
    try:
        _parser().parse(text, start="who")
    except UnexpectedInput:
        return False
    return True


def next_words(start: str) -> list[str]:
    """Return the sentences that go on from `start` by one word, or complete its last."""
    stop = _expectation(start)
    if stop is None:
        return [start]
    position, expected = stop
    before, half = start[:position].rstrip(), start[position:].strip().lower()
    words = (name.lower() for name in sorted(expected) if name not in NOT_WORDS)
    return [f"{before} {word}".strip() for word in words if word.startswith(half)]


class _Reader(Transformer[Token, Any]):
    """The parse tree, read from the leaves up."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def _fail(self, problem: str, token: Token, suggestion: str = "") -> QuestionError:
        position = token.start_pos or 0
        corrected = ""
        if suggestion:
            end = token.end_pos or position
            corrected = self._text[:position] + suggestion + self._text[end:]
        return QuestionError(problem, self._text, position, corrected)

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
        told = "what somebody can do is told directly or by role assumption"
        self._not_by_escalation(route, told)
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
        self._not_by_escalation(route, "whom somebody can become is told by role assumption")
        return self._question(
            Form.BECOME, who, (), None, route, where, without, RouteKind.ASSUMPTION
        )

    def _not_by_escalation(self, route: Route | None, problem: str) -> None:
        if route and route.kind is RouteKind.ESCALATION:
            suggestion = "who can become administrator"
            raise QuestionError(problem, self._text, suggestion=suggestion)

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

    def external(self, _: list[Token]) -> Who:
        return Who(WhoKind.EXTERNAL)

    def anyone(self, _: list[Token]) -> Who:
        return Who(WhoKind.ANYONE)

    def outside(self, names: list[str]) -> Who:
        return Who(WhoKind.OUTSIDE, tuple(names))

    def anonymous(self, _: list[Token]) -> Who:
        return Who(WhoKind.ANONYMOUS)

    def federated(self, parts: list[Token | None]) -> Who:
        return Who(WhoKind.FEDERATED, tuple(str(part) for part in parts if part))

    def others(self, _: list[Token]) -> Who:
        return Who(WhoKind.OTHERS)

    def service(self, _: list[Token]) -> Who:
        return Who(WhoKind.SERVICE)

    def named_service(self, parts: list[Token]) -> Who:
        return Who(WhoKind.SERVICE, (str(parts[0]),))

    def users(self, parts: list[Any]) -> Who:
        return Who(WhoKind.USERS, (), parts[0], parts[1] or ())

    def roles(self, parts: list[Any]) -> Who:
        return Who(WhoKind.ROLES, (), parts[0], parts[1] or ())

    def named_user(self, parts: list[Token]) -> Who:
        return Who(WhoKind.USER, (str(parts[0]),))

    def named_role(self, parts: list[Token]) -> Who:
        return Who(WhoKind.ROLE, (str(parts[0]),))

    def account(self, parts: list[Token]) -> Who:
        return Who(WhoKind.ACCOUNT, (), str(parts[0]))

    def principal(self, parts: list[Token]) -> Who:
        return Who(WhoKind.PRINCIPAL, (str(parts[0]),))

    def inside(self, parts: list[Token]) -> str:
        return str(parts[0])

    def of_account(self, parts: list[Token]) -> str:
        return str(parts[0])

    def except_for(self, parts: list[Token]) -> tuple[str, ...]:
        return tuple(map(str, parts))

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

    def where(self, conditions: list[Condition]) -> tuple[Condition, ...]:
        return tuple(conditions)

    def without(self, conditions: list[Condition]) -> tuple[Condition, ...]:
        return tuple(conditions)

    def value(self, parts: list[Token]) -> str:
        return str(parts[0]).strip('"')

    def absent(self, parts: list[Token]) -> Condition:
        if parts[0].lower() == "mfa":
            return _condition("BoolIfExists", _MFA, ["false"])
        return _condition("Null", self._key(parts[0]), ["true"])

    def present(self, parts: list[Token]) -> Condition:
        if parts[0].lower() == "mfa":
            return _condition("Bool", _MFA, ["true"])
        return _condition("Null", self._key(parts[0]), ["false"])

    def equals(self, parts: list[Any]) -> Condition:
        return self._compared(parts[0], parts[1:], _EQUAL)

    def among(self, parts: list[Any]) -> Condition:
        return self._compared(parts[0], parts[1:], _EQUAL)

    def differs(self, parts: list[Any]) -> Condition:
        return self._compared(parts[0], parts[1:], _DIFFERENT)

    def like(self, parts: list[Any]) -> Condition:
        return _condition("StringLike", self._key(parts[0]), parts[1:])

    def before(self, parts: list[Any]) -> Condition:
        return self._compared(parts[0], parts[1:], _BEFORE)

    def after(self, parts: list[Any]) -> Condition:
        return self._compared(parts[0], parts[1:], _AFTER)

    def _compared(self, token: Token, values: list[str], operators: dict[str, str]) -> Condition:
        key = self._key(token)
        found = (catalogue.key_type(key.lower()) or "String").removeprefix("ArrayOf")
        operator = operators.get(found, operators.get("String"))
        if operator is None:
            raise self._fail(f"`{token}` is neither a number nor a date", token)
        if (catalogue.key_type(key.lower()) or "").startswith("ArrayOf"):
            operator = f"ForAnyValue:{operator}"
        return _condition(operator, key, values)

    def _key(self, token: Token) -> str:
        if token.lower() == "mfa":
            return _MFA
        if not catalogue.is_key(token.lower()):
            near = catalogue.nearest_key(str(token)) or ""
            raise self._fail(f"there is no condition key `{token}`", token, near)
        return str(token)


_EQUAL = {
    "String": "StringEquals",
    "ARN": "ArnLike",
    "Bool": "Bool",
    "Numeric": "NumericEquals",
    "Date": "DateEquals",
    "IPAddress": "IpAddress",
}
_DIFFERENT = {
    "String": "StringNotEquals",
    "ARN": "ArnNotLike",
    "Numeric": "NumericNotEquals",
    "Date": "DateNotEquals",
    "IPAddress": "NotIpAddress",
}
_BEFORE = {"Date": "DateLessThan", "Numeric": "NumericLessThan"}
_AFTER = {"Date": "DateGreaterThan", "Numeric": "NumericGreaterThan"}


def _condition(operator: str, key: str, values: list[str]) -> Condition:
    read = read_operator(operator)
    wildcards = read.values is Values.PATTERN
    return Condition(
        read,
        key.lower(),
        key,
        tuple(template(value, wildcards=wildcards, variables=False) for value in values),
    )
