"""Findings: complete, each real, few; what roles can do, and how findings are followed."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.casefiles import FOLDER, PUBLIC, rows
from tests.test_snapshot import A, B, allow, role, trust, write
from verifier import Snapshot
from verifier.errors import SnapshotError
from verifier.finding import Findings, Kind, Severity
from verifier.findings.cases import beyond_cases, cases
from verifier.findings.guards import guards
from verifier.findings.openings import search, uncovered
from verifier.findings.outsiders import outsiders
from verifier.queries.world import World
from verifier.verdict import Verdict

CASES = json.loads((FOLDER / "findings.json").read_text("utf-8"))
BUCKET = "arn:aws:s3:::data"
STRANGER = "999988887777"
PARTNER = {"AWS": f"arn:aws:iam::{STRANGER}:root"}
TODAY = date(2026, 1, 1)
ENTRY = f"arn:aws:iam::{A}:role/entry"
GET = "s3:GetObject"


def load_case(folder: Path, case: dict[str, Any], manifest: str = "") -> Snapshot:
    files = {f"more-{number}.json": item for number, item in enumerate(case.get("more", []))}
    for name in ("resources", "organization"):
        if name in case:
            files[f"{name}.json"] = case[name]
    if "roles" in case:
        files["details.json"] = {"RoleDetailList": case["roles"]}
    text = f"as_of = 2026-01-01\n{manifest}"
    if "zone" in case:
        text += f"[zone]\naccounts = {json.dumps(case['zone']['accounts'])}\n"
    return Snapshot.load(write(folder, {**files, "snapshot.toml": text}))


def found_in(folder: Path, manifest: str = "", **case: Any) -> Findings:
    return load_case(folder, case, manifest).findings(today=TODAY)


def bucket(*statements: dict[str, Any], arn: str = BUCKET, **more: Any) -> dict[str, Any]:
    policy = {"Version": "2012-10-17", "Statement": list(statements)}
    return {"Arn": arn, "Account": A, "Policy": policy, **more}


def reads(principal: Any = "*", arn: str = BUCKET, **more: Any) -> dict[str, Any]:
    (statement,) = [allow("s3:GetObject", f"{arn}/*", Principal=principal, **more)["Statement"]]
    return dict(statement)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any], tmp_path: Path) -> None:
    """Each case has just these findings, and the proof that there are no others holds."""
    found = load_case(tmp_path, case).findings()
    said = [f"{item.severity.value} {item.kind}: {item.sentence}" for item in found.findings]
    assert case["expected"] == said
    assert found.gaps == ()


@pytest.mark.parametrize("row", rows(PUBLIC), ids=lambda row: f"{row['id']}-{row['rule']}")
def test_public_buckets(row: dict[str, Any], tmp_path: Path) -> None:
    """A bucket is found public only if its policy is public by Amazon S3's test (R9.1); one that
    is and denies nothing is found to be open to somebody outside.
    """
    entry = {"Arn": BUCKET, "Account": "444444444444", "Policy": row["policy"]}
    found = found_in(tmp_path, resources=[entry])
    if not row["public"]:
        assert all(finding.kind != Kind.PUBLIC for finding in found.findings)
    elif '"Deny"' not in json.dumps(row["policy"]):
        assert found.findings
    assert found.gaps == ()


def test_fingerprints_follow_content(tmp_path: Path) -> None:
    """A fingerprint depends on what is written, and not on its order, its place or its Sid."""

    def fingerprint(statement: dict[str, Any], *others: dict[str, Any]) -> str:
        return found_in(tmp_path, resources=[bucket(*others, statement)]).findings[0].fingerprint

    actions, names = ["s3:GetObject", "s3:PutObject"], [STRANGER, "888877776666"]
    first = fingerprint({**reads({"AWS": names}), "Action": actions})
    other = reads({"AWS": A})
    moved = {
        **reads({"AWS": names[::-1]}),
        "Sid": "Moved",
        "Action": ["s3:putobject", *actions[:1]],
    }
    assert first == fingerprint(moved, other, other)
    assert first != fingerprint({**reads({"AWS": names}), "Action": actions[:1]})
    assert first != fingerprint({**reads({"AWS": names[:1]}), "Action": actions})


def test_each_resource_keeps_its_fingerprint(tmp_path: Path) -> None:
    """Another resource changes the finding that it joins, and no other resource of it."""
    arns = [f"arn:aws:s3:::logs-{number}" for number in range(3)]
    buckets = [bucket(reads(PARTNER, arn), arn=arn) for arn in arns]
    (fewer,) = found_in(tmp_path, resources=buckets[:2]).findings
    (more,) = found_in(tmp_path, resources=buckets).findings
    assert fewer.fingerprint != more.fingerprint
    assert [item.fingerprint for item in fewer.exposures] == [
        item.fingerprint for item in more.exposures[:2]
    ]


def test_severity_of_grown_roles(tmp_path: Path) -> None:
    """What a role can become counts, and the worst of several roles."""
    admin = {"RolePolicyList": [{"PolicyName": "all", "PolicyDocument": allow("*")}]}
    roles = [
        role("entry", AssumeRolePolicyDocument=trust(PARTNER), **_may("sts:AssumeRole")),
        role(
            "admin",
            AssumeRolePolicyDocument=trust({"AWS": f"arn:aws:iam::{A}:role/entry"}),
            **admin,
        ),
    ]
    (finding,) = found_in(tmp_path, roles=roles).findings
    powers = finding.exposures[0].powers
    assert powers is not None and powers.administrator
    assert (powers.becomes, finding.severity) == (
        (f"arn:aws:iam::{A}:role/admin",),
        Severity.HIGH,
    )


def _may(action: str) -> dict[str, Any]:
    return {"RolePolicyList": [{"PolicyName": "p", "PolicyDocument": allow(action)}]}


def test_powers_are_bounded(tmp_path: Path) -> None:
    """A boundary and a service control policy limit what a role can do at most."""
    deny = {"Effect": "Deny", "Action": "sqs:*", "Resource": "*"}
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    scp = {
        "Id": "p-scp1",
        "Name": "NoQueues",
        "Type": "SERVICE_CONTROL_POLICY",
        "Content": {"Version": "2012-10-17", "Statement": [everything, deny]},
        "Targets": [{"TargetId": A}],
    }
    organization = {
        "Organization": {"Id": "o-aaaaaaaaaa", "MasterAccountId": B},
        "Roots": [{"Id": "r-1", "Accounts": [{"Id": A}, {"Id": B}]}],
    }
    boundary = "arn:aws:iam::111122223333:policy/bound"
    entry = role(
        "entry",
        AssumeRolePolicyDocument=trust(PARTNER),
        **_may("*"),
        PermissionsBoundary={"PermissionsBoundaryArn": boundary},
    )
    details = {
        "RoleDetailList": [entry],
        "Policies": [
            {
                "Arn": boundary,
                "DefaultVersionId": "v1",
                "PolicyVersionList": [
                    {
                        "VersionId": "v1",
                        "Document": allow(["sqs:*", "sns:Publish"]),
                        "IsDefaultVersion": True,
                    }
                ],
            }
        ],
    }
    files = {"details.json": details, "scp.json": scp, "organization.json": organization}
    (finding,) = Snapshot.load(write(tmp_path, files)).findings().findings
    powers = finding.exposures[0].powers
    assert powers is not None
    assert not powers.administrator
    assert [(level.value, names) for level, names in powers.services] == [("write", ("sns",))]


def test_roles_that_trust_alike_are_solved_once(tmp_path: Path) -> None:
    """A hundred roles with one trust policy cost no more questions than one; each is replayed."""

    def found(count: int) -> Findings:
        roles = [role(f"r{n}", AssumeRolePolicyDocument=trust(PARTNER)) for n in range(count)]
        return found_in(tmp_path / str(count), roles=roles)

    one, many = found(1), found(100)
    assert one.effort.questions == many.effort.questions
    assert len(many.findings) == 1 and many.coverage.roles == 100
    assert all(
        exposure.witnesses[0][0].resource == exposure.resource
        for exposure in many.findings[0].exposures
    )


def test_tags_of_roles(tmp_path: Path) -> None:
    """Where a trust policy asks for the role's tags, roles are looked at one by one; a transitive
    tag of the caller's session replaces them (R7.62), so that they keep nobody out.
    """
    condition = {"StringEquals": {"aws:ResourceTag/open": "yes"}}
    roles = [
        role(name, AssumeRolePolicyDocument=trust(PARTNER, Condition=condition), Tags=tags)
        for name, tags in (("open", [{"Key": "open", "Value": "yes"}]), ("shut", []))
    ]
    (finding,) = found_in(tmp_path, roles=roles).findings
    callers = {item.resource: item.witnesses[0][0].principal for item in finding.exposures}
    assert ":user/" in callers[f"arn:aws:iam::{A}:role/open"]
    assert ":assumed-role/" in callers[f"arn:aws:iam::{A}:role/shut"]


def test_what_is_not_known_is_a_gap(tmp_path: Path) -> None:
    """What is not encoded leaves a gap, with its reason, and is never a clean report."""
    condition = {"StringEquals": {"aws:SourceVpce": "${aws:CurrentTime}"}}
    resources = [bucket(reads(Condition=condition))]
    found = found_in(tmp_path, resources=resources)
    assert [gap.resource for gap in found.gaps] == [BUCKET] * len(found.gaps)
    assert found.gaps and "is not encoded" in found.gaps[0].reason
    assert found.verdict is Verdict.UNKNOWN


def test_disputed_points(tmp_path: Path) -> None:
    """A finding depends on the points by which it is closed, and what they open is told."""
    wide = {**reads(), "Resource": "arn:*:data/*"}
    denied = {**wide, "Effect": "Deny"}
    (finding,) = found_in(tmp_path, resources=[bucket(wide)]).findings
    told = list(map(str, finding.depends_on))
    assert told[0] == 'X-2: under "glob" yes; under "padded" yes; under "nothing" no'
    assert told[1].startswith('X-1 and X-2: under "glob" and "glob" yes; under "parts" and "')
    found = found_in(tmp_path, resources=[bucket(reads(), denied)])
    assert (found.findings, found.gaps, found.verdict) == ((), (), Verdict.NO)
    ((resource, who, reason),) = [(gap.resource, gap.who, gap.reason) for gap in found.disputed]
    assert (resource, who) == (BUCKET, "anyone, even without AWS credentials")
    assert reason.startswith('more may be open if X-2 is read as "nothing", or if X-')


def test_coverage_is_not_vacuous(tmp_path: Path) -> None:
    """Without what a statement opens, the proof that all is covered fails, whatever the caller."""
    contents = load_case(tmp_path, {"resources": [bucket(reads())]}).contents
    world = World(contents)
    (guard,) = guards(world, lambda arn: None)
    calls = list(cases(world, guard, outsiders(world, guard), []))
    found = search(world, guard, calls)
    assert found.proved == len(calls) and not found.gaps
    for case in calls:
        assert uncovered(world, case, found.openings) is None
        assert (
            uncovered(world, case, []) == "s3:GetObject is allowed, but by no statement of a policy"
        )


def test_coverage_beyond_the_catalogue(tmp_path: Path) -> None:
    """Of actions that no catalogue has, too, the proof needs what a statement opens (R2.8)."""
    wide = {**reads(), "Action": "s3:*", "Resource": [BUCKET, f"{BUCKET}/*"]}
    world = World(load_case(tmp_path, {"resources": [bucket(wide)]}).contents)
    (guard,) = guards(world, lambda arn: None)
    callers = outsiders(world, guard)
    calls = list(cases(world, guard, callers, []))
    others = list(beyond_cases(world, guard, callers, calls))
    found = search(world, guard, calls, others)
    assert found.proved == len(calls) + len(others) and not found.gaps
    assert any(uncovered(world, case, []) for case in others)
    assert all(case in opening.beyond for case in others for opening in found.openings)


def test_evidence(tmp_path: Path) -> None:
    """The questions of the proof are written for other solvers."""
    snapshot = load_case(tmp_path / "in", {"resources": [bucket(reads(PARTNER))]})
    found = snapshot.findings(evidence=tmp_path / "out")
    scripts = list((tmp_path / "out").glob("*.smt2"))
    assert len(scripts) >= found.coverage.proved > 0


def test_outside_the_zone_is_not_guarded(tmp_path: Path) -> None:
    """What an account outside the zone of trust owns is no business of its findings."""
    foreign = {**bucket(reads()), "Account": B}
    own = bucket(reads({"AWS": A}, "arn:aws:s3:::own"), arn="arn:aws:s3:::own")
    found = found_in(tmp_path, resources=[foreign, own], zone={"accounts": [A]})
    assert (found.findings, found.coverage.resources) == ((), 1)
    assert f"what accounts outside the zone of trust own is not looked at: {B}" in found.assumptions


def test_a_zone_of_others_is_an_error(tmp_path: Path) -> None:
    """A zone of trust that has nothing of the snapshot guards nothing, which is no clean report."""
    with pytest.raises(SnapshotError, match=f"no account of the zone .* the snapshot holds {B}"):
        found_in(tmp_path, resources=[{**bucket(reads()), "Account": B}], zone={"accounts": [A]})


def test_jobs_find_the_same(tmp_path: Path) -> None:
    """Several processes find what one does, in the same order."""
    buckets = [
        bucket(reads(PARTNER, f"arn:aws:s3:::b{n}"), arn=f"arn:aws:s3:::b{n}") for n in range(6)
    ]
    snapshot = load_case(tmp_path, {"resources": [*buckets, bucket(reads())]})
    assert snapshot.findings().findings == snapshot.findings(jobs=2).findings
