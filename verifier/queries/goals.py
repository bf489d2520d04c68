"""What is asked for: an action on any resource of its type, on a named one, or on a pattern."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from iam_smt.automata import clause
from iam_smt.patterns import Pattern
from iam_smt.theory import Solver, Unsat
from verifier import catalogue, facts
from verifier.catalogue import ResourceType
from verifier.compile.arns import is_of_type, may_be_of_service, pattern_of
from verifier.compile.roots import ASSUME_ROOT, root_target, rooted
from verifier.compile.targets import (
    Target,
    account_target,
    contained_target,
    other_target,
    resource_target,
    role_target,
)
from verifier.queries.world import World
from verifier.snapshot.model import Resource

_ANY_PART = ResourceType("part", "${Part}", False)


@dataclass(frozen=True, slots=True)
class Goal:
    """Actions, as AWS spells them, any of which counts, and the ARN or pattern of the resource.

    None means any resource.
    """

    actions: tuple[str, ...]
    resource: str | None = None


def aims(world: World, goal: Goal, *, by_root: bool = False) -> list[tuple[str, Target]]:
    """Return every action of a goal with everything that it may be called on; `by_root` adds what
    whoever assumes a root user may call it on (R7.71).
    """
    found: list[tuple[str, Target]] = []
    for action in goal.actions:
        own = targets(world, action, goal.resource)
        found += [(action, target) for target in own]
        if by_root:
            wanted = clause([pattern_of(goal.resource)]) if goal.resource else None
            found += [
                (action, target)
                for target in rooted(world.snapshot, action, own)
                if wanted is None or target.shape in wanted or not isinstance(target.resource, str)
            ]
    return found


def targets(world: World, action: str, resource: str | None) -> list[Target]:
    """Return everything in the accounts of the snapshot that `action` may be called on.

    First the resources that the snapshot lists, then, for each account, any other of the type.
    An action without a resource type is authorized against `*` (R2.29).
    """
    if action == ASSUME_ROOT:
        roots = [root_target(world.snapshot, account) for account in world.snapshot.accounts]
        asked = clause([pattern_of(resource)]) if resource else None
        return [target for target in roots if asked is None or target.shape in asked]
    types = _types(action)
    key = types, resource, action.lower() in facts.TRUST_ACTIONS
    if key not in world.targets:
        world.targets[key] = _targets(world, types, action, resource)
    return world.targets[key]


def _targets(
    world: World, types: tuple[ResourceType, ...], action: str, resource: str | None
) -> list[Target]:
    """Return the targets of every action of these types that is like `action`."""
    if not types:
        if resource not in (None, "*"):
            return []
        return [account_target(world.snapshot, account) for account in world.snapshot.accounts]
    wanted = pattern_of(resource) if resource else None
    of_interest = clause([wanted]) if wanted is not None else None
    listed = list(_listed(world, types, action))
    found = [target for target in listed if of_interest is None or target.shape in of_interest]
    if any(target.shape == resource for target in found):
        return found
    for container in world.snapshot.resources.values():
        found += _inside(world, container, types, wanted)
    arns = [*(target.shape for target in listed), *world.snapshot.resources]
    excluded = {kind: [arn for arn in arns if may_be_of_service(arn, kind)] for kind in types}
    for account in world.snapshot.accounts.values():
        for kind in types:
            label = f"{kind.name} of {account.id}"
            found.append(
                other_target(
                    world.snapshot,
                    kind,
                    account.id,
                    account.partition,
                    label,
                    wanted,
                    excluded[kind],
                )
            )
    return [target for target in found if _can_be(target)]


def targets_at(world: World, resource: Resource, types: Iterable[ResourceType]) -> list[Target]:
    """Return what of these types, of which the required count (R2.31), a listed resource is or
    holds.
    """
    taken = _required(tuple(types))
    found = []
    if any(is_of_type(resource.arn, kind) for kind in taken):
        found.append(resource_target(world.snapshot, resource))
    return [*found, *_inside(world, resource, taken, None)]


def everything_at(world: World, resource: Resource) -> Iterator[Target]:
    """Yield a listed resource and all in it: actions that no catalogue has may be called on it."""
    yield resource_target(world.snapshot, resource)
    inside = contained_target(world.snapshot, resource, _ANY_PART, None)
    if inside is not None:
        yield inside


def _inside(
    world: World, container: Resource, types: Iterable[ResourceType], wanted: Pattern | None
) -> Iterator[Target]:
    for kind in types:
        if not is_of_type(container.arn, kind):
            inside = contained_target(world.snapshot, container, kind, wanted)
            if inside is not None:
                yield inside


def _can_be(target: Target) -> bool:
    """Return whether some ARN is as the target says."""
    return (target.known and isinstance(target.resource, str)) or not isinstance(
        Solver().solve(target.facts), Unsat
    )


def _types(action: str) -> tuple[ResourceType, ...]:
    """Return the types that an action is asked on: the required ones, else all (R2.31)."""
    return _required(catalogue.resource_types(action))


def _required(types: tuple[ResourceType, ...]) -> tuple[ResourceType, ...]:
    return tuple(kind for kind in types if kind.required) or types


def _listed(world: World, types: tuple[ResourceType, ...], action: str) -> Iterator[Target]:
    """Yield the resources of the snapshot that are of one of the types.

    Roles are told apart only where their trust policies count: else any role is like another.
    """
    snapshot = world.snapshot
    for resource in snapshot.resources.values():
        if any(is_of_type(resource.arn, kind) for kind in types):
            yield resource_target(snapshot, resource)
    if action.lower() in facts.TRUST_ACTIONS:
        for role in snapshot.roles():
            yield role_target(snapshot, role)
