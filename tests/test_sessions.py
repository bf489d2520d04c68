"""Chains whose hops depend on what the sessions carry, each with its rule (7.3-7.9)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.test_snapshot import A, B, allow, role, write
from verifier import Snapshot
from verifier.verdict import Verdict

CASES = json.loads((Path(__file__).parent / "cases" / "sessions.json").read_text("utf-8"))
_QUESTION = f"can anyone outside {A} reach s3:DeleteBucket via role assumption"


def _principal(text: str) -> str:
    """Return whom a name in a case stands for."""
    kind, _, name = text.partition(":")
    if kind == "session":
        return f"arn:aws:sts::{A}:assumed-role/{name}"
    outside = {"outside": B, "outside-user": f"arn:aws:iam::{B}:user/eve", "*": "*"}
    return outside.get(text, f"arn:aws:iam::{A}:role/{text}")


def _statement(trusted: dict[str, Any]) -> dict[str, Any]:
    found = {"Effect": "Allow", "Action": "sts:AssumeRole", **trusted}
    found["Principal"] = {"AWS": _principal(found.pop("AWS"))}
    return found


def _role(name: str, case: dict[str, Any]) -> dict[str, Any]:
    statements = [_statement(case[key]) for key in ("trust", "also") if key in case]
    actions = ["sts:AssumeRole", *case.get("may", [])]
    targets = [_principal(target) for target in case.get("assumes", [])]
    policy = allow(actions, targets) if targets else allow("s3:DeleteBucket")
    tags = [{"Key": key, "Value": value} for key, value in case.get("tags", {}).items()]
    return role(
        name,
        AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": statements},
        RolePolicyList=[{"PolicyName": "p", "PolicyDocument": policy}],
        Tags=tags,
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['rule']} {case['why']}")
def test_chain(case: dict[str, Any], tmp_path: Path) -> None:
    """The chain is possible, or not, as the rule says; a yes has been replayed."""
    roles = [_role(name, made) for name, made in case["roles"].items()]
    snapshot = Snapshot.load(write(tmp_path, {"a.json": {"RoleDetailList": roles}}))
    assert Verdict(case["answer"]) is snapshot.ask(_QUESTION).verdict
