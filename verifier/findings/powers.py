"""What the sessions of a role can do at most: actions by access level, from sets of actions."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from verifier.compile.actions import Actions, actions
from verifier.compile.standing import scps
from verifier.finding import AccessLevel, Powers
from verifier.findings.becoming import Becoming
from verifier.policy.attached import AttachedPolicy, Level
from verifier.policy.syntax import Effect, Policy, Statement
from verifier.queries.world import World
from verifier.snapshot.model import Role


def powers(becoming: Becoming, role: Role) -> Powers:
    """Return an upper bound of what sessions of the role can do, as it and as the roles that they
    may become.

    What some Allow names and no Deny takes away whatever the request, within the boundary and the
    service control policies. A policy without its document may allow anything. Of an administrator
    is not asked what else it may become.
    """
    found = [role]
    if not _is_administrator(role):
        found += becoming.from_role(role)
    return _together(becoming.world, found)


def own_powers(world: World, role: Role) -> Powers:
    """Return an upper bound of what sessions of the role can do as they are."""
    return _together(world, [role])


def _together(world: World, found: list[Role]) -> Powers:
    space = actions()
    bits = 0
    for item in found:
        bits |= _allowed_to(world, item, space)
    levels: dict[AccessLevel, int] = {}
    for text, those in space.by_level.items():
        level = AccessLevel.of(text)
        levels[level] = levels.get(level, 0) | (those & bits)
    return Powers(
        any(map(_is_administrator, found)),
        tuple(
            (level, tuple(space.services_in(levels[level])))
            for level in AccessLevel
            if levels.get(level)
        ),
        tuple(item.arn for item in found[1:]),
    )


def _layers(world: World, role: Role) -> list[Level]:
    """Return what must each allow what the role does (R6.83)."""
    if role.is_service_linked:
        return [role.policies]
    boundary = [(role.boundary,)] if role.boundary else []
    return [role.policies, *boundary, *scps(world.snapshot, role.account)]


def _allowed_to(world: World, role: Role, space: Actions) -> int:
    bits = space.everything
    for layer in _layers(world, role):
        allowed = denied = 0
        for policy in layer:
            more, less = (space.everything, 0) if policy.policy is None else _sets(policy.policy)
            allowed |= more
            denied |= less
        bits &= allowed & ~denied
    return bits


@lru_cache(maxsize=1 << 14)
def _sets(policy: Policy) -> tuple[int, int]:
    """Return the actions that a policy may allow, and those that it denies whatever the request."""
    space = actions().with_those_of(statement.actions for statement in policy.statements)
    allowed = denied = 0
    for statement in policy.statements:
        if statement.effect is Effect.ALLOW:
            allowed |= space.of(statement.actions)
        elif _is_unconditional(statement):
            denied |= space.of(statement.actions)
    return allowed, denied


def _is_administrator(role: Role) -> bool:
    """Return whether a statement allows everything, and the boundary does, too."""
    bounded = [role.boundary] if role.boundary and not role.is_service_linked else []
    return _allows_all(role.policies) and all(_allows_all([policy]) for policy in bounded)


def _allows_all(policies: Iterable[AttachedPolicy]) -> bool:
    return any(
        statement.effect is Effect.ALLOW
        and _is_unconditional(statement)
        and not statement.actions.negated
        and any(not pattern.text.strip("*") for pattern in statement.actions.patterns)
        for policy in policies
        for statement in policy.statements
    )


def _is_unconditional(statement: Statement) -> bool:
    """Return whether a statement is about every request for its actions."""
    resources = statement.resources
    everywhere = resources is not None and any(item.text == "*" for item in resources.patterns)
    return everywhere and not (resources and resources.negated) and not statement.conditions
