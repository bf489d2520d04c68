"""Delegated administration: the five obligations, each held, and each broken on its own (R8.90)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.test_snapshot import NEW, A, allow, managed, trust, write
from verifier import QuestionError, Snapshot, Verdict
from verifier.cli import cli
from verifier.report.delegation_document import DelegationDocument

ROOT = Path(__file__).parents[2]
BOUNDARY = f"arn:aws:iam::{A}:policy/cage"
OTHER = f"arn:aws:iam::{A}:policy/other"
OWN = f"arn:aws:iam::{A}:policy/for-leads"
LEAD = f"arn:aws:iam::{A}:user/lead"
VIC = f"arn:aws:iam::{A}:user/vic"
_CAGED = {"StringEquals": {"iam:PermissionsBoundary": BOUNDARY}}
_EQUIP = [
    "iam:CreateUser",
    "iam:CreateRole",
    *(
        f"iam:{verb}{kind}Policy"
        for verb in ("Put", "Attach", "Delete", "Detach")
        for kind in ("User", "Role")
    ),
    "iam:PutUserPermissionsBoundary",
    "iam:PutRolePermissionsBoundary",
]
CAGED: list[dict[str, Any]] = [
    {"Effect": "Allow", "Action": _EQUIP, "Resource": "*", "Condition": _CAGED},
    {"Effect": "Allow", "Action": ["iam:CreatePolicy*", "iam:Get*", "iam:List*"], "Resource": "*"},
    {
        "Effect": "Deny",
        "Action": ["iam:CreatePolicyVersion", "iam:DeletePolicy*", "iam:SetDefaultPolicyVersion"],
        "Resource": [BOUNDARY, OWN],
    },
    {"Effect": "Deny", "Action": "iam:Delete*PermissionsBoundary", "Resource": "*"},
    {"Effect": "Deny", "Action": ["iam:Put*", "iam:Delete*", "iam:Detach*"], "Resource": LEAD},
]
"""What an administrator is allowed who stays within the boundary."""


def _more(*actions: str, resource: str = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource}


_KEYS = _more("iam:CreateAccessKey", "iam:DeleteAccessKey")
_NO_KEYS = {"Effect": "Deny", "Action": "iam:*AccessKey", "Resource": "*"}

BROKEN: dict[str, tuple[list[dict[str, Any]], set[int]]] = {
    "makes users without it": ([*CAGED, _more("iam:CreateUser")], {1}),
    "equips roles without it": ([*CAGED, _more("iam:PutRolePolicy")], {1}),
    "deletes boundaries": ([*CAGED[:3], CAGED[4], _more("iam:DeleteUserPermissionsBoundary")], {2}),
    "edits the boundary": ([*CAGED[:2], *CAGED[3:], _more("iam:CreatePolicyVersion")], {3}),
    "takes keys of others": ([*CAGED, _KEYS], {5}),
    "changes trust policies": ([*CAGED, _more("iam:UpdateAssumeRolePolicy")], {5}),
    "passes roles": ([*CAGED, _more("iam:PassRole", "lambda:*")], {5}),
}
"""What is allowed, and the obligations that it breaks."""


def _snapshot(
    folder: Path, statements: list[dict[str, Any]], wide: str = "iam:Get*", **lead: Any
) -> Snapshot:
    document = {"Version": NEW, "Statement": statements}
    user = {
        "UserName": "lead",
        "UserId": "AIDALEAD",
        "Arn": LEAD,
        "UserPolicyList": [{"PolicyName": "lead", "PolicyDocument": document}],
        "PermissionsBoundary": {"PermissionsBoundaryArn": OWN},
        **lead,
    }
    other = {"UserName": "vic", "UserId": "AIDAVIC", "Arn": f"arn:aws:iam::{A}:user/vic"}
    role = {
        "RoleName": "worker",
        "Arn": f"arn:aws:iam::{A}:role/worker",
        "AssumeRolePolicyDocument": trust({"Service": "lambda.amazonaws.com"}),
    }
    account = {
        "UserDetailList": [user, other],
        "RoleDetailList": [role],
        "Policies": [
            managed(BOUNDARY, allow([wide, "s3:*"])),
            managed(OTHER, allow("*")),
            managed(OWN, allow("*")),
        ],
    }
    return Snapshot.load(write(folder, {"account.json": account}))


def test_holds(tmp_path: Path) -> None:
    """Where all five hold, the administrator can never exceed the boundary: each is proved."""
    found = _snapshot(tmp_path, CAGED).delegate(LEAD, BOUNDARY)
    assert [item.broken for item in found.obligations] == [Verdict.NO] * 5
    assert found.exceeds is Verdict.NO


@pytest.mark.parametrize("name", BROKEN)
def test_broken(name: str, tmp_path: Path) -> None:
    """What breaks an obligation is named with the calls that do, each replayed."""
    statements, numbers = BROKEN[name]
    found = _snapshot(tmp_path, statements).delegate(LEAD, BOUNDARY)
    broken = {item.number: item for item in found.obligations if item.broken is not Verdict.NO}
    assert numbers <= set(broken)
    assert all(broken[number].broken is Verdict.YES for number in numbers)
    assert all(broken[number].witness for number in numbers)
    assert found.exceeds is Verdict.YES


def test_boundary_that_allows_iam(tmp_path: Path) -> None:
    """Who carries the boundary itself may equip itself within the first obligation: nobody whose
    boundary allows IAM is caged by it.
    """
    own = {"PermissionsBoundaryArn": BOUNDARY}
    snapshot = _snapshot(tmp_path, [*CAGED[:4], _KEYS, _NO_KEYS], "iam:*", PermissionsBoundary=own)
    found = snapshot.delegate(LEAD, BOUNDARY)
    assert [item.broken for item in found.obligations[:4]] == [Verdict.NO] * 4
    assert found.obligations[4].broken is Verdict.YES
    assert "iam:PutUserPolicy" in {hop.action for hop in found.obligations[4].witness}


@pytest.mark.parametrize(
    ("report", "broken"),
    [(None, Verdict.UNKNOWN), (0, Verdict.YES), (2, Verdict.NO)],
    ids=["not said", "no keys", "two keys"],
)
def test_decided_by_the_credential_report(
    tmp_path: Path, report: int | None, broken: Verdict
) -> None:
    """Whether keys of somebody without the boundary can be made depends on how many there are."""
    _snapshot(tmp_path, [*CAGED, _more("iam:CreateAccessKey", resource=VIC)])
    if report is not None:
        columns = "user,arn,password_enabled,mfa_active,access_key_1_last_rotated"
        keys = ["2026-01-01"] * report + ["N/A"] * (2 - report)
        row = ",".join(["vic", VIC, "false", "false", *keys])
        text = f"{columns},access_key_2_last_rotated\n{row}\n"
        (tmp_path / "report.csv").write_text(text, "utf-8")
    found = Snapshot.load(tmp_path).delegate(LEAD, BOUNDARY).obligations[4]
    assert (found.broken, bool(found.needs)) == (broken, report is None)


@pytest.mark.parametrize(("listed", "broken"), [(False, Verdict.UNKNOWN), (True, Verdict.YES)])
def test_boundary_that_allows_lambda(tmp_path: Path, *, listed: bool, broken: Verdict) -> None:
    """What the administrator makes within the boundary may change the code of a function that runs
    without it: for certain where the snapshot lists one.
    """
    _snapshot(tmp_path, CAGED, "lambda:*")
    function = f"arn:aws:lambda:eu-west-1:{A}:function:report"
    if listed:
        write(tmp_path, {"f.json": {"Arn": function, "Role": f"arn:aws:iam::{A}:role/worker"}})
    found = Snapshot.load(tmp_path).delegate(LEAD, BOUNDARY).obligations
    assert [item.broken for item in found[:4]] == [Verdict.NO] * 4
    assert found[4].broken is broken
    calls = {hop.action for hop in found[4].witness}
    assert {"iam:CreateRole", "lambda:UpdateFunctionCode"} <= calls


def test_without_boundary(tmp_path: Path) -> None:
    """An administrator without a boundary of its own breaks the fourth."""
    found = _snapshot(tmp_path, CAGED, PermissionsBoundary=None).delegate(LEAD, BOUNDARY)
    assert found.obligations[3].broken is Verdict.YES
    assert "has no permissions boundary" in found.obligations[3].reason


def test_caveats(tmp_path: Path) -> None:
    """Grants of resources that no boundary limits are listed (R8.91, R6.18)."""
    snapshot = _snapshot(tmp_path, CAGED)
    policy = {
        "Version": NEW,
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}],
    }
    write(tmp_path, {"bucket.json": {"Arn": "arn:aws:s3:::open", "Account": A, "Policy": policy}})
    assert not snapshot.delegate(LEAD, BOUNDARY).caveats
    (caveat,) = Snapshot.load(tmp_path).delegate(LEAD, BOUNDARY).caveats
    assert caveat == "bucket policy of open, statement 1, grants past every boundary"


def test_wrong_names(tmp_path: Path) -> None:
    """Somebody or a boundary that the snapshot has not is an error."""
    snapshot = _snapshot(tmp_path, CAGED)
    with pytest.raises(QuestionError, match="is not in the snapshot"):
        snapshot.delegate(f"arn:aws:iam::{A}:user/nobody", BOUNDARY)
    with pytest.raises(QuestionError, match="no managed policy"):
        snapshot.delegate(LEAD, f"arn:aws:iam::{A}:policy/nothing")


def test_command(tmp_path: Path) -> None:
    """The exit status tells the verdict; the JSON validates, and its schema is published."""
    _snapshot(tmp_path, BROKEN["deletes boundaries"][0])
    arguments = ["delegate", LEAD, "--boundary", BOUNDARY, "-s", str(tmp_path)]
    result = CliRunner().invoke(cli, arguments)
    assert (result.exit_code, "2  no boundary is deleted: broken" in result.stdout) == (3, True)
    result = CliRunner().invoke(cli, [*arguments, "--format", "json"])
    assert DelegationDocument.model_validate_json(result.stdout).exceeds == "yes"
    published = json.loads((ROOT / "docs" / "delegation.schema.json").read_text("utf-8"))
    assert published == DelegationDocument.model_json_schema()
