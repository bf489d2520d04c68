"""All that somebody comes to: whom it can become via escalation, and what it can do then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.test_snapshot import NEW, A, allow, role, trust, write
from verifier import Snapshot
from verifier.verdict import Verdict

EVE = f"arn:aws:iam::{A}:user/eve"
VIC = f"arn:aws:iam::{A}:user/vic"
BUCKET = "arn:aws:s3:::data"


def _snapshot(folder: Path, *grants: tuple[Any, str]) -> Snapshot:
    statements = [allow(action, on)["Statement"] for action, on in grants]
    own = {"PolicyName": "own", "PolicyDocument": {"Version": NEW, "Statement": statements}}
    users = [
        {"UserName": "eve", "UserId": "AIDAEVE", "Arn": EVE, "UserPolicyList": [own]},
        {"UserName": "vic", "UserId": "AIDAVIC", "Arn": VIC, "UserPolicyList": []},
    ]
    roles = [
        role(name, AssumeRolePolicyDocument=trust(principal))
        for name, principal in (
            ("open", {"AWS": VIC}),
            ("run", {"Service": "lambda.amazonaws.com"}),
            ("shut", {"Service": "vpc-flow-logs.amazonaws.com"}),
        )
    ]
    files = {
        "a.json": {"UserDetailList": users, "RoleDetailList": roles},
        "b.json": {"Arn": BUCKET, "Account": A, "Policy": None},
    }
    return Snapshot.load(write(folder, files))


def test_become(tmp_path: Path) -> None:
    """Each that can be become has its plan; what leans on something comes last and says on what."""
    run = f"arn:aws:iam::{A}:role/run"
    makes = ["lambda:CreateFunction", "lambda:InvokeFunction"]
    grants = ((makes, "*"), ("iam:PassRole", run), ("iam:UpdateLoginProfile", VIC))
    ways = _snapshot(tmp_path, *grants).ask(f"what can {EVE} become via escalation").ways
    found = [(way.what.rpartition("/")[2], way.verdict, bool(way.needs)) for way in ways]
    assert found == [
        ("run", Verdict.YES, False),
        ("vic", Verdict.UNKNOWN, True),
        ("open", Verdict.UNKNOWN, True),
    ]
    assert [hop.action for hop in ways[2].witness] == ["iam:UpdateLoginProfile", "sts:AssumeRole"]


def test_become_nobody(tmp_path: Path) -> None:
    """Who becomes nobody is answered no, with what stops it."""
    answer = _snapshot(tmp_path, ("s3:*", "*")).ask(f"what can {EVE} become via escalation")
    assert answer.no


def test_do(tmp_path: Path) -> None:
    """What the caller may call at once, and what it lets itself call, each with its plan."""
    snapshot = _snapshot(tmp_path, (["s3:GetObject", "s3:PutBucketPolicy"], "*"))
    text = f"what can {EVE} do on {BUCKET}"
    directly = {way.what for way in snapshot.ask(text).ways}
    assert directly == {"s3:PutBucketPolicy"}
    ways = {way.what: way for way in snapshot.ask(f"{text} via escalation").ways}
    assert directly < ways.keys()
    assert [hop.action for hop in ways["s3:DeleteBucket"].witness] == [
        "s3:PutBucketPolicy",
        "s3:DeleteBucket",
    ]
    assert all(way.witness[-1].action == name for name, way in ways.items() if way.witness)
    assert all(name.startswith("s3") for name in ways)
