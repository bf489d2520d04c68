"""Classes of callers: services as deputies, holders of certificates, the organization's others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.test_snapshot import A, B, allow, role, write
from verifier import QuestionError, Snapshot, Verdict

_MANAGEMENT = "444455556666"
_REACH = "reach s3:DeleteBucket on arn:aws:s3:::data via role assumption"
_ORGANIZATION = {
    "Organization": {"Id": "o-a1b2c3d4e5", "MasterAccountId": _MANAGEMENT},
    "Roots": [{"Id": "r-ac01", "Accounts": [{"Id": A}, {"Id": B}, {"Id": _MANAGEMENT}]}],
}


def _estate(folder: Path, principal: Any, action: Any, condition: Any = None) -> Snapshot:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action}
    if condition:
        statement["Condition"] = condition
    goal = role(
        "goal",
        AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": statement},
        RolePolicyList=[{"PolicyName": "p", "PolicyDocument": allow("s3:DeleteBucket")}],
    )
    bucket = {"Arn": "arn:aws:s3:::data", "Account": A, "Policy": None}
    files = {"a.json": {"RoleDetailList": [goal]}, "o.json": _ORGANIZATION, "b.json": bucket}
    return Snapshot.load(write(folder, files))


def _verdicts(snapshot: Snapshot, who: str) -> dict[str, Verdict]:
    return {way.who: way.verdict for way in snapshot.ask(f"can {who} {_REACH}").ways}


_BACKUP = {"Service": "backup.amazonaws.com"}
_OTHERS = "principals of the other accounts of the organization"
GUARDS = [
    (None, True),
    ({"StringEquals": {"aws:SourceAccount": A}}, False),
    ({"ArnLike": {"aws:SourceArn": f"arn:aws:backup:*:{A}:*"}}, False),
    ({"StringEquals": {"aws:SourceOrgID": "o-a1b2c3d4e5"}}, False),
    ({"StringEquals": {"aws:SourceAccount": "999999999999"}}, True),
    ({"StringEqualsIfExists": {"aws:SourceAccount": A}}, True),
]


@pytest.mark.parametrize(("guard", "open_to_others"), GUARDS)
def test_confused_deputies(guard: Any, open_to_others: bool, tmp_path: Path) -> None:
    """A service that acts for outsiders comes in where no guard tells for whom it acts (R7.41)."""
    verdicts = _verdicts(_estate(tmp_path, _BACKUP, "sts:AssumeRole", guard), "any service")
    assert verdicts.pop("AWS services acting for accounts outside the zone of trust") is (
        Verdict.YES if open_to_others else Verdict.NO
    )
    assert list(verdicts.values()) == [Verdict.YES]


def test_service_linked_roles_serve_their_account(tmp_path: Path) -> None:
    """Nobody outside makes a service act with the service-linked role of another account (R7.1)."""
    snapshot = _estate(tmp_path, _BACKUP, "sts:AssumeRole")
    (goal,) = snapshot.contents.roles()
    arn = f"arn:aws:iam::{A}:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"
    linked = replace(goal, arn=arn)
    account = replace(snapshot.contents.accounts[A], roles={arn: linked})
    contents = replace(snapshot.contents, accounts={**snapshot.contents.accounts, A: account})
    (whole, deputies) = Snapshot(contents).ask("what can any service become").ways
    assert (whole.what, deputies.verdict) == (arn, Verdict.NO)


def test_passed_roles_serve_their_account(tmp_path: Path) -> None:
    """Nobody outside passes a role of another account to a service (R7.51)."""
    verdicts = _verdicts(
        _estate(tmp_path, {"Service": "lambda.amazonaws.com"}, "sts:AssumeRole"), "any service"
    )
    assert verdicts["AWS services acting for accounts outside the zone of trust"] is Verdict.NO
    assert verdicts["AWS services"] is Verdict.YES


def test_certificates_are_a_way_in(tmp_path: Path) -> None:
    """Holders of certificates are asked about where a role trusts IAM Roles Anywhere (R7.1)."""
    anywhere = {"Service": "rolesanywhere.amazonaws.com"}
    actions = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
    verdicts = _verdicts(_estate(tmp_path, anywhere, actions), "any external principal")
    assert verdicts["holders of certificates, by rolesanywhere.amazonaws.com"] is Verdict.YES


@pytest.mark.parametrize(
    ("principal", "verdict"),
    [(_MANAGEMENT, Verdict.YES), (B, Verdict.YES), ("999988887777", Verdict.NO)],
)
def test_other_accounts(principal: str, verdict: Verdict, tmp_path: Path) -> None:
    """Accounts of the organization that the snapshot does not hold are a class of their own, and no
    outsiders.
    """
    snapshot = _estate(tmp_path, {"AWS": principal}, "sts:AssumeRole")
    assert _verdicts(snapshot, "any principal of other accounts") == {_OTHERS: verdict}
    outside = _verdicts(snapshot, "any external principal")
    is_outside = outside["AWS principals outside the zone of trust"]
    assert is_outside is (Verdict.NO if verdict is Verdict.YES else Verdict.YES)
    assert _verdicts(snapshot, "anyone")[_OTHERS] is verdict


def test_their_organization_is_known(tmp_path: Path) -> None:
    """They show the organization's id, and no other."""
    for number, (identifier, verdict) in enumerate(
        (("o-a1b2c3d4e5", Verdict.YES), ("o-other00000", Verdict.NO))
    ):
        condition = {"StringEquals": {"aws:PrincipalOrgID": identifier}}
        folder = tmp_path / str(number)
        folder.mkdir()
        snapshot = _estate(folder, "*", "sts:AssumeRole", condition)
        assert _verdicts(snapshot, "any principal of other accounts") == {_OTHERS: verdict}


def test_no_other_accounts(tmp_path: Path) -> None:
    """Without an organization there are none, and the question says so."""
    path = write(tmp_path, {"a.json": {"RoleDetailList": [role("goal")]}})
    with pytest.raises(QuestionError, match="every account"):
        Snapshot.load(path).ask(f"can any principal of other accounts {_REACH}")
