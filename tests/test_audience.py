"""Who can come in, in words: of tokens by what their claims say, of accounts by their number."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.test_snapshot import A, B, allow, role, write
from verifier import Snapshot

_GITHUB = "token.actions.githubusercontent.com"
_EKS = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE"

WORDS = [
    (_GITHUB, {}, "any repository on GitHub"),
    (_GITHUB, {"StringEquals": {"aud": "sts.amazonaws.com"}}, "any repository on GitHub"),
    (_GITHUB, {"StringLike": {"sub": "repo:*"}}, "any repository on GitHub"),
    (
        _GITHUB,
        {"StringLike": {"sub": "repo:*/app:*"}},
        "any repository on GitHub, where the rest of the claim fits",
    ),
    (
        _GITHUB,
        {"StringLike": {"sub": "repo:acme/*:ref:refs/heads/main"}},
        "any repository of acme, where the rest of the claim fits",
    ),
    (_GITHUB, {"StringLike": {"sub": "repo:acme/*"}}, "any repository of acme"),
    (_GITHUB, {"StringLike": {"sub": "repo:acme/app:*"}}, "anything in the repository acme/app"),
    (
        _GITHUB,
        {"StringLike": {"sub": ["repo:acme/app:*", "repo:beta/app:*"]}},
        "any repository of acme or any repository of beta",
    ),
    (
        _GITHUB,
        {"StringEquals": {"sub": "repo:acme/app:ref:refs/heads/main"}},
        "the branch main of the repository acme/app",
    ),
    (
        _GITHUB,
        {"StringEquals": {"sub": "repo:acme/app:environment:prod"}},
        "the environment prod of the repository acme/app",
    ),
    ("gitlab.com", {"StringLike": {"sub": "project_path:acme/*"}}, "any project of the group acme"),
    (
        "app.terraform.io",
        {"StringLike": {"sub": "organization:acme:project:*"}},
        "any project of the organization acme",
    ),
    (_EKS, {}, "any service account of the cluster"),
    (
        _EKS,
        {"StringEquals": {"sub": "system:serviceaccount:kube-system:autoscaler"}},
        "the service account autoscaler of the namespace kube-system",
    ),
    (
        "cognito-identity.amazonaws.com",
        {"StringEquals": {"aud": "eu-west-1:11"}},
        "the identity pool eu-west-1:11",
    ),
]


def _whose(folder: Path, principal: Any, action: str, condition: dict[str, Any]) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action}
    if condition:
        statement["Condition"] = condition
    trusting = role(
        "goal",
        AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": statement},
        RolePolicyList=[{"PolicyName": "p", "PolicyDocument": allow("s3:DeleteBucket")}],
    )
    snapshot = Snapshot.load(write(folder, {"a.json": {"RoleDetailList": [trusting]}}))
    answer = snapshot.ask("what can any external principal become")
    (way,) = (way for way in answer.ways if way.what)
    return way.whose


@pytest.mark.parametrize(("issuer", "condition", "words"), WORDS)
def test_tokens(issuer: str, condition: dict[str, Any], words: str, tmp_path: Path) -> None:
    """The words say who can get a token that the trust policy takes."""
    prefixed = {
        operator: {f"{issuer}:{claim}": value for claim, value in claims.items()}
        for operator, claims in condition.items()
    }
    built_in = issuer.endswith("amazonaws.com") and "/" not in issuer
    name = issuer if built_in else f"arn:aws:iam::{A}:oidc-provider/{issuer}"
    said = _whose(tmp_path, {"Federated": name}, "sts:AssumeRoleWithWebIdentity", prefixed)
    assert words == said


def test_like_owners(tmp_path: Path) -> None:
    """A pattern that does not end with the owner's name takes in others, and the words say so."""
    name = f"arn:aws:iam::{A}:oidc-provider/{_GITHUB}"
    condition = {"StringLike": {f"{_GITHUB}:sub": "repo:acme*"}}
    said = _whose(tmp_path, {"Federated": name}, "sts:AssumeRoleWithWebIdentity", condition)
    assert said.startswith("any repository of acme")
    assert said.endswith("and others alike")


@pytest.mark.parametrize(
    ("principal", "words"), [("*", "any AWS account"), (B, f"account {B}")], ids=["any", "one"]
)
def test_accounts(principal: str, words: str, tmp_path: Path) -> None:
    """Principals of AWS are told apart by their account."""
    assert words == _whose(tmp_path, {"AWS": principal}, "sts:AssumeRole", {})
