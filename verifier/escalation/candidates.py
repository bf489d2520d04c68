"""What the entries of the table are tried on in an account, and in which order."""

from __future__ import annotations

from collections.abc import Container, Iterator
from functools import cached_property

from verifier.compile.arns import is_of_type
from verifier.escalation.administrators import is_administrator
from verifier.escalation.bindings import Binding, made, workload_type
from verifier.escalation.changes import ADMINISTRATOR_ACCESS
from verifier.escalation.entities import account_of
from verifier.escalation.memory import Memory
from verifier.escalation.running import names_service, service_path
from verifier.escalation.scene import Scene
from verifier.escalation.table import Choice, Effect, Over, Primitive, Shown, primitives
from verifier.policy import syntax
from verifier.policy.attached import AttachedPolicy, Level
from verifier.policy.principals import ServiceEntry
from verifier.queries.closure import possible
from verifier.snapshot.model import Group, Role, User

_GRANTS = {
    Effect.INLINE,
    Effect.MANAGED,
    Effect.LOSES_POLICY,
    Effect.LOSES_BOUNDARY,
    Effect.BOUNDARY,
}
"""Effects that bring an administrator nothing."""

_ANY_SERVICE = "*"
_MOST_KEYS = 2
"""So many access keys a user may have (P8.22)."""


class Candidates:
    """The bindings of entries in the accounts of a scene.

    Whom the attacker acts as already is in `taken`; adds to `doubts` what is not decided.
    """

    def __init__(
        self, scene: Scene, memory: Memory, taken: Container[str], doubts: set[str]
    ) -> None:
        self._scene = scene
        self._taken = taken
        self._memory = memory
        self._doubts = doubts

    def of(self, primitive: Primitive, account: str) -> Iterator[Binding]:
        """Yield what an entry is tried on in an account."""
        state = self._scene.state
        match primitive.over:
            case Over.USER:
                for user in state.users(account):
                    yield from self._holding(primitive, user, state.own_policies(user))
            case Over.ROLE:
                for role in state.roles(account):
                    if primitive.effect is Effect.TRUST and role.arn in self._taken:
                        continue
                    yield from self._holding(primitive, role, role.policies)
            case Over.GROUP:
                for group in state.groups(account):
                    yield from self._holding(primitive, group, group.policies)
            case Over.POLICY:
                yield from self._versions(primitive, account)
            case Over.ACCOUNT:
                arn = made(primitive, self._scene.partition(account), account)
                for policy in self._policies(primitive, account, None, ()):
                    new = state.user(arn) or state.role(arn)
                    if new is not None and new.boundary is None:
                        return
                    yield Binding(account, policy=policy)
            case Over.PASSED:
                yield from self._passed(primitive, account)
            case Over.WORKLOAD:
                yield from self._workloads(primitive, account)
            case Over.SAML | Over.OIDC:
                yield from self._providers(primitive, account)
            case Over.PERMISSION_SET | Over.MEMBER | Over.ORGANIZATION:
                yield from self._organization(primitive, account)

    def shows(self, shown: Shown, binding: Binding) -> bool:
        """Return whether the snapshot shows something of the target or the role."""
        state = self._scene.state
        role = state.role(binding.role)
        is_new = state.is_fresh(binding.target)
        user = state.user(binding.target)
        known = user.credentials if user is not None else None
        match shown:
            case Shown.PROFILE:
                return bool(role and role.profiles)
            case Shown.NO_PROFILE:
                return role is not None and role.profiles == ()
            case Shown.ROOM_FOR_KEY:
                return is_new or (known is not None and known.keys < _MOST_KEYS)
            case Shown.FULL:
                return known is not None and known.keys >= _MOST_KEYS
            case Shown.NO_PASSWORD:
                return is_new or (known is not None and known.has_password is False)
            case Shown.PASSWORD:
                return known is not None and known.has_password is True

    def _holding(
        self, primitive: Primitive, holder: User | Role | Group, own: Level
    ) -> Iterator[Binding]:
        """Yield the bindings on a user, role or group; what brings it nothing is left out."""
        if isinstance(holder, Role) and holder.is_service_linked:
            return
        bounded = None if isinstance(holder, Group) else holder
        if primitive.effect in (Effect.LOSES_BOUNDARY, Effect.BOUNDARY) and (
            bounded is None or bounded.boundary is None
        ):
            return
        boundary = bounded.boundary if bounded else None
        for policy in self._policies(primitive, holder.account, boundary, own):
            now = self._scene.state.user(holder.arn) or self._scene.state.role(holder.arn)
            if now and primitive.effect in _GRANTS and is_administrator(now):
                return
            yield Binding(holder.account, holder.arn, policy=policy)

    def _policies(
        self, primitive: Primitive, account: str, boundary: AttachedPolicy | None, own: Level
    ) -> Iterator[str]:
        """Yield the policies that a call may name besides, by ARN or title."""
        partition = self._scene.state.snapshot.accounts[account].partition
        everything = ADMINISTRATOR_ACCESS.format(partition=partition)
        managed = (policy.arn for policy in self._scene.state.policies(account))
        held = {policy.arn for policy in own}
        match primitive.policy:
            case None:
                yield ""
            case Choice.ATTACHABLE:
                yield everything
                yield from (arn for arn in managed if arn not in held)
            case Choice.DENYING:
                yield from (policy.arn for policy in own if policy.arn and _denies(policy))
            case Choice.DENYING_INLINE:
                yield from (policy.title for policy in own if not policy.arn and _denies(policy))
            case Choice.BOUNDARY:
                yield everything
                yield from (arn for arn in managed if boundary is None or arn != boundary.arn)
            case Choice.FIRST_BOUNDARY:
                yield from ("", everything)
                yield from managed

    def _versions(self, primitive: Primitive, account: str) -> Iterator[Binding]:
        for policy in self._scene.state.policies(account):
            if self._scene.state.is_fresh(policy.arn):
                continue
            if primitive.effect is Effect.VERSION:
                yield Binding(account, policy.arn)
            else:
                for name in policy.others:
                    yield Binding(account, policy.arn, policy=name)

    def _passed(self, primitive: Primitive, account: str) -> Iterator[Binding]:
        for role in self._scene.state.roles(account):
            if role.is_service_linked or role.arn in self._taken:
                continue
            for service in self.services(primitive, role):
                if self.serves(service, role, primitive.alongside):
                    named = service if primitive.service == _ANY_SERVICE else ""
                    yield Binding(account, role=role.arn, service=named)

    def services(self, primitive: Primitive, role: Role) -> Iterator[str]:
        """Yield the services that an entry may pass a role to, or that run with it."""
        if primitive.service != _ANY_SERVICE:
            yield primitive.service
            return
        for statement in role.trust.statements:
            for entry in statement.principal.entries if statement.principal else ():
                if isinstance(entry, ServiceEntry) and entry.text not in self._tabled:
                    yield entry.text

    @cached_property
    def _tabled(self) -> set[str]:
        """The services of which the table says how a role is passed to them."""
        return {item.service for item in primitives() if item.over is Over.PASSED}

    def serves(self, service: str, role: Role, alongside: tuple[str, ...]) -> bool:
        """Return whether a service may assume a role for something of its account (R7.51)."""
        if role.trust.policy is not None and not names_service(role, service):
            return False
        likeness = role.trust.policy, self._scene.likeness(role.arn)
        key = ("serves", service, role.arn, likeness, self._scene.state.without_guardrails)
        return self._memory.ask(key, lambda: self._serves(service, role, alongside))

    def _serves(self, service: str, role: Role, alongside: tuple[str, ...]) -> bool:
        path = service_path(self._scene, service, role.arn, alongside)
        return possible(self._scene.world, path, self._doubts)

    def _workloads(self, primitive: Primitive, account: str) -> Iterator[Binding]:
        """Yield the workloads of a type that are listed, then one more for each role."""
        state = self._scene.state
        kind = workload_type(primitive)
        for workload in state.snapshot.workloads.values():
            ours = state.role(workload.role)
            if ours is None or workload.account != account:
                continue
            if ours.arn in self._taken and workload.arn != self._scene.controls:
                continue
            if is_of_type(workload.arn, kind) and self._runs(primitive, ours):
                yield Binding(account, workload.arn, ours.arn)
        for role in state.roles(account):
            on_instance = primitive.workload == "ec2:instance"
            if state.is_fresh(role.arn) or role.arn in self._taken:
                continue
            if on_instance and role.profiles == ():
                continue
            if self._runs(primitive, role):
                yield Binding(account, role=role.arn)

    def _runs(self, primitive: Primitive, role: Role) -> bool:
        return self.serves(primitive.service, role, primitive.alongside)

    def _providers(self, primitive: Primitive, account: str) -> Iterator[Binding]:
        mark = ":saml-provider/" if primitive.over is Over.SAML else ":oidc-provider/"
        for name in self._scene.world.trusts.names("provider"):
            if mark in name and account_of(name) == account:
                yield Binding(account, name)

    def _organization(self, primitive: Primitive, account: str) -> Iterator[Binding]:
        snapshot = self._scene.state.snapshot
        organization = snapshot.organization
        places = set(organization.places) if organization else set()
        match primitive.over:
            case Over.PERMISSION_SET:
                for other in snapshot.accounts:
                    if not places or {account, other} <= places:
                        for role in self._scene.state.roles(other):
                            if ":role/aws-reserved/sso.amazonaws.com/" in role.arn:
                                yield Binding(account, role.arn, role.arn)
            case Over.MEMBER if organization:
                for member in sorted(places & set(snapshot.accounts)):
                    if account in places and member != organization.management_account:
                        partition = snapshot.accounts[member].partition
                        yield Binding(account, f"arn:{partition}:iam::{member}:root")
            case Over.ORGANIZATION if account in places:
                yield Binding(account)


def _denies(policy: AttachedPolicy) -> bool:
    return any(statement.effect is syntax.Effect.DENY for statement in policy.statements)
