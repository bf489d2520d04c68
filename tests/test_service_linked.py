"""Service-linked roles in lists: told apart, for only their service acts as them (R7.1)."""

from __future__ import annotations

from pathlib import Path

from tests.test_snapshot import A, allow, role, trust, write
from verifier import Snapshot

LINKED = f"arn:aws:iam::{A}:role/aws-service-role/support.amazonaws.com/AWSServiceRoleForSupport"


def test_list(tmp_path: Path) -> None:
    """A role of the account and a service-linked one that can the same are two rows."""
    policies = [{"PolicyName": "p", "PolicyDocument": allow("*")}]
    roles = [
        role("admin", RolePolicyList=policies),
        role(
            "AWSServiceRoleForSupport",
            Arn=LINKED,
            RolePolicyList=policies,
            AssumeRolePolicyDocument=trust({"Service": "support.amazonaws.com"}),
        ),
    ]
    snapshot = Snapshot.load(write(tmp_path, {"a.json": {"RoleDetailList": roles}}))
    told = str(snapshot.ask("who can become administrator")).splitlines()
    (line,) = (text for text in told if LINKED in text)
    assert "only by the service of a service-linked role" in line
    (line,) = (text for text in told if "role/admin" in text)
    assert "only" not in line
