"""What the sessions of a role can do at most: actions by access level, from sets of actions."""

from __future__ import annotations

from collections.abc import Iterable

from verifier.compile.actions import Actions, actions
from verifier.compile.callers import scps
from verifier.finding import AccessLevel, Powers
from verifier.findings.cases import level_of
from verifier.policy.attached import AttachedPolicy
from verifier.policy.syntax import Effect, Statement
from verifier.queries.world import World
from verifier.snapshot.model import Role


def powers(world: World, role: Role) -> Powers:
    """Return an upper bound of what sessions of the role can do.

    What some Allow names and no Deny takes away whatever the request, within the boundary and the
    service control policies. A policy without its document may allow anything.
    """
    layers = [role.policies]
    if not role.is_service_linked:
        layers += [(role.boundary,)] if role.boundary else []
        layers += scps(world.snapshot, role.account)
    elements = [
        statement.actions for layer in layers for policy in layer for statement in policy.statements
    ]
    space = actions().with_those_of(elements)
    bits = space.everything
    for layer in layers:
        bits &= _allowed(layer, space)
    is_bounded = role.boundary is not None and not role.is_service_linked
    bounds = [role.policies, (role.boundary,)] if is_bounded else [role.policies]
    administrator = all(any(map(_allows_all, _statements(layer))) for layer in bounds)
    levels: dict[AccessLevel, int] = {}
    for text, those in space.by_level.items():
        found = level_of(text)
        levels[found] = levels.get(found, 0) | (those & bits)
    return Powers(
        administrator,
        tuple(
            (found, tuple(space.services_in(levels[found])))
            for found in AccessLevel
            if levels.get(found)
        ),
    )


def _statements(layer: Iterable[AttachedPolicy | None]) -> list[Statement]:
    return [item for policy in layer if policy is not None for item in policy.statements]


def _allows_all(statement: Statement) -> bool:
    return (
        statement.effect is Effect.ALLOW
        and _is_unconditional(statement)
        and not statement.actions.negated
        and any(not pattern.text.strip("*") for pattern in statement.actions.patterns)
    )


def _is_unconditional(statement: Statement) -> bool:
    """Return whether a statement is about every request for its actions."""
    resources = statement.resources
    everywhere = resources is not None and any(item.text == "*" for item in resources.patterns)
    return everywhere and not (resources and resources.negated) and not statement.conditions


def _allowed(layer: Iterable[AttachedPolicy], space: Actions) -> int:
    allowed = denied = 0
    for policy in layer:
        if policy.policy is None:
            allowed = space.everything
        for statement in policy.statements:
            if statement.effect is Effect.ALLOW:
                allowed |= space.of(statement.actions)
            elif _is_unconditional(statement):
                denied |= space.of(statement.actions)
    return allowed & ~denied
