"""A snapshot as values, made by `load` and changed by nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import chain

from verifier.policy.attached import AttachedPolicy, Level
from verifier.policy.reading import Location
from verifier.snapshot.intention import Intended

Tags = Mapping[str, tuple[str, ...]]
"""Tag keys in lower case with their values; more than one if keys differ only in case (X-12)."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a user can sign in with: a password, None if that is not known, so many access keys, and
    an MFA device.
    """

    has_password: bool | None
    keys: int
    has_device: bool


@dataclass(frozen=True, slots=True, eq=False)
class User:
    """An IAM user; `policies` are its own and those of its groups (R6.2). `credentials` is None
    where no report was given.
    """

    arn: str
    name: str
    id: str | None
    account: str
    policies: Level
    boundary: AttachedPolicy | None
    tags: Tags
    groups: tuple[str, ...]
    location: Location
    credentials: Credentials | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """An IAM group; `policies` are what its members have from it (R6.2)."""

    arn: str
    name: str
    account: str
    policies: Level


@dataclass(frozen=True, slots=True, eq=False)
class ManagedPolicy:
    """A managed policy: `attached` is its default version, where it is attached or might be.

    `others` are the documents of its other versions by their ids, not read yet.
    """

    arn: str
    attached: AttachedPolicy
    others: Mapping[str, Location] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Workload:
    """Something that AWS runs with a role: a function, an instance, a stack, by its ARN.

    `role` is the ARN of the role.
    """

    arn: str
    account: str
    role: str
    location: Location


@dataclass(frozen=True, slots=True, eq=False)
class Role:
    """An IAM role; `trust` says who may assume it, `policies` what its sessions may do.

    `profiles` are the ARNs of the instance profiles that hold it (R7.1), None where not known.
    """

    arn: str
    name: str
    id: str | None
    account: str
    trust: AttachedPolicy
    policies: Level
    boundary: AttachedPolicy | None
    tags: Tags
    location: Location
    profiles: tuple[str, ...] | None = None

    @property
    def is_service_linked(self) -> bool:
        """Whether this is a service-linked role (R7.1)."""
        return ":role/aws-service-role/" in self.arn


@dataclass(frozen=True, slots=True, eq=False)
class Resource:
    """A resource that the snapshot lists; `tags` is None where they were not given.

    `grants` are those of a KMS key, `acls` those of a bucket or object; None where not given.
    `inherited` are the ACLs of the bucket that an object lies in; `owns_objects` says that Object
    Ownership switches all of them off (R6.46). `is_managed` says that AWS manages the KMS key, None
    where that was not given.
    """

    arn: str
    account: str
    policy: AttachedPolicy | None
    tags: Tags | None
    location: Location
    grants: Level | None = None
    acls: Level | None = None
    inherited: Level = ()
    owns_objects: bool = False
    is_managed: bool | None = None

    @property
    def admitting(self) -> Level:
        """Whatever admits callers on the side of the resource."""
        return ((self.policy,) if self.policy else ()) + self.shares

    @property
    def shares(self) -> Level:
        """What admits callers beside the policy."""
        return (self.grants or ()) + (self.acls or ()) + self.inherited


@dataclass(frozen=True, slots=True, eq=False)
class Account:
    """An AWS account with its users, roles and groups, by ARN.

    `canonical_id` is its name in ACLs, None where it is not known (R3.21); `resource` is the ARN of
    some resource of it.
    """

    id: str
    name: str | None
    users: Mapping[str, User]
    roles: Mapping[str, Role]
    groups: Mapping[str, Group] = field(default_factory=dict)
    canonical_id: str | None = None
    resource: str | None = None

    @property
    def partition(self) -> str:
        """The partition of what the account holds, `aws` for an empty account (R6.75)."""
        held = chain(self.roles, self.users, self.groups)
        return next(held, self.resource or "arn:aws").split(":")[1]


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where an account stands in the organization, and what is attached on the way (R6.21).

    `scps` and `rcps` are levels from the root down; None where they were not given.
    """

    path: str
    scps: tuple[Level, ...] | None
    rcps: tuple[Level, ...] | None


@dataclass(frozen=True, slots=True, eq=False)
class Organization:
    """An organization; `places` has its accounts, also those that the snapshot does not hold.

    `root_access` says which accounts may assume root users of members, None if none may (R7.70).
    """

    id: str
    management_account: str | None
    places: Mapping[str, Place]
    root_access: AttachedPolicy | None = None


@dataclass(frozen=True, slots=True)
class Zone:
    """The zone of trust: accounts and organizations that count as inside (R9.30)."""

    accounts: frozenset[str]
    organizations: frozenset[str]


@dataclass(frozen=True, slots=True)
class Remark:
    """Something odd in the input that was read all the same."""

    text: str
    location: Location | None

    def __str__(self) -> str:
        return f"{self.location}: {self.text}" if self.location else self.text


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """Everything that was loaded. `remarks` are what the user should know of the input.

    `resources`, managed `policies` and `workloads` are by ARN; `endpoints` are the policies of VPC
    endpoints by endpoint id; `as_of` is the day from which requests are made; `intended` is access
    from outside that somebody answers for; `readings` has, by disputed point, how it is read where
    not by default; `known` says whose other accounts are;
    `unread` are files of which not all was read. `open_to_public` are buckets and access points
    with a public policy that no Block Public Access given closes.
    """

    accounts: Mapping[str, Account]
    resources: Mapping[str, Resource]
    endpoints: Mapping[str, AttachedPolicy]
    organization: Organization | None
    zone: Zone
    as_of: date
    remarks: tuple[Remark, ...] = field(default=())
    policies: Mapping[str, ManagedPolicy] = field(default_factory=dict)
    workloads: Mapping[str, Workload] = field(default_factory=dict)
    intended: tuple[Intended, ...] = field(default=())
    readings: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[str, ...] = field(default=())
    open_to_public: frozenset[str] = field(default=frozenset())

    def owner(self, account: str) -> str | None:
        """Return what an account is called: its name, or whose it is known to be."""
        held = self.accounts.get(account)
        return (held.name if held else None) or self.known.get(account)

    def called(self, account: str) -> str:
        """Return an account with what it is called: `464622532012 (Datadog)`, else as it is."""
        owner = self.owner(account)
        return f"{account} ({owner})" if owner else account

    def role(self, arn: str) -> Role | None:
        """Return the role with this ARN."""
        account = self.accounts.get(_account_of(arn))
        return account.roles.get(arn) if account else None

    def user(self, arn: str) -> User | None:
        """Return the user with this ARN."""
        account = self.accounts.get(_account_of(arn))
        return account.users.get(arn) if account else None

    def roles(self) -> Iterator[Role]:
        """Yield every role, account by account."""
        for account in self.accounts.values():
            yield from account.roles.values()

    def users(self) -> Iterator[User]:
        """Yield every user, account by account."""
        for account in self.accounts.values():
            yield from account.users.values()

    def place(self, account: str) -> Place | None:
        """Return where the account stands in the organization, None if it is in none."""
        return self.organization.places.get(account) if self.organization else None


def _account_of(arn: str) -> str:
    parts = arn.split(":", 5)
    return parts[4] if len(parts) > 5 else ""
