"""Accounts in China and in GovCloud: what is true of one partition is true of each (R6.75)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.test_example import ROWS
from tests.test_snapshot import A, B, allow, role, trust, write
from verifier import Snapshot
from verifier.example import files
from verifier.verdict import Verdict

PARTITIONS = ("aws-cn", "aws-us-gov")


@pytest.fixture(scope="module", params=PARTITIONS)
def elsewhere(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Snapshot]:
    """The bundled example as if its accounts were in another partition."""
    partition: str = request.param
    folder = tmp_path_factory.mktemp(partition)
    for path, text in files():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(_moved(text, partition), encoding="utf-8")
    return partition, Snapshot.load(folder)


def _moved(text: str, partition: str) -> str:
    return text.replace("arn:aws:", f"arn:{partition}:")


@pytest.mark.parametrize(("question", "answer", "hops"), ROWS)
def test_same_answers(
    elsewhere: tuple[str, Snapshot], question: str, answer: str, hops: int
) -> None:
    """Moved to another partition, the example has the same answers with as many hops."""
    partition, snapshot = elsewhere
    found = snapshot.ask(_moved(question, partition))
    assert Verdict(answer) is found.verdict
    assert hops == len(found.witness)
    for hop in found.witness:
        assert "arn:aws:" not in f"{hop.principal} {hop.resource}"


@pytest.mark.parametrize("partition", PARTITIONS)
def test_account_that_only_holds_resources(tmp_path: Path, partition: str) -> None:
    """The partition of an account without principals is that of its resources (R6.75)."""
    bucket = f"arn:{partition}:s3:::data"
    policy = allow("s3:GetObject", f"{bucket}/*", Principal={"AWS": B})
    resource = {"Arn": bucket, "Account": A, "Policy": policy}
    snapshot = Snapshot.load(write(tmp_path, {"b.json": resource}))
    answer = snapshot.ask("can any external principal perform s3:GetObject")
    assert answer.yes
    assert answer.witness[0].principal.startswith(f"arn:{partition}:")


@pytest.mark.parametrize("partition", PARTITIONS)
def test_partitions_are_apart(tmp_path: Path, partition: str) -> None:
    """A role of one partition does not let in a user of another, who is of another account even if
    the number is the same (R3.23, R6.75).
    """
    named = {"AWS": f"arn:{partition}:iam::{A}:user/alice"}
    for who, trusted in ((named, True), ({"AWS": f"arn:aws:iam::{A}:user/alice"}, False)):
        user = {
            "UserName": "alice",
            "Arn": f"arn:{partition}:iam::{A}:user/alice",
            "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": allow("sts:*")}],
        }
        entry = role("entry", B, AssumeRolePolicyDocument=trust(who))
        entry["Arn"] = f"arn:{partition}:iam::{B}:role/entry"
        page = {"UserDetailList": [user], "RoleDetailList": [entry]}
        snapshot = Snapshot.load(write(tmp_path, {"a.json": page}))
        question = f"can {user['Arn']} perform sts:AssumeRole on {entry['Arn']}"
        assert snapshot.ask(question).yes is trusted
