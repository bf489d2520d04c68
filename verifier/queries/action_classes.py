"""The actions of the catalogue, by what can tell them apart in a snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, reduce
from operator import or_

from verifier import catalogue, facts
from verifier.compile.actions import Actions, actions
from verifier.compile.matching import counted
from verifier.compile.novel_actions import fits_any
from verifier.policy.attached import AttachedPolicy
from verifier.policy.syntax import Effect
from verifier.queries.world import World


def action_classes(*worlds: World, space: Actions | None = None) -> list[int]:
    """Return actions, those of the catalogue by default, by what can tell them apart in these
    snapshots.
    """
    space = space or actions()
    told_apart = {
        space.of(counted(statement.actions, world.readings))
        for world in worlds
        for policy in policies(world)
        for statement in policy.statements
    }
    found: list[int] = []
    for parts in (*_by_call(), *_by_service(space)):
        every = reduce(or_, parts)
        for bits in {bits & every for bits in told_apart}:
            if bits not in (0, every):
                parts = [part for whole in parts for part in (whole & bits, whole & ~bits) if part]
        found += parts
    return found


@lru_cache(maxsize=1)
def _by_call() -> tuple[list[int], ...]:
    """Return the actions of each service by how they are called: those on the same types of
    resources are one set (R2.29), in IAM if the same keys come with them (R5.60).
    """
    index = catalogue.index()
    found: dict[str, dict[object, int]] = {}
    for position, (name, types) in enumerate(zip(index.names, index.types, strict=True)):
        service = name.partition(":")[0]
        alike = found.setdefault(service, {})
        keys = catalogue.keys_of(name) if service == "iam" else ()
        key = id(types), peculiar(name), keys
        alike[key] = alike.get(key, 0) | 1 << position
    return tuple(list(alike.values()) for alike in found.values())


def _by_service(space: Actions) -> Iterator[list[int]]:
    """Yield the actions of each service that no catalogue has."""
    for service in space.services_in(space.unlisted) if space.unlisted else ():
        yield [space.unlisted & space.of_services(service)]


def peculiar(action: str) -> str:
    """Return the action itself where the service treats it in a way of its own (6.7, 6.11)."""
    name = action.lower()
    return name if name in _SPECIAL else ""


_SPECIAL = frozenset({"iam:passrole", "kms:retiregrant", "sts:assumeroot"}).union(
    facts.ALWAYS_ALLOWED,
    facts.TRUST_ACTIONS,
    facts.LONG_TERM_ONLY,
    facts.KMS_ACROSS_ACCOUNTS,
    facts.BUCKET_POLICY,
    facts.AWS_POLICY_EDITS,
    facts.RESERVED_ROLE_EDITS,
    facts.ALIAS_EDITS,
    facts.UNSIGNED_ACTIONS,
    facts.BEYOND_SCPS_FOR_ROOT,
)


def unknown_patterns(world: World) -> list[str]:
    """Return the patterns by which policies allow actions that no catalogue has (R2.8)."""
    texts = {
        pattern.text
        for policy in policies(world)
        for statement in policy.statements
        if statement.effect is Effect.ALLOW and not statement.actions.negated
        for pattern in statement.actions.patterns
    }
    return sorted(text for text in texts if not fits_any(text))


def policies(world: World) -> Iterator[AttachedPolicy]:
    """Yield every policy of the snapshot once."""
    snapshot = world.snapshot
    seen: set[AttachedPolicy] = set()
    held: list[AttachedPolicy | None] = []
    for user in snapshot.users():
        held += [*user.policies, user.boundary]
    for role in snapshot.roles():
        held += [*role.policies, role.boundary, role.trust]
    for resource in snapshot.resources.values():
        held += resource.admitting
    held += snapshot.endpoints.values()
    if snapshot.organization:
        for place in snapshot.organization.places.values():
            for level in (*(place.scps or ()), *(place.rcps or ())):
                held += level
    for policy in held:
        if policy is not None and policy not in seen:
            seen.add(policy)
            yield policy
