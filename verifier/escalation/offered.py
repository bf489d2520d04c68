"""Which actions of the table some statement offers: what none names need not be tried."""

from __future__ import annotations

from functools import lru_cache

from iam_smt.automata import Clause
from verifier.compile.matching import names_action
from verifier.compile.resources import fixed_clause
from verifier.escalation.table import Alternative, Effect, primitives
from verifier.policy import syntax
from verifier.policy.attached import AttachedPolicy, Level
from verifier.policy.syntax import ActionElement
from verifier.policy.templates import template

_WITH_ROLES = (
    "sts:TagSession",
    "sts:SetSourceIdentity",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
)
"""What assuming a role may need besides."""


@lru_cache(maxsize=1)
def _places() -> dict[str, int]:
    """Return the place of each action of the table in a set of them, which is an integer."""
    names = dict.fromkeys(
        action
        for primitive in primitives()
        for stage in primitive.stages
        for alternative in stage
        for action in alternative.calls
    )
    names.update(dict.fromkeys(_WITH_ROLES))
    return {name: place for place, name in enumerate(names)}


@lru_cache(maxsize=1)
def everything() -> int:
    """Return the set of all actions of the table."""
    return (1 << len(_places())) - 1


@lru_cache(maxsize=1 << 10)
def needed(alternative: Alternative) -> int:
    """Return the set of the actions that an alternative calls."""
    return sum(1 << _places()[action] for action in set(alternative.calls))


@lru_cache(maxsize=1)
def by_table() -> int:
    """Return the set of the actions of the table besides those that assuming a role takes."""
    assuming = ("sts:AssumeRole", *_WITH_ROLES)
    return sum(1 << place for name, place in _places().items() if name not in assuming)


@lru_cache(maxsize=1)
def by_change() -> int:
    """Return the set of the actions that have a part in changing a user, role, group or policy."""
    acting = (Effect.ASSUMES_ROLE, Effect.BECOMES_ROLE, Effect.BECOMES_USER, Effect.IDENTITIES)
    return sum(
        1 << _places()[action]
        for action in {
            action
            for primitive in primitives()
            if primitive.effect not in acting
            for stage in primitive.stages
            for alternative in stage
            for action in alternative.calls
        }
    )


def offered(policies: Level) -> int:
    """Return the actions that statements of these policies may allow, conditions set aside."""
    found = 0
    for policy in policies:
        found |= _offered(policy)
    return found


@lru_cache(maxsize=1 << 17)
def _offered(policy: AttachedPolicy) -> int:
    if policy.policy is None:
        return everything()
    found = 0
    for statement in policy.statements:
        if statement.effect is syntax.Effect.ALLOW:
            found |= _named(statement.actions)
    return found


def _named(element: ActionElement) -> int:
    found = 0
    for pattern in element.patterns:
        found |= _fitting(pattern.text)
    return everything() & ~found if element.negated else found


@lru_cache(maxsize=1 << 14)
def _fitting(text: str) -> int:
    """Return the actions of the table that a pattern names (R2.1-R2.4)."""
    alone = ActionElement((template(text, wildcards=True, variables=False),))
    return sum(1 << place for action, place in _places().items() if names_action(alone, action))


def names_any(element: ActionElement) -> bool:
    """Return whether an element names any action of the table."""
    return _named(element) != 0


def covers(policies: Level, action: str, arn: str) -> bool:
    """Return whether a statement may allow an action on an ARN, conditions set aside."""
    return any(
        clause is None or (arn in clause) != negated
        for policy in policies
        for clause, negated in _covered(policy, action)
    )


@lru_cache(maxsize=1 << 17)
def _covered(policy: AttachedPolicy, action: str) -> tuple[tuple[Clause | None, bool], ...]:
    """Return the resources of each Allow that names an action; None may be any."""
    if policy.policy is None:
        return ((None, False),)
    return tuple(
        (fixed_clause(statement.resources), statement.resources.negated)
        if statement.resources
        else (None, False)
        for statement in policy.statements
        if statement.effect is syntax.Effect.ALLOW
        and names_action(statement.actions, action) != statement.actions.negated
    )
