"""What is asked for: an action on any resource of its type, on a named one, or on a pattern."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from iam_smt.automata import clause
from verifier import catalogue
from verifier.catalogue import ResourceType
from verifier.compile.targets import (
    Target,
    account_target,
    is_of_type,
    other_target,
    pattern_of,
    resource_target,
    role_target,
)
from verifier.queries.world import World


@dataclass(frozen=True, slots=True)
class Goal:
    """An action, as AWS spells it, and the ARN or pattern of the resource; None means any."""

    action: str
    resource: str | None = None

    def __str__(self) -> str:
        return f"{self.action} on {self.resource}" if self.resource else self.action


def targets(world: World, goal: Goal) -> list[Target]:
    """Return everything in the accounts of the snapshot that the goal may be reached on.

    First the resources that the snapshot lists, then, for each account, any other of the type.
    An action without a resource type is authorized against `*` (R2.29).
    """
    types = _types(goal.action)
    if not types:
        if goal.resource not in (None, "*"):
            return []
        return [account_target(world.snapshot, account) for account in world.snapshot.accounts]
    listed = list(_listed(world, types))
    wanted = pattern_of(goal.resource) if goal.resource else None
    of_interest = clause([wanted]) if wanted is not None else None
    found = [
        target
        for target in listed
        if of_interest is None
        or (isinstance(target.resource, str) and target.resource in of_interest)
    ]
    arns = [target.shape for target in listed]
    exact = any(target.shape == goal.resource for target in found)
    if not exact:
        for account in world.snapshot.accounts.values():
            for kind in types:
                label = f"{kind.name} of {account.id}"
                other = other_target(
                    world.snapshot, kind, account.id, account.partition, label, wanted, arns
                )
                if other is not None:
                    found.append(other)
    return found


def _types(action: str) -> tuple[ResourceType, ...]:
    """Return the types that an action is asked on: the required ones, else all (R2.31)."""
    types = catalogue.resource_types(action)
    return tuple(kind for kind in types if kind.required) or types


def _listed(world: World, types: tuple[ResourceType, ...]) -> Iterator[Target]:
    """Yield the resources of the snapshot that are of one of the types."""
    snapshot = world.snapshot
    for resource in snapshot.resources.values():
        if any(is_of_type(resource.arn, kind) for kind in types):
            yield resource_target(snapshot, resource)
    if any(kind.arn.endswith(":role/${RoleNameWithPath}") for kind in types):
        for role in snapshot.roles():
            yield role_target(snapshot, role)
