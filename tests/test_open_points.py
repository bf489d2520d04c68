"""What AWS or the snapshot leaves open: the answer is unknown where it matters, and only there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.casefiles import OPEN, rows
from tests.test_snapshot import A, B, allow, role, trust, write
from verifier import Snapshot
from verifier.verdict import Verdict

ALICE = f"arn:aws:iam::{A}:user/alice"
BUCKET = "arn:aws:s3:::data"
ROLE = f"arn:aws:iam::{A}:role/worker"


def _ask(
    folder: Path,
    question: str,
    *statements: dict[str, Any],
    tags: Any = (),
    bucket: dict[str, Any] | None = None,
    trusted: Any = None,
) -> Verdict:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    alice = {
        "UserName": "alice",
        "Arn": ALICE,
        "UserId": "AIDAALICEALICE",
        "Tags": [{"Key": key, "Value": value} for key, value in tags],
        "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": document}],
    }
    worker = role("worker", AssumeRolePolicyDocument=trusted) if trusted else role("worker")
    listed = {"Arn": BUCKET, "Account": A, "Policy": None, **(bucket or {})}
    files = {
        "a.json": {"UserDetailList": [alice], "RoleDetailList": [worker]},
        "b.json": listed,
    }
    return Snapshot.load(write(folder, files)).ask(question).verdict


def _may(action: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": "*", **more}


def _wants(key: str, value: str) -> dict[str, Any]:
    return {"StringEquals": {key: value}}


DELETE = f"can {ALICE} perform s3:DeleteBucket on {BUCKET}"
TWO_TAGS = (("Team", "red"), ("team", "blue"))


@pytest.mark.parametrize(
    ("key", "value", "tags", "verdict"),
    [
        ("aws:PrincipalTag/TEAM", "red", (("Team", "red"),), Verdict.YES),
        ("aws:PrincipalTag/TEAM", "RED", (("Team", "red"),), Verdict.NO),
        ("aws:PrincipalTag/team", "green", TWO_TAGS, Verdict.NO),
    ],
    ids=["the key ignores case", "the value does not", "neither tag fits"],
)
def test_tags_by_case(
    tmp_path: Path, key: str, value: str, tags: tuple[tuple[str, str], ...], verdict: Verdict
) -> None:
    """Tag keys ignore case, tag values do not (R4.4, R4.5)."""
    found = _ask(tmp_path, DELETE, _may("s3:*", Condition=_wants(key, value)), tags=tags)
    assert found is verdict


@pytest.mark.parametrize("value", ["red", "blue"])
def test_two_tags_that_differ_by_case(tmp_path: Path, value: str) -> None:
    """Of two tags whose keys differ by case either may be compared: none is taken to be ruled out
    (R4.4, X-12).
    """
    statement = _may("s3:*", Condition=_wants("aws:PrincipalTag/team", value))
    assert _ask(tmp_path, DELETE, statement, tags=TWO_TAGS) is not Verdict.NO
    denied = {**statement, "Effect": "Deny"}
    assert _ask(tmp_path, DELETE, _may("s3:*"), denied, tags=TWO_TAGS) is not Verdict.NO


@pytest.mark.parametrize(
    ("trusted", "verdict"),
    [
        ({"AWS": ALICE}, Verdict.YES),
        ({"AWS": "AIDAALICEALICE"}, Verdict.NO),
        ({"AWS": ["AIDAALICEALICE", ALICE]}, Verdict.YES),
    ],
    ids=["by ARN", "by a unique id", "by both"],
)
def test_unique_ids(tmp_path: Path, trusted: Any, verdict: Verdict) -> None:
    """A bare unique id is that of an entity that is gone, though one of this id is there (R3.40,
    R3.41).
    """
    question = f"can {ALICE} perform sts:AssumeRole on {ROLE}"
    assert _ask(tmp_path, question, trusted=trust(trusted)) is verdict


@pytest.mark.parametrize("own", [True, False])
def test_part_of_the_chain(tmp_path: Path, own: bool) -> None:
    """Whether `NotPrincipal` exempts whom it lists in part is open, where it matters (R3.54)."""
    policy = allow("s3:*", Principal="*", Resource=BUCKET)
    deny = {"Effect": "Deny", "NotPrincipal": {"AWS": ALICE}, "Action": "s3:*", "Resource": BUCKET}
    policy["Statement"] = [policy["Statement"], deny]
    found = _ask(tmp_path, DELETE, *([_may("s3:*")] if own else []), bucket={"Policy": policy})
    assert found is not Verdict.NO
    other = f"can {ALICE} perform s3:DeleteBucket on {BUCKET}-other"
    assert _ask(tmp_path, other, _may("s3:*"), bucket={"Policy": policy}) is Verdict.YES


def test_key_that_no_list_has(tmp_path: Path) -> None:
    """A key that only looks like a global one may be there or not, where it matters (R5.1)."""
    newer = _may("s3:*", Condition=_wants("aws:NewerThanTheLists", "x"))
    assert _ask(tmp_path, DELETE, newer) is Verdict.UNKNOWN
    assert _ask(tmp_path, DELETE, newer, _may("s3:*")) is Verdict.YES
    absent = _may("s3:*", Condition={"Null": {"aws:NewerThanTheLists": "true"}})
    assert _ask(tmp_path, DELETE, absent) is Verdict.YES


@pytest.mark.parametrize("case", rows(OPEN), ids=lambda case: f"{case['id']}-{case['rule']}")
def test_case(case: dict[str, Any], tmp_path: Path) -> None:
    """Where a rule matters that is not exact, the answer is unknown or names what it assumes."""
    files = {f"{name}.json": content for name, content in case["files"].items()}
    (tmp_path / "snapshot.toml").write_text("as_of = 2026-01-01\n", encoding="utf-8")
    answer = Snapshot.load(write(tmp_path, files)).ask(case["question"])
    assert answer.verdict.value == case["verdict"]
    if "assumes" in case:
        assert any(case["assumes"] in text for text in answer.assumptions)


def test_source_of_a_service(tmp_path: Path) -> None:
    """A service is held to its source, an account or an organization (R5.11, R7.41)."""
    asked = f"can logs.amazonaws.com perform s3:PutObject on {BUCKET}/x"
    who = {"Service": "logs.amazonaws.com"}
    for condition, caller, verdict in (
        (_wants("aws:SourceAccount", A), "can any service perform", Verdict.YES),
        (_wants("aws:SourceAccount", A), f"can {ALICE} perform", Verdict.NO),
        (_wants("aws:SourceOrgID", "o-aaaaaaaaaa"), "can any service perform", Verdict.YES),
        (
            {"ArnLike": {"aws:SourceArn": f"arn:aws:logs:*:{B}:*"}},
            "can any service perform",
            Verdict.YES,
        ),
    ):
        policy = allow("s3:PutObject", f"{BUCKET}/*", Principal=who, Condition=condition)
        question = f"{caller} {asked.partition(' perform ')[2]}"
        assert _ask(tmp_path, question, bucket={"Policy": policy}) is verdict, condition


@pytest.mark.parametrize(
    ("effect", "operator", "verdict"),
    [
        ("Allow", "StringEquals", Verdict.NO),
        ("Allow", "StringEqualsIfExists", Verdict.YES),
        ("Allow", "StringNotEquals", Verdict.YES),
        ("Deny", "StringNotEquals", Verdict.NO),
        ("Deny", "StringEquals", Verdict.YES),
    ],
)
def test_key_of_another_service(
    tmp_path: Path, effect: str, operator: str, verdict: Verdict
) -> None:
    """A key that only calls of IAM have is absent where a role is assumed (R5.60, R4.20, R4.21)."""
    boundary = f"arn:aws:iam::{A}:policy/b"
    condition = {operator: {"iam:PermissionsBoundary": boundary}}
    statement = {"Effect": effect, "Principal": {"AWS": ALICE}, "Action": "sts:AssumeRole"}
    trusted = trust({"AWS": ALICE})
    listed = trusted["Statement"] if effect == "Deny" else []
    whole = [statement | {"Condition": condition}, *([listed] if listed else [])]
    trusted["Statement"] = whole
    question = f"can {ALICE} perform sts:AssumeRole on {ROLE}"
    assert _ask(tmp_path, question, trusted=trusted) is verdict
