"""The allow list as terms: which of the allowed calls somebody intends."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from iam_smt.automata import Clause, clause, exactly
from iam_smt.keys import SingleKey
from iam_smt.principals import Kind, session
from iam_smt.terms import FALSE, TRUE, Term, both, conjunction, disjunction
from iam_smt.texts import StringVariable, View, member
from verifier.compile.arns import pattern_of
from verifier.compile.conditions import condition_holds
from verifier.compile.matching import names_action
from verifier.errors import InputError, QuestionError
from verifier.findings.cases import Case
from verifier.policy.syntax import ActionElement, Condition
from verifier.policy.templates import template
from verifier.queries import grammar
from verifier.snapshot.intention import Intended

_SESSION = ":assumed-role/"


@dataclass(frozen=True, eq=False)
class Intention:
    """An entry made ready to be held against calls."""

    entry: Intended
    actions: ActionElement
    resources: Clause
    where: tuple[Condition, ...]

    def may_be_about(self, arn: str) -> bool:
        """Return whether the entry may be about the resource, or about what lies in it."""
        return arn in self.resources or any(
            "*" in text or text.startswith((f"{arn}/", f"{arn}:")) for text in self.entry.resources
        )

    def meant(self, case: Case) -> Term:
        """Return a term that holds iff the entry means the call of `case`, whose formula must not
        have been made yet: the conditions may ask for keys of their own.
        """
        if not names_action(self.actions, case.actions[0]):
            return FALSE
        call = case.path.last
        request = call.authorization().request
        return conjunction(
            (
                member(call.target.resource, self.resources),
                disjunction(_is(name, case) for name in self.entry.who),
                *(condition_holds(item, request) for item in self.where),
            )
        )


def intentions(entries: Sequence[Intended]) -> list[Intention]:
    """Return the entries ready; raise `InputError` if the conditions of one cannot be read."""
    return [
        Intention(
            entry,
            ActionElement(
                tuple(template(text, wildcards=True, variables=False) for text in entry.actions)
            ),
            clause(map(pattern_of, entry.resources)),
            _where(entry),
        )
        for entry in entries
    ]


def means(found: Sequence[Intention], arn: str) -> Hashable:
    """Return which of the entries are about the resource `arn`."""
    return tuple(number for number, item in enumerate(found) if arn in item.resources)


def _where(entry: Intended) -> tuple[Condition, ...]:
    if not entry.where:
        return ()
    try:
        return grammar.parse(f"who can sts:AssumeRole where {entry.where}").where
    except QuestionError as error:
        problem = f"`where` cannot be read: {error.problem}"
        remedy = 'write for example where = "aws:SourceIp in 203.0.113.0/24 and mfa is present"'
        raise InputError(problem, remedy, entry.place) from None


def _is(name: str, case: Case) -> Term:
    """Return a term that holds iff the caller of a case is one that `name` stands for."""
    principal = case.path.last.caller.principal
    if name == "anyone":
        return TRUE
    if name == "anonymous":
        return TRUE if principal.kind is Kind.ANONYMOUS else FALSE
    if name.isdigit():
        return FALSE if principal.account is None else member(principal.account, exactly(name))
    if name.startswith("o-"):
        return _is_of_organization(name, case)
    if "-provider/" in name or not name.startswith("arn:"):
        return TRUE if _names(name, principal.provider) else FALSE
    if principal.arn is None:
        return FALSE
    if _SESSION in name:
        _, partition, _, _, account, rest = name.split(":", 5)
        _, role_name, session_name = rest.split("/", 2)
        return disjunction(session(principal, partition, account, role_name, session_name).values())
    return member(principal.arn, clause([pattern_of(name)]))


def _is_of_organization(name: str, case: Case) -> Term:
    key = case.path.last.context.key("aws:principalorgid")
    if isinstance(key, SingleKey) and isinstance(key.value, str | StringVariable | View):
        return both(key.present, member(key.value, exactly(name)))
    return FALSE


def _names(name: str, provider: str | None) -> bool:
    """Return whether `name` is a provider or service, or the host of one that has an ARN."""
    if provider is None:
        return False
    return name in (provider, provider.partition("-provider/")[2])
