"""What policies say, as values: two that say the same are equal, wherever they stand."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from functools import lru_cache

from verifier.policy.attached import AttachedPolicy, Level
from verifier.policy.syntax import Statement


@lru_cache(maxsize=1 << 16)
def statement_content(statement: Statement) -> Hashable:
    """Return what a statement says, whatever it is called and in whatever order."""
    principal, resources = statement.principal, statement.resources
    return (
        statement.effect,
        None if principal is None else (principal.negated, frozenset(principal.entries)),
        (statement.actions.negated, frozenset(item.text for item in statement.actions.patterns)),
        None if resources is None else (resources.negated, frozenset(resources.patterns)),
        frozenset(statement.conditions),
    )


@lru_cache(maxsize=1 << 16)
def policy_content(policy: AttachedPolicy) -> Hashable:
    """Return what a policy says; of one without its document nothing is known but its name."""
    if policy.policy is None:
        return policy.kind, policy.arn or policy.title
    return policy.kind, policy.doubt, frozenset(map(statement_content, policy.statements))


def level_content(level: Iterable[AttachedPolicy]) -> Hashable:
    """Return what policies say that are attached together."""
    return frozenset(map(policy_content, level))


def levels_content(levels: Iterable[Level]) -> Hashable:
    """Return what levels of policies say, one below the other (R6.21)."""
    return tuple(map(level_content, levels))
