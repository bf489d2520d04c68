"""Thirty explanations, fifteen of each verdict: every cause is held against the evaluator, which
changes its mind without it, and not without less.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from tests.casefiles import attached
from tests.test_explain import allowed_without, direct
from verifier import Snapshot
from verifier.example import write
from verifier.explanation import Change, Kind, Remedy
from verifier.policy.attached import ApplicablePolicies, AttachedPolicy, Level
from verifier.policy.syntax import PolicyKind
from verifier.request import Principal, PrincipalType, Request
from verifier.semantics.authorize import authorize
from verifier.verdict import Cause

CASES = json.loads((Path(__file__).parent / "cases" / "explanations.json").read_text("utf-8"))
ALLOWED = [case for case in CASES if "closes" in case]
DENIED = [case for case in CASES if "remedies" in case]
_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The bundled example."""
    folder = tmp_path_factory.mktemp("acme")
    list(write(folder))
    return Snapshot.load(folder)


def test_thirty() -> None:
    """There are fifteen allowed cases and fifteen denied ones."""
    assert (len(ALLOWED), len(DENIED)) == (15, 15)


def _named(sets: Sequence[Sequence[Cause]]) -> list[list[str]]:
    found = {tuple(sorted(map(str, causes))) for causes in sets}
    return sorted(sorted(set(causes)) for causes in found)


@pytest.mark.parametrize("case", ALLOWED, ids=lambda case: case["ask"])
def test_allowed(acme: Snapshot, case: dict[str, Any]) -> None:
    """Without each closing set the evaluator denies, without any part of it it does not."""
    found = acme.explain(case["ask"])
    (grounds,) = found.grounds
    assert _named(grounds.closes) == case["closes"]
    assert _named(grounds.suffices) == case["suffices"]
    hop = direct(acme, case["ask"])
    assert hop is not None and hop.main.request.action == grounds.hop.action
    for causes in grounds.closes:
        assert not allowed_without(hop, causes)
        for size in range(len(causes)):
            assert all(allowed_without(hop, part) for part in combinations(causes, size))


def _told(change: Change) -> str:
    removed = f": {change.where[0]}" if change.kind is Kind.REMOVE else ""
    return f"{change.kind.value} {change.layer}{removed}"


@pytest.mark.parametrize("case", DENIED, ids=lambda case: case["ask"])
def test_denied(acme: Snapshot, case: dict[str, Any]) -> None:
    """With each set of changes the evaluator allows, with any part of it it denies."""
    found = acme.explain(case["ask"])
    assert [[_told(change) for change in item.changes] for item in found.remedies] == (
        case["remedies"]
    )
    for remedy in found.remedies:
        assert _is_allowed(acme, remedy, remedy.changes)
        for size in range(len(remedy.changes)):
            for part in combinations(remedy.changes, size):
                assert not _is_allowed(acme, remedy, part)


def test_twice(acme: Snapshot) -> None:
    """What was asked before does not change an explanation."""
    asked = [case["ask"] for case in DENIED]
    once = [acme.explain(sentence).remedies for sentence in asked]
    assert [acme.explain(sentence).remedies for sentence in asked] == once


def _is_allowed(snapshot: Snapshot, remedy: Remedy, changes: Sequence[Change]) -> bool:
    request = remedy.hop.request
    policies = _policies(snapshot, request)
    for change in changes:
        policies = _changed(policies, request, change)
    return authorize(request, policies).allowed


def _policies(snapshot: Snapshot, request: Request) -> ApplicablePolicies:
    """Return what bears on a request in the snapshot, looked up anew."""
    contents, principal = snapshot.contents, request.principal
    entity = contents.user(principal.name) or contents.role(principal.arn or "")
    place = contents.place(principal.account or "")
    owner = contents.place(request.resource_account or "")
    inside = request.resource.partition("/")[0] if ":s3:" in request.resource else ""
    listed = contents.resources.get(request.resource) or contents.resources.get(inside)
    role = contents.role(request.resource) if request.action.startswith("sts:") else None
    resource = listed.policy if listed else role.trust if role else None
    if resource is None and ":kms:" in request.resource:
        root = {"AWS": str(request.resource_account)}
        document = {"Statement": {**_ALL, "Action": "kms:*", "Principal": root}}
        resource = attached(document, PolicyKind.RESOURCE)
    return ApplicablePolicies(
        identity=entity.policies if entity else (),
        resource=resource,
        boundary=(entity.boundary,) if entity and entity.boundary else (),
        scps=(place.scps or ()) if place else (),
        rcps=(owner.rcps or ()) if owner else (),
    )


def _changed(policies: ApplicablePolicies, request: Request, change: Change) -> ApplicablePolicies:
    if change.kind is Kind.REMOVE:
        return _without(policies, change.where[0])
    match change.layer:
        case "identity policies":
            added = attached({"Statement": _ALL}, PolicyKind.IDENTITY)
            return replace(policies, identity=(*policies.identity, added))
        case "permissions boundary":
            added = attached({"Statement": _ALL}, PolicyKind.BOUNDARY)
            return replace(policies, boundary=(*policies.boundary, added))
        case "policy of the resource":
            return replace(policies, resource=_admitting(policies.resource, request))
    raise AssertionError(change)


def _admitting(policy: AttachedPolicy | None, request: Request) -> AttachedPolicy:
    is_trust = policy is not None and policy.kind is PolicyKind.TRUST
    kind = PolicyKind.TRUST if is_trust else PolicyKind.RESOURCE
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": _principal(request.principal)}
    statement |= {"Action": "sts:*"} if is_trust else {"Action": "*", "Resource": "*"}
    added = attached({"Statement": statement}, kind)
    if policy is None or policy.policy is None or added.policy is None:
        return added
    statements = (*policy.policy.statements, *added.policy.statements)
    return replace(policy, policy=replace(policy.policy, statements=statements))


def _principal(principal: Principal) -> Any:
    return "*" if principal.kind is PrincipalType.ANONYMOUS else {"AWS": principal.arn}


def _without(policies: ApplicablePolicies, cause: Cause) -> ApplicablePolicies:
    def left(policy: AttachedPolicy) -> AttachedPolicy:
        if policy.policy is None or policy.title != cause.policy:
            return policy
        kept = tuple(
            item for item in policy.policy.statements if policy.place(item.position) != cause.place
        )
        return replace(policy, policy=replace(policy.policy, statements=kept))

    def rest(level: Level) -> Level:
        return tuple(map(left, level))

    return replace(
        policies,
        identity=rest(policies.identity),
        resource=left(policies.resource) if policies.resource else None,
        boundary=rest(policies.boundary),
        scps=tuple(map(rest, policies.scps)),
        rcps=tuple(map(rest, policies.rcps)),
    )
