"""Whether an actor may carry out what an entry of the table asks for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from enum import Enum

from iam_smt.credentials import Chain
from iam_smt.terms import TRUE, Atom, atoms
from iam_smt.texts import StringVariable
from verifier.compile.authorization import Authorization
from verifier.compile.authorize import refused
from verifier.compile.callers import Caller
from verifier.compile.calls import Call
from verifier.compile.roots import ASSUME_ROOT
from verifier.compile.targets import Target
from verifier.escalation.actors import Actor
from verifier.escalation.bindings import ANY, Binding, asks, named
from verifier.escalation.guards import Opening
from verifier.escalation.memory import Memory, signature
from verifier.escalation.offered import covers, everything, offered
from verifier.escalation.scene import Scene
from verifier.escalation.table import Alternative, Over, Primitive
from verifier.policy.syntax import Effect
from verifier.queries.barriers import is_offered
from verifier.queries.closure import possible
from verifier.queries.offers import allows_action
from verifier.queries.paths import Path
from verifier.queries.provisos import may_apply
from verifier.snapshot.model import Role

_EACH = (Over.MEMBER, Over.PERMISSION_SET)
_ASKED = ("iam:policyarn", "iam:permissionsboundary")
_TAGS = ("aws:resourcetag/", "iam:resourcetag/")


class Extent(Enum):
    """On how many targets something may be possible."""

    NONE = "none"
    SOME = "some"
    ALL = "all"


class Decider:
    """Decides calls of one actor; adds to `doubts` what the solver leaves open."""

    def __init__(self, scene: Scene, actor: Actor, memory: Memory, doubts: set[str]) -> None:
        self.actor = actor
        self._scene = scene
        self._doubts = doubts
        self._chain = Chain()
        self.caller: Caller = actor.caller(scene, self._chain)
        self.memory = memory
        self._signature = signature(actor, self.caller), scene.carried(actor.entity)

    def offers(self) -> int:
        """Return the actions of the table that the actor may be allowed at all."""
        if self.actor.is_root:
            return everything()
        return offered(self.caller.policies.identity)

    def assumes(self, role: Role) -> bool:
        """Return whether the actor may assume a role."""
        name = self._scene.name(role.arn)
        opened = name if isinstance(name, StringVariable) else None
        likeness = role.trust.policy, self._scene.likeness(role.arn)
        key = ("assumes", self.actor.key, self._signature, role.arn, likeness)
        free = role.arn in self._scene.state.free_tags
        return self.memory.ask(
            key, lambda: self._possible(self._path().assume(role, arn=opened, free_tags=free))
        )

    def calls(self, action: str, target: Target) -> bool:
        """Return whether the actor may make a call that is no part of the table."""
        return self._possible(self._path().ask(action, target))

    def names(self, opening: Opening) -> bool:
        """Return whether some statement, or the policy of the resource, names a call."""
        policies = (*self.caller.policies.identity, *opening.on.admitting)
        action = ASSUME_ROOT if opening.on.task else opening.action
        return self.actor.is_root or any(allows_action(policy, action) for policy in policies)

    def may(self, primitive: Primitive, alternative: Alternative, binding: Binding) -> bool:
        """Return whether the actor may make the calls of an alternative on a target."""
        match self.extent(primitive, alternative, binding.account):
            case Extent.NONE:
                return False
            case Extent.ALL if not _is_reserved(binding):
                return True
        if not self._may_cover(primitive, alternative, binding):
            return False
        likeness = self._scene.likeness(binding.target)
        called = binding if "iam:PassRole" in alternative.calls else replace(binding, role="")
        key = (self._signature, primitive, alternative, called, likeness)
        return self.memory.ask(key, lambda: self._may(primitive, alternative, called))

    def _may_cover(self, primitive: Primitive, alternative: Alternative, binding: Binding) -> bool:
        """Return whether some statement names whatever user, role, group or policy is called on."""
        if self.actor.is_root or self.caller.account != binding.account:
            return True
        return all(
            covers(self.caller.policies.identity, action, arn)
            for action, arn in named(primitive, alternative, binding)
            if not self._scene.state.is_fresh(arn)
        )

    def _may(self, primitive: Primitive, alternative: Alternative, binding: Binding) -> bool:
        path = self._path()
        for ask in asks(self._scene, primitive, alternative, binding):
            path.ask(ask.action, ask.target, ask.given, ask.others)
        return self._possible(path)

    def refused(
        self, primitive: Primitive, alternative: Alternative, binding: Binding
    ) -> Iterator[Path]:
        """Yield the calls of an alternative, each by itself, that the actor may not make, although
        a statement names what they are made on.
        """
        if not self._may_cover(primitive, alternative, binding):
            return
        for ask in asks(self._scene, primitive, alternative, binding):
            path = self._path().ask(ask.action, ask.target, ask.given, ask.others)
            if self._is_named(path.last.authorization()) and not self._possible(path):
                yield path

    def _is_named(self, authorization: Authorization) -> bool:
        """Return whether some statement of the actor's allows a call, its conditions set aside."""
        return self.actor.is_root or any(
            statement.effect is Effect.ALLOW and may_apply(statement, authorization)
            for policy in self.caller.policies.identity
            for statement in policy.statements
        )

    def refused_call(self, action: str, target: Target) -> Iterator[Path]:
        """Yield a call that is no part of the table if the actor may not make it."""
        path = self._path().ask(action, target)
        if not self._possible(path):
            yield path

    def refused_role(self, role: Role) -> Iterator[Path]:
        """Yield the assumption of a role if a policy offers it, but the actor may not assume it."""
        path = self._path().assume(role)
        if not self.assumes(role) and is_offered(self._scene.world, path):
            yield path

    def extent(self, primitive: Primitive, alternative: Alternative, account: str) -> Extent:
        """Return whether the calls are possible on no target of an account, on all, or on some;
        what services refuse on roles of their own is set aside (R6.91).
        """
        key = (self._signature, primitive, alternative, account)
        return self.memory.ask(key, lambda: self._extent(primitive, alternative, account))

    def _extent(self, primitive: Primitive, alternative: Alternative, account: str) -> Extent:
        if not alternative.calls:
            return Extent.ALL
        if primitive.over in _EACH or self.actor.account != account:
            return Extent.SOME
        path, scene = self._path(), Scene(self._scene.base, self._scene.state)
        for ask in asks(scene, primitive, alternative, Binding(account, ANY, ANY, ANY)):
            path.ask(ask.action, ask.target, ask.given, ask.others)
        if not self._possible(path):
            return Extent.NONE
        asked = set(atoms(path.term()))
        asked -= set(atoms(*(refused(call.authorization().request) for call in path.calls())))
        depends = any(not asked.isdisjoint(_of_target(call)) for call in path.calls())
        return Extent.SOME if depends else Extent.ALL

    def _path(self) -> Path:
        return Path(
            self._scene.world, self.caller, self._chain, begins=self.actor.start is not None
        )

    def _possible(self, path: Path) -> bool:
        return path.term() is TRUE or possible(self._scene.world, path, self._doubts)


def _is_reserved(binding: Binding) -> bool:
    return any(
        mark in arn
        for arn in (binding.target, binding.role)
        for mark in (":role/aws-reserved/", ":role/aws-service-role/")
    )


def _of_target(call: Call) -> set[Atom]:
    """Return the atoms that are about the target of a call, or about a policy that it names."""
    target = call.target.resource
    found = target.atoms if isinstance(target, StringVariable) else set()
    for key in call.context.keys:
        if key in _ASKED or key.startswith(_TAGS):
            found |= call.atoms_of(key)
    return found
