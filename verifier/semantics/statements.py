"""Statements and whole policies held against a request (R6.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from verifier.policy.attached import AttachedPolicy
from verifier.policy.syntax import ActionElement, Effect, ResourceElement, Statement
from verifier.request import Principal, Request
from verifier.semantics.conditions import condition_holds
from verifier.semantics.matching import ActionList, resource_matches
from verifier.semantics.principals import Grant, grants, is_exempt


@dataclass(frozen=True, slots=True)
class Match:
    """A statement that is about a request.

    `grants` are the classes by which its `Principal` reaches the caller. `certain` is false where
    AWS leaves open whether it matches; `statement` is None for a policy without its document.
    """

    policy: AttachedPolicy
    statement: Statement | None
    effect: Effect
    grants: frozenset[Grant]
    certain: bool = True


def action_fits(element: ActionElement, action: str) -> bool:
    """Return whether `Action` names the action, or `NotAction` does not (R2.6)."""
    return (action in _listed(element)) != element.negated


@lru_cache(maxsize=1 << 16)
def _listed(element: ActionElement) -> ActionList:
    return ActionList(pattern.text for pattern in element.patterns)


def resource_fits(element: ResourceElement | None, request: Request) -> bool:
    """Return whether `Resource` covers the resource, or `NotResource` does not (R2.28, R1.15)."""
    if element is None:
        return True
    covered = any(
        resource_matches(pattern, request.resource, request.context) for pattern in element.patterns
    )
    return covered != element.negated


def principal_fits(
    statement: Statement, principal: Principal, has_boundary: bool
) -> tuple[bool | None, frozenset[Grant]]:
    """Return whether the principal test holds, and by which classes; None if it is open.

    A statement without a principal is about whoever carries the policy. `Deny` + `NotPrincipal`
    always matches a principal with a permissions boundary (R3.53), else whoever is not exempt
    (R3.52); `Allow` + `NotPrincipal` reaches everyone but the listed (R3.51).
    """
    element = statement.principal
    if element is None:
        return True, frozenset()
    if not element.negated:
        found = grants(element, principal)
        return bool(found), found
    if statement.effect is Effect.DENY and has_boundary:
        return True, frozenset()
    exempt = is_exempt(element, principal)
    return (None if exempt is None else not exempt), frozenset({Grant.ANY})


def match(
    policy: AttachedPolicy, statement: Statement, request: Request, has_boundary: bool
) -> Match | None:
    """Return how `statement` matches `request`, None if it does not (0.1 of the semantics)."""
    if not action_fits(statement.actions, request.action):
        return None
    if not resource_fits(statement.resources, request):
        return None
    fits, classes = principal_fits(statement, request.principal, has_boundary)
    if fits is False:
        return None
    if not all(condition_holds(item, request.context) for item in statement.conditions):
        return None
    return Match(policy, statement, statement.effect, classes, certain=fits is True)


def matches(
    policies: Iterable[AttachedPolicy], request: Request, has_boundary: bool = False
) -> Iterator[Match]:
    """Yield every match; a policy without its document may allow and may deny."""
    for policy in policies:
        if policy.policy is None:
            for effect in Effect:
                yield Match(policy, None, effect, frozenset(Grant), certain=False)
            continue
        for statement in policy.policy.statements:
            found = match(policy, statement, request, has_boundary)
            if found is not None:
                yield found
