"""Real accounts: they load, and the questions about them have answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.corpora import accounts, needs_corpora
from verifier import Snapshot, Verdict

ACCOUNTS = (
    "cloudmapper_demo.json",
    "cloudsplaining_example.json.gz",
    "iam_vulnerable.json.gz",
    "stratus_red_team.json.gz",
    "terragoat.json.gz",
)
MISSION = "can any external principal reach s3:DeleteBucket via role assumption"


@needs_corpora
@pytest.mark.parametrize("name", ACCOUNTS)
def test_real_accounts(name: str, tmp_path: Path) -> None:
    """A real account loads, and each class of callers gets a yes, replayed, or a no."""
    for where, value in accounts(name):
        path = tmp_path / "account.json"
        path.write_text(json.dumps(value), encoding="utf-8")
        snapshot = Snapshot.load(path)
        for question in (MISSION, "who can iam:CreateAccessKey"):
            verdicts = {way.verdict for way in snapshot.ask(question).ways}
            assert Verdict.UNKNOWN not in verdicts, where


FOUND = {
    "cloudmapper_demo.json": ["critical"],
    "cloudsplaining_example.json.gz": ["high", "high", "low"],
    "iam_vulnerable.json.gz": [],
    "stratus_red_team.json.gz": ["low"],
    "terragoat.json.gz": [],
}
"""The severities of the findings about each file, all its accounts together."""


@needs_corpora
@pytest.mark.parametrize("name", ACCOUNTS)
def test_findings(name: str, tmp_path: Path) -> None:
    """What the outside can do in a real account is proved to be all, and each of it is shown."""
    found: list[str] = []
    for where, value in accounts(name):
        path = tmp_path / "account.json"
        path.write_text(json.dumps(value), encoding="utf-8")
        snapshot = Snapshot.load(path)
        report = snapshot.findings()
        assert report.gaps == (), where
        assert report.coverage.roles == len(list(snapshot.contents.roles()))
        for finding in report.findings:
            found.append(finding.severity.value)
            for exposure in finding.exposures:
                assert [path[-1].resource for path in exposure.witnesses] == [exposure.resource]
    assert FOUND[name] == found
