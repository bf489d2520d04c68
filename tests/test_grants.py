"""Grants of KMS keys in a snapshot, as `aws kms list-grants` prints them (R6.52)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.test_snapshot import A, B, allow, role, write
from verifier import Snapshot

KEY = f"arn:aws:kms:eu-west-1:{A}:key/k1"
WORKER = f"arn:aws:iam::{A}:role/worker"
QUESTION = f"can {WORKER} perform kms:Decrypt on {KEY}"
CLOSED = {"Arn": KEY, "Policy": allow("kms:*", Principal={"AWS": f"arn:aws:iam::{A}:role/admin"})}


def grant(**more: Any) -> dict[str, Any]:
    """Return a grant that lets the worker decrypt."""
    found = {"KeyId": KEY, "GrantId": "g-1", "GranteePrincipal": WORKER, "Operations": ["Decrypt"]}
    return {**found, "IssuingAccount": f"arn:aws:iam::{A}:root", **more}


def _snapshot(folder: Path, **files: Any) -> Snapshot:
    page = {"RoleDetailList": [role("worker")]}
    written = {f"{name}.json": value for name, value in files.items()}
    return Snapshot.load(write(folder, {"a.json": page, **written}))


def test_own_file(tmp_path: Path) -> None:
    """The output of `list-grants` names the key in each grant, and the answer the grant."""
    printed = {"Grants": [grant(GrantId="g-0", Operations=["Sign"]), grant()], "Truncated": False}
    answer = _snapshot(tmp_path, key=CLOSED, grants=printed).ask(QUESTION)
    assert answer.yes
    (cause,) = answer.witness[0].by
    assert str(cause) == "grants of key/k1, statement g-1"
    assert cause.place.endswith("grants.json:1:224")
    assert not [line for line in answer.assumptions if "grants" in line]


def test_member_of_the_key(tmp_path: Path) -> None:
    """A list of grants may stand with the key; of another key it does not count."""
    files = {"key": {**CLOSED, "Grants": [grant(KeyId=None)]}}
    assert _snapshot(tmp_path, **files).ask(QUESTION).yes
    other = {"Grants": [grant(KeyId=KEY[:-1] + "2")]}
    assert _snapshot(tmp_path, key=CLOSED, grants=other).ask(QUESTION).no


def test_not_given(tmp_path: Path) -> None:
    """Without grants the answer says that it takes the key to have none."""
    answer = _snapshot(tmp_path, key=CLOSED).ask(QUESTION)
    assert answer.no
    assert f"these KMS keys, whose grants were not given, have none: {KEY}" in answer.assumptions
    given = _snapshot(tmp_path, key={**CLOSED, "Grants": []}).ask(QUESTION)
    assert not [line for line in given.assumptions if "grants" in line]


def test_key_that_is_not_listed(tmp_path: Path) -> None:
    """A key that only its grants name has the default key policy besides."""
    snapshot = _snapshot(tmp_path, grants={"Grants": [grant()]})
    assert snapshot.ask(QUESTION).yes
    assert snapshot.ask(f"can {WORKER} perform kms:Encrypt on {KEY}").no


def test_constraint_in_the_witness(tmp_path: Path) -> None:
    """The witness carries the encryption context that a constraint asks for, and lists its keys."""
    bound = grant(Constraints={"EncryptionContextEquals": {"Dept": "IT"}})
    (hop,) = _snapshot(tmp_path, key=CLOSED, grants={"Grants": [bound]}).ask(QUESTION).witness
    assert hop.context["kms:encryptioncontext:dept"] == ("IT",)
    assert [key.lower() for key in hop.context["kms:encryptioncontextkeys"]] == ["dept"]


def test_outside_grantee(tmp_path: Path) -> None:
    """A grant to another account lets its principals in, as far as their own account does."""
    outside = grant(GranteePrincipal=f"arn:aws:iam::{B}:root")
    snapshot = _snapshot(tmp_path, key=CLOSED, grants={"Grants": [outside]})
    question = f"can any external principal perform kms:Decrypt on {KEY}"
    assert snapshot.ask(question).yes
    assert _snapshot(tmp_path, key=CLOSED, grants={"Grants": [grant()]}).ask(question).no


def test_who_and_what(tmp_path: Path) -> None:
    """What can be done is asked about what grants offer, too."""
    snapshot = _snapshot(tmp_path, key=CLOSED, grants={"Grants": [grant()]})
    found = snapshot.ask(f"what can {WORKER} do on {KEY}")
    assert [way.what for way in found.ways] == ["kms:Decrypt"]


def test_grantee_that_is_gone(tmp_path: Path) -> None:
    """A grantee that reads as a unique id is nobody, and is noted (R3.41)."""
    gone = {"Grants": [grant(GranteePrincipal="AROAEXAMPLEEXAMPLE")]}
    snapshot = _snapshot(tmp_path, key=CLOSED, grants=gone)
    assert snapshot.ask(QUESTION).no
    (remark,) = map(str, snapshot.contents.remarks)
    assert "the principal `AROAEXAMPLEEXAMPLE` matches nobody" in remark


def test_rcps_do_not_bind_managed_keys(tmp_path: Path) -> None:
    """No RCP binds a key that AWS manages; where it is not said, the answer takes the key to be
    the customer's (R6.32).
    """
    statement = {"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*"}
    organization = {
        "Organization": {"Id": "o-example000", "MasterAccountId": B},
        "Roots": [{"Id": "r-1", "Accounts": [{"Id": A}], "ResourceControlPolicies": ["p-1"]}],
        "Policies": [
            {
                "Id": "p-1",
                "Type": "RESOURCE_CONTROL_POLICY",
                "Content": {"Version": "2012-10-17", "Statement": statement},
            }
        ],
    }
    key = {**CLOSED, "Grants": [grant()]}
    assumed = f"these KMS keys are not managed by AWS, so that RCPs bind them: {KEY}"
    for manager, can in (("AWS", True), ("CUSTOMER", False), (None, False)):
        said = {"KeyMetadata": {"KeyManager": manager}} if manager else {}
        answer = _snapshot(tmp_path, key={**key, **said}, org=organization).ask(QUESTION)
        assert answer.yes is can
        assert (assumed in answer.assumptions) is (manager is None)
