"""One account in which `eve` holds what a case grants her, and what a published path needs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.test_snapshot import NEW, A, allow, link, managed, trust, write
from verifier import Snapshot

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
FOR_EVE = f"arn:aws:iam::{A}:policy/for-eve"
FOR_HELPER = f"arn:aws:iam::{A}:policy/for-helper"
NAMES = {
    "eve": f"arn:aws:iam::{A}:user/eve",
    "admin": f"arn:aws:iam::{A}:user/ann",
    "victim": f"arn:aws:iam::{A}:user/vic",
    "group": f"arn:aws:iam::{A}:group/team",
    "admins": f"arn:aws:iam::{A}:group/admins",
    "target": f"arn:aws:iam::{A}:role/target",
    "helper": f"arn:aws:iam::{A}:role/helper",
}
"""What the words of a case stand for; `policy` is the policy of its holder."""

_NOBODY = {"Service": "vpc-flow-logs.amazonaws.com"}
_ACCOUNT = {"AWS": A}


def setting(
    folder: Path,
    grants: list[list[str]],
    *,
    service: str = "",
    workload: str = "",
    profile: bool = False,
    trusts: str = "",
    helper: str = "",
    policy: str = "",
    member: bool = False,
    caller: str = "user",
    when: Mapping[str, Any] | None = None,
) -> tuple[Snapshot, str]:
    """Return a snapshot and the ARN of the caller.

    `service` may run `target`, an administrator, and `workload` does; `trusts` and `helper` say who
    may assume the two roles. `policy` says whose policy is a managed one. `when` is a condition of
    all that is granted.
    """
    names = dict(NAMES)
    if caller == "role":
        names["eve"] = f"arn:aws:iam::{A}:role/eve"
    names["policy"] = FOR_HELPER if policy == "helper" else FOR_EVE
    statements = [
        allow(action, names.get(on, on))["Statement"] | ({"Condition": when} if when else {})
        for action, on in grants
    ]
    own: dict[str, Any] = {"Version": NEW, "Statement": statements}
    holds = link(FOR_EVE) if policy == "eve" else {}
    inline = [] if policy == "eve" else [{"PolicyName": "own", "PolicyDocument": own}]
    documents: dict[str, Any] = {
        "UserDetailList": [
            _user("ann", **link(ADMINISTRATOR)),
            _user("vic"),
        ],
        "GroupDetailList": [_group("team"), _group("admins", **link(ADMINISTRATOR))],
        "RoleDetailList": [
            _target(service, trusts, profile=profile),
            _helper(helper, named=policy == "helper"),
        ],
        "Policies": [
            managed(ADMINISTRATOR, allow("*")),
            managed(FOR_EVE, own),
            managed(FOR_HELPER, allow("s3:ListAllMyBuckets")),
        ],
    }
    if caller == "role":
        documents["RoleDetailList"].append(
            _role("eve", trust(_NOBODY), RolePolicyList=inline, **holds)
        )
    else:
        groups = {"GroupList": ["team"]} if member else {}
        documents["UserDetailList"].append(_user("eve", UserPolicyList=inline, **groups, **holds))
    files: dict[str, Any] = {"account.json": documents}
    if workload:
        files["workload.json"] = {"Arn": workload, "Role": names["target"]}
    return Snapshot.load(write(folder, files)), names["eve"]


def _user(name: str, **more: Any) -> dict[str, Any]:
    arn = f"arn:aws:iam::{A}:user/{name}"
    return {"UserName": name, "UserId": f"AIDA{name.upper()}", "Arn": arn, **more}


def _group(name: str, **more: Any) -> dict[str, Any]:
    return {"GroupName": name, "Arn": f"arn:aws:iam::{A}:group/{name}", **more}


def _role(name: str, trusted: Any, **more: Any) -> dict[str, Any]:
    arn = f"arn:aws:iam::{A}:role/{name}"
    found = {"RoleName": name, "RoleId": f"AROA{name.upper()}", "Arn": arn}
    profiles = {"InstanceProfileList": []}
    return {**found, "AssumeRolePolicyDocument": trusted, **profiles, **more}


def _target(service: str, trusts: str, *, profile: bool) -> dict[str, Any]:
    """Return the role that is an administrator; stack sets reach it through `helper`."""
    trusted: Any = {"Service": service} if service else _NOBODY
    if trusts:
        trusted = _ACCOUNT if trusts == "account" else {"AWS": NAMES["helper"]}
    arn = f"arn:aws:iam::{A}:instance-profile/target"
    profiles = {"InstanceProfileList": [{"Arn": arn}] if profile else []}
    return _role("target", trust(trusted), **profiles, **link(ADMINISTRATOR))


def _helper(kind: str, *, named: bool) -> dict[str, Any]:
    """Return the role that is no administrator yet."""
    trusted: Any = _NOBODY
    if kind:
        trusted = {"Service": "cloudformation.amazonaws.com"} if kind == "stack sets" else _ACCOUNT
    assume = {"PolicyName": "assume", "PolicyDocument": allow("sts:AssumeRole", NAMES["target"])}
    policies = {"RolePolicyList": [assume]} if kind == "stack sets" else {}
    return _role("helper", trust(trusted), **policies, **(link(FOR_HELPER) if named else {}))
