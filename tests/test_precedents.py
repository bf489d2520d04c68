"""What one principal was shown to do is proposed for the next with its policies, and no more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.test_snapshot import A, allow, write
from verifier.ask import ask
from verifier.queries.grammar import parse
from verifier.request import PrincipalType
from verifier.snapshot.load import load
from verifier.verdict import Answer

BUCKET = "arn:aws:s3:::data"
NAMES = ("alice", "bob", "carol")
QUESTION = "who can s3:DeleteObject on arn:aws:s3:::data/*"


def _ask(folder: Path, group: Any, bucket: Any = None) -> tuple[Answer, int]:
    """Return the answer about three users of a group, and the number of questions solved."""
    users = [
        {
            "UserName": name,
            "UserId": f"AIDA{name.upper()}00000",
            "Arn": f"arn:aws:iam::{A}:user/{name}",
            "GroupList": ["staff"],
        }
        for name in NAMES
    ]
    staff = {
        "GroupName": "staff",
        "Arn": f"arn:aws:iam::{A}:group/staff",
        "GroupPolicyList": [{"PolicyName": "p", "PolicyDocument": group}],
    }
    page = {"UserDetailList": users, "GroupDetailList": [staff]}
    files = {"a.json": page, "bucket.json": {"Arn": BUCKET, "Account": A, "Policy": bucket}}
    answer = ask(load(write(folder, files)), parse(QUESTION))
    return answer, answer.effort.questions


def _who(answer: Answer) -> set[str]:
    """Return the users that can, each by the name of its own request."""
    found = set()
    for way in answer.ways:
        for hop in way.witness[:1]:
            principal = hop.request.principal
            if principal.account == A and principal.kind is PrincipalType.USER:
                assert way.who == principal.name
                assert hop.request.context["aws:principalarn"] == (principal.arn,)
                found.add(principal.name.rpartition("/")[2])
    return found


def test_like_users_are_solved_once(tmp_path: Path) -> None:
    """Each user of a group gets a witness of its own; the solver is asked about one."""
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    answer, questions = _ask(tmp_path, allow("s3:DeleteObject", Condition=mfa))
    alone, least = _ask(tmp_path, allow("s3:GetObject"))
    assert _who(answer) == set(NAMES)
    assert questions - least == 1
    assert not _who(alone)


@pytest.mark.parametrize("by", ["resource", "condition"])
def test_own_name_in_a_policy(tmp_path: Path, by: str) -> None:
    """A policy that names the user gives each its own, never that of the one before."""
    own = (
        allow("s3:DeleteObject", BUCKET + "/${aws:username}/*")
        if by == "resource"
        else allow("s3:DeleteObject", Condition={"StringEquals": {"aws:username": "bob"}})
    )
    answer, _ = _ask(tmp_path, own)
    assert _who(answer) == (set(NAMES) if by == "resource" else {"bob"})


def test_exception_for_one(tmp_path: Path) -> None:
    """Whom the resource's policy denies is not let through by the others' witness."""
    deny = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Deny",
            "Principal": {"AWS": f"arn:aws:iam::{A}:user/bob"},
            "Action": "s3:*",
            "Resource": f"{BUCKET}/*",
        },
    }
    answer, _ = _ask(tmp_path, allow("s3:DeleteObject"), deny)
    assert _who(answer) == {"alice", "carol"}
