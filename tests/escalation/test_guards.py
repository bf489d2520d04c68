"""Whoever may change what guards a resource may let itself, or an outsider, use it (8.5)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.test_snapshot import NEW, A, write
from verifier import Snapshot
from verifier.verdict import Verdict, Way

BUCKET = "arn:aws:s3:::data"
KEY = f"arn:aws:kms:eu-west-1:{A}:key/1111"
EVE = f"arn:aws:iam::{A}:user/eve"


def _statement(effect: str, action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def _policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": NEW, "Statement": list(statements)}


def _way(
    folder: Path, goal: str, *statements: dict[str, Any], resources: Any = (), scp: Any = None
) -> Way:
    eve = {"UserName": "eve", "UserId": "AIDAEVE", "Arn": EVE}
    inline = [{"PolicyName": "own", "PolicyDocument": _policy(*statements)}]
    listed = [{"Arn": BUCKET, "Account": A, "Policy": None}, *resources]
    files: dict[str, Any] = {
        "account.json": {"UserDetailList": [{**eve, "UserPolicyList": inline}]},
        "resources.json": {"Resources": listed},
    }
    if scp:
        files["organization.json"] = {
            "Organization": {"Id": "o-acme0example", "MasterAccountId": "444455556666"},
            "Roots": [{"Id": "r-ac01", "Accounts": [{"Id": A}]}],
        }
        files["scp.json"] = scp
    (way,) = Snapshot.load(write(folder, files)).ask(f"can {EVE} {goal} via escalation").ways
    return way


GOAL = f"reach s3:GetObject on {BUCKET}/*"
_WRITES = _statement("Allow", "s3:PutBucketPolicy", BUCKET)


def test_bucket_policy(tmp_path: Path) -> None:
    """A new bucket policy lets its author read (P8.80); without that permission nothing does."""
    way = _way(tmp_path, GOAL, _WRITES)
    assert way.verdict is Verdict.YES
    assert [hop.action for hop in way.witness] == ["s3:PutBucketPolicy", "s3:GetObject"]
    assert way.witness[0].does == f"changes what guards {BUCKET}"
    assert _way(tmp_path, GOAL, _statement("Allow", "s3:GetBucketPolicy")).verdict is Verdict.NO


def test_other_bucket(tmp_path: Path) -> None:
    """Who may write the policy of another bucket reads nothing here."""
    other = _statement("Allow", "s3:PutBucketPolicy", "arn:aws:s3:::other")
    assert _way(tmp_path, GOAL, other).verdict is Verdict.NO


def test_deleted_policy(tmp_path: Path) -> None:
    """Who may delete a bucket policy takes its denies away, and lets nobody in (P8.80)."""
    deny = _policy(_statement("Deny", "s3:GetObject", f"{BUCKET}-d/*", Principal="*"))
    bucket = {"Arn": f"{BUCKET}-d", "Account": A, "Policy": deny}
    goal = f"reach s3:GetObject on {BUCKET}-d/*"
    deletes, reads = _statement("Allow", "s3:DeleteBucketPolicy"), _statement("Allow", "s3:Get*")
    way = _way(tmp_path, goal, deletes, reads, resources=[bucket])
    assert [hop.action for hop in way.witness] == ["s3:DeleteBucketPolicy", "s3:GetObject"]
    assert _way(tmp_path, goal, deletes, resources=[bucket]).verdict is Verdict.NO
    assert _way(tmp_path, goal, reads, resources=[bucket]).verdict is Verdict.NO


def test_by_an_outsider(tmp_path: Path) -> None:
    """Whom its own policies deny to read lets a principal of another account read (P8.80)."""
    way = _way(tmp_path, GOAL, _WRITES, _statement("Deny", "s3:GetObject"))
    assert way.verdict is Verdict.YES
    assert way.witness[1].request.principal.account != A


def test_grant(tmp_path: Path) -> None:
    """A grant of a key may give what the key policy does not: it depends on the operation."""
    key = {"Arn": KEY, "Policy": _policy(_statement("Allow", "kms:*", Principal={"AWS": A}))}
    goal = f"reach kms:Decrypt on {KEY}"
    way = _way(tmp_path, goal, _statement("Allow", "kms:CreateGrant"), resources=[key])
    assert way.verdict is Verdict.UNKNOWN
    assert way.needs == ("kms:CreateGrant can grant kms:Decrypt",)
    way = _way(tmp_path, goal, _statement("Allow", "kms:PutKeyPolicy"), resources=[key])
    assert way.verdict is Verdict.YES


def test_block_public_access(tmp_path: Path) -> None:
    """Where Block Public Access closes a public policy, it can be switched off (P8.81, R9.20)."""
    public = _policy(_statement("Allow", "s3:GetObject", f"{BUCKET}-p/*", Principal="*"))
    bucket = {
        "Arn": f"{BUCKET}-p",
        "Account": A,
        "Policy": public,
        "PublicAccessBlockConfiguration": {"RestrictPublicBuckets": True},
    }
    goal = f"reach s3:GetObject on {BUCKET}-p/*"
    deny = _statement("Deny", "s3:GetObject")
    opens = _statement("Allow", "s3:PutBucketPublicAccessBlock")
    way = _way(tmp_path, goal, opens, deny, resources=[bucket])
    assert [hop.action for hop in way.witness] == ["s3:PutBucketPublicAccessBlock", "s3:GetObject"]
    assert _way(tmp_path, goal, deny, resources=[bucket]).verdict is Verdict.NO


@pytest.mark.parametrize("may_tag", [True, False])
def test_tags(tmp_path: Path, *, may_tag: bool) -> None:
    """Who may tag a resource may get the tags that its policies ask for (P8.9)."""
    queue = {"Arn": f"arn:aws:sqs:eu-west-1:{A}:q", "Policy": None, "Tags": {"team": "red"}}
    blue = {"Condition": {"StringEquals": {"aws:ResourceTag/team": "blue"}}}
    statements = [_statement("Allow", "sqs:DeleteQueue", **blue)]
    statements += [_statement("Allow", "sqs:TagQueue")] if may_tag else []
    way = _way(tmp_path, f"reach sqs:DeleteQueue on {queue['Arn']}", *statements, resources=[queue])
    assert way.verdict is (Verdict.UNKNOWN if may_tag else Verdict.NO)
    assert bool(way.needs) is may_tag
