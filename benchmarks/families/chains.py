"""Accounts for chains: roles that all trust each other, and doors that share nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

INSIDE, OUTSIDE = "111122223333", "999988887777"
QUESTION = f"can anyone outside {INSIDE} reach s3:DeleteBucket via role assumption"
_ASSUME = ["sts:AssumeRole", "sts:TagSession"]


def crowd(folder: Path, count: int) -> None:
    """Write roles that trust their account and the outside, and pass on tags but none that is red;
    the goal asks for a red one, and for MFA.
    """
    colours = {"StringEqualsIfExists": {"aws:RequestTag/team": ["blue", "green"]}}
    red = {
        "StringEquals": {"aws:PrincipalTag/team": "red"},
        "Bool": {"aws:MultiFactorAuthPresent": "true"},
    }
    roles = [_role(f"r{number}", [INSIDE, OUTSIDE], colours, _ASSUME) for number in range(count)]
    _write(folder, [*roles, _role("goal", [INSIDE], red, ["s3:DeleteBucket"])])


def doors(folder: Path, count: int) -> None:
    """Write roles each of which the outside may assume, and each of which does it alone."""
    names = [f"r{number}" for number in range(count)]
    _write(folder, [_role(name, [OUTSIDE], {}, ["s3:DeleteBucket"]) for name in names])


def _role(name: str, trusted: list[str], condition: Any, actions: list[str]) -> dict[str, Any]:
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": trusted},
        "Action": _ASSUME,
        "Condition": condition,
    }
    allow = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    return {
        "RoleName": name,
        "RoleId": f"AROA{name.upper()}",
        "Arn": f"arn:aws:iam::{INSIDE}:role/{name}",
        "AssumeRolePolicyDocument": _policy(trust),
        "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": _policy(allow)}],
    }


def _policy(statement: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [statement]}


def _write(folder: Path, roles: list[dict[str, Any]]) -> None:
    text = json.dumps({"RoleDetailList": roles})
    (folder / "account.json").write_text(text, encoding="utf-8")
