"""What would turn an answer: the statements that close a yes, and the nearest misses of a no."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.test_snapshot import A, B, allow, role, trust, write
from verifier import Snapshot
from verifier.report.margins import change
from verifier.verdict import MissKind, Verdict, Way

_QUESTION = f"can anyone outside {A} reach s3:DeleteBucket via role assumption"


def _role(name: str, trusted: Any, policy: dict[str, Any], **condition: Any) -> dict[str, Any]:
    document = trust({"AWS": trusted}, **({"Condition": condition} if condition else {}))
    policies = [{"PolicyName": "p", "PolicyDocument": policy}]
    return role(name, AssumeRolePolicyDocument=document, RolePolicyList=policies)


def _arn(name: str) -> str:
    return f"arn:aws:iam::{A}:role/{name}"


def _assumes(*names: str) -> dict[str, Any]:
    return allow("sts:AssumeRole", [_arn(name) for name in names])


def _ask(folder: Path, *roles: dict[str, Any]) -> Way:
    snapshot = Snapshot.load(write(folder, {"a.json": {"RoleDetailList": list(roles)}}))
    (way,) = snapshot.ask(_QUESTION, margins=True).ways
    return way


def _closing(way: Way) -> set[frozenset[str]]:
    return {frozenset(cause.policy for cause in causes) for causes in way.closes}


def test_each_link_closes_a_chain(tmp_path: Path) -> None:
    """Of a single chain any statement closes it that a hop cannot do without."""
    entry = _role("entry", B, _assumes("goal"))
    way = _ask(tmp_path, entry, _role("goal", _arn("entry"), allow("s3:DeleteBucket")))
    assert {frozenset({name}) for name in ("trust policy of entry", "trust policy of goal")} < (
        _closing(way)
    )
    # Inside an account a trust policy that names the caller suffices without a permission.
    assert len(way.closes) == 3
    assert all(len(causes) == 1 for causes in way.closes)


def test_two_ways_need_two_statements(tmp_path: Path) -> None:
    """Two ways in are closed by the one statement that they share, and else by no single one."""
    doors = [_role(name, B, _assumes("goal")) for name in ("left", "right")]
    goal = _role("goal", [_arn("left"), _arn("right")], allow("s3:DeleteBucket"))
    way = _ask(tmp_path, *doors, goal)
    assert _closing(way) == {frozenset({"trust policy of goal"}), frozenset({'inline policy "p"'})}
    apart = [_role(name, B, allow("s3:DeleteBucket")) for name in ("left", "right")]
    (tmp_path / "apart").mkdir()
    way = _ask(tmp_path / "apart", *apart)
    assert frozenset({"trust policy of left", "trust policy of right"}) in _closing(way)
    assert {len(causes) for causes in way.closes} == {2}


@pytest.mark.parametrize("closed", ["left", "right"])
def test_without_them_the_answer_is_no(closed: str, tmp_path: Path) -> None:
    """A snapshot that lacks what closes it is answered no; one that lacks a part of it, yes."""
    doors = {name: _role(name, B, allow("s3:DeleteBucket")) for name in ("left", "right")}
    nobody = _role(closed, f"arn:aws:iam::{A}:role/nobody", allow("s3:DeleteBucket"))
    (tmp_path / "one").mkdir()
    (tmp_path / "none").mkdir()
    assert _ask(tmp_path / "one", *(doors | {closed: nobody}).values()).verdict is Verdict.YES
    other = "right" if closed == "left" else "left"
    shut = _role(other, f"arn:aws:iam::{A}:role/nobody", allow("s3:DeleteBucket"))
    assert _ask(tmp_path / "none", nobody, shut).verdict is Verdict.NO


def test_nearly_without_mfa(tmp_path: Path) -> None:
    """A chain that only MFA breaks, which chaining loses, would be there if it were not asked."""
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    hub = _role("hub", _arn("entry"), _assumes("goal"))
    goal = _role("goal", _arn("hub"), allow("s3:DeleteBucket"), **mfa)
    way = _ask(tmp_path, _role("entry", B, _assumes("hub")), hub, goal)
    assert way.verdict is Verdict.NO
    miss = way.misses[0]
    assert miss.dropped is not None
    assert miss.dropped.condition.key == "aws:multifactorauthpresent"
    assert miss.statement.policy == "trust policy of goal"
    assert change(miss) == "MFA were not required"
    assert [hop.action for hop in miss.witness] == ["sts:AssumeRole"] * 3 + ["s3:DeleteBucket"]


def test_nearly_without_a_deny(tmp_path: Path) -> None:
    """What one deny keeps closed would be there without it; what two things keep closed, not."""
    denied = {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Sid": "NoStorage"}
    both = {"Version": "2012-10-17", "Statement": [allow("s3:*")["Statement"], denied]}
    way = _ask(tmp_path, _role("goal", B, both))
    (miss,) = way.misses
    assert (miss.kind, miss.statement.statement) == (MissKind.DENY, "NoStorage")
    inside = {"StringEquals": {"aws:PrincipalAccount": A}}
    (tmp_path / "two").mkdir()
    assert not _ask(tmp_path / "two", _role("goal", B, both, **inside)).misses


def test_nearly_with_a_permission(tmp_path: Path) -> None:
    """A role that trusts an account is nearly assumed by one that lacks nothing but permission."""
    entry = _role("entry", B, allow("s3:ListBucket"))
    way = _ask(tmp_path, entry, _role("goal", A, allow("s3:DeleteBucket")))
    misses = {miss.kind: change(miss) for miss in way.misses}
    assert misses == {
        MissKind.PERMISSION: f"{_arn('entry')} were allowed sts:AssumeRole on {_arn('goal')}",
        MissKind.ADMISSION: f"the trust policy of goal let {_arn('entry')} in for sts:AssumeRole",
    }


def test_nearly_with_the_permission_asked_about(tmp_path: Path) -> None:
    """Where no chain is near, what is missing is the permission itself."""
    way = _ask(tmp_path, _role("entry", B, allow("s3:ListBucket")))
    (miss,) = way.misses
    assert (miss.kind, miss.who, miss.action) == (MissKind.GOAL, _arn("entry"), "s3:DeleteBucket")


def test_nearly_without_a_boundary(tmp_path: Path) -> None:
    """A permissions boundary that alone keeps something closed is told as a whole."""
    arn = f"arn:aws:iam::{A}:policy/boundary"
    goal = _role("goal", B, allow("s3:*"))
    goal["PermissionsBoundary"] = {
        "PermissionsBoundaryType": "Policy",
        "PermissionsBoundaryArn": arn,
    }
    document = {"Document": allow("s3:Get*"), "VersionId": "v1", "IsDefaultVersion": True}
    policy = {"PolicyName": "boundary", "Arn": arn, "PolicyVersionList": [document]}
    details = {"RoleDetailList": [goal], "Policies": [policy]}
    way = Snapshot.load(write(tmp_path, {"a.json": details})).ask(_QUESTION, margins=True).ways[0]
    assert [change(miss) for miss in way.misses] == [f"{_arn('goal')} had no permissions boundary"]
