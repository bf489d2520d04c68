"""Chains whose hops depend on what the sessions carry, each with its rule (7.3-7.9)."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.test_snapshot import A, B, allow, role, write
from verifier import Snapshot
from verifier.verdict import Verdict

CASES = json.loads((Path(__file__).parent / "cases" / "sessions.json").read_text("utf-8"))
_OUTSIDE = f"anyone outside {A}"
_PRINCIPALS = {
    "outside": B,
    "outside-user": f"arn:aws:iam::{B}:user/eve",
    "federated-user": f"arn:aws:sts::{B}:federated-user/eve",
    "account": A,
    "*": "*",
    "ec2": "ec2.amazonaws.com",
    "lambda": "lambda.amazonaws.com",
    "rolesanywhere": "rolesanywhere.amazonaws.com",
    "github": f"arn:aws:iam::{A}:oidc-provider/token.actions.githubusercontent.com",
    "google": "accounts.google.com",
    "cognito": "cognito-identity.amazonaws.com",
    "eks": f"arn:aws:iam::{A}:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF",
    "saml": f"arn:aws:iam::{A}:saml-provider/corporate",
}


def _principal(text: str) -> str:
    """Return whom a name in a case stands for."""
    kind, _, name = text.partition(":")
    if kind in ("session", "session-elsewhere"):
        return f"arn:aws:sts::{A if kind == 'session' else B}:assumed-role/{name}"
    return _PRINCIPALS.get(text, f"arn:aws:iam::{A}:role/{text}")


def _statement(trusted: dict[str, Any]) -> dict[str, Any]:
    kind = next(key for key in ("AWS", "Service", "Federated") if key in trusted)
    action = "sts:AssumeRole"
    if kind == "Federated":
        action += "WithSAML" if trusted[kind] == "saml" else "WithWebIdentity"
    found = {"Effect": "Allow", "Action": action, **trusted}
    found["Principal"] = {kind: _principal(found.pop(kind))}
    return found


def _role(name: str, case: dict[str, Any]) -> dict[str, Any]:
    statements = [_statement(case[key]) for key in ("trust", "also") if key in case]
    actions = ["sts:AssumeRole", *case.get("may", [])]
    targets = [_principal(target) for target in case.get("assumes", [])]
    condition = {"Condition": case["when"]} if "when" in case else {}
    policy = allow(actions, targets) if targets else allow("s3:DeleteBucket", **condition)
    tags = [{"Key": key, "Value": value} for key, value in case.get("tags", {}).items()]
    return role(
        name,
        AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": statements},
        RolePolicyList=[{"PolicyName": "p", "PolicyDocument": policy}],
        Tags=tags,
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['id']}-{case['rule']}")
def test_chain(case: dict[str, Any], tmp_path: Path) -> None:
    """The chain is possible, or not, as the rule says; a yes has been replayed."""
    roles = [_role(name, made) for name, made in case["roles"].items()]
    path = write(tmp_path, {"a.json": {"RoleDetailList": roles}})
    snapshot = Snapshot.load(path, as_of=date(2026, 1, 1))
    who = case.get("question", _OUTSIDE)
    answer = snapshot.ask(f"can {who} reach s3:DeleteBucket via role assumption")
    assert Verdict(case["answer"]) is answer.verdict, case["why"]


def test_both_answers() -> None:
    """What sessions carry is shown by thirty chains that are possible and thirty that are not."""
    assert min(sum(case["answer"] == each for case in CASES) for each in ("yes", "no")) >= 30
