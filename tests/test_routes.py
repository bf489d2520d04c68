"""All paths to a goal: which are told, in which order, and what is left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.test_snapshot import A, B, allow, role, trust, write
from verifier import Snapshot, Verdict
from verifier.queries import routes
from verifier.verdict import Answer


def _role(name: str, trusted: list[str], *assumes: str, **condition: Any) -> dict[str, Any]:
    principals = [B if each == "outside" else f"arn:aws:iam::{A}:role/{each}" for each in trusted]
    targets = [f"arn:aws:iam::{A}:role/{each}" for each in assumes]
    policy = allow("sts:AssumeRole", targets) if targets else allow("s3:DeleteBucket")
    document = trust({"AWS": principals}, **({"Condition": condition} if condition else {}))
    return role(
        name,
        AssumeRolePolicyDocument=document,
        RolePolicyList=[{"PolicyName": "p", "PolicyDocument": policy}],
    )


def _ask(folder: Path, *roles: dict[str, Any], route: str = "via role assumption") -> Answer:
    snapshot = Snapshot.load(write(folder, {"a.json": {"RoleDetailList": list(roles)}}))
    return snapshot.ask(f"can anyone outside {A} reach s3:DeleteBucket {route}", paths=True)


def _paths(answer: Answer) -> list[list[str]]:
    return [
        [hop.resource.rpartition("/")[2] for hop in way.witness[:-1]]
        for way in answer.ways
        if way.verdict is Verdict.YES
    ]


_DIAMOND = (
    _role("left", ["outside"], "goal"),
    _role("right", ["outside"], "goal", "left"),
    _role("goal", ["left", "right"]),
)


def test_each_way_once(tmp_path: Path) -> None:
    """Paths come shortest first, each with a replayed witness; a detour over more roles between the
    same ends is none.
    """
    answer = _ask(tmp_path, *_DIAMOND)
    assert _paths(answer) == [["left", "goal"], ["right", "goal"]]
    assert all(way.whose == f"account {B}" for way in answer.ways)


def test_last_roles_are_told_apart(tmp_path: Path) -> None:
    """A chain to another role that can do the same is another path."""
    store = _role("store", ["left"])
    answer = _ask(tmp_path, _role("left", ["outside"], "goal", "store"), *_DIAMOND[1:], store)
    assert sorted(_paths(answer)) == [["left", "goal"], ["left", "store"], ["right", "goal"]]


def test_at_most(tmp_path: Path) -> None:
    """Longer paths than asked for are left out."""
    near = _role("near", ["outside"])
    answer = _ask(tmp_path, *_DIAMOND, near, route="via role assumption in at most 2 hops")
    assert _paths(answer) == [["near"]]


def test_coming_back(tmp_path: Path) -> None:
    """A path that has to renew its session is told where there is no other."""
    fixed = {"StringEquals": {"sts:RoleSessionName": "audit"}}
    entry = _role("entry", ["outside"], "entry", "goal", **fixed)
    itself = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    itself["Principal"] = {"AWS": f"arn:aws:iam::{A}:role/entry"}  # type: ignore[assignment]
    statements = [entry["AssumeRolePolicyDocument"]["Statement"], itself]
    entry["AssumeRolePolicyDocument"] = {"Version": "2012-10-17", "Statement": statements}
    goal = _role("goal", [])
    named = {"AWS": f"arn:aws:sts::{A}:assumed-role/entry/deploy"}
    goal["AssumeRolePolicyDocument"] = trust(named)
    assert _paths(_ask(tmp_path, entry, goal)) == [["entry", "entry", "goal"]]


def test_more_than_were_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are more paths than are looked at, the answer says so."""
    monkeypatch.setattr(routes, "_MOST_PATHS", 1)
    answer = _ask(tmp_path, *_DIAMOND)
    assert [way.verdict for way in answer.ways] == [Verdict.YES, Verdict.UNKNOWN]
    assert "more paths" in answer.ways[1].reason
