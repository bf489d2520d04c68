"""Files with resources and their policies: buckets, keys, queues, secrets, functions, endpoints.

One object, a list of them, or `{"Resources": [...]}`; each has an `Arn`, and a `Policy` where the
resource has one (`null` says that it has none). `Account` tells the owner where the ARN does not,
`Role` the role that AWS runs the resource with.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from verifier.errors import SnapshotError
from verifier.policy.attached import AttachedPolicy
from verifier.policy.parse import policy_from_text
from verifier.policy.public import is_public
from verifier.policy.reading import Location
from verifier.policy.syntax import Policy, PolicyKind
from verifier.snapshot import grants, workloads
from verifier.snapshot.building import ACCOUNT_ID, Building, Shape, Tag, read_tags, validate
from verifier.snapshot.model import Resource

_PARTS_OF_AN_ARN = 6
_MEMBERS = frozenset({"Policy", "Role", "Grants"})
"""What tells a resource from anything else that has an ARN."""


class PublicAccessBlock(Shape):
    """The settings of Block Public Access, of which one bears on what is allowed (R9.20, R9.21)."""

    RestrictPublicBuckets: bool = False


class ResourceEntry(Shape):
    """One resource."""

    PublicAccessBlockConfiguration: PublicAccessBlock | None = None
    Arn: str
    Account: str | None = None
    Policy: dict[str, Any] | str | None = None
    Role: str | None = None
    Tags: list[Tag] | dict[str, str] | None = None
    Grants: list[Any] | None = None


def recognises(value: Any) -> bool:
    """Return whether `value` looks like a resource, or several."""
    if isinstance(value, dict):
        return "Resources" in value or ("Arn" in value and not _MEMBERS.isdisjoint(value))
    return isinstance(value, list) and bool(value) and all(map(recognises, value))


def recognises_settings(value: Any) -> bool:
    """Return whether `value` looks like the Block Public Access settings of an account."""
    return isinstance(value, dict) and set(value) == {"PublicAccessBlockConfiguration"}


def add_settings(value: Any, location: Location, building: Building, owner: str | None) -> None:
    """Read the settings of an account, that of the folder or of the manifest (R9.22)."""
    if owner is None:
        raise SnapshotError(
            "whose settings these are is not known",
            "keep the file below accounts/111122223333/",
            location.document.place(location.pointer),
        )
    at = location.at("PublicAccessBlockConfiguration")
    said = validate(PublicAccessBlock, value["PublicAccessBlockConfiguration"], at)
    if said.RestrictPublicBuckets:
        building.restricting[owner] = at


def restrict_public(building: Building) -> None:
    """Close public buckets to other accounts where Block Public Access says so (R9.20, R6.58)."""
    for arn, resource in building.resources.items():
        restricting = resource.restricting or building.restricting.get(resource.account)
        attached = resource.policy
        if restricting is None or attached is None or attached.policy is None:
            continue
        if arn.split(":")[2] == "s3" and is_public(attached.policy):
            building.resources[arn] = replace(
                resource, policy=replace(attached, policy=_restricted(attached.policy, resource))
            )


def _restricted(policy: Policy, resource: Resource) -> Policy:
    """Return the policy with what Amazon S3 adds to it: only services and the owner's account
    keep access.
    """
    text = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {
                "Sid": "RestrictPublicBuckets",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [resource.arn, f"{resource.arn}/*"],
                "Condition": {
                    "StringNotEquals": {"aws:PrincipalAccount": resource.account},
                    "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
                },
            },
        }
    )
    (added,) = policy_from_text(text, PolicyKind.RESOURCE).statements
    return replace(policy, statements=(*policy.statements, replace(added, position=())))


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
    parts = entry.Arn.split(":", _PARTS_OF_AN_ARN - 1)
    if len(parts) < _PARTS_OF_AN_ARN or parts[0] != "arn":
        raise SnapshotError(
            f"`{entry.Arn}` is not an ARN",
            "write for example arn:aws:s3:::name",
            location.document.place((*location.pointer, "Arn")),
        )
    account = _owner(entry, parts[4], location, owner)
    name = parts[5].rsplit("/", 1)[-1]
    is_endpoint = parts[2] == "ec2" and parts[5].startswith("vpc-endpoint/")
    kind = PolicyKind.ENDPOINT if is_endpoint else PolicyKind.RESOURCE
    policy = None
    if entry.Policy is not None:
        at = location.at("Policy")
        parsed = building.policy(entry.Policy, kind, at)
        title = f"{_NAMES.get(parts[2], 'resource')} policy of {name}"
        policy = AttachedPolicy(kind, title, parsed, at)
    building.accounts.setdefault(account, None)
    if is_endpoint and policy:
        building.endpoints[name] = policy
    tags = None if entry.Tags is None else read_tags(entry.Tags)
    said = entry.PublicAccessBlockConfiguration
    restricting = None
    if said is not None and said.RestrictPublicBuckets:
        restricting = location.at("PublicAccessBlockConfiguration")
    resource = Resource(entry.Arn, account, policy, tags, location, restricting)
    if entry.Role:
        workloads.add_one(entry.Arn, entry.Role, location, building)
    if not entry.Role or "Policy" in entry.model_fields_set:
        building.add(building.resources, resource, "resource")
    if entry.Grants is not None:
        if parts[2] != "kms":
            raise SnapshotError(
                f"`{entry.Arn}` cannot have grants",
                "only keys of AWS KMS have them: leave `Grants` out",
                location.document.place((*location.pointer, "Grants")),
            )
        grants.add_to(entry.Arn, entry.Grants, location.at("Grants"), building)


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
