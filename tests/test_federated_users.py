"""Federated users of an account: who a user vouches for by GetFederationToken (R6.2, R6.13)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.test_snapshot import A, allow, write
from verifier import Snapshot

BOB = f"arn:aws:sts::{A}:federated-user/bob"
ALICE = f"arn:aws:iam::{A}:user/alice"
BUCKET = "arn:aws:s3:::data"
QUESTION = f"can {BOB} perform s3:GetObject on {BUCKET}/x"


def _ask(
    folder: Path, actions: Any, question: str = QUESTION, principal: Any = None, **user: Any
) -> Any:
    alice = {
        "UserName": "alice",
        "Arn": ALICE,
        "UserId": "AIDAALICE",
        "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": allow(actions)}],
        **user,
    }
    policy = allow("s3:GetObject", f"{BUCKET}/*", Principal=principal) if principal else None
    bucket = {"Arn": BUCKET, "Account": A, "Policy": policy}
    files = {"a.json": {"UserDetailList": [alice]}, "b.json": bucket}
    return Snapshot.load(write(folder, files)).ask(question)


@pytest.mark.parametrize(
    ("actions", "can"),
    [
        (["sts:GetFederationToken", "s3:GetObject"], True),
        (["sts:GetFederationToken"], False),
        (["s3:GetObject"], False),
    ],
)
def test_within_the_user(tmp_path: Path, actions: list[str], can: bool) -> None:
    """It may do what the user may, if the user may vouch for it at all."""
    assert _ask(tmp_path, actions).yes is can


@pytest.mark.parametrize(("principal", "can"), [({"AWS": BOB}, True), ({"AWS": BOB[:-1]}, False)])
def test_named(tmp_path: Path, principal: Any, can: bool) -> None:
    """A resource policy that names it suffices, whatever the user may do there."""
    assert _ask(tmp_path, "sts:GetFederationToken", principal=principal).yes is can


def test_parent_named(tmp_path: Path) -> None:
    """A resource policy that names the user reaches whom it vouches for (R3.18)."""
    assert _ask(tmp_path, "sts:GetFederationToken", principal={"AWS": ALICE}).yes


def test_bounded_as_the_user(tmp_path: Path) -> None:
    """The user's boundary holds for it, too (R6.13)."""
    arn = f"arn:aws:iam::{A}:policy/none"
    answer = _ask(tmp_path, "*", PermissionsBoundary={"PermissionsBoundaryArn": arn})
    assert answer.unknown


def test_no_iam(tmp_path: Path) -> None:
    """It cannot call IAM (R7.45)."""
    assert _ask(tmp_path, "*", f"can {BOB} perform iam:CreateUser").no


def test_who_can(tmp_path: Path) -> None:
    """Who can tells of a federated user that a resource policy names."""
    answer = _ask(
        tmp_path,
        "sts:GetFederationToken",
        f"who can s3:GetObject on {BUCKET}/x",
        principal={"AWS": BOB},
    )
    assert BOB in {way.who for way in answer.ways if way.verdict.value == "yes"}
