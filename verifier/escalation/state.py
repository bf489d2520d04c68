"""Users, roles, groups and policies after some changes; the snapshot itself stays as it is."""

from __future__ import annotations

from dataclasses import replace

from verifier.escalation import widening
from verifier.escalation.changes import NOWHERE, Change, everything, inline, open_trust, version
from verifier.escalation.entities import account_of
from verifier.escalation.holdings import Holdings
from verifier.escalation.table import Effect
from verifier.policy.attached import AttachedPolicy
from verifier.policy.syntax import PolicyKind
from verifier.snapshot.model import ManagedPolicy, Role, User


class State(Holdings):
    """What the entities are after the changes that were applied; see `Holdings` for `widen`."""

    def apply(self, change: Change) -> set[str]:
        """Make a change; return the ARNs of the users and roles that are no longer the same."""
        match change.effect:
            case Effect.INLINE:
                return self._attach(change.entity, inline())
            case Effect.MANAGED:
                return self._attach_managed(change)
            case Effect.VERSION | Effect.OTHER_VERSION:
                return self._version(change)
            case Effect.LOSES_POLICY:
                return self._remove(change)
            case Effect.JOINS | Effect.LEAVES:
                return self._membership(change)
            case Effect.LOSES_BOUNDARY | Effect.BOUNDARY:
                return self._bound(change)
            case Effect.NEW_USER | Effect.NEW_ROLE | Effect.NEW_POLICY:
                return self._create(change)
            case Effect.TRUST | Effect.PROFILE:
                return self._change_role(change)
            case Effect.TAGS | Effect.NO_TAGS:
                return self._tag(change)
            case Effect.MFA:
                self.with_device.add(change.entity)
                return {change.entity}
            case Effect.GUARDRAILS:
                return self._lift_guardrails()
        raise ValueError(f"{change.effect} changes no entity")

    def _attach(self, arn: str, policy: AttachedPolicy) -> set[str]:
        held = self._held(arn)
        return set() if policy in held else self._holding(arn, (*held, policy))

    def _attach_managed(self, change: Change) -> set[str]:
        policy = self.policy(change.policy)
        if policy is None:
            return set()
        self._added[policy.arn].add(change.entity)
        return self._attach(change.entity, policy.attached)

    def _remove(self, change: Change) -> set[str]:
        held = self._held(change.entity)
        kept = tuple(policy for policy in held if change.policy not in (policy.arn, policy.title))
        return self._holding(change.entity, kept)

    def _version(self, change: Change) -> set[str]:
        """Make another document the default version of a managed policy, wherever it is."""
        policy = self.policy(change.entity)
        if policy is None:
            return set()
        title = f"{policy.attached.title}, new version"
        new = replace(policy.attached, policy=everything(), title=title, location=None)
        if change.effect is Effect.OTHER_VERSION:
            new = replace(policy.attached, policy=version(policy, change.version))
            new = widening.union(policy.attached, new) if self._widen else new
        self._policies[policy.arn] = replace(policy, attached=new)
        holders = self.entities.holders.get(policy.arn, set()) | self._added[policy.arn]
        return {arn for holder in sorted(holders) for arn in self._renewed(holder, new)}

    def _renewed(self, arn: str, new: AttachedPolicy) -> set[str]:
        """Put the new version of a managed policy wherever an entity has it."""
        held = self._held(arn)
        touched: set[str] = set()
        if any(policy.arn == new.arn for policy in held):
            kept = tuple(new if policy.arn == new.arn else policy for policy in held)
            touched |= self._holding(arn, kept)
        bounded = self.user(arn) or self.role(arn)
        if bounded is not None and bounded.boundary and bounded.boundary.arn == new.arn:
            boundary = replace(new, kind=PolicyKind.BOUNDARY)
            touched |= self._put(replace(bounded, boundary=boundary))
        return touched

    def _membership(self, change: Change) -> set[str]:
        user, group = self.user(change.policy), self.group(change.entity)
        if user is None or group is None:
            return set()
        others = tuple(name for name in user.groups if name != group.name)
        if change.effect is Effect.JOINS:
            return self._put(self._regrouped(replace(user, groups=(*others, group.name))))
        left = self._regrouped(replace(user, groups=others))
        return self._put(replace(left, groups=user.groups) if self._widen else left)

    def _bound(self, change: Change) -> set[str]:
        bounded = self.user(change.entity) or self.role(change.entity)
        if bounded is None:
            return set()
        boundary = self._boundary(change.policy)
        if change.policy:
            self._added[change.policy].add(bounded.arn)
        return self._put(replace(bounded, boundary=boundary))

    def _boundary(self, arn: str) -> AttachedPolicy | None:
        policy = self.policy(arn) if arn else None
        return replace(policy.attached, kind=PolicyKind.BOUNDARY) if policy else None

    def _create(self, change: Change) -> set[str]:
        """Make a new user, role or policy; a role admits everyone, a policy allows everything."""
        arn, account = change.entity, account_of(change.entity)
        name, boundary = arn.rsplit("/", 1)[-1], self._boundary(change.policy)
        if not self.is_fresh(arn):
            self._fresh[account].append(arn)
        if change.policy:
            self._added[change.policy].add(arn)
        match change.effect:
            case Effect.NEW_USER:
                self._own[arn] = ()
                return self._put(User(arn, name, "AIDANEW", account, (), boundary, {}, (), NOWHERE))
            case Effect.NEW_ROLE:
                trust = AttachedPolicy(PolicyKind.TRUST, f"trust policy of {name}", open_trust())
                return self._put(
                    Role(arn, name, "AROANEW", account, trust, (), boundary, {}, NOWHERE)
                )
        attached = AttachedPolicy(
            PolicyKind.IDENTITY, f'managed policy "{name}"', everything(), None, arn
        )
        self._policies[arn] = ManagedPolicy(arn, attached)
        return set()

    def _change_role(self, change: Change) -> set[str]:
        role = self.role(change.entity)
        if role is None:
            return set()
        if change.effect is Effect.PROFILE:
            return self._put(replace(role, profiles=(*(role.profiles or ()), change.policy)))
        title = f"new trust policy of {role.name}"
        trust = replace(role.trust, policy=open_trust(), title=title, location=None)
        return self._put(replace(role, trust=trust))

    def _tag(self, change: Change) -> set[str]:
        tagged = self.user(change.entity) or self.role(change.entity)
        if tagged is None:
            return set()
        if self._widen:
            self.free_tags.add(change.entity)
            return {change.entity}
        self.retagged |= {change.entity} if change.tags else set()
        tags = dict(tagged.tags)
        for name, value in change.tags:
            if change.effect is Effect.TAGS:
                tags[name.lower()] = (value,)
            else:
                tags.pop(name.lower(), None)
        return self._put(replace(tagged, tags=tags))

    def _lift_guardrails(self) -> set[str]:
        """Take SCPs and RCPs away from every account (R6.22)."""
        organization = self.snapshot.organization
        if organization is not None:
            places = {
                account: replace(place, scps=None, rcps=None)
                for account, place in organization.places.items()
            }
            self.snapshot = replace(
                self.snapshot, organization=replace(organization, places=places)
            )
        self.without_guardrails = True
        return set()
