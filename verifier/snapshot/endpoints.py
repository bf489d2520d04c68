"""VPC endpoints, as `aws ec2 describe-vpc-endpoints` prints them, and what their policies mean.

The policies of gateway endpoints take `*` only: an account there is its root user (R6.41).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from verifier.errors import SnapshotError
from verifier.policy.attached import AttachedPolicy
from verifier.policy.principals import (
    AccountEntry,
    FederatedUserEntry,
    OpenEntry,
    PrincipalEntry,
    RoleEntry,
    RootUserEntry,
    SessionEntry,
    UserEntry,
)
from verifier.policy.reading import Location
from verifier.policy.syntax import Policy, PolicyKind
from verifier.snapshot.building import ACCOUNT_ID, Building, Shape, validate
from verifier.snapshot.model import Resource

_NAMED = AccountEntry | UserEntry | RoleEntry | SessionEntry | FederatedUserEntry
_SERVICE = re.compile(r"(?:cn\.)?com\.amazonaws\.(?P<region>[\w-]+)\..+")


class Endpoint(Shape):
    """One VPC endpoint."""

    VpcEndpointId: str
    VpcEndpointType: str
    ServiceName: str
    OwnerId: str
    PolicyDocument: dict[str, Any] | str | None = None


def recognises(value: Any) -> bool:
    """Return whether `value` looks like the output of `aws ec2 describe-vpc-endpoints`."""
    return isinstance(value, dict) and "VpcEndpoints" in value


def add(value: Any, location: Location, building: Building) -> None:
    """Read the output of `aws ec2 describe-vpc-endpoints`."""
    for index, item in enumerate(value["VpcEndpoints"]):
        at = location.at("VpcEndpoints", index)
        found = validate(Endpoint, item, at)
        if not ACCOUNT_ID.fullmatch(found.OwnerId):
            raise SnapshotError(
                f"`{found.OwnerId}` is not an account id",
                "write 12 digits",
                at.document.place((*at.pointer, "OwnerId")),
            )
        arn = f"{_place(found.ServiceName)}:{found.OwnerId}:vpc-endpoint/{found.VpcEndpointId}"
        policy = None
        if found.PolicyDocument is not None:
            document = at.at("PolicyDocument")
            policy = read(
                found.VpcEndpointId,
                found.PolicyDocument,
                document,
                building,
                found.VpcEndpointType,
            )
        building.accounts.setdefault(found.OwnerId, None)
        building.add(building.resources, Resource(arn, found.OwnerId, policy, None, at), "resource")


def _place(service: str) -> str:
    """Return how the ARN of an endpoint for a service, as AWS names it, begins."""
    named = _SERVICE.fullmatch(service)
    region = named["region"] if named else ""
    special = "aws-us-gov" if region.startswith("us-gov-") else "aws"
    return f"arn:{'aws-cn' if service.startswith('cn.') else special}:ec2:{region}"


def read(
    identifier: str, value: Any, location: Location, building: Building, kind: str | None
) -> AttachedPolicy:
    """Read the policy of an endpoint; `kind` is its type, None where it was not given."""
    policy = building.policy(value, PolicyKind.ENDPOINT, location)
    title = f"endpoint policy of {identifier}"
    found = AttachedPolicy(PolicyKind.ENDPOINT, title, meant(policy, identifier, kind), location)
    building.endpoints[identifier] = found
    return found


def meant(policy: Policy, identifier: str, kind: str | None) -> Policy:
    """Return a policy with the entries of its principals as the type of endpoint reads them."""
    if kind not in (None, "Gateway"):
        return policy
    reason = f"the gateway endpoint {identifier} may count an entry other than `*` or not"
    if kind is None:
        reason = f"the snapshot does not say whether {identifier} is a gateway endpoint"
    statements = []
    for statement in policy.statements:
        element = statement.principal
        if element is not None:
            entries = tuple(
                found for entry in element.entries for found in _read(entry, kind, reason)
            )
            statement = replace(statement, principal=replace(element, entries=entries))
        statements.append(statement)
    return replace(policy, statements=tuple(statements))


def _read(entry: PrincipalEntry, kind: str | None, reason: str) -> list[PrincipalEntry]:
    if not isinstance(entry, _NAMED):
        return [entry]
    found: list[PrincipalEntry] = []
    if isinstance(entry, AccountEntry):
        found.append(RootUserEntry(entry.text, entry.account, entry.partition))
        if kind == "Gateway":
            return found
    return [*found, OpenEntry(entry, reason)]
