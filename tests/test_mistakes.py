"""What other tools are known to decide wrongly is decided here, each by a case of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.rules.citations import names_of_cases, names_of_tests
from tests.rules.mistakes import PAGE, Mistake, mistakes, page
from tests.test_snapshot import A, B, allow, write
from verifier import Snapshot

KNOWN = {*names_of_cases(), *names_of_tests()}


@pytest.mark.parametrize("mistake", mistakes(), ids=lambda item: f"{item.tool}: {item.mistake}")
def test_shown(mistake: Mistake) -> None:
    """Each mistake is shown by cases or tests that exist."""
    assert mistake.shown
    assert set(mistake.shown) <= KNOWN, set(mistake.shown) - KNOWN


def test_page_is_fresh() -> None:
    """`docs/mistakes.md` is what `python -m tests.rules` writes."""
    assert page() == PAGE.read_text("utf-8"), "stale: run `python -m tests.rules`"


@pytest.mark.parametrize(
    ("condition", "can"),
    [
        ({"StringEquals": {"aws:PrincipalTag/team": "red"}}, True),
        ({"StringEquals": {"aws:PrincipalTag/team": "blue"}}, False),
        ({"StringEquals": {"aws:PrincipalTag/unit": "red"}}, False),
        ({"StringEquals": {"aws:PrincipalAccount": A}}, True),
        ({"StringEquals": {"aws:PrincipalAccount": B}}, False),
        ({"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::{A}:user/alice"}}, True),
        ({"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::{A}:user/bob"}}, False),
    ],
)
def test_tied_to_the_principal(tmp_path: Path, condition: dict[str, Any], can: bool) -> None:
    """ARN, account and tags of a user are its own, and no choice of the solver's (R5.11, R7.60)."""
    alice = {
        "UserName": "alice",
        "Arn": f"arn:aws:iam::{A}:user/alice",
        "Tags": [{"Key": "team", "Value": "red"}],
        "UserPolicyList": [
            {"PolicyName": "p", "PolicyDocument": allow("s3:*", Condition=condition)}
        ],
    }
    snapshot = Snapshot.load(write(tmp_path, {"a.json": {"UserDetailList": [alice]}}))
    assert snapshot.ask(f"can {alice['Arn']} perform s3:DeleteBucket").yes is can
