"""Which actions of the table some statement offers: what none names need not be tried."""

from __future__ import annotations

from functools import lru_cache

from verifier.compile.matching import names_action
from verifier.escalation.table import Alternative, Primitive, primitives
from verifier.policy.attached import AttachedPolicy, Level
from verifier.policy.syntax import ActionElement, Effect
from verifier.policy.templates import template


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
    return {name: place for place, name in enumerate(names)}


@lru_cache(maxsize=1)
def everything() -> int:
    """Return the set of all actions of the table."""
    return (1 << len(_places())) - 1


@lru_cache(maxsize=1 << 10)
def needed(alternative: Alternative) -> int:
    """Return the set of the actions that an alternative calls."""
    return sum(1 << _places()[action] for action in set(alternative.calls))


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
        if statement.effect is Effect.ALLOW:
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


def first_of(primitive: Primitive, actions: int) -> bool:
    """Return whether `actions` have what some alternative of the first stage calls."""
    return any(needed(item) & ~actions == 0 for item in primitive.stages[0])
