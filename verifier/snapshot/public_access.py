"""Block Public Access of buckets and accounts, and what it makes of bucket policies (9.2)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from verifier.errors import SnapshotError
from verifier.policy.parse import policy_from_text
from verifier.policy.public import public_under
from verifier.policy.reading import Location
from verifier.policy.syntax import Policy, PolicyKind
from verifier.snapshot.building import Block, Building, Shape, validate
from verifier.snapshot.model import Resource


class PublicAccessBlock(Shape):
    """The settings, of which two bear on what is allowed (R9.20, R9.21)."""

    RestrictPublicBuckets: bool = False
    IgnorePublicAcls: bool = False

    @property
    def block(self) -> Block:
        """What they say."""
        return Block(self.RestrictPublicBuckets, self.IgnorePublicAcls)


def recognises(value: Any) -> bool:
    """Return whether `value` looks like the settings of an account."""
    return isinstance(value, dict) and set(value) == {"PublicAccessBlockConfiguration"}


def add(value: Any, location: Location, building: Building, owner: str | None) -> None:
    """Read the settings of an account, that of the folder or of the manifest (R9.22)."""
    if owner is None:
        raise SnapshotError(
            "whose settings these are is not known",
            "keep the file below accounts/111122223333/",
            location.document.place(location.pointer),
        )
    at = location.at("PublicAccessBlockConfiguration")
    said = validate(PublicAccessBlock, value["PublicAccessBlockConfiguration"], at)
    building.blocks[owner] = said.block


def restrict(building: Building) -> None:
    """Close public buckets, and public access points, to other accounts where Block Public Access
    says so (R9.20, R6.58); an access point of a VPC is never public (R9.8).
    """
    for arn, resource in building.resources.items():
        attached = resource.policy
        is_point = is_access_point(arn)
        if attached is None or attached.policy is None or not (is_point or _is_bucket(arn)):
            continue
        if arn in building.of_vpcs:
            continue
        under = public_under(attached.policy, of_access_point=is_point)
        if under and not building.block(resource).restricts:
            if resource.account not in building.blocks:
                building.open_to_public.add(arn)
        elif under:
            keeping = _keeping(resource, building)
            policy = restricted(attached.policy, arn, keeping, under)
            building.resources[arn] = replace(resource, policy=replace(attached, policy=policy))


def is_access_point(arn: str) -> bool:
    """Return whether an ARN is that of an access point of Amazon S3."""
    parts = arn.split(":", 5)
    return parts[2] == "s3" and parts[5].startswith("accesspoint/") and parts[5].count("/") == 1


def _is_bucket(arn: str) -> bool:
    return arn.split(":")[2:5] == ["s3", "", ""] and "/" not in arn


def _keeping(resource: Resource, building: Building) -> list[str]:
    """Return the accounts that keep access: those of the bucket and of its access points."""
    bucket = building.bucket_of.get(resource.arn, resource.arn.rpartition(":")[2])
    owner = building.resources.get(f"arn:{resource.arn.split(':', 2)[1]}:s3:::{bucket}")
    points = (point for point, behind in building.bucket_of.items() if behind == bucket)
    found = {resource.account, *(point.split(":", 5)[4] for point in points)}
    return sorted(found | ({owner.account} if owner else set()))


def restricted(
    policy: Policy, arn: str, keeping: list[str], under: frozenset[tuple[str, str]]
) -> Policy:
    """Return the policy with what Amazon S3 adds to it where it is public, `under` some readings:
    only services and the accounts `keeping` access have any.
    """
    text = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {
                "Sid": "RestrictPublicBuckets",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [arn, f"{arn}/*"],
                "Condition": {
                    "StringNotEquals": {"aws:PrincipalAccount": keeping},
                    "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
                },
            },
        }
    )
    (added,) = policy_from_text(text, PolicyKind.RESOURCE).statements
    added = replace(added, position=(), standing=under)
    return replace(policy, statements=(*policy.statements, added))
