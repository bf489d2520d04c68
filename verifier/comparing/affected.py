"""Which actions an edit can make a difference to: those of the statements that are not the same."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from functools import reduce
from operator import or_

from verifier.compile.actions import Actions
from verifier.compile.matching import without_wild_prefixes
from verifier.policy.attached import ApplicablePolicies, AttachedPolicy
from verifier.policy.content import level_content, statement_content
from verifier.policy.syntax import ActionElement

EVERYTHING = -1
"""Every action, as a set."""


def by_caller(space: Actions, one: ApplicablePolicies, other: ApplicablePolicies) -> int:
    """Return the actions of a space to which it can matter that other policies bind a caller."""
    if bool(one.boundary) != bool(other.boundary) or len(one.scps) != len(other.scps):
        return EVERYTHING
    levels = [(one.identity, other.identity), (one.boundary, other.boundary)]
    return _any(space, [*levels, *zip(one.scps, other.scps, strict=True)])


def by_target(space: Actions, one: ApplicablePolicies, other: ApplicablePolicies) -> int:
    """Return the actions of a space to which it can matter that other policies guard a resource."""
    if len(one.rcps) != len(other.rcps):
        return EVERYTHING
    levels = [(one.of_resource, other.of_resource), *zip(one.rcps, other.rcps, strict=True)]
    return _any(space, levels)


_Pair = tuple[Iterable[AttachedPolicy], Iterable[AttachedPolicy]]


def _any(space: Actions, levels: Iterable[_Pair]) -> int:
    return reduce(or_, (between(space, *pair) for pair in levels), 0)


def between(space: Actions, one: Iterable[AttachedPolicy], other: Iterable[AttachedPolicy]) -> int:
    """Return the actions of the statements that only one of two levels has."""
    one, other = tuple(one), tuple(other)
    if level_content(one) == level_content(other):
        return 0
    unread = (policy for policy in (*one, *other) if policy.policy is None)
    if any(unread):
        return EVERYTHING
    first, second = _statements(one), _statements(other)
    differing = first.keys() ^ second.keys()
    return reduce(or_, (_widest(space, (first | second)[content]) for content in differing), 0)


def _statements(level: Iterable[AttachedPolicy]) -> dict[Hashable, ActionElement]:
    return {
        (policy.kind, policy.doubt, statement_content(statement)): statement.actions
        for policy in level
        for statement in policy.statements
    }


def _widest(space: Actions, element: ActionElement) -> int:
    """Return the actions that an element is about however wild prefixes are read (X-10)."""
    found = space.of(element)
    return found | space.of(without_wild_prefixes(element)) if element.negated else found
