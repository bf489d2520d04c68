"""The 65 published paths: each is found where its permissions are held, and not where one lacks.

A path that hinges on what no snapshot shows is found as conditional on that. Every witness has been
replayed call by call, or the question would have raised `ReplayError`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.corpora import needs_corpora, text
from tests.escalation.setting import setting
from verifier import facts
from verifier.escalation.table import Over, primitives
from verifier.verdict import Verdict, Way

_LINES = Path(__file__).with_name("paths.jsonl").read_text("utf-8").splitlines()
PATHS: dict[str, dict[str, Any]] = {(row := json.loads(line))["id"]: row for line in _LINES}


def _answer(folder: Path, row: dict[str, Any], **changed: Any) -> Way:
    given = {"grants": row["grants"], **row.get("setup", {}), **changed}
    if "trust" in given:
        given["trusts"] = given.pop("trust")
    if given.get("helper") == "stack sets":
        given["trusts"] = "helper"
    snapshot, eve = setting(folder, **given)
    (way,) = snapshot.ask(f"can {eve} become administrator").ways
    return way


@pytest.mark.parametrize("name", PATHS)
def test_path(name: str, tmp_path: Path) -> None:
    """Who holds the permissions of the path becomes administrator by it (8.1-8.4, R7.54): at once,
    or if what no snapshot shows is so.
    """
    row = PATHS[name]
    way = _answer(tmp_path, row)
    expected = Verdict.YES if row["expect"] == "yes" else Verdict.UNKNOWN
    assert (way.verdict, bool(way.needs)) == (expected, row["expect"] == "if"), way.reason
    calls = {hop.action for hop in way.witness} | {
        need.partition(" ")[0] for hop in way.witness for need in hop.requires
    }
    assert {action for action, _ in row["grants"]} - calls <= {"ec2:DescribeInstances"}


@pytest.mark.parametrize("name", PATHS)
def test_near_miss(name: str, tmp_path: Path) -> None:
    """Where one permission lacks, is for something else, or the role is for another service, the
    path leads nowhere.
    """
    row = PATHS[name]
    changed = dict(row["near_miss"])
    without = changed.pop("without", None)
    if without:
        changed["grants"] = [grant for grant in row["grants"] if grant[0] != without]
        assert changed["grants"] != row["grants"]
    way = _answer(tmp_path, row, **changed)
    assert way.verdict is Verdict.NO, (way.needs, way.reason, way.witness)


def test_every_path_is_in_the_table() -> None:
    """Each published path is named by an entry of the table, and no other is."""
    assert {path for primitive in primitives() for path in primitive.paths} == set(PATHS)


def test_passed_roles_are_known_everywhere() -> None:
    """The services that are passed roles by the table are those of which nobody outside makes use
    with a role of the account (R7.51); certificates are a way in of their own.
    """
    passed = (Over.PASSED, Over.WORKLOAD)
    services = {item.service for item in primitives() if item.over in passed} - {"*"}
    assert services - facts.VOUCHING_SERVICES == facts.SERVED_WITH_PASSED_ROLES


@needs_corpora
def test_paths_are_those_published() -> None:
    """The cases are the published paths with just the permissions that those require."""
    published = {
        path["id"]: {item["action"] for item in path["required_permissions"]}
        for path in json.loads(text("privesc_paths.json"))["paths"]
    }
    assert published == {name: {a for a, _ in row["grants"]} for name, row in PATHS.items()}
