"""Calls that must be authorized several times: for each resource, for tags, for a role (6.8)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.test_snapshot import A, allow, role, write
from verifier import Snapshot
from verifier.verdict import Answer, Verdict

WORKER = f"arn:aws:iam::{A}:role/worker"
EC2 = f"arn:aws:ec2:*:{A}:"
TYPES = ("instance", "network-interface", "security-group", "subnet")
KEY = f"arn:aws:kms:eu-west-1:{A}:key/k1"


def _policy(*statements: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _may(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def _ask(folder: Path, action: str, *statements: Any, **files: Any) -> Answer:
    inline = [{"PolicyName": "p", "PolicyDocument": _policy(*statements)}]
    page = {"RoleDetailList": [role("worker", RolePolicyList=inline), role("other")]}
    written = {f"{name}.json": value for name, value in files.items()}
    snapshot = Snapshot.load(write(folder, {"a.json": page, **written}))
    return snapshot.ask(f"can {WORKER} perform {action}")


def test_every_resource(tmp_path: Path) -> None:
    """Launching an instance needs each of its resources allowed (R6.60)."""
    needed = [f"{EC2}{kind}/*" for kind in TYPES] + ["arn:aws:ec2:*::image/*"]
    answer = _ask(tmp_path, "ec2:RunInstances", _may("ec2:RunInstances", needed))
    assert answer.yes
    assert len(answer.witness[0].requires) == len(needed) - 1
    assert all(text.startswith("ec2:RunInstances on arn:") for text in answer.witness[0].requires)
    image_denied = _may("ec2:RunInstances", "arn:aws:ec2:*::image/*", Effect="Deny")
    denied = _ask(tmp_path, "ec2:RunInstances", _may("ec2:RunInstances"), image_denied)
    assert denied.no


@pytest.mark.parametrize("left_out", range(len(TYPES)), ids=TYPES)
def test_one_resource_is_missing(tmp_path: Path, left_out: int) -> None:
    """Without one of the resources the call is not allowed (R6.60)."""
    needed = [f"{EC2}{kind}/*" for number, kind in enumerate(TYPES) if number != left_out]
    needed.append("arn:aws:ec2:*::image/*")
    answer = _ask(tmp_path, "ec2:RunInstances", _may("ec2:RunInstances", needed))
    assert answer.no
    kind = TYPES[left_out]
    stops = f"the call needs besides ec2:RunInstances on any other {kind} of {A}"
    assert stops in {barrier.stops for barrier in answer.ways[0].barriers}


def test_shared_resource_is_unknown(tmp_path: Path) -> None:
    """Where only resources of another account would do, whether they are shared is not known."""
    elsewhere = "arn:aws:ec2:*:999999999999:subnet/*"
    needed = [f"{EC2}{kind}/*" for kind in TYPES[:-1]] + ["arn:aws:ec2:*::image/*", elsewhere]
    answer = _ask(tmp_path, "ec2:RunInstances", _may("ec2:RunInstances", needed))
    assert answer.verdict is Verdict.UNKNOWN
    assert "whether a subnet that the snapshot does not list may be used" in answer.ways[0].reason


def test_each_with_its_own_keys(tmp_path: Path) -> None:
    """A condition that only one resource can meet does not keep the others out (R6.60)."""
    typed = {"StringEquals": {"ec2:InstanceType": "t3.micro"}}
    untyped = {"Null": {"ec2:InstanceType": "true"}}
    others = [f"{EC2}{kind}/*" for kind in TYPES[1:]] + ["arn:aws:ec2:*::image/*"]
    answer = _ask(
        tmp_path,
        "ec2:RunInstances",
        _may("ec2:RunInstances", f"{EC2}instance/*", Condition=typed),
        _may("ec2:RunInstances", others, Condition=untyped),
    )
    assert answer.yes


def test_one_caller(tmp_path: Path) -> None:
    """All authorizations are of one call: from one address, at one time (R6.60)."""
    here = {"IpAddress": {"aws:SourceIp": "203.0.113.0/25"}}
    there = {"IpAddress": {"aws:SourceIp": "203.0.113.128/25"}}
    instance = f"{EC2}instance/*"
    others = [f"{EC2}{kind}/*" for kind in TYPES[1:]] + ["arn:aws:ec2:*::image/*"]
    for condition, can in ((here, True), (there, False)):
        answer = _ask(
            tmp_path,
            "ec2:RunInstances",
            _may("ec2:RunInstances", instance, Condition=here),
            _may("ec2:RunInstances", others, Condition=condition),
        )
        assert answer.yes is can


@pytest.mark.parametrize(
    ("tagging", "verdict"),
    [
        ([], Verdict.NO),
        ([_may("ec2:CreateTags")], Verdict.YES),
        (
            [
                _may(
                    "ec2:CreateTags",
                    Condition={"StringEquals": {"ec2:CreateAction": "CreateVolume"}},
                )
            ],
            Verdict.YES,
        ),
        (
            [
                _may(
                    "ec2:CreateTags",
                    Condition={"StringEquals": {"ec2:CreateAction": "RunInstances"}},
                )
            ],
            Verdict.NO,
        ),
        (
            [_may("ec2:CreateTags", Condition={"StringEquals": {"aws:RequestTag/team": "blue"}})],
            Verdict.NO,
        ),
    ],
)
def test_tags_on_creation(tmp_path: Path, tagging: list[Any], verdict: Verdict) -> None:
    """A call that must pass tags needs `ec2:CreateTags` for these tags, too (R6.61)."""
    tagged = {"StringEquals": {"aws:RequestTag/team": "red"}}
    answer = _ask(
        tmp_path, "ec2:CreateVolume", _may("ec2:CreateVolume", Condition=tagged), *tagging
    )
    assert answer.verdict is verdict
    if verdict is Verdict.YES:
        assert answer.witness[0].requires == ("ec2:CreateTags",)


def test_no_tags_no_permission(tmp_path: Path) -> None:
    """A call that need not pass tags needs no leave to (R6.61)."""
    assert _ask(tmp_path, "ec2:CreateVolume", _may("ec2:CreateVolume")).yes


@pytest.mark.parametrize(
    ("passing", "can"),
    [
        ([], False),
        ([_may("iam:PassRole")], True),
        ([_may("iam:PassRole", f"arn:aws:iam::{A}:role/other")], True),
        ([_may("iam:PassRole", f"arn:aws:iam::{A}:role/none")], False),
        (
            [
                _may(
                    "iam:PassRole",
                    Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
                )
            ],
            False,
        ),
        (
            [
                _may(
                    "iam:PassRole",
                    Condition={"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
                )
            ],
            True,
        ),
    ],
)
def test_role_to_pass(tmp_path: Path, passing: list[Any], can: bool) -> None:
    """Creating a function passes a role of the account to AWS Lambda (R6.61)."""
    answer = _ask(tmp_path, "lambda:CreateFunction", _may("lambda:CreateFunction"), *passing)
    assert answer.yes is can
    if can:
        (needed,) = answer.witness[0].requires
        assert needed.startswith("iam:PassRole on arn:aws:iam::")


@pytest.mark.parametrize(
    ("statement", "can"),
    [
        (_may("kms:CreateAlias"), True),
        (_may("kms:CreateAlias", f"arn:aws:kms:*:{A}:alias/*"), False),
        (_may("kms:CreateAlias", [f"arn:aws:kms:*:{A}:alias/*", KEY]), False),
        (_may("kms:CreateAlias", [f"arn:aws:kms:*:{A}:alias/*", KEY[:-1] + "2"]), True),
    ],
    ids=["all", "alias only", "a key whose policy is closed", "a key with the default policy"],
)
def test_alias_and_key(tmp_path: Path, statement: dict[str, Any], can: bool) -> None:
    """An alias is created on a key, which its key policy must allow, too (R6.54, R6.60)."""
    closed = allow("kms:*", Principal={"AWS": f"arn:aws:iam::{A}:role/admin"})
    answer = _ask(tmp_path, "kms:CreateAlias", statement, key={"Arn": KEY, "Policy": closed})
    assert answer.yes is can
