"""Files as `aws iam get-account-authorization-details` prints them, whole or in pages."""

from __future__ import annotations

from typing import Any

from verifier.documents import Document
from verifier.policy.attached import AttachedPolicy, Level
from verifier.policy.reading import Location
from verifier.policy.syntax import PolicyKind
from verifier.snapshot.authorization_details_shapes import (
    Details,
    Entity,
    InlinePolicy,
    ManagedPolicy,
    RoleDetail,
    UserDetail,
)
from verifier.snapshot.building import ACCOUNT_ID, Building, account_of, read_tags, validate
from verifier.snapshot.model import Group, Role, User
from verifier.snapshot.model import ManagedPolicy as Managed

LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")


def recognises(value: Any) -> bool:
    """Return whether `value` looks like the output, or a page of it."""
    return isinstance(value, dict) and any(name in value for name in LISTS)


class Pages:
    """All pages read so far: policies and groups may stand on other pages than their users."""

    def __init__(self, building: Building) -> None:
        self._building = building
        self._pages: list[tuple[Details, Location]] = []
        self._managed: dict[tuple[Document | None, str], AttachedPolicy] = {}
        self._groups: dict[tuple[str, str], Level] = {}

    def add(self, value: Any, location: Location) -> None:
        """Read one page."""
        page = validate(Details, value, location)
        self._pages.append((page, location))
        for index, policy in enumerate(page.Policies or ()):
            self._add_managed(policy, location.at("Policies", index))

    def finish(self) -> None:
        """Make users and roles of all pages."""
        for page, location in self._pages:
            for index, group in enumerate(page.GroupDetailList or ()):
                at = location.at("GroupDetailList", index)
                inside = at.at("GroupPolicyList")
                inline = self._inline(group.GroupPolicyList, inside, group.GroupName)
                policies = inline + self._attached(group, at)
                arn = self._arn(group.Arn, page, at.at("Arn"))
                account = account_of(arn, at.at("Arn"))
                self._groups[account, group.GroupName] = policies
                found = Group(arn, group.GroupName, account, policies)
                self._building.groups[arn] = found
        for page, location in self._pages:
            for index, user in enumerate(page.UserDetailList or ()):
                self._add_user(user, page, location.at("UserDetailList", index))
            for index, role in enumerate(page.RoleDetailList or ()):
                self._add_role(role, page, location.at("RoleDetailList", index))

    def _arn(self, arn: str, page: Details, location: Location) -> str:
        """Return an entity's ARN; where it names no account, with the only one of the page."""
        parts = arn.split(":", 5)
        if len(parts) < 6 or ACCOUNT_ID.fullmatch(parts[4]):
            return arn
        lists = (page.UserDetailList, page.RoleDetailList, page.GroupDetailList, page.Policies)
        listed = [entity.Arn for entities in lists for entity in entities or ()]
        found = {text.split(":", 5)[4] for text in listed if text.count(":") > 4}
        accounts = [account for account in found if ACCOUNT_ID.fullmatch(account)]
        if len(accounts) != 1:
            return arn
        read = ":".join([*parts[:4], accounts[0], parts[5]])
        self._building.remark(f"`{arn}` names no account; it is read as `{read}`", location)
        return read

    def _add_managed(self, policy: ManagedPolicy, location: Location) -> None:
        title = f'managed policy "{policy.PolicyName or policy.Arn.rsplit("/", 1)[-1]}"'
        versions = policy.PolicyVersionList or []
        chosen = next(
            (
                index
                for index, version in enumerate(versions)
                if version.VersionId == policy.DefaultVersionId
                or (policy.DefaultVersionId is None and version.IsDefaultVersion)
            ),
            None,
        )
        if chosen is None or versions[chosen].Document is None:
            self._building.remark(f"{title} comes without its default version", location)
            parsed, at = None, location
        else:
            at = location.at("PolicyVersionList", chosen, "Document")
            parsed = self._building.policy(versions[chosen].Document, PolicyKind.IDENTITY, at)
        found = AttachedPolicy(PolicyKind.IDENTITY, title, parsed, at, policy.Arn)
        self._managed[location.document, policy.Arn] = found
        self._managed.setdefault((None, policy.Arn), found)
        others = {
            version.VersionId: location.at("PolicyVersionList", index, "Document")
            for index, version in enumerate(versions)
            if index != chosen and version.Document is not None
        }
        self._building.managed.setdefault(policy.Arn, Managed(policy.Arn, found, others))

    def _inline(
        self, policies: list[InlinePolicy] | None, location: Location, group: str = ""
    ) -> Level:
        return tuple(
            AttachedPolicy(
                PolicyKind.IDENTITY,
                f'inline policy "{policy.PolicyName}"' + (f" of group {group}" if group else ""),
                self._building.policy(
                    policy.PolicyDocument,
                    PolicyKind.IDENTITY,
                    location.at(index, "PolicyDocument"),
                ),
                location.at(index, "PolicyDocument"),
            )
            for index, policy in enumerate(policies or ())
        )

    def _attached(self, entity: Entity, location: Location) -> Level:
        return tuple(
            self._named(link.PolicyArn, location.at("AttachedManagedPolicies", index))
            for index, link in enumerate(entity.AttachedManagedPolicies or ())
        )

    def _named(self, arn: str, location: Location) -> AttachedPolicy:
        """Return the managed policy with this ARN, that of the same file first; without its
        document if no page has it.
        """
        here = self._managed.get((location.document, arn)) or self._managed.get((None, arn))
        if here is None:
            title = f'managed policy "{arn.rsplit("/", 1)[-1]}"'
            self._building.remark(f"{title} is attached, but its document is not here", location)
            here = AttachedPolicy(PolicyKind.IDENTITY, title, None, location, arn)
            self._managed[None, arn] = here
        return here

    def _boundary(self, entity: Entity, location: Location) -> AttachedPolicy | None:
        if entity.PermissionsBoundary is None:
            return None
        arn = entity.PermissionsBoundary.PermissionsBoundaryArn
        policy = self._named(arn, location.at("PermissionsBoundary"))
        title = policy.title.replace("managed policy", "permissions boundary", 1)
        return AttachedPolicy(PolicyKind.BOUNDARY, title, policy.policy, policy.location, arn)

    def _add_user(self, user: UserDetail, page: Details, location: Location) -> None:
        arn = self._arn(user.Arn, page, location.at("Arn"))
        account = account_of(arn, location.at("Arn"))
        policies = self._inline(user.UserPolicyList, location.at("UserPolicyList"))
        policies += self._attached(user, location)
        for index, name in enumerate(user.GroupList or ()):
            policies += self._group(account, name, location.at("GroupList", index))
        found = User(
            arn,
            user.UserName,
            user.UserId,
            account,
            policies,
            self._boundary(user, location),
            read_tags(user.Tags),
            tuple(user.GroupList or ()),
            location,
        )
        self._building.accounts.setdefault(account, None)
        self._building.add(self._building.users, found, "user")

    def _group(self, account: str, name: str, location: Location) -> Level:
        """Return the policies of a group; of one that no page has, a policy without document."""
        key = account, name
        if key not in self._groups:
            title = f'group "{name}"'
            self._building.remark(f"{title} is not here: load every page", location)
            missing = AttachedPolicy(PolicyKind.IDENTITY, title, None, location)
            self._groups[key] = (missing,)
        return self._groups[key]

    def _add_role(self, role: RoleDetail, page: Details, location: Location) -> None:
        arn = self._arn(role.Arn, page, location.at("Arn"))
        account = account_of(arn, location.at("Arn"))
        at = location.at("AssumeRolePolicyDocument")
        trust = self._building.policy(role.AssumeRolePolicyDocument, PolicyKind.TRUST, at)
        policies = self._inline(role.RolePolicyList, location.at("RolePolicyList"))
        found = Role(
            arn,
            role.RoleName,
            role.RoleId,
            account,
            AttachedPolicy(PolicyKind.TRUST, f"trust policy of {role.RoleName}", trust, at),
            policies + self._attached(role, location),
            self._boundary(role, location),
            read_tags(role.Tags),
            location,
            None
            if role.InstanceProfileList is None
            else tuple(profile.Arn for profile in role.InstanceProfileList),
        )
        self._building.accounts.setdefault(account, None)
        self._building.add(self._building.roles, found, "role")
