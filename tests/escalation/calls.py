"""The calls that an attacker tries who changes permissions, and what each leaves behind.

What a call changes is written into the documents of the account, as AWS would show them afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from tests.escalation.accounts import (
    ADMINISTRATOR,
    CAGE,
    EVERYTHING,
    LAMBDA,
    SHARED,
    A,
    Document,
    iam,
)

_TRUSTED = {"Effect": "Allow", "Principal": {"AWS": A}, "Action": "sts:AssumeRole"}
_OPEN = {"Version": "2012-10-17", "Statement": [_TRUSTED]}
_MADE = iam("policy/made")
Keys = dict[str, list[str]]
Part = tuple[str, str, Keys]
Change = Callable[[Document], object]


@dataclass(frozen=True)
class Call:
    """What is called, with the keys of each part; what it changes, or whom it lets act as."""

    parts: tuple[Part, ...]
    change: Change | None = None
    takes: str = ""
    service: str = ""


def calls(account: Document) -> Iterator[Call]:
    """Yield every call that is tried, on everything that is in an account."""
    for kind in ("User", "Role", "Group"):
        for entity in account[f"{kind}DetailList"]:
            yield from _on_entity(account, kind, entity)
    for policy in account["Policies"]:
        if policy["Arn"] != ADMINISTRATOR:
            yield from _on_policy(policy)
    yield from _making(account)


def _on_entity(account: Document, kind: str, entity: Document) -> Iterator[Call]:
    arn = entity["Arn"]
    boundary = (entity.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
    bounded: Keys = {"iam:PermissionsBoundary": [boundary]} if boundary else {}

    def call(name: str, change: Change, **keys: str) -> Call:
        more = {f"iam:{key}": [value] for key, value in keys.items()}
        action = f"iam:{name.replace('*', kind)}"
        return Call(((action, arn, {**bounded, **more}),), _on(arn, change))

    inline = {"PolicyName": "evil", "PolicyDocument": EVERYTHING}
    yield call("Put*Policy", lambda found: found[f"{kind}PolicyList"].append(inline))
    for number, _ in enumerate(entity[f"{kind}PolicyList"]):
        yield call("Delete*Policy", lambda found, at=number: found[f"{kind}PolicyList"].pop(at))
    for policy in (each["Arn"] for each in account["Policies"]):
        link = {"PolicyName": "x", "PolicyArn": policy}
        if link not in entity["AttachedManagedPolicies"]:
            yield call("Attach*Policy", _attaches(link), PolicyARN=policy)
        else:
            yield call("Detach*Policy", _detaches(link), PolicyARN=policy)
        if kind != "Group":
            change = _sets("PermissionsBoundary", {"PermissionsBoundaryArn": policy})
            yield call("Put*PermissionsBoundary", change, PermissionsBoundary=policy)
    if kind == "Group":
        yield from _on_group(account, arn)
        return
    yield call("Delete*PermissionsBoundary", _sets("PermissionsBoundary", None))
    for colour in ("red", "blue"):
        tags = [{"Key": "team", "Value": colour}]
        keys = {"aws:RequestTag/team": [colour], "aws:TagKeys": ["team"]}
        yield Call(((f"iam:Tag{kind}", arn, keys),), _on(arn, _sets("Tags", tags)))
    yield from _taking(kind, arn)
    if kind == "Role":
        yield call("UpdateAssumeRolePolicy", _sets("AssumeRolePolicyDocument", _OPEN))


def _taking(kind: str, arn: str) -> Iterator[Call]:
    """Yield the calls after which the attacker acts as a user or role."""
    if kind == "User":
        for name in ("CreateAccessKey", "CreateLoginProfile", "UpdateLoginProfile"):
            yield Call(((f"iam:{name}", arn, {}),), takes=arn)
        return
    yield Call((("sts:AssumeRole", arn, {"sts:RoleSessionName": ["x"]}),), takes=arn)
    function = f"arn:aws:lambda:eu-west-1:{A}:function:evil"
    passed: Part = ("iam:PassRole", arn, {"iam:PassedToService": [LAMBDA]})
    made: Part = ("lambda:CreateFunction", function, {})
    invoked: Part = ("lambda:InvokeFunction", function, {})
    yield Call((passed, made, invoked), takes=arn, service=LAMBDA)


def _on_group(account: Document, arn: str) -> Iterator[Call]:
    name = arn.rpartition("/")[2]
    for user in account["UserDetailList"]:
        for action, groups in (("AddUserToGroup", [name]), ("RemoveUserFromGroup", [])):
            yield Call(((f"iam:{action}", arn, {}),), _on(user["Arn"], _sets("GroupList", groups)))


def _making(account: Document) -> Iterator[Call]:
    """Yield the calls that make a policy, or a role with or without a boundary."""
    arn, made = iam("role/made"), [each["Arn"] for each in account["RoleDetailList"]]
    versions = [{"VersionId": "v1", "Document": EVERYTHING, "IsDefaultVersion": True}]
    policy = {"Arn": _MADE, "DefaultVersionId": "v1", "PolicyVersionList": versions}
    policies = [each["Arn"] for each in account["Policies"]]
    if _MADE not in policies:
        yield Call(
            (("iam:CreatePolicy", _MADE, {}),), lambda found: found["Policies"].append(policy)
        )
    if arn in made:
        return
    role = {
        "RoleName": "made",
        "RoleId": "AROAMADE",
        "Arn": arn,
        "AssumeRolePolicyDocument": _OPEN,
        "RolePolicyList": [],
        "AttachedManagedPolicies": [],
        "InstanceProfileList": [],
    }
    for boundary in (None, SHARED, CAGE, _MADE):
        bounded = {"PermissionsBoundary": {"PermissionsBoundaryArn": boundary}}
        new = role if boundary is None else {**role, **bounded}
        keys = {} if boundary is None else {"iam:PermissionsBoundary": [boundary]}
        if boundary is None or boundary in policies:
            yield Call(
                (("iam:CreateRole", arn, keys),),
                lambda found, new=new: found["RoleDetailList"].append(deepcopy(new)),
            )


def _on_policy(policy: Document) -> Iterator[Call]:
    arn, versions = policy["Arn"], policy["PolicyVersionList"]

    def default(found: Document, number: int) -> None:
        mine = policy_of(found, arn)
        for each, version in enumerate(mine["PolicyVersionList"]):
            version["IsDefaultVersion"] = each == number
        mine["DefaultVersionId"] = f"v{number + 1}"

    def new(found: Document) -> None:
        mine = policy_of(found, arn)["PolicyVersionList"]
        added = {"VersionId": f"v{len(mine) + 1}", "Document": EVERYTHING}
        mine.append(added | {"IsDefaultVersion": False})
        default(found, len(mine) - 1)

    if versions[-1]["Document"] != EVERYTHING or len(versions) < 2:
        yield Call((("iam:CreatePolicyVersion", arn, {}),), new)
    for number, _ in enumerate(versions):
        yield Call(
            (("iam:SetDefaultPolicyVersion", arn, {}),),
            lambda found, number=number: default(found, number),
        )


def _on(arn: str, change: Change) -> Change:
    return lambda account: change(entity_of(account, arn))


def _sets(name: str, value: Any) -> Change:
    return lambda entity: entity.update({name: value})


def _attaches(link: Document) -> Change:
    return lambda entity: entity["AttachedManagedPolicies"].append(link)


def _detaches(link: Document) -> Change:
    return lambda entity: entity["AttachedManagedPolicies"].remove(link)


def entity_of(account: Document, arn: str) -> Document:
    """Return a user, group or role of an account, empty if it is not there."""
    lists = (account[f"{kind}DetailList"] for kind in ("User", "Group", "Role"))
    return next((each for found in lists for each in found if each["Arn"] == arn), {})


def policy_of(account: Document, arn: str) -> Document:
    """Return a managed policy of an account."""
    found: Document = next(each for each in account["Policies"] if each["Arn"] == arn)
    return found
