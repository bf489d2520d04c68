"""Escalation is an analysis of its own: no other answer rests on it (R7.83)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.escalation.setting import setting


@pytest.mark.parametrize(
    ("route", "can"),
    [("via role assumption", False), ("directly", False), ("via escalation", True)],
)
def test_apart(tmp_path: Path, route: str, can: bool) -> None:
    """Who may write its own policy reaches more only where escalation is asked about (R7.83)."""
    snapshot, eve = setting(tmp_path, [["iam:PutUserPolicy", "eve"]])
    assert snapshot.ask(f"can {eve} reach s3:DeleteBucket {route}").yes is can
