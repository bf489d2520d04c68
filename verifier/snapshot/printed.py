"""Resource policies as single commands of AWS print them, under many names, some without an ARN.

`aws sqs get-queue-attributes`, `secretsmanager get-resource-policy`, `s3api get-bucket-policy`,
`lambda get-policy` and their like. Where no ARN is printed, the policy's own `Resource` elements
tell what it is of, if they all lead to one resource.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from verifier.policy.files import kind_of, statements_of
from verifier.policy.reading import Location, items
from verifier.policy.syntax import PolicyKind
from verifier.snapshot.building import Building, validate
from verifier.snapshot.resources import ResourceEntry, add_entry

_ARNS = (
    "Arn",
    "ARN",
    "arn",
    "ResourceArn",
    "ResourceARN",
    "resourceArn",
    "QueueArn",
    "TopicArn",
    "BackupVaultArn",
    "SecretArn",
    "FunctionArn",
    "KeyArn",
)
_POLICIES = (
    "Policy",
    "policy",
    "ResourcePolicy",
    "resourcePolicy",
    "PolicyDocument",
    "policyDocument",
    "PolicyInJson",
    "policyText",
)
_KEPT = ("Account", "Tags")
_ARN = re.compile(r"arn:[^:]+:[^:]+:[^:]*:[^:]*:.+", re.DOTALL)
_OPEN = re.compile(r"[*?]|\$\{")


def add(value: Any, location: Location, building: Building, owner: str | None) -> bool:
    """Read a resource with its policy, or several; return whether `value` was one, read or noted
    as one that cannot be.
    """
    if isinstance(value, list):
        found = [add(item, location.at(index), building, owner) for index, item in enumerate(value)]
        return any(found)
    if not isinstance(value, dict) or not value:
        return False
    if all(map(_ARN.fullmatch, value)):
        for arn, policy in value.items():
            entry = validate(ResourceEntry, {"Arn": arn, "Policy": policy}, location)
            add_entry(entry, location, location.at(arn), building, owner)
        return True
    attributes = value.get("Attributes")
    if isinstance(attributes, dict):
        return _add_one(attributes, location.at("Attributes"), building, owner, bare=True)
    return _add_one(value, location, building, owner)


def _add_one(
    value: dict[str, Any],
    location: Location,
    building: Building,
    owner: str | None,
    *,
    bare: bool = False,
) -> bool:
    """Read one resource; a `bare` one may come without a policy."""
    at, policy = location, value if "Statement" in value else None
    for name in _POLICIES:
        if isinstance(value.get(name), dict | str):
            at, policy = location.at(name), value[name]
    arn = next((value[name] for name in _ARNS if isinstance(value.get(name), str)), None)
    if policy is None and not (bare and arn):
        return False
    if arn is None:
        arn = _told_by(policy, at, building)
    if arn is None:
        return True
    kept = {name: value[name] for name in _KEPT if name in value}
    entry = validate(ResourceEntry, {**kept, "Arn": arn, "Policy": policy}, location)
    add_entry(entry, location, at, building, owner)
    return True


def _told_by(policy: Any, at: Location, building: Building) -> str | None:
    """Return the ARN that a policy tells, None after noting that it tells none."""
    if isinstance(policy, str):
        building.policy(policy, PolicyKind.RESOURCE, at)
    if kind_of(policy) is not PolicyKind.RESOURCE:
        building.unread("is a policy that is attached to nothing, and was not read", at)
        return None
    arn = resource_of(policy)
    if arn is None:
        building.unread(
            "is the policy of a resource that it does not tell, and was not read: write"
            ' {"Arn": ..., "Policy": ...}',
            at,
        )
    return arn


def resource_of(policy: Any) -> str | None:
    """Return the ARN of the one resource that all `Resource` elements of a policy lead to, be it
    that resource or what lies in it; None where there is none or more than one.
    """
    found = set(filter(None, map(_holder, _resources(policy))))
    shortest = min(found, key=len, default=None)
    if shortest is None or any(not _lies_in(arn, shortest) for arn in found):
        return None
    return shortest


def _lies_in(arn: str, holder: str) -> bool:
    return arn == holder or arn.startswith((f"{holder}/", f"{holder}:"))


def _resources(policy: Any) -> Iterator[str]:
    for statement in statements_of(policy):
        for _, text in items(statement.get("Resource", [])):
            if isinstance(text, str) and text != "*":
                yield text


def _holder(pattern: str) -> str:
    """Return the ARN before the first wildcard or variable, whole parts only: that of the bucket
    where the pattern is of objects. "" where that leaves no resource, which then may be any.
    """
    parts = pattern.split(":", 5)
    if parts[2:3] == ["s3"] and parts[3:5] == ["", ""]:
        pattern = pattern.partition("/")[0]
    match = _OPEN.search(pattern)
    if match:
        before = pattern[: match.start()]
        pattern = before[:-1] if before.endswith(("/", ":")) else ""
    return pattern if _ARN.fullmatch(pattern) else ""
