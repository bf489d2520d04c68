"""Users, roles, groups and policies that are no longer what the snapshot says, and all others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from verifier.escalation import widening
from verifier.escalation.changes import administrator_access
from verifier.escalation.entities import Entities, account_of
from verifier.policy.attached import Level
from verifier.snapshot.model import Group, ManagedPolicy, Role, User

Entity = User | Role | Group


class Holdings:
    """The entities of a snapshot, of which some are new or have been replaced.

    With `widen` what replaces an entity is joined with it: allows are added, denies that are not in
    both are gone, so that what is impossible then is impossible in every choice and order of the
    changes. `free_tags` are entities whose tags are the caller's choice, `retagged` those that have
    others than before, `with_device` users with an MFA device of the caller's.
    """

    def __init__(self, entities: Entities, *, widen: bool = False) -> None:
        self.entities = entities
        self.snapshot = entities.snapshot
        self.free_tags: set[str] = set()
        self.retagged: set[str] = set()
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
