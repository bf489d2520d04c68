"""What one principal was shown to do is proposed for the next with its policies, and no more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.test_snapshot import A, allow, write
from verifier.ask import ask
from verifier.queries.grammar import parse
from verifier.report.words import only
from verifier.request import PrincipalType
from verifier.snapshot.load import load
from verifier.verdict import Answer

BUCKET = "arn:aws:s3:::data"
NAMES = ("alice", "bob", "carol")
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
QUESTION = "who can s3:DeleteObject on arn:aws:s3:::data/*"


def _ask(
    folder: Path, group: Any, bucket: Any = None, names: tuple[str, ...] = NAMES
) -> tuple[Answer, int]:
    """Return the answer about users of a group, and the number of questions solved."""
    users = [
        {
            "UserName": name,
            "UserId": f"AIDA{name.upper()}00000",
            "Arn": f"arn:aws:iam::{A}:user/{name}",
            "GroupList": ["staff"],
        }
        for name in names
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


def _provisos(answer: Answer) -> dict[str, list[str]]:
    """Return on what it depends for each user that can, in words."""
    ways = [way for way in answer.ways if way.witness and ":user/" in way.who]
    return {way.who.rpartition("/")[2]: only(way.provisos) for way in ways}


def test_like_users_are_solved_once(tmp_path: Path) -> None:
    """Each user of a group gets a witness and its provisos; the solver is asked about one."""
    group = allow("s3:DeleteObject", Condition=MFA)
    answer, questions = _ask(tmp_path / "all", group)
    _, of_one = _ask(tmp_path / "one", group, names=NAMES[:1])
    assert _who(answer) == set(NAMES)
    assert questions == of_one
    assert _provisos(answer) == {name: ["with MFA"] for name in NAMES}


def test_provisos_are_each_ones_own(tmp_path: Path) -> None:
    """Whom the resource's policy lets in without MFA does not depend on it as the others do."""
    own = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{A}:user/bob"},
            "Action": "s3:*",
            "Resource": f"{BUCKET}/*",
        },
    }
    answer, _ = _ask(tmp_path, allow("s3:DeleteObject", Condition=MFA), own)
    assert _provisos(answer) == {"alice": ["with MFA"], "bob": [], "carol": ["with MFA"]}


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
