"""Trust policies as they are met in public: who can assume the role, asked for one by one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.test_snapshot import A, B, allow, role, trust, write
from verifier import Snapshot
from verifier.verdict import Verdict

_SHAPES = json.loads((Path(__file__).parent / "cases" / "trust_shapes.json").read_text("utf-8"))
_MAY_ASSUME = [{"PolicyName": "p", "PolicyDocument": allow("sts:AssumeRole")}]
_REACH = "reach s3:DeleteBucket via role assumption"

_GITHUB = {
    "branch": "repo:acme/app:ref:refs/heads/main",
    "other branch": "repo:acme/app:ref:refs/heads/dev",
    "tag": "repo:acme/app:ref:refs/tags/release-v1",
    "environment": "repo:acme/app:environment:production",
    "release environment": "repo:acme/app:environment:production-release",
    "other case": "repo:Acme/App:ref:refs/heads/main",
    "immutable": "repo:acme@118669726/app@1360728038:ref:refs/heads/main",
    "same prefix": "repo:acme/app2:ref:refs/heads/main",
    "other repository": "repo:acme/site:ref:refs/heads/main",
    "like-named owner": "repo:acme-evil/x:ref:refs/heads/main",
    "other owner, same name": "repo:evil/app:ref:refs/heads/main",
    "other owner": "repo:evil/x:ref:refs/heads/main",
}
_GITLAB = {
    "branch": "project_path:acme/app:ref_type:branch:ref:main",
    "other branch": "project_path:acme/app:ref_type:branch:ref:dev",
    "prefixed": "project_path:acme/projectprefix-x:ref_type:branch:ref:main",
    "subgroup": "project_path:acme/sub/x:ref_type:branch:ref:main",
    "other project": "project_path:acme/site:ref_type:branch:ref:main",
    "like-named group": "project_path:acme-evil/x:ref_type:branch:ref:main",
    "other group": "project_path:evil/x:ref_type:branch:ref:main",
}
_TERRAFORM = {
    "own": "organization:acme:project:p:workspace:dev:run_phase:plan",
    "own prod": "organization:acme:project:p:workspace:prod:run_phase:apply",
    "like-named": "organization:acme-evil:project:p:workspace:prod:run_phase:apply",
    "other prod": "organization:evil:project:p:workspace:prod:run_phase:apply",
    "other": "organization:evil:project:p:workspace:dev:run_phase:apply",
}
_EKS = {
    "controller": "system:serviceaccount:kube-system:aws-load-balancer-controller",
    "eks-irsa": "system:serviceaccount:kube-system:eks-irsa",
    "efs-csi-a": "system:serviceaccount:kube-system:efs-csi-controller-sa",
    "efs-csi-b": "system:serviceaccount:kube-system:efs-csi-node",
    "other namespace": "system:serviceaccount:default:default",
}
_ISSUERS = {
    "github": ("token.actions.githubusercontent.com", _GITHUB),
    "gitlab": ("gitlab.com", _GITLAB),
    "terraform": ("app.terraform.io", _TERRAFORM),
    "eks": ("oidc.eks.us-east-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E", _EKS),
}
_NO_ID = "sts:ExternalId is absent"
_OUTSIDE = "anyone outside o-a1b2c3d4e5"
_VENDOR = "arn:aws:iam::464622532012:role/agent"
_ACCOUNTS = {
    "outside": (_OUTSIDE, _NO_ID),
    "outside with the id": (_OUTSIDE, 'sts:ExternalId is "acme-7f3c"'),
    "outside with another id": (_OUTSIDE, 'sts:ExternalId is "guess"'),
    "outside any organization": (_OUTSIDE, f"aws:PrincipalOrgID is absent and {_NO_ID}"),
    "of another organization": (_OUTSIDE, f"aws:PrincipalOrgID is present and {_NO_ID}"),
    "outside, elsewhere": (_OUTSIDE, f"aws:SourceIp in 198.51.100.0/24 and {_NO_ID}"),
    "stranger": ("arn:aws:iam::999988887777:user/eve", _NO_ID),
    "stranger's ci": ("arn:aws:iam::999988887777:role/ci-x", _NO_ID),
    "vendor": (_VENDOR, _NO_ID),
    "vendor with the id": (_VENDOR, 'sts:ExternalId is "acme-7f3c"'),
    "vendor with another id": (_VENDOR, 'sts:ExternalId is "guess"'),
    "member": (f"arn:aws:iam::{B}:user/ally", _NO_ID),
    "own user without mfa": (f"arn:aws:iam::{A}:user/dev", f"mfa is absent and {_NO_ID}"),
    "own user with mfa": (f"arn:aws:iam::{A}:user/dev", f"mfa is present and {_NO_ID}"),
    "own ci role": (f"arn:aws:iam::{A}:role/ci-build", _NO_ID),
    "service": ("any service", "aws:PrincipalIsAWSService is true"),
    "service with the id": ("any service", 'sts:ExternalId is "vmimport"'),
    "anonymous": ("anonymous", _NO_ID),
}


def _questions(family: str) -> dict[str, str]:
    """Return a question for each kind of caller that the shapes of a family tell apart."""
    if family == "accounts":
        return {
            name: f"can {who} {_REACH} in at most 2 hops where {where}"
            for name, (who, where) in _ACCOUNTS.items()
        }
    issuer, subjects = _ISSUERS[family]
    return {
        name: f'can any federated identity of {issuer} {_REACH} where {issuer}:sub is "{subject}"'
        for name, subject in subjects.items()
    }


def _user(name: str, account: str) -> dict[str, Any]:
    found = {"UserName": name, "UserId": f"AIDA{name.upper()}", "UserPolicyList": _MAY_ASSUME}
    return {**found, "Arn": f"arn:aws:iam::{account}:user/{name}"}


def _estate(document: dict[str, Any], folder: Path) -> Snapshot:
    """Return an organization in which a role with this trust policy may delete buckets."""
    target = role(
        "target",
        AssumeRolePolicyDocument=document,
        RolePolicyList=[{"PolicyName": "p", "PolicyDocument": allow("s3:DeleteBucket")}],
    )
    ec2 = trust({"Service": "ec2.amazonaws.com"})
    builder = role("ci-build", AssumeRolePolicyDocument=ec2, RolePolicyList=_MAY_ASSUME)
    principals = {
        "UserDetailList": [_user("dev", A), _user("ally", B)],
        "RoleDetailList": [target, builder],
    }
    organization = {
        "Organization": {"Id": "o-a1b2c3d4e5", "MasterAccountId": "444455556666"},
        "Roots": [{"Id": "r-ac01", "Accounts": [{"Id": A}, {"Id": B}]}],
    }
    return Snapshot.load(write(folder, {"a.json": principals, "o.json": organization}))


@pytest.mark.parametrize("shape", _SHAPES, ids=lambda shape: shape["id"])
def test_trust_shape(shape: dict[str, Any], tmp_path: Path) -> None:
    """Those who are listed, and no others, can become the role; each yes has been replayed."""
    snapshot = _estate(shape["document"], tmp_path)
    for who, question in _questions(shape["family"]).items():
        expected = Verdict.YES if who in shape["can"] else Verdict.NO
        assert expected is snapshot.ask(question).verdict, who
