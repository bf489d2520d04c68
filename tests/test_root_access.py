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
    (folder / "features.json").unlink(missing_ok=True)
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


ADMIN = f"arn:aws:iam::{MANAGEMENT}:user/admin"
MEMBER = f"arn:aws:iam::{A}:root"


def test_goes_on_as_root(tmp_path: Path) -> None:
    """Whoever assumes a root user goes on as it, within the task policy (R7.71, R6.16)."""
    answer = _ask(tmp_path, f"can {ADMIN} reach s3:DeleteBucketPolicy")
    assert answer.yes
    first, last = answer.witness
    assert (first.action, first.resource) == ("sts:AssumeRoot", MEMBER)
    task = "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy"
    assert first.context["sts:taskpolicyarn"] == (task,)
    assert (last.principal, last.context["aws:assumedroot"]) == (MEMBER, ("true",))
    assert _ask(tmp_path, f"can {ADMIN} reach s3:DeleteBucket").no


@pytest.mark.parametrize(
    ("goal", "calls"),
    [
        ("s3:DeleteBucketPolicy", ["sts:AssumeRoot", "s3:DeleteBucketPolicy"]),
        ("s3:DeleteBucket", ["sts:AssumeRoot", "s3:PutBucketPolicy", "s3:DeleteBucket"]),
    ],
)
def test_via_escalation(tmp_path: Path, goal: str, calls: list[str]) -> None:
    """The root user may also let others in, within its task (R7.71, P8.80)."""
    asked = f"can {ADMIN} reach {goal} via escalation"
    answer = _ask(tmp_path, asked)
    assert [hop.action for hop in answer.witness] == calls
    assert answer.witness[1].principal == MEMBER
    assert _ask(tmp_path, asked, _NOTHING).no


def test_own_credentials(tmp_path: Path) -> None:
    """Tasks about credentials are about those of the root user itself (R7.70)."""
    answer = _ask(tmp_path, f"can {ADMIN} reach iam:CreateLoginProfile")
    assert answer.yes
    assert answer.witness[-1].resource == MEMBER
    other = f"can {ADMIN} reach iam:CreateLoginProfile on arn:aws:iam::{A}:user/x"
    assert _ask(tmp_path, other).no


def test_not_directly(tmp_path: Path) -> None:
    """It takes two requests (R7.71)."""
    question = f"can {ADMIN} reach s3:DeleteBucketPolicy"
    assert _ask(tmp_path, f"{question} directly").no
    assert _ask(tmp_path, f"{question} via role assumption in at most 2 hops").yes


def test_who_can(tmp_path: Path) -> None:
    """Who can tells of those who can assume a root user (R7.71)."""
    answer = _ask(tmp_path, "who can sqs:SetQueueAttributes via role assumption")
    assert ADMIN in {way.who for way in answer.ways if way.verdict is Verdict.YES}
    unsaid = _ask(tmp_path, f"can {ADMIN} reach sqs:SetQueueAttributes", None)
    assert unsaid.unknown
    assert _ask(tmp_path, f"can {ADMIN} reach sqs:SetQueueAttributes", _NOTHING).no


def test_scps_bind_the_session(tmp_path: Path) -> None:
    """SCPs of the member account bind the root user that is assumed (R7.71)."""
    deny = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "s3:*"}}
    deny["Statement"]["Resource"] = "*"  # type: ignore[index]
    policies = [{"Id": "p-deny", "Type": "SERVICE_CONTROL_POLICY", "Content": deny}]
    accounts = [{"Id": A, "ServiceControlPolicies": ["p-FullAWSAccess", "p-deny"]}]
    accounts += [{"Id": B}, {"Id": MANAGEMENT}]
    roots = [{"Id": "r-1", "Accounts": accounts}]
    question = f"can {ADMIN} reach s3:DeleteBucketPolicy on arn:aws:s3:::data"
    bucket = f"can {ADMIN} reach s3:DeleteBucketPolicy"
    answer = _ask(tmp_path, bucket, Roots=roots, Policies=policies)
    assert {hop.principal for hop in answer.witness} & {MEMBER} == set()
    assert _ask(tmp_path, question).yes
