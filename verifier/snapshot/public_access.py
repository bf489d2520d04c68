"""Block Public Access of buckets and accounts, and what it makes of bucket policies (9.2)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from verifier.errors import SnapshotError
from verifier.policy.parse import policy_from_text
from verifier.policy.public import is_public
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
    """Close public buckets to other accounts where Block Public Access says so (R9.20, R6.58)."""
    for arn, resource in building.resources.items():
        attached = resource.policy
        if attached is None or attached.policy is None or not arn.startswith(_buckets(arn)):
            continue
        if building.block(resource).restricts and is_public(attached.policy):
            building.resources[arn] = replace(
                resource, policy=replace(attached, policy=_restricted(attached.policy, resource))
            )


def _buckets(arn: str) -> str:
    """Return how the ARNs of buckets begin in the partition of an ARN."""
    return f"arn:{arn.split(':', 2)[1]}:s3:::"


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
