"""Tags of users and roles, changed by whoever may: the ones that policies ask for (P8.9)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.test_snapshot import NEW, A, allow, managed, role, trust, write
from verifier import Snapshot
from verifier.verdict import Verdict, Way

EVE = f"arn:aws:iam::{A}:user/eve"
_TEAM = {"StringEquals": {"aws:PrincipalTag/team": "red"}}


def _way(folder: Path, *statements: dict[str, Any], roles: Any = (), **eve: Any) -> Way:
    inline = [
        {"PolicyName": "own", "PolicyDocument": {"Version": NEW, "Statement": list(statements)}}
    ]
    user = {"UserName": "eve", "UserId": "AIDAEVE", "Arn": EVE, "UserPolicyList": inline, **eve}
    files = {"a.json": {"UserDetailList": [user], "RoleDetailList": list(roles)}}
    (way,) = Snapshot.load(write(folder, files)).ask(f"can {EVE} become administrator").ways
    return way


def _may(action: str, resource: str = "*", **condition: Any) -> dict[str, Any]:
    statement: dict[str, Any] = allow(action, resource)["Statement"]
    return statement | ({"Condition": condition} if condition else {})


def _calls(way: Way) -> list[str]:
    return [hop.action for hop in way.witness]


def test_own_tag(tmp_path: Path) -> None:
    """Who may tag itself as its policy asks may use that policy."""
    way = _way(tmp_path, _may("iam:TagUser", EVE), _may("iam:PutUserPolicy", EVE, **_TEAM))
    assert way.verdict is Verdict.YES, way.reason
    assert _calls(way) == ["iam:TagUser", "iam:PutUserPolicy"]
    first, second = way.witness
    assert first.context["aws:requesttag/team"] == ("red",)
    assert first.does == f"tags {EVE}: team = red"
    assert second.context["aws:principaltag/team"] == ("red",)


@pytest.mark.parametrize(
    ("key", "value", "verdict"),
    [
        ("aws:RequestTag/team", "red", Verdict.YES),
        ("aws:RequestTag/team", "blue", Verdict.UNKNOWN),
        ("aws:RequestTag/squad", "red", Verdict.UNKNOWN),
    ],
)
def test_which_tags(tmp_path: Path, key: str, value: str, verdict: Verdict) -> None:
    """A tag that may not be given is not given; that none will do is not proved."""
    tagging = _may("iam:TagUser", EVE, StringEquals={key: value})
    way = _way(tmp_path, tagging, _may("iam:PutUserPolicy", EVE, **_TEAM))
    assert way.verdict is verdict
    assert not way.needs


def test_tag_taken_away(tmp_path: Path) -> None:
    """A tag that stands in the way is taken away."""
    other = {"StringNotEquals": {"aws:PrincipalTag/team": "red"}}
    way = _way(
        tmp_path,
        _may("iam:UntagUser", EVE),
        _may("iam:PutUserPolicy", EVE, **other),
        Tags=[{"Key": "team", "Value": "red"}],
    )
    assert (way.verdict, _calls(way)) == (Verdict.YES, ["iam:UntagUser", "iam:PutUserPolicy"])


def test_tag_of_a_role(tmp_path: Path) -> None:
    """Who may tag a role may assume one that is tagged as its policy asks."""
    admin = role(
        "admin",
        AssumeRolePolicyDocument=trust({"AWS": A}),
        RolePolicyList=[{"PolicyName": "p", "PolicyDocument": allow("*")}],
    )
    tagged = {"StringEquals": {"aws:ResourceTag/team": "red"}}
    assume = _may("sts:AssumeRole", **tagged)
    way = _way(tmp_path, _may("iam:TagRole"), assume, roles=[admin])
    assert (way.verdict, _calls(way)) == (Verdict.YES, ["iam:TagRole", "sts:AssumeRole"])
    (tmp_path / "without").mkdir()
    assert _way(tmp_path / "without", assume, roles=[admin]).verdict is Verdict.NO


VIC = f"arn:aws:iam::{A}:user/vic"


def test_boundary_of_another(tmp_path: Path) -> None:
    """What may be done to a user without a boundary may be done once that is gone (P8.8)."""
    cage = f"arn:aws:iam::{A}:policy/cage"
    statements = [
        _may("iam:DeleteUserPermissionsBoundary", VIC),
        _may("iam:PutUserPolicy", VIC, Null={"iam:PermissionsBoundary": "true"}),
        *(_may(f"iam:{name}AccessKey", VIC) for name in ("Create", "Delete")),
    ]
    inline = [{"PolicyName": "own", "PolicyDocument": {"Version": NEW, "Statement": statements}}]
    bounded = {"PermissionsBoundary": {"PermissionsBoundaryArn": cage}}
    users = [
        {"UserName": "eve", "UserId": "AIDAEVE", "Arn": EVE, "UserPolicyList": inline},
        {"UserName": "vic", "UserId": "AIDAVIC", "Arn": VIC, "UserPolicyList": [], **bounded},
    ]
    policies = [managed(cage, allow("s3:*"))]
    files = {"a.json": {"UserDetailList": users, "Policies": policies}}
    (way,) = Snapshot.load(write(tmp_path, files)).ask(f"can {EVE} become administrator").ways
    assert way.verdict is Verdict.YES
    assert {"iam:DeleteUserPermissionsBoundary", "iam:PutUserPolicy"} < set(_calls(way))


def test_made_and_equipped(tmp_path: Path) -> None:
    """Whoever makes users of some name equips them, too (P8.3, P8.22)."""
    new = f"arn:aws:iam::{A}:user/evil-*"
    names = ("CreateUser", "PutUserPolicy", "CreateAccessKey")
    way = _way(tmp_path, *(_may(f"iam:{name}", new) for name in names))
    assert (way.verdict, set(_calls(way))) == (Verdict.YES, {f"iam:{name}" for name in names})
