"""Which roles nothing tells apart, and what that saves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.test_snapshot import A, B, allow, managed, role, trust, write
from verifier import Snapshot, Verdict
from verifier.queries import grammar, likeness, origins, strangers
from verifier.queries.goals import Goal, aims
from verifier.queries.likeness import Likeness
from verifier.queries.offers import Offers
from verifier.queries.world import World

_COUNT = 12


def _arn(number: int | str) -> str:
    return f"arn:aws:iam::{A}:role/r{number}"


def _crowd(folder: Path, trusted: Any, **condition: Any) -> Snapshot:
    """Return a snapshot of roles that trust the same, and a goal that none of them comes to."""
    entry = trust(trusted)
    entry["Statement"] |= {"Action": ["sts:AssumeRole", "sts:TagSession"]}
    colours = {"aws:RequestTag/team": ["blue", "green"]}
    entry["Statement"]["Condition"] = {"StringEqualsIfExists": colours}
    statement = allow(["sts:AssumeRole", "sts:TagSession"])
    policies = [{"PolicyName": "p", "PolicyDocument": statement}]
    roles = [
        role(f"r{number}", AssumeRolePolicyDocument=entry, RolePolicyList=policies)
        for number in range(_COUNT)
    ]
    red = {"StringEquals": {"aws:PrincipalTag/team": "red"}, **condition}
    goal = [{"PolicyName": "g", "PolicyDocument": allow("s3:DeleteBucket")}]
    document = trust({"AWS": A}, Condition=red)
    roles.append(role("goal", AssumeRolePolicyDocument=document, RolePolicyList=goal))
    return Snapshot.load(write(folder, {"a.json": {"RoleDetailList": roles}}))


def _classes(snapshot: Snapshot) -> list[int]:
    world = World(snapshot.contents)
    offers = Offers(aims(world, Goal(("s3:DeleteBucket",))))
    found = Likeness(world, strangers.outside(world), offers, list(world.snapshot.roles())).classes
    return sorted(map(len, found))


@pytest.mark.parametrize(
    ("trusted", "condition", "classes"),
    [
        ({"AWS": [A, B]}, {}, [1, 12]),
        ({"AWS": [B, *map(_arn, range(12))]}, {}, [1, 12]),
        ({"AWS": [B, _arn(1)]}, {}, [1, 1, 11]),
        ({"AWS": [B, f"arn:aws:sts::{A}:assumed-role/r3/x"]}, {}, [1, 1, 11]),
        ({"AWS": [A, B]}, {"ArnLike": {"aws:PrincipalArn": _arn("1*")}}, [1, 3, 9]),
        ({"AWS": [A, B]}, {"StringLike": {"aws:userid": "AROAR7:*"}}, [1, 1, 11]),
        ({"AWS": [A, B]}, {"StringLike": {"aws:userid": "*:deploy"}}, [1, 12]),
        (
            {"AWS": [A, B]},
            {"StringEquals": {"aws:userid": ["AROAR3:one", "AROAR7:two", "AROAR9:one"]}},
            [1, 1, 1, 1, 9],
        ),
        (
            {"AWS": [B, *(f"arn:aws:sts::{A}:assumed-role/r{n}/s{n}" for n in (3, 7, 9))]},
            {},
            [1, 1, 1, 1, 9],
        ),
        (
            {"AWS": [A, B]},
            {"ArnLike": {"aws:PrincipalArn": [_arn("${*}"), _arn(9)]}},
            [1] * 13,
        ),
        ({"AWS": [A, B]}, {"StringLike": {"aws:userid": "AROA*7"}}, [1] * 13),
        (
            {"AWS": [A, B]},
            {"StringEquals": {"aws:PrincipalTag/owner": "${aws:PrincipalArn}"}},
            [1] * 13,
        ),
    ],
)
def test_classes(trusted: Any, condition: Any, classes: list[int], tmp_path: Path) -> None:
    """Roles are alike but for those that a policy names, or whose ARN or id a condition tells."""
    assert _classes(_crowd(tmp_path, trusted, **condition)) == classes


TAGGED = {"Tags": [{"Key": "team", "Value": "x"}]}
OTHER = {"RolePolicyList": [{"PolicyName": "p", "PolicyDocument": allow("sts:*")}]}
BOUND = {
    "PermissionsBoundary": {
        "PermissionsBoundaryType": "Policy",
        "PermissionsBoundaryArn": f"arn:aws:iam::{A}:policy/bound",
    }
}
ELSEWHERE = {"Arn": f"arn:aws:iam::{B}:role/r5"}
NAMING = {"RolePolicyList": [{"PolicyName": "p", "PolicyDocument": allow("sts:*", _arn(4))}]}


@pytest.mark.parametrize(
    ("change", "classes"),
    [
        ({}, [12]),
        (TAGGED, [1, 11]),
        (OTHER, [1, 11]),
        (BOUND, [1, 11]),
        (ELSEWHERE, [1, 11]),
        ({"AssumeRolePolicyDocument": trust({"AWS": B})}, [1, 11]),
        (NAMING, [1, 1, 10]),
    ],
    ids=["nothing", "tags", "policies", "boundary", "account", "trust", "a policy naming another"],
)
def test_what_a_role_has_tells_it_apart(
    change: dict[str, Any], classes: list[int], tmp_path: Path
) -> None:
    """A role with other tags, policies, boundary, account or trust is like no other; nor is one
    that a policy names.
    """
    assert _classes(Snapshot.load(write(tmp_path, {"a.json": _alike(change)}))) == classes


def _alike(change: dict[str, Any]) -> dict[str, Any]:
    """Return roles that trust and may the same, but for a change of one."""
    policies = [{"PolicyName": "p", "PolicyDocument": allow("sts:AssumeRole")}]
    shared = {"AssumeRolePolicyDocument": trust({"AWS": [A, B]}), "RolePolicyList": policies}
    roles = [
        role(f"r{number}", **{**shared, **(change if number == 5 else {})})
        for number in range(_COUNT)
    ]
    return {
        "RoleDetailList": roles,
        "Policies": [managed(f"arn:aws:iam::{A}:policy/bound", allow("*"))],
    }


BUCKET = "arn:aws:s3:::b"


def test_who_else_names_a_role_tells_it_apart(tmp_path: Path) -> None:
    """So does an SCP, the policy of what is asked about, and a condition of the question."""
    scp = {
        "Policy": {
            "PolicySummary": {"Id": "p-x", "Name": "x", "Type": "SERVICE_CONTROL_POLICY"},
            "Content": {
                "Version": "2012-10-17",
                "Statement": {
                    "Effect": "Deny",
                    "Action": "sts:*",
                    "Resource": "*",
                    "Condition": {"ArnEquals": {"aws:PrincipalArn": _arn(1)}},
                },
            },
        },
        "Targets": [{"TargetId": "r-ab12"}],
    }
    root = {"Id": "r-ab12", "Accounts": [{"Id": A}]}
    head = {"Id": "o-abcdefghij", "MasterAccountId": B}
    policy = allow("s3:DeleteBucket", BUCKET, Principal={"AWS": _arn(2)})
    files = {
        "a.json": _alike({}),
        "o.json": {"Organization": head, "Roots": [root]},
        "scp.json": scp,
        "b.json": {"Arn": BUCKET, "Account": A, "Policy": policy},
    }
    world = World(Snapshot.load(write(tmp_path, files)).contents)
    (where,) = grammar.parse(
        f'can anonymous perform s3:DeleteBucket where aws:PrincipalArn is "{_arn(3)}"'
    ).where
    world.limits = replace(world.limits, where=(where,))
    offers = Offers(aims(world, Goal(("s3:DeleteBucket",), BUCKET)))
    roles = list(world.snapshot.roles())
    found = Likeness(world, strangers.outside(world), offers, roles)
    assert sorted(map(len, found.classes)) == [1, 1, 1, 9]


IDS = {"StringEquals": {"aws:userid": ["AROAR3:one", "AROAR7:two", "AROAR9:three"]}}
SESSIONS = [f"arn:aws:sts::{A}:assumed-role/{name}" for name in ("r3/one", "r7/two", "r9/three")]


@pytest.mark.parametrize(
    "goal", [trust({"AWS": A}, Condition=IDS), trust({"AWS": SESSIONS})], ids=["ids", "sessions"]
)
def test_the_name_of_the_session_tells_roles_apart(goal: Any, tmp_path: Path) -> None:
    """Of roles that are named with sessions of different names, the one whose session may have its
    name is found, wherever it stands.
    """
    named = trust({"AWS": [A, B]}, Condition={"StringEquals": {"sts:RoleSessionName": "three"}})
    policies = [{"PolicyName": "p", "PolicyDocument": allow("sts:AssumeRole")}]
    roles = [
        role(f"r{number}", AssumeRolePolicyDocument=named, RolePolicyList=policies)
        for number in range(_COUNT)
    ]
    deletes = [{"PolicyName": "g", "PolicyDocument": allow("s3:DeleteBucket")}]
    roles.append(role("goal", AssumeRolePolicyDocument=goal, RolePolicyList=deletes))
    snapshot = Snapshot.load(write(tmp_path, {"a.json": {"RoleDetailList": roles}}))
    question = "can any external principal reach s3:DeleteBucket via role assumption"
    assert snapshot.ask(question).witness[-2].principal.endswith("/r9/three")


def test_a_crowd_costs_little(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A no about roles that all trust each other takes questions in proportion to their number."""
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    snapshot = _crowd(tmp_path, {"AWS": [A, B]}, **mfa)
    question = f"can anyone outside {A} reach s3:DeleteBucket via role assumption"
    quick = snapshot.ask(question)
    monkeypatch.setattr(likeness, "_FEW", 1000)
    slow = snapshot.ask(question)
    assert quick.verdict is slow.verdict is Verdict.NO
    assert quick.ways[0].reached and set(quick.ways[0].reached) == set(slow.ways[0].reached)
    assert quick.effort.questions < 6 * _COUNT < slow.effort.questions


def test_who_asks_is_told_apart(tmp_path: Path) -> None:
    """The role whose session asks is like no other: it may have to assume itself."""
    world = World(_crowd(tmp_path, {"AWS": [A, B]}).contents)
    asking = world.snapshot.role(_arn(3))
    assert asking is not None
    offers = Offers(aims(world, Goal(("s3:DeleteBucket",))))
    roles = list(world.snapshot.roles())
    for origin in (origins.role(world, asking), origins.session(world, asking, "deploy")):
        found = Likeness(world, origin, offers, roles)
        assert sorted(map(len, found.classes)) == [1, 1, 11]
        assert found.of(asking) == [asking]
