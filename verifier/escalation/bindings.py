"""What an entry of the table is tried on, and what its calls ask for there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from iam_smt.automata import exactly
from iam_smt.keys import ABSENT, Key, known
from iam_smt.terms import both
from iam_smt.texts import StringVariable
from verifier import catalogue
from verifier.catalogue import ResourceType
from verifier.compile.arns import is_of_type
from verifier.compile.targets import Target, entity_target, resource_target
from verifier.escalation.entities import account_of
from verifier.escalation.scene import Scene
from verifier.escalation.table import Alternative, Effect, Over, Primitive
from verifier.queries.paths import Given

ANY = "*"
"""Stands for any target, role or policy: what is possible for none is not tried for each."""

_TYPES = {
    "bedrock-agentcore:invokecodeinterpreter": ("code-interpreter-custom",),
    "bedrock-agentcore:startcodeinterpretersession": ("code-interpreter-custom",),
    "ssm:startsession": ("instance",),
    "ssm:sendcommand": ("document", "instance"),
    "ssm:createassociation": ("document", "instance"),
    "events:putrule": ("rule-on-default-event-bus",),
    "events:puttargets": ("rule-on-default-event-bus",),
    "organizations:moveaccount": ("account",),
}
"""The resource types of a call where the catalogue lists alternatives, or too few as required."""

_PASS = "iam:PassRole"
_POLICY_ARN, _BOUNDARY, _PASSED_TO = (
    "iam:policyarn",
    "iam:permissionsboundary",
    "iam:passedtoservice",
)


@dataclass(frozen=True, slots=True)
class Binding:
    """What the words of an entry stand for, by ARN; "" where the entry has no such word.

    `target` is what the entry is about, `role` the role that is passed or that a workload runs as,
    `policy` a managed policy or the title of an inline one, `service` who is passed the role.
    """

    account: str
    target: str = ""
    role: str = ""
    policy: str = ""
    service: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """One call: what it is authorized for, first what it is about."""

    action: str
    target: Target
    given: Given
    others: tuple[tuple[str, Target, Given], ...] = ()


def asks(
    scene: Scene, primitive: Primitive, alternative: Alternative, binding: Binding
) -> list[Ask]:
    """Return the calls of an alternative; passing a role is part of the call that it is for."""
    found: list[Ask] = []
    passed: tuple[tuple[str, Target, Given], ...] = ()
    for action in alternative.calls:
        (first, *rest) = _targets(scene, primitive, action, binding)
        named = both(first.facts, scene.facts(binding.policy))
        first = replace(first, facts=named)
        given = _given(scene, primitive, action, binding)
        others = tuple((action, target, given) for target in rest)
        if action == _PASS and action != alternative.calls[-1]:
            passed += ((action, first, given), *others)
        else:
            found.append(Ask(action, first, given, others + passed))
            passed = ()
    return found


_MADE = {
    Effect.NEW_USER: "user/(new)",
    Effect.NEW_ROLE: "role/(new)",
    Effect.NEW_POLICY: "policy/(new)",
}
"""What stands for the names that the caller chooses; no name has parentheses."""


def made(primitive: Primitive, partition: str, account: str) -> str:
    """Return what stands for the ARN of what an entry makes, "" if it makes nothing."""
    name = _MADE.get(primitive.effect)
    return f"arn:{partition}:iam::{account}:{name}" if name else ""


_BOUND = {
    Over.USER: "user",
    Over.ROLE: "role",
    Over.GROUP: "group",
    Over.POLICY: "policy",
}


def named(
    primitive: Primitive, alternative: Alternative, binding: Binding
) -> Iterator[tuple[str, str]]:
    """Yield the calls that are made on a user, role, group or policy, each with its ARN."""
    for action in alternative.calls:
        if action == _PASS and binding.role:
            yield action, binding.role
        elif primitive.over in _BOUND and any(
            kind.name == _BOUND[primitive.over] for kind in _kinds(action)
        ):
            yield action, binding.target


def _targets(scene: Scene, primitive: Primitive, action: str, binding: Binding) -> Iterator[Target]:
    """Yield what a call is made on: one of each resource type that it needs (R6.60)."""
    if primitive.over is Over.MEMBER:
        yield _root(scene, binding)
        return
    kinds = _kinds(action)
    if not kinds:
        yield scene.everything(binding.account)
    kinds = sorted(kinds, key=lambda kind: not _is_bound(primitive, binding, action, kind))
    for kind in kinds:
        yield _target(scene, primitive, action, binding, kind)


def _kinds(action: str) -> list[ResourceType]:
    kinds = catalogue.resource_types(action)
    names = _TYPES.get(action.lower())
    if names is not None:
        return [kind for kind in kinds if kind.name in names]
    return [kind for kind in kinds if kind.required] or list(kinds)


@lru_cache(maxsize=128)
def workload_type(primitive: Primitive) -> catalogue.ResourceType:
    """Return the resource type that an entry about workloads is about."""
    service, _, name = primitive.workload.partition(":")
    found = (
        kind
        for stage in primitive.stages
        for alternative in stage
        for action in alternative.calls
        if action.startswith(f"{service}:")
        for kind in catalogue.resource_types(action)
    )
    return next(kind for kind in found if kind.name == name)


def _is_bound(primitive: Primitive, binding: Binding, action: str, kind: ResourceType) -> bool:
    if action == _PASS:
        return True
    if primitive.over is Over.WORKLOAD:
        return kind.arn == workload_type(primitive).arn
    return binding.target not in ("", ANY) and is_of_type(binding.target, kind)


def _target(
    scene: Scene, primitive: Primitive, action: str, binding: Binding, kind: ResourceType
) -> Target:
    arn = binding.role if action == _PASS else binding.target
    if kind.name == "Account" and binding.target:
        number = account_of(binding.target)
        account = kind.arn.replace("${Partition}", "aws").replace("${AccountId}", number)
        return replace(scene.everything(binding.account), resource=account, shape=account)
    new = made(primitive, scene.partition(binding.account), binding.account)
    if new and is_of_type(new, kind):
        return scene.target(new)
    if arn in ("", ANY) or not _is_bound(primitive, binding, action, kind):
        return scene.resource(binding.account, kind)
    if primitive.over is Over.WORKLOAD and action != _PASS:
        listed = scene.world.snapshot.resources.get(arn)
        if listed is not None:
            return resource_target(scene.world.snapshot, listed)
    return scene.target(arn)


def _root(scene: Scene, binding: Binding) -> Target:
    """Return the root user of a member account, which no policy of its own guards (R7.10)."""
    target = entity_target(scene.world.snapshot, binding.target, binding.target, {})
    return replace(target, owner=binding.account)


def _given(scene: Scene, primitive: Primitive, action: str, binding: Binding) -> Given:
    """Return the keys that the call itself fixes (5.3, R5.60, R7.52)."""
    if not action.startswith("iam:"):
        return {}
    found: dict[str, Key] = {}
    if action == _PASS:
        found[_PASSED_TO] = _service(primitive, binding)
    if catalogue.has_key(action, _POLICY_ARN) and binding.policy != ANY:
        found[_POLICY_ARN] = known(scene.name(binding.policy)) if binding.policy else ABSENT
    if catalogue.has_key(action, _BOUNDARY) and ANY not in (binding.target, binding.policy):
        key = _boundary(scene, primitive, binding)
        if key is not None:
            found[_BOUNDARY] = key
    return found


def _service(primitive: Primitive, binding: Binding) -> Key:
    names = (binding.service,) if binding.service else primitive.services
    if len(names) == 1:
        return known(names[0])
    return known(StringVariable("passed to", exactly(*names), names))


def _boundary(scene: Scene, primitive: Primitive, binding: Binding) -> Key | None:
    """Return the boundary that a call attaches, else that of its target; None if it is open."""
    if primitive.effect in (Effect.BOUNDARY, Effect.NEW_USER, Effect.NEW_ROLE):
        return known(scene.name(binding.policy)) if binding.policy else ABSENT
    bounded = scene.state.user(binding.target) or scene.state.role(binding.target)
    if scene.state.may_be_bounded_otherwise(binding.target):
        return None
    if bounded is None or bounded.boundary is None:
        return ABSENT
    return known(bounded.boundary.arn) if bounded.boundary.arn else None
