"""Users, roles, groups and policies after some changes; the snapshot itself stays as it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from verifier.escalation import widening
from verifier.escalation.changes import (
    NOWHERE,
    Change,
    administrator_access,
    everything,
    inline,
    open_trust,
    version,
)
from verifier.escalation.entities import Entities, account_of
from verifier.escalation.table import Effect
from verifier.policy.attached import AttachedPolicy, Level
from verifier.policy.syntax import PolicyKind
from verifier.snapshot.model import Group, ManagedPolicy, Role, User

Entity = User | Role | Group


class State:
    """What the entities are after the changes that were applied.

    With `widen` every entity is what it may have become at most: allows are added, denies that
    can go are gone, and nothing is lost, so that what is impossible then is impossible in every
    choice and order of the changes. `free_tags` are entities whose tags are the caller's choice,
    `with_device` users with an MFA device of the caller's.
    """

    def __init__(self, entities: Entities, *, widen: bool = False) -> None:
        self.entities = entities
        self.snapshot = entities.snapshot
        self.free_tags: set[str] = set()
        self.with_device: set[str] = set()
        self.without_guardrails = False
        self._widen = widen
        self._users: dict[str, User] = {}
        self._roles: dict[str, Role] = {}
        self._groups: dict[str, Group] = {}
        self._policies: dict[str, ManagedPolicy] = {}
        self._own: dict[str, Level] = {}
        self._added: dict[str, set[str]] = defaultdict(set)
        self._fresh: dict[str, list[str]] = defaultdict(list)

    def user(self, arn: str) -> User | None:
        """Return a user as it now is."""
        return self._users.get(arn) or self.snapshot.user(arn)

    def role(self, arn: str) -> Role | None:
        """Return a role as it now is."""
        return self._roles.get(arn) or self.snapshot.role(arn)

    def group(self, arn: str) -> Group | None:
        """Return a group as it now is."""
        account = self.snapshot.accounts.get(account_of(arn))
        return self._groups.get(arn) or (account.groups.get(arn) if account else None)

    def policy(self, arn: str) -> ManagedPolicy | None:
        """Return a managed policy as it now is; `AdministratorAccess` is always there."""
        found = self._policies.get(arn) or self.snapshot.policies.get(arn)
        return found or administrator_access(arn)

    def users(self, account: str) -> Iterator[User]:
        """Yield the users of an account, new ones last."""
        for arn, user in self.snapshot.accounts[account].users.items():
            yield self._users.get(arn, user)
        yield from (self._users[arn] for arn in self._fresh[account] if arn in self._users)

    def roles(self, account: str) -> Iterator[Role]:
        """Yield the roles of an account, new ones last."""
        for arn, role in self.snapshot.accounts[account].roles.items():
            yield self._roles.get(arn, role)
        yield from (self._roles[arn] for arn in self._fresh[account] if arn in self._roles)

    def groups(self, account: str) -> Iterator[Group]:
        """Yield the groups of an account."""
        for arn, group in self.snapshot.accounts[account].groups.items():
            yield self._groups.get(arn, group)

    def policies(self, account: str) -> Iterator[ManagedPolicy]:
        """Yield the customer managed policies of an account, new ones last."""
        for policy in self.entities.managed.get(account, ()):
            yield self._policies.get(policy.arn, policy)
        yield from (self._policies[arn] for arn in self._fresh[account] if arn in self._policies)

    def may_be_bounded_otherwise(self, arn: str) -> bool:
        """Return whether a user or role may have another boundary than it now has, or none: with
        `widen`, where some change was about its boundary.
        """
        if not self._widen:
            return False
        now, before = (
            (self.user(arn) or self.role(arn)),
            (self.snapshot.user(arn) or self.snapshot.role(arn)),
        )
        return now is not None and (before is None or now.boundary is not before.boundary)

    def is_fresh(self, arn: str) -> bool:
        """Return whether the entity was made by the caller."""
        return arn in self._fresh[account_of(arn)]

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

    def _put(self, new: Entity) -> set[str]:
        """Keep a new version of an entity; return the users and roles that it bears on."""
        match new:
            case User():
                old = self.user(new.arn)
                known = old is not None and self._widen
                self._users[new.arn] = widening.user(old, new) if old and known else new
                return {new.arn}
            case Role():
                before = self.role(new.arn)
                wide = widening.role(before, new) if before and self._widen else new
                self._roles[new.arn] = wide
                return {new.arn}
            case Group():
                group = self.group(new.arn)
                self._groups[new.arn] = widening.group(group, new) if group and self._widen else new
                members = [user for user in self.users(new.account) if new.name in user.groups]
                return {arn for user in members for arn in self._put(self._regrouped(user))}

    def own_policies(self, user: User) -> Level:
        """Return the policies that a user has not from its groups (R6.2)."""
        if user.arn not in self._own:
            listed = self.snapshot.user(user.arn)
            self._own[user.arn] = self.entities.own(listed) if listed else ()
        return self._own[user.arn]

    def _regrouped(self, user: User) -> User:
        """Return a user with its own policies and those of its groups (R6.2)."""
        groups = {group.name: group for group in self.groups(user.account)}
        inherited = sum((groups[name].policies for name in user.groups if name in groups), ())
        missing = tuple(
            policy
            for policy in user.policies
            if policy.policy is None and policy.title in {f'group "{name}"' for name in user.groups}
        )
        return replace(user, policies=self.own_policies(user) + inherited + missing)

    def _holding(self, arn: str, policies: Level) -> set[str]:
        """Give a user, role or group these policies of its own."""
        if (user := self.user(arn)) is not None:
            own = self.own_policies(user)
            self._own[arn] = widening.level(own, policies) if self._widen else policies
            return self._put(self._regrouped(user))
        holder = self.role(arn) or self.group(arn)
        return self._put(replace(holder, policies=policies)) if holder else set()

    def _held(self, arn: str) -> Level:
        if (user := self.user(arn)) is not None:
            return self.own_policies(user)
        holder = self.role(arn) or self.group(arn)
        return holder.policies if holder else ()

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
