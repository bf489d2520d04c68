"""The shapes of files about the organization: its tree, its policies, its features."""

from __future__ import annotations

from typing import Any

from verifier.snapshot.building import Shape


class Target(Shape):
    """What a policy is attached to."""

    TargetId: str


class Summary(Shape):
    """What identifies a policy of the organization."""

    Id: str
    Name: str | None = None
    Type: str


class PolicyFile(Shape):
    """A policy of the organization, with its summary beside or around its content."""

    PolicySummary: Summary | None = None
    Id: str | None = None
    Name: str | None = None
    Type: str | None = None
    Content: dict[str, Any] | str
    Targets: list[Target | str] | None = None


class Node(Shape):
    """A root, an OU or an account; the lists of policies name them by id."""

    Id: str
    Name: str | None = None
    ServiceControlPolicies: list[str] | None = None
    ResourceControlPolicies: list[str] | None = None
    S3Policies: list[str] | None = None
    OrganizationalUnits: list[Node] | None = None
    Accounts: list[Node] | None = None


class Head(Shape):
    """What identifies the organization, as `describe-organization` prints it."""

    Id: str
    MasterAccountId: str | None = None
    ManagementAccountId: str | None = None


class Service(Shape):
    """A service that is administered for the organization."""

    ServicePrincipal: str


class Administrator(Shape):
    """A delegated administrator, with what `list-delegated-services-for-account` prints."""

    Id: str
    DelegatedServices: list[Service] | None = None


class Features(Shape):
    """What `aws iam list-organizations-features` prints."""

    EnabledFeatures: list[str]


class Tree(Shape):
    """`organization.json`."""

    Organization: Head
    DelegatedAdministrators: list[Administrator] | None = None
    Roots: list[Node] | None = None
    Policies: list[PolicyFile] | None = None
