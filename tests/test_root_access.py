"""Centralized root access: who may assume the root users of member accounts (7.8)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.test_snapshot import A, B, allow, role, write
from verifier import Snapshot
from verifier.verdict import Answer, Verdict

MANAGEMENT = "999900001111"
SESSIONS = {"OrganizationId": "o-example000", "EnabledFeatures": ["RootSessions"]}
_NOTHING = {**SESSIONS, "EnabledFeatures": ["RootCredentialsManagement"]}


def _ask(folder: Path, question: str, features: Any = SESSIONS, **tree: Any) -> Answer:
    users = [
        {
            "UserName": "admin",
            "Arn": f"arn:aws:iam::{account}:user/admin",
            "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": allow("sts:AssumeRoot")}],
        }
        for account in (MANAGEMENT, B)
    ]
    accounts = [{"Id": A}, {"Id": B}, {"Id": MANAGEMENT}]
    organization = {
        "Organization": {"Id": "o-example000", "MasterAccountId": MANAGEMENT},
        "Roots": [{"Id": "r-1", "Accounts": accounts}],
        **tree,
    }
    files: dict[str, Any] = {
        "users.json": {"UserDetailList": users},
        "roles.json": {"RoleDetailList": [role("worker")]},
        "organization.json": organization,
    }
    if features is not None:
        files["features.json"] = features
    return Snapshot.load(write(folder, files)).ask(question)


def _question(caller: str, member: str = A) -> str:
    on = f"arn:aws:iam::{member}:root"
    return f"can arn:aws:iam::{caller}:user/admin perform sts:AssumeRoot on {on}"


@pytest.mark.parametrize(
    ("features", "verdict"),
    [(SESSIONS, Verdict.YES), (_NOTHING, Verdict.NO), (None, Verdict.UNKNOWN)],
    ids=["enabled", "not enabled", "not said"],
)
def test_feature(tmp_path: Path, features: Any, verdict: Verdict) -> None:
    """The management account may where the feature is enabled; else nobody; not said, it is unknown
    (R7.70).
    """
    answer = _ask(tmp_path, _question(MANAGEMENT), features)
    assert answer.verdict is verdict
    if verdict is Verdict.UNKNOWN:
        assert "centralized root access is enabled" in answer.ways[0].reason


@pytest.mark.parametrize(
    ("service", "can"), [("iam.amazonaws.com", True), ("guardduty.amazonaws.com", False)]
)
def test_delegated_administrator(tmp_path: Path, service: str, can: bool) -> None:
    """A delegated administrator for IAM may, one for another service may not (R7.70)."""
    delegated = [{"Id": B, "DelegatedServices": [{"ServicePrincipal": service}]}]
    assert _ask(tmp_path, _question(B), DelegatedAdministrators=delegated).yes is can
    assert _ask(tmp_path, _question(B)).no


def test_no_member(tmp_path: Path) -> None:
    """The root user of the management account is none that can be assumed (R7.70)."""
    assert _ask(tmp_path, _question(MANAGEMENT, MANAGEMENT)).no


def test_goes_no_further(tmp_path: Path) -> None:
    """An answer about what a root session may do says that nobody goes on as one (R7.71)."""
    answer = _ask(tmp_path, "who can s3:DeleteBucketPolicy")
    assert [line for line in answer.assumptions if "S3UnlockBucketPolicy" in line]
    other = _ask(tmp_path, "who can s3:DeleteBucket")
    assert not [line for line in other.assumptions if "root user of a member" in line]
    off = _ask(tmp_path, "who can s3:DeleteBucketPolicy", _NOTHING)
    assert not [line for line in off.assumptions if "root user of a member" in line]
