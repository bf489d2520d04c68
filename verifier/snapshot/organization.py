"""The organization: its tree, and the SCPs and RCPs that are attached in it (6.3, 6.4).

`organization.json` holds the tree; policies stand in it or in files of their own, as
`aws organizations describe-policy` prints them, with the `Targets` that
`list-targets-for-policy` gives. A node that does not say what is attached to it has the default
attachment `FullAWSAccess` besides what names it as a target (R6.23).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from verifier.errors import SnapshotError
from verifier.policy.attached import AttachedPolicy, Level
from verifier.policy.parse import policy_from_text
from verifier.policy.reading import Location
from verifier.policy.syntax import PolicyKind
from verifier.snapshot.building import Building, validate
from verifier.snapshot.model import Organization, Place
from verifier.snapshot.organization_shapes import Features, Node, PolicyFile, Tree
from verifier.snapshot.s3_policies import TYPE, S3Policies

_ROOT_SESSIONS = "RootSessions"
_IAM = "iam.amazonaws.com"
_KINDS = {
    "SERVICE_CONTROL_POLICY": PolicyKind.SCP,
    "RESOURCE_CONTROL_POLICY": PolicyKind.RCP,
}
_FULL_ACCESS = {
    PolicyKind.SCP: (
        "p-FullAWSAccess",
        '{"Version": "2012-10-17",'
        ' "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}',
    ),
    PolicyKind.RCP: (
        "p-RCPFullAWSAccess",
        '{"Version": "2012-10-17", "Statement":'
        ' {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}',
    ),
}


def recognises(value: Any) -> bool:
    """Return whether `value` looks like an organization or a policy of one."""
    if not isinstance(value, dict):
        return False
    known = ("Organization", "EnabledFeatures", "EffectivePolicy")
    if any(name in value for name in known) or _is_policy(value):
        return True
    return isinstance(value.get("Policy"), dict) and _is_policy(value["Policy"])


def _is_policy(value: dict[str, Any]) -> bool:
    return "Content" in value and ("PolicySummary" in value or "Type" in value)


class OrganizationReader:
    """Everything read of the organization so far; `finish` puts it together."""

    def __init__(self, building: Building) -> None:
        self._building = building
        self._tree: tuple[Tree, Location] | None = None
        self._policies: dict[str, AttachedPolicy] = {}
        self._targets: dict[str, list[str]] = {}
        self._features: list[str] | None = None
        self._s3_policies = S3Policies(building)

    def add(self, value: dict[str, Any], location: Location) -> None:
        """Read a tree, a policy, or which features are enabled."""
        if "EffectivePolicy" in value:
            self._s3_policies.add_effective(value, location)
            return
        if "EnabledFeatures" in value:
            self._features = validate(Features, value, location).EnabledFeatures
            return
        if "Organization" not in value:
            wrapped = "Policy" in value
            inner = {**value["Policy"], "Targets": value.get("Targets")} if wrapped else value
            self._add_policy(inner, location.at("Policy") if wrapped else location)
            return
        tree = validate(Tree, value, location)
        if self._tree:
            raise SnapshotError(
                f"a second organization, the first stands at {self._tree[1]}",
                "a snapshot has one organization",
                location.document.place(location.pointer),
            )
        self._tree = tree, location
        for index, policy in enumerate(value.get("Policies") or ()):
            self._add_policy(policy, location.at("Policies", index))

    def _add_policy(self, value: Any, location: Location) -> None:
        entry = validate(PolicyFile, value, location)
        identifier = entry.PolicySummary.Id if entry.PolicySummary else entry.Id
        type_name = entry.PolicySummary.Type if entry.PolicySummary else entry.Type
        name = (entry.PolicySummary.Name if entry.PolicySummary else entry.Name) or identifier
        place = location.document.place(location.pointer)
        if identifier is None:
            raise SnapshotError("the policy has no `Id`", 'add it, for example "p-1234"', place)
        for target in entry.Targets or ():
            node = target if isinstance(target, str) else target.TargetId
            self._targets.setdefault(node, []).append(identifier)
        if type_name == TYPE:
            self._s3_policies.add(identifier, entry.Content, location.at("Content"))
            return
        kind = _KINDS.get(type_name or "")
        if kind is None:
            self._building.remark(f"`{type_name}` is not a policy that limits access", location)
            return
        at = location.at("Content")
        title = f'{"SCP" if kind is PolicyKind.SCP else "RCP"} "{name}"'
        parsed = self._building.policy(entry.Content, kind, at)
        self._policies[identifier] = AttachedPolicy(kind, title, parsed, at, identifier)

    def block_public_access(self) -> None:
        """Let the Amazon S3 policies of the organization set Block Public Access of its accounts
        (R9.22).
        """
        paths: dict[str, list[list[str]]] = {item: [] for item in self._s3_policies.accounts()}
        waiting = [(root, [self._attached(root)]) for root in self._roots()]
        while waiting:
            node, levels = waiting.pop()
            below = (*(node.OrganizationalUnits or ()), *(node.Accounts or ()))
            waiting += [(item, [*levels, self._attached(item)]) for item in below]
            paths |= {item.Id: [*levels, self._attached(item)] for item in node.Accounts or ()}
        self._s3_policies.apply(paths)

    def _roots(self) -> list[Node]:
        return list(self._tree[0].Roots or ()) if self._tree else []

    def _attached(self, node: Node) -> list[str]:
        return [*(node.S3Policies or ()), *self._targets.get(node.Id, ())]

    def finish(self) -> Organization | None:
        """Return the organization with the levels above each account, None if none was read."""
        if self._tree is None:
            if self._policies:
                self._building.remark(
                    "SCPs or RCPs were given without an organization.json that places accounts"
                )
            return None
        tree, location = self._tree
        head = tree.Organization
        places: dict[str, Place] = {}
        for index, root in enumerate(tree.Roots or ()):
            at = location.at("Roots", index)
            for account, place in self._walk(root, f"{head.Id}/", (), (), at):
                if account in places:
                    raise SnapshotError(
                        f"the account {account} stands twice in the organization",
                        "an account has one parent",
                        location.document.place(location.pointer),
                    )
                places[account] = place
        management = head.ManagementAccountId or head.MasterAccountId
        if management and management not in places:
            places[management] = Place(f"{head.Id}/r-unknown/", None, None)
        unknown = set(self._targets) - self._nodes(tree)
        for node in sorted(unknown):
            self._building.remark(f"`{node}` is a target of a policy, but no part of the tree")
        return Organization(head.Id, management, places, self._root_access(tree, management))

    def _root_access(self, tree: Tree, management: str | None) -> AttachedPolicy | None:
        """Return who may assume the root users of member accounts (R7.70)."""
        if self._features is not None and _ROOT_SESSIONS not in self._features:
            return None
        title = f"centralized root access of {tree.Organization.Id}"
        doubt = "the snapshot does not say whether centralized root access is enabled"
        if management is None:
            return AttachedPolicy(PolicyKind.RESOURCE, title, None)
        accounts = [management]
        for administrator in tree.DelegatedAdministrators or ():
            if any(of.ServicePrincipal == _IAM for of in administrator.DelegatedServices or ()):
                accounts.append(administrator.Id)
        statement = {"Effect": "Allow", "Principal": {"AWS": accounts}, "Action": "sts:AssumeRoot"}
        text = json.dumps({"Version": "2012-10-17", "Statement": statement})
        policy = policy_from_text(text, PolicyKind.RESOURCE)
        enabled = self._features is not None
        return AttachedPolicy(PolicyKind.RESOURCE, title, policy, doubt="" if enabled else doubt)

    def _nodes(self, tree: Tree) -> set[str]:
        found: set[str] = set()
        waiting = list(tree.Roots or ())
        while waiting:
            node = waiting.pop()
            found.add(node.Id)
            waiting += [*(node.OrganizationalUnits or ()), *(node.Accounts or ())]
        return found

    def _walk(
        self,
        node: Node,
        path: str,
        scps: tuple[Level, ...],
        rcps: tuple[Level, ...],
        location: Location,
        *,
        is_account: bool = False,
    ) -> Iterator[tuple[str, Place]]:
        scps = (*scps, self._level(node, PolicyKind.SCP, node.ServiceControlPolicies, location))
        rcps = (*rcps, self._level(node, PolicyKind.RCP, node.ResourceControlPolicies, location))
        if is_account:
            yield node.Id, Place(path, scps, rcps)
            return
        below = f"{path}{node.Id}/"
        for index, unit in enumerate(node.OrganizationalUnits or ()):
            yield from self._walk(
                unit, below, scps, rcps, location.at("OrganizationalUnits", index)
            )
        for index, account in enumerate(node.Accounts or ()):
            self._building.accounts.setdefault(account.Id, account.Name)
            at = location.at("Accounts", index)
            yield from self._walk(account, below, scps, rcps, at, is_account=True)

    def _level(
        self, node: Node, kind: PolicyKind, named: list[str] | None, location: Location
    ) -> Level:
        """Return what is attached to a node (R6.21, R6.23)."""
        full_access, _ = _FULL_ACCESS[kind]
        by_target = [
            identifier
            for identifier in self._targets.get(node.Id, [])
            if identifier in self._policies and self._policies[identifier].kind is kind
        ]
        wanted = list(dict.fromkeys([*(named or ()), *by_target]))
        if named is None and not self._places_full_access(full_access):
            wanted.insert(0, full_access)
        return tuple(self._policy(identifier, kind, location) for identifier in wanted)

    def _places_full_access(self, identifier: str) -> bool:
        """Return whether the input says itself where `FullAWSAccess` is attached."""
        return any(identifier in attached for attached in self._targets.values())

    def _policy(self, identifier: str, kind: PolicyKind, location: Location) -> AttachedPolicy:
        known = self._policies.get(identifier)
        if known is not None and known.kind is kind:
            return known
        full_access, text = _FULL_ACCESS[kind]
        if identifier == full_access:
            policy = policy_from_text(text, kind)
            name = "FullAWSAccess" if kind is PolicyKind.SCP else "RCPFullAWSAccess"
            return AttachedPolicy(kind, name, policy, None, identifier)
        title = f'{"SCP" if kind is PolicyKind.SCP else "RCP"} "{identifier}"'
        self._building.remark(f"{title} is attached, but its document is not here", location)
        missing = AttachedPolicy(kind, title, None, location, identifier)
        self._policies[identifier] = missing
        return missing
