"""Statements and whole policies held against a request (R6.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from verifier.disputes import DEFAULT, Readings
from verifier.policy.attached import AttachedPolicy
from verifier.policy.public import stands
from verifier.policy.syntax import (
    ActionElement,
    Effect,
    PolicyKind,
    ResourceElement,
    Statement,
)
from verifier.request import Principal, Request
from verifier.semantics.conditions import condition_holds
from verifier.semantics.matching import ActionList, resource_matches, substitute
from verifier.semantics.principals import Grant, grants, is_exempt, open_grants


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


def action_fits(element: ActionElement, action: str, readings: Readings = DEFAULT) -> bool:
    """Return whether `Action` names the action, or `NotAction` does not (R2.6)."""
    named = action in _listed(element, wild_prefixes=True)
    if named and action not in _listed(element, wild_prefixes=False):
        named = not readings.says("X-10", "ignored")
    return named != element.negated


@lru_cache(maxsize=1 << 16)
def _listed(element: ActionElement, *, wild_prefixes: bool) -> ActionList:
    return ActionList((pattern.text for pattern in element.patterns), wild_prefixes=wild_prefixes)


def resource_fits(
    element: ResourceElement | None, request: Request, readings: Readings = DEFAULT
) -> bool:
    """Return whether `Resource` covers the resource, or `NotResource` does not (R2.28, R1.15).

    What lacks a value in `NotResource` excludes nothing, or voids the statement (R2.48, X-19).
    """
    if element is None:
        return True
    covered = any(
        resource_matches(pattern, request.resource, request.context, readings)
        for pattern in element.patterns
    )
    if not element.negated:
        return covered
    return not covered and not (
        any(substitute(pattern, request.context) is None for pattern in element.patterns)
        and readings.says("X-19", "void")
    )


def principal_fits(
    statement: Statement, principal: Principal, has_boundary: bool, readings: Readings = DEFAULT
) -> Iterator[tuple[frozenset[Grant], bool]]:
    """Yield the classes by which the principal test holds, and whether it does for certain.

    A statement without a principal is about whoever carries the policy. `Deny` + `NotPrincipal`
    always matches a principal with a permissions boundary (R3.53), else whoever is not exempt
    (R3.52); `Allow` + `NotPrincipal` reaches everyone but the listed (R3.51).
    """
    element = statement.principal
    if element is None:
        yield frozenset(), True
    elif not element.negated:
        if found := grants(element, principal):
            yield found, True
        if perhaps := open_grants(element, principal) - found:
            yield perhaps, False
    elif statement.effect is Effect.DENY and has_boundary:
        yield frozenset(), True
    elif (exempt := is_exempt(element, principal, readings)) is not True:
        yield frozenset({Grant.ANY}), exempt is False


def _matches(
    policy: AttachedPolicy,
    statement: Statement,
    request: Request,
    has_boundary: bool,
    readings: Readings,
) -> Iterator[Match]:
    """Yield how `statement` matches `request`, if it does (0.1 of the semantics)."""
    if not action_fits(statement.actions, request.action, readings):
        return
    if not stands(statement, readings):
        return
    if not resource_fits(statement.resources, request, readings):
        return
    reached = list(principal_fits(statement, request.principal, has_boundary, readings))
    context = request.context
    if reached and all(condition_holds(item, context, readings) for item in statement.conditions):
        if policy.kind is PolicyKind.SCP and _is_void(statement, readings):
            return
        for classes, certain in reached:
            in_force = certain and not policy.doubt
            yield Match(policy, statement, statement.effect, classes, certain=in_force)


def _is_void(statement: Statement, readings: Readings) -> bool:
    """Return whether a statement of an SCP is void: an Allow for less than `*` (R6.24, X-17)."""
    element = statement.resources
    if statement.effect is Effect.DENY or element is None:
        return False
    narrow = element.negated or all(pattern.text != "*" for pattern in element.patterns)
    return narrow and readings.says("X-17", "void")


def matches(
    policies: Iterable[AttachedPolicy],
    request: Request,
    has_boundary: bool = False,
    readings: Readings = DEFAULT,
) -> Iterator[Match]:
    """Yield every match; a policy without its document may allow and may deny."""
    for policy in policies:
        if policy.policy is None:
            for effect in Effect:
                yield Match(policy, None, effect, frozenset(Grant), certain=False)
            continue
        for statement in policy.policy.statements:
            yield from _matches(policy, statement, request, has_boundary, readings)
