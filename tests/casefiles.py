"""The cases in `cases/`, read: requests with the policies that bear on them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from verifier import disputes, documents
from verifier.disputes import DEFAULT, Readings
from verifier.documents import Pointer
from verifier.policy.attached import ApplicablePolicies, AttachedPolicy
from verifier.policy.parse import parse_policy
from verifier.policy.reading import Location
from verifier.policy.syntax import PolicyKind
from verifier.request import Principal, PrincipalType, Request, context
from verifier.snapshot.acls import Acl, read_acl
from verifier.snapshot.endpoints import meant
from verifier.snapshot.grants import read_grants

FOLDER = Path(__file__).parent / "cases"
MATCHING = "matching.jsonl"
PUBLIC = "public.jsonl"
CONTEXTS = "contexts.jsonl"
DEPENDING = "depending.jsonl"
OPEN = "open.jsonl"
_NO_REQUESTS = {MATCHING, PUBLIC, CONTEXTS, DEPENDING, OPEN}
_NOWHERE = documents.parse("{}", "case")


@dataclass(frozen=True)
class Case:
    """One request with what must come of it."""

    id: str
    request: Request
    policies: ApplicablePolicies
    expected: str
    rule: str
    readings: Readings = DEFAULT


def attached(document: Any, kind: PolicyKind, title: str = "policy") -> AttachedPolicy:
    """Return a document as a policy of `kind`; None stands for one that is not known."""
    policy = None if document is None else parse_policy(document, kind, Location(_NOWHERE))
    return AttachedPolicy(kind, title, policy)


def applicable(policies: dict[str, Any], action: str) -> ApplicablePolicies:
    """Return the policies of a case; a role's trust policy is told by the action."""
    trust = action.lower().startswith("sts:assumerole")
    resource_kind = PolicyKind.TRUST if trust else PolicyKind.RESOURCE
    resource, endpoint = policies.get("resource"), policies.get("endpoint")
    session = policies.get("session")
    return ApplicablePolicies(
        identity=tuple(attached(d, PolicyKind.IDENTITY) for d in policies.get("identity", [])),
        resource=attached(resource, resource_kind) if "resource" in policies else None,
        boundary=tuple(attached(d, PolicyKind.BOUNDARY) for d in policies.get("boundary", [])),
        session=(attached(session, PolicyKind.SESSION),) if session else (),
        scps=tuple(
            tuple(attached(d, PolicyKind.SCP) for d in level) for level in policies.get("scps", [])
        ),
        rcps=tuple(
            tuple(attached(d, PolicyKind.RCP) for d in level) for level in policies.get("rcps", [])
        ),
        endpoint=_endpoint(endpoint, policies.get("endpoint_type")) if endpoint else None,
        shares=tuple(_shares(policies)),
    )


def _endpoint(document: Any, kind: str | None) -> AttachedPolicy:
    """Return the policy of a VPC endpoint, read as its type is; by default not a gateway."""
    found = attached(document, PolicyKind.ENDPOINT)
    if found.policy is None or kind is None:
        return found
    return replace(found, policy=meant(found.policy, "vpce-1", None if kind == "?" else kind))


def _shares(policies: dict[str, Any]) -> Iterator[AttachedPolicy]:
    """Yield the KMS grants and the ACLs of a case."""
    if "grants" in policies:
        yield read_grants("key", policies["grants"], Location(_NOWHERE), _unnoted)
    ignored = policies.get("public_acls") == "ignored"
    for arn, acl in policies.get("acls", {}).items():
        yield from read_acl(arn, Acl.model_validate(acl), Location(_NOWHERE), ignored)


def _unnoted(text: str, at: Pointer) -> None:
    """Take a remark that no case is about."""


def principal(row: dict[str, Any]) -> Principal:
    """Return the principal of a case; a session's role is its `role`, or `aws:PrincipalArn`."""
    lower = {key.lower(): value for key, value in row.get("context", {}).items()}
    role = row.get("role") or lower.get("aws:principalarn", [None])[0]
    found = Principal.parse(row["principal"], parent=row.get("parent"))
    if found.kind is PrincipalType.ROLE_SESSION and role:
        found = Principal.parse(row["principal"], role=role)
    return replace(found, canonical_user=row.get("canonical_user"))


def read_case(row: dict[str, Any]) -> Case:
    """Read one line of a file of requests."""
    keys = row.get("context", {})
    request = Request(
        principal(row),
        row["action"],
        row["resource"],
        row.get("resource_account"),
        context(keys),
    )
    policies = applicable(row["policies"], row["action"])
    readings = Readings(disputes.read(row.get("readings", [])))
    return Case(row["id"], request, policies, row["expected"], row["rule"], readings)


def rows(name: str) -> list[dict[str, Any]]:
    """Return the lines of a file of cases."""
    text = (FOLDER / name).read_text("utf-8")
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def all_cases() -> list[Case]:
    """Return every request case of every file."""
    names = sorted({path.name for path in FOLDER.glob("*.jsonl")} - _NO_REQUESTS)
    return [read_case(row) for name in names for row in rows(name)]
