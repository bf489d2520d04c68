"""Amazon S3's test of public policies, and what Block Public Access makes of it (section 9)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.casefiles import PUBLIC, rows
from tests.test_snapshot import A, B, allow, write
from verifier import Snapshot
from verifier.policy.parse import policy_from_text
from verifier.policy.public import is_public
from verifier.policy.syntax import PolicyKind

BUCKET = "arn:aws:s3:::site"
FRIEND = f"arn:aws:iam::{B}:root"
STRANGER = "can arn:aws:iam::999988887777:user/x perform s3:GetObject on arn:aws:s3:::site/a"
SETTINGS = {"PublicAccessBlockConfiguration": {"RestrictPublicBuckets": True}}
PUBLIC_POLICY = allow("s3:GetObject", f"{BUCKET}/*", Principal="*")


@pytest.mark.parametrize("row", rows(PUBLIC), ids=lambda row: f"{row['id']}-{row['rule']}")
def test_public(row: dict[str, Any]) -> None:
    """The policy is public, or it is not, as Amazon S3 would say."""
    policy = policy_from_text(json.dumps(row["policy"]), PolicyKind.RESOURCE)
    assert row["public"] is is_public(policy)


def _ask(folder: Path, policy: Any, question: str, **files: Any) -> bool:
    bucket = {"Arn": BUCKET, "Account": A, "Policy": policy, **files.pop("settings", {})}
    users = [
        {
            "UserName": "alice",
            "Arn": f"arn:aws:iam::{account}:user/alice",
            "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": allow("s3:*")}],
        }
        for account in (A, B)
    ]
    pages = {"users.json": {"UserDetailList": users}, "bucket.json": bucket}
    return Snapshot.load(write(folder, {**pages, **files})).ask(question).yes


@pytest.mark.parametrize("level", ["bucket", "account", "other account"])
def test_restricted(tmp_path: Path, level: str) -> None:
    """A restricted public bucket serves its account only, at either level (R6.58, R9.20, R9.22)."""
    owner = B if level == "other account" else A
    files: dict[str, Any] = (
        {"settings": SETTINGS}
        if level == "bucket"
        else {f"accounts/{owner}/block-public-access.json": SETTINGS}
    )
    for user, expected in (
        (STRANGER, level == "other account"),
        (f"can arn:aws:iam::{B}:user/alice perform s3:GetObject on {BUCKET}/a", owner == B),
        (f"can arn:aws:iam::{A}:user/alice perform s3:GetObject on {BUCKET}/a", True),
    ):
        assert expected is _ask(tmp_path, PUBLIC_POLICY, user, **files)


def test_other_statements_are_cut_too(tmp_path: Path) -> None:
    """Cross-account access goes also where a statement that is not public gives it (R9.20)."""
    both = allow("s3:GetObject", f"{BUCKET}/*", Principal="*")
    both["Statement"] = [both["Statement"], {**both["Statement"], "Principal": {"AWS": FRIEND}}]
    friend = f"can arn:aws:iam::{B}:user/alice perform s3:GetObject on {BUCKET}/a"
    assert not _ask(tmp_path, both, friend, settings=SETTINGS)


def test_not_public_is_not_restricted(tmp_path: Path) -> None:
    """A policy for a fixed account is not public, and stays as it is (R9.2)."""
    policy = allow("s3:GetObject", f"{BUCKET}/*", Principal={"AWS": FRIEND})
    friend = f"can arn:aws:iam::{B}:user/alice perform s3:GetObject on {BUCKET}/a"
    assert _ask(tmp_path, policy, friend, settings=SETTINGS)


POINT = f"arn:aws:s3:eu-west-1:{A}:accesspoint/door"
PINNED = {"StringLike": {"s3:DataAccessPointArn": f"arn:aws:s3:*:{A}:accesspoint/door"}}


@pytest.mark.parametrize(
    ("condition", "more", "closed"),
    [
        ({}, {}, True),
        ({}, {"NetworkOrigin": "Internet"}, True),
        ({}, {"NetworkOrigin": "VPC"}, False),
        (PINNED, {}, True),
        ({"StringEquals": {"aws:PrincipalAccount": B}}, {}, False),
    ],
    ids=["public", "of the internet", "of a VPC", "pinned by itself", "pinned by account"],
)
def test_access_point(
    tmp_path: Path, condition: dict[str, Any], more: dict[str, Any], closed: bool
) -> None:
    """A restricted access point is closed to other accounts where its policy is public: one of a
    VPC never is, and its own ARN pins nothing (R9.8).
    """
    inside = f"{POINT}/object/a"
    policy = allow("s3:GetObject", f"{POINT}/object/*", Principal="*", Condition=condition)
    point = {"Arn": POINT, "Bucket": "site", "Policy": policy, **SETTINGS, **more}
    users = [
        {
            "UserName": "alice",
            "Arn": f"arn:aws:iam::{account}:user/alice",
            "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": allow("s3:*")}],
        }
        for account in (A, B)
    ]
    bucket = {"Arn": BUCKET, "Account": A, "Policy": None}
    files = {"users.json": {"UserDetailList": users}, "s3.json": [point, bucket]}
    snapshot = Snapshot.load(write(tmp_path, files))
    friend = f"can arn:aws:iam::{B}:user/alice perform s3:GetObject on {inside}"
    assert snapshot.ask(friend).yes is not closed
    assert snapshot.ask(friend.replace(B, A)).yes


def test_account_of_the_access_point_keeps_access(tmp_path: Path) -> None:
    """A restricted public bucket serves the account of its access point, too (R9.20)."""
    point = {"Arn": POINT.replace(A, B), "Bucket": "site", "Policy": None}
    question = f"can arn:aws:iam::{B}:user/alice perform s3:GetObject on {BUCKET}/a"
    assert not _ask(tmp_path, PUBLIC_POLICY, question, settings=SETTINGS)
    assert _ask(tmp_path, PUBLIC_POLICY, question, settings=SETTINGS, **{"point.json": point})
