"""What real exports look like: pages, nulls, old versions, missing documents, many accounts."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from verifier import Snapshot
from verifier.snapshot.load import load
from verifier.verdict import Verdict

A, B = "111122223333", "222233334444"
NEW = "2012-10-17"
LAMBDA = {"Service": "lambda.amazonaws.com"}
QUESTION = "can arn:aws:iam::111122223333:role/worker perform s3:DeleteBucket"


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    """Return a policy of one statement that allows."""
    statement = {"Effect": "Allow", "Action": action, "Resource": resource, **more}
    return {"Version": NEW, "Statement": statement}


def trust(principal: Any, **more: Any) -> dict[str, Any]:
    """Return a trust policy of one statement."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}
    return {"Version": NEW, "Statement": statement}


def role(name: str, account: str = A, **more: Any) -> dict[str, Any]:
    """Return a role as `get-account-authorization-details` prints it."""
    arn = f"arn:aws:iam::{account}:role/{name}"
    found = {"RoleName": name, "RoleId": f"AROA{name.upper()}", "Arn": arn}
    return {**found, "AssumeRolePolicyDocument": trust(LAMBDA), **more}


def link(arn: str) -> dict[str, Any]:
    """Return a managed policy as it is named where it is attached."""
    return {"AttachedManagedPolicies": [{"PolicyName": "x", "PolicyArn": arn}]}


def managed(arn: str, *documents: Any, default: int = 1) -> dict[str, Any]:
    """Return a managed policy with versions v1, v2 and so on."""
    versions = [
        {"VersionId": f"v{number}", "Document": document, "IsDefaultVersion": number == default}
        for number, document in enumerate(documents, 1)
    ]
    return {"Arn": arn, "DefaultVersionId": f"v{default}", "PolicyVersionList": versions}


def write(folder: Path, files: dict[str, Any]) -> Path:
    """Write JSON files below a folder."""
    for name, value in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = value if isinstance(value, str) else json.dumps(value)
        path.write_text(text, encoding="utf-8")
    return folder


def test_null_fields(tmp_path: Path) -> None:
    """Null lists are empty lists."""
    nulls = dict.fromkeys(("RolePolicyList", "AttachedManagedPolicies", "Tags"))
    page = {"UserDetailList": None, "Policies": None, "RoleDetailList": [role("worker", **nulls)]}
    assert Snapshot.load(write(tmp_path, {"a.json": page})).ask(QUESTION).no


def test_default_version_counts(tmp_path: Path) -> None:
    """Of several versions of a managed policy, the default one counts."""
    arn = f"arn:aws:iam::{A}:policy/p"
    versions = allow("s3:*"), allow("s3:GetObject")
    for default, can in ((1, True), (2, False)):
        page = {
            "RoleDetailList": [role("worker", **link(arn))],
            "Policies": [managed(arn, *versions, default=default)],
        }
        answer = Snapshot.load(write(tmp_path, {"a.json": page})).ask(QUESTION)
        assert can is answer.yes


def test_pages(tmp_path: Path) -> None:
    """Policies and groups may stand on other pages than who has them."""
    arn = f"arn:aws:iam::{A}:policy/p"
    user = {"UserName": "u", "Arn": f"arn:aws:iam::{A}:user/u", "GroupList": ["g"]}
    group = {"GroupName": "g", "Arn": f"arn:aws:iam::{A}:group/g", **link(arn)}
    pages = {
        "1.json": {"UserDetailList": [user], "RoleDetailList": [role("worker", **link(arn))]},
        "2.json": {"GroupDetailList": [group]},
        "3.json": {"Policies": [managed(arn, allow("s3:*"))]},
    }
    snapshot = Snapshot.load(write(tmp_path, pages))
    assert snapshot.ask(QUESTION).yes
    assert snapshot.ask(f"can arn:aws:iam::{A}:user/u perform s3:DeleteBucket").yes


def test_missing_document_is_unknown(tmp_path: Path) -> None:
    """A policy that is attached without its document leaves open what depends on it."""
    page = {"RoleDetailList": [role("worker", **link("arn:aws:iam::aws:policy/Some"))]}
    answer = Snapshot.load(write(tmp_path, {"a.json": page})).ask(QUESTION)
    assert answer.unknown
    assert 'the document of managed policy "Some" is not in the snapshot' in answer.ways[0].reason


def test_missing_document_may_not_matter(tmp_path: Path) -> None:
    """What is allowed, or denied, whatever the missing document says is decided."""
    boundary = {"PermissionsBoundary": {"PermissionsBoundaryArn": f"arn:aws:iam::{A}:policy/none"}}
    page = {"RoleDetailList": [role("worker", **boundary)]}
    assert Snapshot.load(write(tmp_path, {"a.json": page})).ask(QUESTION).no


def test_missing_boundary_is_unknown(tmp_path: Path) -> None:
    """A boundary without its document may allow, and may not."""
    inline = [{"PolicyName": "p", "PolicyDocument": allow("s3:*")}]
    boundary = {"PermissionsBoundary": {"PermissionsBoundaryArn": f"arn:aws:iam::{A}:policy/none"}}
    page = {"RoleDetailList": [role("worker", RolePolicyList=inline, **boundary)]}
    assert Snapshot.load(write(tmp_path, {"a.json": page})).ask(QUESTION).unknown


def test_many_accounts_in_a_file(tmp_path: Path) -> None:
    """A file may hold several accounts by id, and may be gzipped."""
    accounts = {A: {"RoleDetailList": [role("worker")]}, B: {"RoleDetailList": [role("other", B)]}}
    (tmp_path / "all.json.gz").write_bytes(
        gzip.compress(json.dumps({"accounts": accounts}).encode())
    )
    assert sorted(load(tmp_path).accounts) == [A, B]


def test_unknown_files_are_named(tmp_path: Path) -> None:
    """What is not recognised is named in a remark, and the rest is read."""
    page = {"RoleDetailList": [role("worker")]}
    snapshot = load(write(tmp_path, {"a.json": page, "b.json": {"x": 1}, "c.csv": "x"}))
    texts = [str(remark).removeprefix(f"{tmp_path}/") for remark in snapshot.remarks]
    assert texts == [
        "b.json:1:1: is nothing that a snapshot is made of, and was not read",
        "c.csv: is no credential report and was not read",
    ]


def test_parts_of_a_snapshot(tmp_path: Path) -> None:
    """Several files and folders are parts of one snapshot."""
    write(tmp_path, {"one/a.json": {"RoleDetailList": [role("worker")]}})
    write(tmp_path, {"two.json": {"RoleDetailList": [role("other", B)]}})
    assert len(list(load(tmp_path / "one", tmp_path / "two.json").roles())) == 2


@pytest.mark.parametrize(
    ("root", "can"),
    [
        ({}, True),
        ({"ServiceControlPolicies": ["p-FullAWSAccess"]}, True),
        ({"ServiceControlPolicies": []}, False),
        ({"ServiceControlPolicies": ["p-FullAWSAccess", "p-deny"]}, False),
    ],
)
def test_scp_levels(tmp_path: Path, root: dict[str, Any], can: bool) -> None:
    """Each level needs an Allow; a level that says nothing has FullAWSAccess (R6.21-R6.23)."""
    inline = [{"PolicyName": "p", "PolicyDocument": allow("s3:*")}]
    deny = {"Version": NEW, "Statement": {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}}
    organization = {
        "Organization": {"Id": "o-example000", "MasterAccountId": B},
        "Roots": [{"Id": "r-1", "Accounts": [{"Id": A}], **root}],
        "Policies": [{"Id": "p-deny", "Type": "SERVICE_CONTROL_POLICY", "Content": deny}],
    }
    page = {"RoleDetailList": [role("worker", RolePolicyList=inline)]}
    files = {"a.json": page, "organization.json": organization}
    assert can is Snapshot.load(write(tmp_path, files)).ask(QUESTION).yes


def test_management_account_is_exempt(tmp_path: Path) -> None:
    """SCPs do not bind the management account (R6.20)."""
    inline = [{"PolicyName": "p", "PolicyDocument": allow("s3:*")}]
    organization = {
        "Organization": {"Id": "o-example000", "MasterAccountId": A},
        "Roots": [{"Id": "r-1", "Accounts": [{"Id": A}], "ServiceControlPolicies": []}],
    }
    page = {"RoleDetailList": [role("worker", RolePolicyList=inline)]}
    files = {"a.json": page, "organization.json": organization}
    assert Snapshot.load(write(tmp_path, files)).ask(QUESTION).yes


def test_targets_of_a_policy_file(tmp_path: Path) -> None:
    """A policy file may name what it is attached to."""
    inline = [{"PolicyName": "p", "PolicyDocument": allow("s3:*")}]
    deny = {"Version": NEW, "Statement": {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}}
    policy = {
        "Policy": {
            "PolicySummary": {"Id": "p-deny", "Name": "deny", "Type": "SERVICE_CONTROL_POLICY"},
            "Content": json.dumps(deny),
        },
        "Targets": [{"TargetId": A}],
    }
    organization = {
        "Organization": {"Id": "o-example000"},
        "Roots": [{"Id": "r-1", "Accounts": [{"Id": A}]}],
    }
    page = {"RoleDetailList": [role("worker", RolePolicyList=inline)]}
    files = {"a.json": page, "organization.json": organization, "deny.json": policy}
    answer = Snapshot.load(write(tmp_path, files)).ask(QUESTION)
    assert answer.no
    assert 'SCP "deny"' in {cause.policy for b in answer.ways[0].barriers for cause in b.causes}


def test_zone_of_the_manifest(tmp_path: Path) -> None:
    """An account that the zone leaves out is outside, though the snapshot holds it (R9.30)."""
    page = {"RoleDetailList": [role("worker", AssumeRolePolicyDocument=trust({"AWS": B}))]}
    files: dict[str, Any] = {"a.json": page, "b.json": {"RoleDetailList": [role("other", B)]}}
    question = "can any external principal reach iam:CreateUser via role assumption"
    inside = Snapshot.load(write(tmp_path, files)).ask(question)
    zone = f'[zone]\naccounts = ["{A}"]\n'
    outside = Snapshot.load(write(tmp_path, {**files, "snapshot.toml": zone})).ask(question)
    assert inside.ways[0].reached == ()
    assert outside.ways[0].reached == (f"arn:aws:iam::{A}:role/worker",)


def test_endpoint_policy_limits(tmp_path: Path) -> None:
    """A request that must come through a listed endpoint must be allowed by its policy (R6.40)."""
    through = {"StringEquals": {"aws:SourceVpce": "vpce-1"}}
    inline = [{"PolicyName": "p", "PolicyDocument": allow("s3:*", Condition=through)}]
    page = {"RoleDetailList": [role("worker", RolePolicyList=inline)]}
    arn = f"arn:aws:ec2:eu-west-1:{A}:vpc-endpoint/vpce-1"
    for action, can in (("s3:*", True), ("s3:GetObject", False)):
        endpoint = {"Arn": arn, "Policy": allow(action, Principal="*")}
        snapshot = Snapshot.load(write(tmp_path, {"a.json": page, "endpoint.json": endpoint}))
        assert can is snapshot.ask(QUESTION).yes


def test_described_endpoints(tmp_path: Path) -> None:
    """`describe-vpc-endpoints` tells which endpoint is a gateway, whose policy takes `*` only; an
    endpoint whose type was not given leaves open what an account there means (R6.41).
    """
    through = {"StringEquals": {"aws:SourceVpce": "vpce-1"}}
    inline = [{"PolicyName": "p", "PolicyDocument": allow("s3:*", Condition=through)}]
    page = {"RoleDetailList": [role("worker", RolePolicyList=inline)]}
    document = json.dumps(allow("s3:*", Principal={"AWS": A}))
    described = {"VpcEndpointId": "vpce-1", "OwnerId": A, "PolicyDocument": document}
    service = "com.amazonaws.eu-west-1.s3"
    for kind, verdict in (("Gateway", Verdict.NO), ("Interface", Verdict.YES)):
        endpoint = {**described, "VpcEndpointType": kind, "ServiceName": service}
        files = {"a.json": page, "endpoints.json": {"VpcEndpoints": [endpoint]}}
        assert Snapshot.load(write(tmp_path, files)).ask(QUESTION).verdict is verdict
    arn = f"arn:aws:ec2:eu-west-1:{A}:vpc-endpoint/vpce-1"
    files = {"a.json": page, "endpoints.json": {"Arn": arn, "Policy": document}}
    answer = Snapshot.load(write(tmp_path, files)).ask(QUESTION)
    assert answer.unknown
    reason = "the snapshot does not say whether vpce-1 is a gateway endpoint"
    assert reason in answer.ways[0].reason


def test_on_behalf_of_the_caller(tmp_path: Path) -> None:
    """A yes that only a forward access session makes says what it takes for granted (R6.62)."""
    assumed = "where a service makes a call on behalf of the caller"
    for condition, forwarded in (
        ({"Bool": {"aws:ViaAWSService": "true"}}, True),
        ({"ForAnyValue:StringEquals": {"aws:CalledVia": "athena.amazonaws.com"}}, True),
        ({"Bool": {"aws:ViaAWSService": "false"}}, False),
        ({}, False),
    ):
        inline = [{"PolicyName": "p", "PolicyDocument": allow("s3:*", Condition=condition)}]
        page = {"RoleDetailList": [role("worker", RolePolicyList=inline)]}
        answer = Snapshot.load(write(tmp_path, {"a.json": page})).ask(QUESTION)
        assert answer.yes
        assert any(line.startswith(assumed) for line in answer.assumptions) is forwarded
