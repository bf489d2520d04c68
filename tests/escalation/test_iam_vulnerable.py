"""The account of iam-vulnerable: every path is found, and its test principals are told apart."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.corpora import CORPORA, needs_corpora, text
from tests.test_snapshot import allow, write
from verifier import Snapshot
from verifier.verdict import Verdict, Way

pytestmark = needs_corpora
_FILE = "gaad/iam_vulnerable.json.gz"
_VERSIONS = "IAM-SetExistingDefaultPolicyVersion"
"""The path for which a script adds the version that it needs; the file does not have it."""


def _expected() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text("gaad/iam_vulnerable_expected.json"))
    return found


@cache
def _ways() -> dict[str, Way]:
    answer = Snapshot.load(CORPORA / _FILE).ask("who can become administrator")
    return {way.who: way for way in answer.ways}


def _can(way: Way) -> bool:
    """Return whether somebody can, at once or if what no snapshot shows is so."""
    return way.verdict is Verdict.YES or bool(way.needs)


def test_paths() -> None:
    """Each of the 31 paths is found for a user or role of its own, but for one that needs what only
    a script adds.
    """
    missing = {
        path["path"]
        for path in _expected()["paths"]
        if not any(_can(_ways()[principal]) for principal in path["principals"])
    }
    assert missing == {_VERSIONS}


def test_versions(tmp_path: Path) -> None:
    """With a version that allows everything beside the default one, its path is found (P8.2)."""
    account = json.loads(text(_FILE))["accounts"]
    (details,) = account.values()
    for policy in details["Policies"]:
        if "SetExistingDefaultPolicyVersion" in policy["Arn"]:
            versions = policy["PolicyVersionList"]
            versions.append({"VersionId": "v99", "Document": allow("*"), "IsDefaultVersion": False})
    snapshot = Snapshot.load(write(tmp_path, {"account.json": {"accounts": account}}))
    for kind in ("user", "role"):
        name = f"privesc2-SetExistingDefaultPolicyVersion-{kind}"
        assert snapshot.ask(f"can {kind} {name} become administrator").yes


WITHOUT_A_WAY = {
    "user/privesc-AssumeRole-start-user": "its name in the trust policy was lost (R6.50)",
    "user/privesc12-PutRolePolicy-user": "a user without a role that it may assume (P8.5)",
    "user/privesc9-AttachRolePolicy-user": "a user without a role that it may assume (P8.5)",
    "role/privesc10-PutUserPolicy-role": "a role without keys of the user that it equips (P8.3)",
    "role/privesc7-AttachUserPolicy-role": "a role without keys of the user that it equips (P8.3)",
    "role/privesc11-PutGroupPolicy-role": "a role is in no group (P8.4)",
    "role/privesc8-AttachGroupPolicy-role": "a role is in no group (P8.4)",
    "role/privesc13-AddUserToGroup-role": "a role is in no group (P8.6)",
    "user/privesc2-SetExistingDefaultPolicyVersion-user": "there is no other version (P8.2)",
    "role/privesc2-SetExistingDefaultPolicyVersion-role": "there is no other version (P8.2)",
}
"""Principals of the paths that cannot become administrator in this file, and why by which rule."""


def test_principals() -> None:
    """All principals of the paths can, but for those that a rule keeps from it."""
    listed = {who for path in _expected()["paths"] for who in path["principals"]}
    cannot = {who.split(":")[-1] for who in listed if _ways()[who].verdict is Verdict.NO}
    assert cannot == set(WITHOUT_A_WAY)


@pytest.mark.parametrize("role", ["starting", "intermediate"])
def test_direct_trust(role: str) -> None:
    """A session whose role the next trust policy names needs no permission of its own (R6.50)."""
    way = _ways()[f"arn:aws:iam::111122223333:role/privesc-AssumeRole-{role}-role"]
    assert way.verdict is Verdict.YES
    assert {hop.action for hop in way.witness} == {"sts:AssumeRole"}


def test_tool_testing() -> None:
    """The 8 that tools overlook can become administrator, the 10 that tools report cannot."""
    said = {item["principal"]: item["expected"] for item in _expected()["tool_testing"]}
    found = {
        who: "can-become-admin" if _ways()[who].verdict is Verdict.YES else "cannot-become-admin"
        for who in said
    }
    assert found == said
    assert all(_ways()[who].verdict is not Verdict.UNKNOWN for who in said)
