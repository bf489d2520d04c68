"""Files with resources and their policies: buckets, keys, queues, secrets, functions, endpoints.

One object, a list of them, or `{"Resources": [...]}`; each has an `Arn`, and a `Policy` where the
resource has one (`null` says that it has none). `Account` tells the owner where the ARN does not,
`Role` the role that AWS runs the resource with.
"""

from __future__ import annotations

from typing import Any, Literal

from verifier.errors import SnapshotError
from verifier.policy.attached import AttachedPolicy
from verifier.policy.reading import Location
from verifier.policy.syntax import PolicyKind
from verifier.snapshot import endpoints, grants, workloads
from verifier.snapshot.acl_permissions import is_of_bucket
from verifier.snapshot.building import ACCOUNT_ID, Building, Shape, Tag, read_tags, validate
from verifier.snapshot.model import Resource
from verifier.snapshot.public_access import PublicAccessBlock, is_access_point

_PARTS_OF_AN_ARN = 6
_MEMBERS = frozenset({"Policy", "Role", "Grants", "Acl", "OwnershipControls"})
"""What tells a resource from anything else that has an ARN."""


class OwnershipRule(Shape):
    """The one rule of Object Ownership."""

    ObjectOwnership: str


class Ownership(Shape):
    """Object Ownership of a bucket, as `aws s3api get-bucket-ownership-controls` prints it."""

    Rules: list[OwnershipRule]


class KeyDescription(Shape):
    """Who manages a KMS key, as `aws kms describe-key` prints it."""

    KeyManager: Literal["AWS", "CUSTOMER"]


class ResourceEntry(Shape):
    """One resource."""

    PublicAccessBlockConfiguration: PublicAccessBlock | None = None
    Arn: str
    Account: str | None = None
    Policy: dict[str, Any] | str | None = None
    Role: str | None = None
    Tags: list[Tag] | dict[str, str] | None = None
    Grants: list[Any] | None = None
    KeyMetadata: KeyDescription | None = None
    VpcEndpointType: str | None = None
    Bucket: str | None = None
    NetworkOrigin: Literal["Internet", "VPC"] | None = None
    Acl: dict[str, Any] | None = None
    OwnershipControls: Ownership | None = None


def recognises(value: Any) -> bool:
    """Return whether `value` looks like a resource, or several."""
    if isinstance(value, dict):
        listed = isinstance(value.get("Resources"), list)
        return listed or ("Arn" in value and not _MEMBERS.isdisjoint(value))
    return isinstance(value, list) and bool(value) and all(map(recognises, value))


def add(value: Any, location: Location, building: Building, owner: str | None) -> None:
    """Read a file of resources; `owner` is the account that the folder stands for."""
    if isinstance(value, dict) and "Resources" in value:
        add(value["Resources"], location.at("Resources"), building, owner)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _add_one(item, location.at(index), building, owner)
    else:
        _add_one(value, location, building, owner)


def _add_one(value: Any, location: Location, building: Building, owner: str | None) -> None:
    entry = validate(ResourceEntry, value, location)
    add_entry(entry, location, location.at("Policy"), building, owner)


def add_entry(
    entry: ResourceEntry, location: Location, at: Location, building: Building, owner: str | None
) -> None:
    """Add what stands at `location`, with its policy `at` its own place."""
    parts = entry.Arn.split(":", _PARTS_OF_AN_ARN - 1)
    if len(parts) < _PARTS_OF_AN_ARN or parts[0] != "arn":
        raise SnapshotError(
            f"`{entry.Arn}` is not an ARN",
            "write for example arn:aws:s3:::name",
            location.document.place((*location.pointer, "Arn")),
        )
    account = _owner(entry, parts[4], location, owner)
    name = parts[5].rsplit("/", 1)[-1]
    policy = None
    if entry.Policy is not None:
        if parts[2] == "ec2" and parts[5].startswith("vpc-endpoint/"):
            policy = endpoints.read(name, entry.Policy, at, building, entry.VpcEndpointType)
        else:
            parsed = building.policy(entry.Policy, PolicyKind.RESOURCE, at)
            title = f"{_NAMES.get(parts[2], 'resource')} policy of {name}"
            policy = AttachedPolicy(PolicyKind.RESOURCE, title, parsed, at)
    building.accounts.setdefault(account, None)
    tags = None if entry.Tags is None else read_tags(entry.Tags)
    described = entry.KeyMetadata
    is_managed = None if described is None else described.KeyManager == "AWS"
    resource = Resource(entry.Arn, account, policy, tags, location, is_managed=is_managed)
    if entry.Role:
        workloads.add_one(entry.Arn, entry.Role, location, building)
    if not entry.Role or "Policy" in entry.model_fields_set:
        building.add(building.resources, resource, "resource")
    _add_beside(entry, location, building)


def _add_beside(entry: ResourceEntry, location: Location, building: Building) -> None:
    """Note what stands beside the policy: grants of a key; ACL, Object Ownership and Block Public
    Access of a bucket; what an access point is for.
    """
    if entry.Grants is not None:
        _only(entry.Arn.split(":")[2] == "kms", entry, "Grants", "keys of AWS KMS", location)
        grants.add_to(entry.Arn, entry.Grants, location.at("Grants"), building)
    if entry.Acl is not None:
        _only(is_of_bucket(entry.Arn), entry, "Acl", "buckets and objects", location)
        building.acls[entry.Arn] = location.at("Acl")
    if entry.OwnershipControls is not None and entry.OwnershipControls.Rules:
        _only(is_of_bucket(entry.Arn), entry, "OwnershipControls", "buckets", location)
        building.ownership[entry.Arn] = entry.OwnershipControls.Rules[0].ObjectOwnership
    if is_access_point(entry.Arn):
        if entry.Bucket is not None:
            building.bucket_of[entry.Arn] = entry.Bucket
        if entry.NetworkOrigin == "VPC":
            building.of_vpcs.add(entry.Arn)
    if entry.PublicAccessBlockConfiguration is not None:
        building.blocks[entry.Arn] = entry.PublicAccessBlockConfiguration.block


def _only(fits: bool, entry: ResourceEntry, member: str, whose: str, location: Location) -> None:
    if not fits:
        raise SnapshotError(
            f"`{entry.Arn}` has no `{member}`",
            f"only {whose} have one: leave it out",
            location.document.place((*location.pointer, member)),
        )


_NAMES = {"s3": "bucket", "kms": "key", "sqs": "queue", "sns": "topic", "lambda": "function"}


def _owner(entry: ResourceEntry, in_arn: str, location: Location, folder: str | None) -> str:
    if ACCOUNT_ID.fullmatch(in_arn):
        if entry.Account and entry.Account != in_arn:
            raise SnapshotError(
                f"`Account` is {entry.Account}, but the ARN says {in_arn}",
                "leave `Account` out",
                location.document.place((*location.pointer, "Account")),
            )
        return in_arn
    account = entry.Account or folder
    if account is None or not ACCOUNT_ID.fullmatch(account):
        raise SnapshotError(
            f"the owner of `{entry.Arn}` is not known",
            'add "Account": "111122223333", or keep the file below accounts/111122223333/',
            location.document.place((*location.pointer, "Arn")),
        )
    return account
