"""The actions that a comparison is about: those of the catalogue, and those that only policies name
(R2.8).
"""

from __future__ import annotations

from collections.abc import Iterator

from verifier.catalogue import ResourceType
from verifier.compile.actions import Actions
from verifier.compile.novel_actions import with_named
from verifier.compile.targets import Target, account_target, other_target
from verifier.queries.action_classes import policies
from verifier.queries.goals import Goal, aims, everything_at
from verifier.queries.offers import Aim
from verifier.queries.world import World

_ANYTHING = ResourceType("resource", "arn:${Partition}:${Rest}", False)


def action_space(*worlds: World) -> Actions:
    """Return the actions of the catalogue, and those besides that policies name or that a pattern
    of theirs fits to which no action is known.
    """
    elements = {
        statement.actions
        for world in worlds
        for policy in policies(world)
        for statement in policy.statements
    }
    return with_named(sorted(elements, key=lambda item: str(item.patterns)))


def aims_of(world: World, space: Actions, action: str) -> list[Aim]:
    """Return an action with everything that it may be called on: one that no catalogue has, on
    anything.
    """
    if not space.unlisted & space.named([action]):
        return aims(world, Goal((action,)))
    return [(action, target) for target in _anything(world)]


def _anything(world: World) -> Iterator[Target]:
    snapshot = world.snapshot
    for resource in snapshot.resources.values():
        yield from everything_at(world, resource)
    for account in snapshot.accounts.values():
        yield account_target(snapshot, account.id)
        label = f"anything of {account.id}"
        listed = list(snapshot.resources)
        yield other_target(snapshot, _ANYTHING, account.id, account.partition, label, None, listed)
