"""Workloads as callers: the session that AWS makes for each, and who controls it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.test_snapshot import A, allow, role, trust, write
from tests.test_workloads import FUNCTION, PROFILE, regional
from verifier import Snapshot
from verifier.errors import QuestionError
from verifier.verdict import Verdict

INSTANCE = regional("ec2", "instance/i-0123456789abcdef0")
BUCKET = "arn:aws:s3:::data"
READ = f"perform s3:GetObject on {BUCKET}/x"


def _snapshot(folder: Path, policy: dict[str, Any], *, admits: str = "", **eve: Any) -> Snapshot:
    services = [admits] if admits else ["lambda.amazonaws.com", "ec2.amazonaws.com"]
    worker = role(
        "worker",
        AssumeRolePolicyDocument=trust({"Service": services}),
        RolePolicyList=[{"PolicyName": "p", "PolicyDocument": policy}],
        InstanceProfileList=[{"Arn": PROFILE}],
    )
    inline = [{"PolicyName": name, "PolicyDocument": document} for name, document in eve.items()]
    arn = f"arn:aws:iam::{A}:user/eve"
    user = {"UserName": "eve", "UserId": "AIDAEVE", "Arn": arn, "UserPolicyList": inline}
    files = {
        "a.json": {"UserDetailList": [user], "RoleDetailList": [worker]},
        "b.json": {"Arn": BUCKET, "Account": A, "Policy": None},
        "w.json": {
            "Resources": [{"Arn": FUNCTION, "Role": PROFILE}, {"Arn": INSTANCE, "Role": PROFILE}]
        },
    }
    return Snapshot.load(write(folder, files))


def _where(**condition: Any) -> dict[str, Any]:
    return allow("s3:GetObject", Condition=condition)


@pytest.mark.parametrize(
    ("condition", "function", "instance"),
    [
        ({}, True, True),
        ({"ArnEquals": {"lambda:SourceFunctionArn": FUNCTION}}, True, False),
        ({"ArnEquals": {"lambda:SourceFunctionArn": f"{FUNCTION}-2"}}, False, False),
        ({"ArnEquals": {"ec2:SourceInstanceARN": INSTANCE}}, False, True),
        ({"Null": {"aws:Ec2InstanceSourceVpc": "false"}}, False, True),
        ({"StringLike": {"aws:userid": "*:report"}}, True, False),
        ({"StringLike": {"aws:userid": "*:i-0123456789abcdef0"}}, False, True),
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, False, False),
    ],
)
def test_what_it_carries(
    tmp_path: Path, condition: dict[str, Any], *, function: bool, instance: bool
) -> None:
    """A function or instance acts as its role under its own name, and says what it is (R7.1, 5.1);
    it shows no MFA (R5.21).
    """
    snapshot = _snapshot(tmp_path, _where(**condition))
    assert snapshot.ask(f"can {FUNCTION} {READ}").yes is function
    assert snapshot.ask(f"can {INSTANCE} {READ}").yes is instance


def test_any_workload(tmp_path: Path) -> None:
    """Each workload has an answer of its own; other accounts and exceptions are left out."""
    snapshot = _snapshot(tmp_path, _where(ArnEquals={"lambda:SourceFunctionArn": FUNCTION}))
    ways = snapshot.ask(f"can any workload of account {A} {READ}").ways
    assert {way.who: way.verdict for way in ways} == {FUNCTION: Verdict.YES, INSTANCE: Verdict.NO}
    ways = snapshot.ask(f"can any workload except {INSTANCE} {READ}").ways
    assert [way.who for way in ways] == [FUNCTION]
    with pytest.raises(QuestionError, match="no workload of account"):
        snapshot.ask(f"can any workload of account 999999999999 {READ}")


def test_without_trust(tmp_path: Path) -> None:
    """Whose role does not trust the service runs as nobody (R7.51)."""
    snapshot = _snapshot(tmp_path, _where(), admits="ec2.amazonaws.com")
    assert snapshot.ask(f"can {FUNCTION} {READ}").no
    assert snapshot.ask(f"can {INSTANCE} {READ}").yes


def test_what_it_can(tmp_path: Path) -> None:
    """What a workload can do, and become, is told as of any caller."""
    snapshot = _snapshot(tmp_path, _where())
    found = {way.what for way in snapshot.ask(f"what can {FUNCTION} do").ways}
    assert found == {"s3:GetObject", "sts:GetCallerIdentity"}
    assert snapshot.ask(f"what can {FUNCTION} become").no


def test_misspelt(tmp_path: Path) -> None:
    """The nearest workload is named."""
    with pytest.raises(QuestionError, match=f"did you mean `{FUNCTION}`"):
        _snapshot(tmp_path, _where()).ask(f"can {FUNCTION}s {READ}")


@pytest.mark.parametrize(
    ("held", "verdict"),
    [
        (["lambda:UpdateFunctionCode", "lambda:InvokeFunction"], Verdict.YES),
        (["lambda:UpdateFunctionCode"], Verdict.UNKNOWN),
        (["lambda:InvokeFunction"], Verdict.NO),
    ],
)
def test_who_controls_it(tmp_path: Path, held: list[str], verdict: Verdict) -> None:
    """Who may change the code of a function, and have it run, becomes it (P8.60)."""
    snapshot = _snapshot(tmp_path, _where(), own=allow(held, FUNCTION))
    ways = snapshot.ask(f"who can become {FUNCTION}").ways
    (way,) = (way for way in ways if way.who.endswith("user/eve"))
    assert way.verdict is verdict
    assert [hop.action for hop in way.witness][: len(held)] == (held if way.witness else [])
    other = snapshot.ask(f"can user eve become {INSTANCE}")
    assert other.no


def test_role_of_a_workload_is_not_the_workload(tmp_path: Path) -> None:
    """Whoever acts as the role by another workload does not control this one."""
    snapshot = _snapshot(tmp_path, _where(), own=allow(["ssm:SendCommand"], "*"))
    assert snapshot.ask(f"can user eve become arn:aws:iam::{A}:role/worker").unknown
    assert snapshot.ask(f"can user eve become {FUNCTION}").no
