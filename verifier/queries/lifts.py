"""Snapshots in which somebody may more: a type of policy lifted, a permission given, a caller
admitted, each for one principal, account or resource.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from verifier.policy.attached import AttachedPolicy
from verifier.policy.parse import policy_from_text
from verifier.policy.syntax import PolicyKind, Statement
from verifier.snapshot.model import Account, Place, Resource, Role, Snapshot, User
from verifier.verdict import Cause, MissKind

Entity = User | Role


@dataclass(frozen=True)
class Lift:
    """A change by its `kind`: see `Miss`; `where` is the policy or the principal that it is about.

    `principal` is how a policy of a resource names `who`.
    """

    kind: MissKind
    where: Cause
    who: str
    action: str = ""
    resource: str = ""
    principal: tuple[str, str] = ("", "")

    def of(self, snapshot: Snapshot) -> Snapshot:
        """Return a snapshot after the change."""
        match self.kind:
            case MissKind.BOUNDARY:
                return _entity(snapshot, self.who, lambda item: replace(item, boundary=None))
            case MissKind.ENDPOINT:
                return replace(snapshot, endpoints={})
            case MissKind.SCPS:
                return _place(snapshot, self.who, lambda item: replace(item, scps=()))
            case MissKind.RCPS:
                return _place(snapshot, self.who, lambda item: replace(item, rcps=()))
            case MissKind.PERMISSION | MissKind.GOAL:
                return _entity(snapshot, self.who, self._permitted)
        return self._admitted(snapshot)

    def _permitted(self, item: Entity) -> Entity:
        statement = {"Effect": "Allow", "Action": self.action, "Resource": self.resource}
        added = _policy(PolicyKind.IDENTITY, statement)
        return replace(item, policies=(*item.policies, added))

    def _admitted(self, snapshot: Snapshot) -> Snapshot:
        key, value = self.principal
        statement = {"Effect": "Allow", "Principal": {key: value}, "Action": self.action}
        role = snapshot.role(self.resource)
        if role is not None:
            trust = _joined(role.trust, PolicyKind.TRUST, statement)
            return _role(snapshot, replace(role, trust=trust))
        item = snapshot.resources[self.resource]
        statement["Resource"] = [item.arn, f"{item.arn}/*"]
        joined = _joined(item.policy, PolicyKind.RESOURCE, statement)
        changed: Mapping[str, Resource] = {
            **snapshot.resources,
            item.arn: replace(item, policy=joined),
        }
        return replace(snapshot, resources=changed)


def _policy(kind: PolicyKind, statement: Mapping[str, object]) -> AttachedPolicy:
    text = json.dumps({"Version": "2012-10-17", "Statement": statement})
    return AttachedPolicy(kind, "what would have to be allowed", policy_from_text(text, kind))


def _joined(
    policy: AttachedPolicy | None, kind: PolicyKind, statement: Mapping[str, object]
) -> AttachedPolicy:
    """Return a policy of a resource with one statement more."""
    added = _policy(kind, statement)
    if policy is None or policy.policy is None or added.policy is None:
        return added
    # The statement stands in no file: its place is that of the whole document.
    new: list[Statement] = [replace(item, position=()) for item in added.policy.statements]
    whole = replace(policy.policy, statements=(*policy.policy.statements, *new))
    return replace(policy, policy=whole)


def _entity(snapshot: Snapshot, arn: str, change: Callable[[Entity], Entity]) -> Snapshot:
    role, user = snapshot.role(arn), snapshot.user(arn)
    if role is not None:
        changed = change(role)
        assert isinstance(changed, Role)
        return _role(snapshot, changed)
    assert user is not None
    account = snapshot.accounts[user.account]
    changed = change(user)
    assert isinstance(changed, User)
    return _account(snapshot, replace(account, users={**account.users, arn: changed}))


def _role(snapshot: Snapshot, role: Role) -> Snapshot:
    account = snapshot.accounts[role.account]
    return _account(snapshot, replace(account, roles={**account.roles, role.arn: role}))


def _account(snapshot: Snapshot, account: Account) -> Snapshot:
    return replace(snapshot, accounts={**snapshot.accounts, account.id: account})


def _place(snapshot: Snapshot, account: str, change: Callable[[Place], Place]) -> Snapshot:
    organization = snapshot.organization
    assert organization is not None
    places = {**organization.places, account: change(organization.places[account])}
    return replace(snapshot, organization=replace(organization, places=places))
