"""The shapes of what `aws iam get-account-authorization-details` prints."""

from __future__ import annotations

from typing import Any

from verifier.snapshot.building import Shape, Tag


class InlinePolicy(Shape):
    """An inline policy of a user, group or role."""

    PolicyName: str
    PolicyDocument: dict[str, Any] | str


class ManagedPolicyLink(Shape):
    """A managed policy as it is named where it is attached."""

    PolicyArn: str
    PolicyName: str | None = None


class Boundary(Shape):
    """A permissions boundary as it is named on a user or role."""

    PermissionsBoundaryArn: str


class Entity(Shape):
    """What users, groups and roles have in common; lists may be null."""

    Arn: str
    AttachedManagedPolicies: list[ManagedPolicyLink] | None = None
    Tags: list[Tag] | None = None
    PermissionsBoundary: Boundary | None = None


class UserDetail(Entity):
    """A user."""

    UserName: str
    UserId: str | None = None
    GroupList: list[str] | None = None
    UserPolicyList: list[InlinePolicy] | None = None


class GroupDetail(Entity):
    """A group."""

    GroupName: str
    GroupPolicyList: list[InlinePolicy] | None = None


class InstanceProfile(Shape):
    """An instance profile as it is listed with its role."""

    Arn: str


class RoleDetail(Entity):
    """A role; without a trust policy it is no role that AWS would list."""

    RoleName: str
    RoleId: str | None = None
    InstanceProfileList: list[InstanceProfile] | None = None
    AssumeRolePolicyDocument: dict[str, Any] | str
    RolePolicyList: list[InlinePolicy] | None = None


class PolicyVersion(Shape):
    """A version of a managed policy."""

    VersionId: str
    Document: dict[str, Any] | str | None = None
    IsDefaultVersion: bool | None = None


class ManagedPolicy(Shape):
    """A managed policy with its versions."""

    Arn: str
    PolicyName: str | None = None
    DefaultVersionId: str | None = None
    PolicyVersionList: list[PolicyVersion] | None = None


class Details(Shape):
    """The whole output, or one page of it."""

    UserDetailList: list[UserDetail] | None = None
    GroupDetailList: list[GroupDetail] | None = None
    RoleDetailList: list[RoleDetail] | None = None
    Policies: list[ManagedPolicy] | None = None
