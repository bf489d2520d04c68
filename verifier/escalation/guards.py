"""What guards a resource, changed by whoever may: then anybody may use it (P8.80, P8.81)."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources

from pydantic import ConfigDict, TypeAdapter, with_config

from iam_smt.principals import Kind
from verifier import catalogue
from verifier.compile.arns import is_of_type
from verifier.compile.targets import Target, resource_target
from verifier.escalation.actors import Actor
from verifier.escalation.scene import Scene
from verifier.policy.attached import AttachedPolicy
from verifier.policy.parse import policy_from_text
from verifier.policy.syntax import Policy, PolicyKind
from verifier.queries.strangers import outside_starts

_ANYBODY = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
_BLOCK = "RestrictPublicBuckets"
OUTSIDER = "an outsider"
"""The key of the principal of another account whom a changed policy may admit."""


@dataclass(frozen=True, slots=True)
class Guard:
    """The calls that change what guards resources of a type; `guards.toml` says how."""

    type: str
    replaces: tuple[str, ...] = ()
    removes: tuple[str, ...] = ()
    adds: tuple[str, ...] = ()
    unblocks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Opening:
    """A call on `on` after which a resource is guarded as `opened` is; `needs` as for `Step`."""

    action: str
    on: Target
    opened: Target
    needs: tuple[str, ...] = ()


with_config(ConfigDict(extra="forbid"))(Guard)
_TABLE = TypeAdapter(tuple[Guard, ...])


@lru_cache(maxsize=1)
def guards() -> tuple[Guard, ...]:
    """Return the whole table."""
    text = resources.files("verifier.escalation").joinpath("guards.toml").read_text("utf-8")
    return _TABLE.validate_python(tomllib.loads(text)["guard"])


def openings(scene: Scene, action: str, target: Target) -> Iterator[Opening]:
    """Yield the calls that let somebody call `action` on a target who could not before."""
    service = action.partition(":")[0]
    owner = target.owner
    if not isinstance(owner, str) or owner not in scene.world.snapshot.accounts:
        return
    if target.tags is not None and scene.state.entities.asks_for_resource_tags:
        for call in catalogue.actions(service):
            if "Tagging" in catalogue.access_level(call):
                on, needs = _on(scene, call, "", target, owner)
                tagged = (*needs, f"{target.label} gets the tags that the policies want")
                yield Opening(call, on, replace(target, tags=None), tagged)
    for guard in guards():
        of_service, _, name = guard.type.partition(":")
        if of_service != service:
            continue
        for call in guard.replaces:
            on, needs = _on(scene, call, name, target, owner)
            yield Opening(call, on, _opened(target, None), needs)
        for call in guard.removes if target.policy else ():
            on, needs = _on(scene, call, name, target, owner)
            yield Opening(call, on, replace(target, policy=None), needs)
        for call in guard.adds:
            on, needs = _on(scene, call, name, target, owner)
            granted = (*needs, f"{call} can grant {action}")
            yield Opening(call, on, _opened(target, target.policy), granted)
        for call in guard.unblocks:
            unblocked = _unblocked(target)
            if unblocked is not None:
                on, needs = _on(scene, call, name, target, owner)
                yield Opening(call, on, unblocked, needs)


def _on(
    scene: Scene, call: str, name: str, target: Target, owner: str
) -> tuple[Target, tuple[str, ...]]:
    """Return what a call that changes the guard is made on: the resource, what contains it, or
    anything of the type if that is not known.
    """
    kinds = catalogue.resource_types(call)
    if not kinds:
        return scene.everything(owner), ()
    if any(is_of_type(target.shape, kind) for kind in kinds):
        return target, ()
    snapshot = scene.world.snapshot
    for resource in snapshot.resources.values():
        inside = target.shape.startswith((f"{resource.arn}/", f"{resource.arn}:"))
        if inside and any(is_of_type(resource.arn, kind) for kind in kinds):
            return resource_target(snapshot, resource), ()
    kind = next((kind for kind in kinds if kind.name == name), kinds[0])
    return scene.resource(owner, kind), (f"the {kind.name} that is changed guards the resource",)


@lru_cache(maxsize=1)
def _anybody() -> Policy:
    text = json.dumps({"Version": "2012-10-17", "Statement": _ANYBODY})
    return policy_from_text(text, PolicyKind.RESOURCE)


def _opened(target: Target, before: AttachedPolicy | None) -> Target:
    """Return a target whose policy lets anybody in, beside what it said `before`."""
    policy = _anybody()
    if before is not None and before.policy is not None:
        policy = replace(policy, statements=(*before.policy.statements, *policy.statements))
    title = "the policy that was put there"
    return replace(target, policy=AttachedPolicy(PolicyKind.RESOURCE, title, policy))


def _unblocked(target: Target) -> Target | None:
    """Return a target without what Block Public Access adds to its policy, None if it adds none."""
    attached = target.policy
    if attached is None or attached.policy is None:
        return None
    kept = tuple(item for item in attached.policy.statements if item.sid != _BLOCK)
    if len(kept) == len(attached.policy.statements):
        return None
    policy = replace(attached.policy, statements=kept)
    return replace(target, policy=replace(attached, policy=policy))


def outsider(scene: Scene, account: str) -> Actor:
    """Return a principal of an account of the attacker's own."""
    zone, partition = scene.world.snapshot.zone, scene.partition(account)
    starts = outside_starts(zone, partition)
    start = next(start for start in starts if start.kind is Kind.USER)
    return Actor(OUTSIDER, "", start=start)
