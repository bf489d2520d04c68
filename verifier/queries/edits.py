"""Snapshots with a statement taken away, or less demanding: for what a change would do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from verifier.policy.attached import ApplicablePolicies, AttachedPolicy, Level
from verifier.policy.syntax import Condition, Policy, Statement
from verifier.snapshot.model import (
    Account,
    Group,
    ManagedPolicy,
    Organization,
    Role,
    Snapshot,
    User,
)
from verifier.verdict import Cause


@dataclass(frozen=True, eq=False)
class Edit:
    """A statement of the document that stands at `home`, wherever that is attached, without one
    condition entry, or gone where `dropped` is None; `where` is how people find it.
    """

    document: Policy
    home: str
    statement: Statement
    where: Cause
    dropped: Condition | None = None

    def of(self, document: Policy) -> Policy:
        """Return the document after this edit."""
        kept = []
        for item in document.statements:
            if item != self.statement:
                kept.append(item)
            elif self.dropped is not None:
                rest = tuple(entry for entry in item.conditions if entry is not self.dropped)
                kept.append(replace(item, conditions=rest))
        return replace(document, statements=tuple(kept))


def home_of(policy: AttachedPolicy) -> str:
    """Return where the document of a policy stands: like ones may share their statements."""
    return policy.place(()) or policy.title


class Editor:
    """Applies edits to whatever holds policies; what is not touched stays the same object.

    `made` has each new document with the one that it was made of.
    """

    def __init__(self, edits: Iterable[Edit]) -> None:
        self._edits: dict[int, list[Edit]] = {}
        self.made: dict[tuple[int, str], tuple[Policy, Policy]] = {}
        for item in edits:
            self._edits.setdefault(id(item.document), []).append(item)

    def policy(self, policy: AttachedPolicy) -> AttachedPolicy:
        """Return a policy after the edits."""
        edits = self._edits.get(id(policy.policy))
        if not edits or policy.policy is None:
            return policy
        home = home_of(policy)
        found = [item for item in edits if item.home == home]
        if not found:
            return policy
        key = (id(policy.policy), home)
        if key not in self.made:
            document = policy.policy
            for item in found:
                document = item.of(document)
            self.made[key] = document, policy.policy
        return replace(policy, policy=self.made[key][0])

    def level(self, level: Level) -> Level:
        """Return policies after the edits."""
        found = tuple(map(self.policy, level))
        return level if all(a is b for a, b in zip(found, level, strict=True)) else found

    def _maybe(self, policy: AttachedPolicy | None) -> AttachedPolicy | None:
        return None if policy is None else self.policy(policy)

    def applicable(self, policies: ApplicablePolicies) -> ApplicablePolicies:
        """Return what bears on a request after the edits."""
        return replace(
            policies,
            identity=self.level(policies.identity),
            resource=self._maybe(policies.resource),
            boundary=self.level(policies.boundary),
            scps=tuple(map(self.level, policies.scps)),
            rcps=tuple(map(self.level, policies.rcps)),
        )

    def snapshot(self, snapshot: Snapshot) -> Snapshot:
        """Return a snapshot after the edits."""
        resources = {
            arn: item
            if self._maybe(item.policy) is item.policy
            else replace(item, policy=self._maybe(item.policy))
            for arn, item in snapshot.resources.items()
        }
        return replace(
            snapshot,
            accounts={name: self._account(item) for name, item in snapshot.accounts.items()},
            resources=resources,
            policies={arn: self._managed(item) for arn, item in snapshot.policies.items()},
            organization=self._organization(snapshot.organization),
        )

    def _account(self, account: Account) -> Account:
        users: Mapping[str, User] = {arn: self._user(item) for arn, item in account.users.items()}
        roles: Mapping[str, Role] = {arn: self._role(item) for arn, item in account.roles.items()}
        groups = {arn: self._group(item) for arn, item in account.groups.items()}
        return replace(account, users=users, roles=roles, groups=groups)

    def _group(self, group: Group) -> Group:
        policies = self.level(group.policies)
        return group if policies is group.policies else replace(group, policies=policies)

    def _managed(self, policy: ManagedPolicy) -> ManagedPolicy:
        attached = self.policy(policy.attached)
        return policy if attached is policy.attached else replace(policy, attached=attached)

    def _user(self, user: User) -> User:
        policies, boundary = self.level(user.policies), self._maybe(user.boundary)
        if policies is user.policies and boundary is user.boundary:
            return user
        return replace(user, policies=policies, boundary=boundary)

    def _role(self, role: Role) -> Role:
        policies, boundary = self.level(role.policies), self._maybe(role.boundary)
        trust = self.policy(role.trust)
        if policies is role.policies and boundary is role.boundary and trust is role.trust:
            return role
        return replace(role, policies=policies, boundary=boundary, trust=trust)

    def _organization(self, organization: Organization | None) -> Organization | None:
        if organization is None:
            return None
        places = {
            account: replace(
                place,
                scps=None if place.scps is None else tuple(map(self.level, place.scps)),
                rcps=None if place.rcps is None else tuple(map(self.level, place.rcps)),
            )
            for account, place in organization.places.items()
        }
        return replace(organization, places=places)
