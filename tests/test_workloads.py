"""What AWS runs with roles, as the AWS CLI prints it and as people write it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.test_snapshot import A, role, write
from verifier.snapshot.load import load

ROLE = f"arn:aws:iam::{A}:role/worker"
PROFILE = f"arn:aws:iam::{A}:instance-profile/worker"


def regional(service: str, rest: str) -> str:
    """Return an ARN in the account."""
    return f"arn:aws:{service}:eu-west-1:{A}:{rest}"


FUNCTION = regional("lambda", "function:report")
INSTANCE = {
    "InstanceId": "i-0123456789abcdef0",
    "IamInstanceProfile": {"Arn": PROFILE},
    "Placement": {"AvailabilityZone": "eu-west-1b"},
}
NOTEBOOK = regional("sagemaker", "notebook-instance/lab")

FORMS: dict[str, tuple[Any, str]] = {
    "resource": ({"Arn": FUNCTION, "Role": ROLE}, FUNCTION),
    "list-functions": ({"Functions": [{"FunctionArn": FUNCTION, "Role": ROLE}]}, FUNCTION),
    "describe-instances": (
        {"Reservations": [{"Instances": [INSTANCE, {"InstanceId": "i-1"}]}]},
        regional("ec2", "instance/i-0123456789abcdef0"),
    ),
    "describe-stacks": (
        {"Stacks": [{"StackId": regional("cloudformation", "stack/s/1"), "RoleARN": ROLE}]},
        regional("cloudformation", "stack/s/1"),
    ),
    "batch-get-projects": (
        {"projects": [{"arn": regional("codebuild", "project/p"), "serviceRole": ROLE}]},
        regional("codebuild", "project/p"),
    ),
    "describe-task-definition": (
        {
            "taskDefinition": {
                "taskDefinitionArn": regional("ecs", "task-definition/t:1"),
                "taskRoleArn": ROLE,
            }
        },
        regional("ecs", "task-definition/t:1"),
    ),
    "describe-service": (
        {
            "Service": {
                "ServiceArn": regional("apprunner", "service/s/1"),
                "InstanceConfiguration": {"InstanceRoleArn": ROLE},
            }
        },
        regional("apprunner", "service/s/1"),
    ),
    "describe-notebook-instance": (
        {"NotebookInstanceArn": NOTEBOOK, "RoleArn": ROLE},
        NOTEBOOK,
    ),
    "describe-pod-identity-association": (
        {"association": {"associationArn": regional("eks", "x/c/a-1"), "roleArn": ROLE}},
        regional("eks", "x/c/a-1"),
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_forms(name: str, tmp_path: Path) -> None:
    """Each form gives the workload with its role; an instance profile leads to its role (R7.1)."""
    value, arn = FORMS[name]
    page = {"RoleDetailList": [role("worker", InstanceProfileList=[{"Arn": PROFILE}])]}
    snapshot = load(write(tmp_path, {"a.json": page, "w.json": value}))
    assert {arn: ROLE} == {found.arn: found.role for found in snapshot.workloads.values()}
    assert not snapshot.remarks


def test_profile_without_role(tmp_path: Path) -> None:
    """An instance profile that no role is in is named in a remark, and the workload left out."""
    files = {
        "a.json": {"RoleDetailList": [role("worker")]},
        "w.json": FORMS["describe-instances"][0],
    }
    snapshot = load(write(tmp_path, files))
    assert not snapshot.workloads
    assert "which no role of the snapshot is in" in str(snapshot.remarks[0])


def test_role_that_is_no_arn(tmp_path: Path) -> None:
    """A role that is no ARN is named in a remark."""
    files = {
        "a.json": {"RoleDetailList": [role("worker")]},
        "w.json": {"Arn": FUNCTION, "Role": "worker"},
    }
    snapshot = load(write(tmp_path, files))
    assert not snapshot.workloads
    assert "these are no ARNs" in str(snapshot.remarks[0])


def test_policy_beside_role(tmp_path: Path) -> None:
    """A workload with a policy is a resource, too; without one nothing is said of its policy."""
    files = {
        "a.json": {"RoleDetailList": [role("worker")]},
        "w.json": {"Arn": FUNCTION, "Role": ROLE, "Policy": None},
    }
    assert FUNCTION in load(write(tmp_path, files)).resources
    files["w.json"] = {"Arn": FUNCTION, "Role": ROLE}
    assert FUNCTION not in load(write(tmp_path, files)).resources
