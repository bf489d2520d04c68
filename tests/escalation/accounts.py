"""Small random accounts whose users and roles may change each other's permissions."""

from __future__ import annotations

from random import Random
from typing import Any

A, NEW = "111122223333", "2012-10-17"
BUCKET = "arn:aws:s3:::data"
EVERYTHING: dict[str, Any] = {
    "Version": NEW,
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
LAMBDA = "lambda.amazonaws.com"
Document = dict[str, Any]


def iam(path: str) -> str:
    """Return an ARN of IAM in the account."""
    return f"arn:aws:iam::{A}:{path}"


SHARED, CAGE = iam("policy/shared"), iam("policy/cage")
_USERS, _ROLES = ["eve", "vic", "ann"], ["ops", "target"]
_ACTIONS = {
    "user": """PutUserPolicy AttachUserPolicy DetachUserPolicy DeleteUserPolicy CreateAccessKey
        CreateLoginProfile UpdateLoginProfile PutUserPermissionsBoundary
        DeleteUserPermissionsBoundary TagUser CreateUser""",
    "group": """AddUserToGroup RemoveUserFromGroup PutGroupPolicy AttachGroupPolicy
        DetachGroupPolicy DeleteGroupPolicy""",
    "role": """PutRolePolicy AttachRolePolicy DetachRolePolicy DeleteRolePolicy CreateRole
        UpdateAssumeRolePolicy PutRolePermissionsBoundary DeleteRolePermissionsBoundary TagRole
        PassRole""",
    "policy": "CreatePolicyVersion SetDefaultPolicyVersion CreatePolicy",
}
_NAMES = {"user": [*_USERS, "*"], "role": [*_ROLES, "*"], "group": ["team", "*"]}
_NAMES["policy"] = ["shared", "cage", "*"]
_OTHERS: list[Any] = [
    ["lambda:CreateFunction", "lambda:InvokeFunction"],
    "sts:AssumeRole",
    "s3:DeleteBucket",
    "*",
    "iam:*",
]


class AccountGenerator:
    """Makes accounts; it is `eve` who is asked about."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def files(self) -> dict[str, Any]:
        """Return the files of a snapshot: `account.json`, a bucket and perhaps an SCP."""
        files: dict[str, Any] = {
            "account.json": {
                "UserDetailList": [self._user(name) for name in _USERS],
                "GroupDetailList": [self._group()],
                "RoleDetailList": [self._role(name) for name in _ROLES],
                "Policies": [
                    _managed(SHARED, self._document(), self._one([EVERYTHING, self._document()])),
                    _managed(CAGE, self._one([EVERYTHING, self._document(), self._document()])),
                    _managed(ADMINISTRATOR, EVERYTHING),
                ],
            },
            "resources.json": {"Resources": [{"Arn": BUCKET, "Account": A, "Policy": None}]},
        }
        if self._chance(4):
            root = {"Id": "r-ac01", "Accounts": [{"Id": A}]}
            organization = {"Id": "o-acme0example", "MasterAccountId": "444455556666"}
            files["organization.json"] = {"Organization": organization, "Roots": [root]}
            denied = [self._statement() | {"Effect": "Deny"}, *EVERYTHING["Statement"]]
            files["scp.json"] = {
                "PolicySummary": {"Id": "p-1", "Name": "scp", "Type": "SERVICE_CONTROL_POLICY"},
                "Content": {"Version": NEW, "Statement": denied},
                "Targets": [{"TargetId": "r-ac01"}],
            }
        return files

    def _one(self, items: list[Any]) -> Any:
        return items[self._random.randrange(len(items))]

    def _chance(self, one_in: int) -> bool:
        return self._random.randrange(one_in) == 0

    def _statement(self) -> Document:
        kind = self._one(["user", "user", "group", "role", "role", "role", "policy", "other"])
        if kind == "other":
            actions = self._one(_OTHERS)
            return {"Action": actions, "Resource": "*", "Condition": self._condition()}
        names = _ACTIONS[kind].split()
        action = [f"iam:{self._one(names)}" for _ in range(self._one([1, 1, 2]))]
        resource = self._one(["*", iam(f"{kind}/{self._one(_NAMES[kind])}")])
        return {"Action": action, "Resource": resource, "Condition": self._condition()}

    def _condition(self) -> Document:
        if not self._chance(2):
            return {}
        compare = self._one(["ArnNotEquals", "ArnEquals"])
        found: Document = self._one(
            [
                {"StringEquals": {"iam:PassedToService": self._one([LAMBDA, "ec2.amazonaws.com"])}},
                {compare: {"iam:PolicyARN": self._one([SHARED, CAGE, ADMINISTRATOR])}},
                {"StringEquals": {"iam:PermissionsBoundary": CAGE}},
                {"Null": {"iam:PermissionsBoundary": self._one(["true", "false"])}},
                {"StringEquals": {"aws:PrincipalTag/team": "red"}},
                {"StringEquals": {"aws:ResourceTag/team": self._one(["red", "blue"])}},
                {"StringNotEquals": {"iam:ResourceTag/team": "red"}},
                {"StringEquals": {"aws:RequestTag/team": "red"}},
                {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
                {"StringEquals": {"aws:username": self._one(["eve", "vic"])}},
                {"StringNotEquals": {"sts:RoleSessionName": "evil"}},
            ]
        )
        return found

    def _document(self) -> Document:
        statements = []
        for _ in range(self._one([1, 2, 3, 4])):
            effect = "Deny" if self._chance(8) else "Allow"
            statements.append({"Effect": effect, **self._statement()})
        return {"Version": NEW, "Statement": statements}

    def _holds(self, kind: str, *, great: bool = False) -> Document:
        """Return policies; of who is `great` more often none, or all that there is."""
        inline = [] if great and self._chance(2) else [self._document()]
        if great and self._chance(2):
            inline = [EVERYTHING, *inline]
        links = [SHARED] if self._chance(3) else []
        found: Document = {
            f"{kind}PolicyList": [
                {"PolicyName": f"p{number}", "PolicyDocument": each}
                for number, each in enumerate(inline)
            ],
            "AttachedManagedPolicies": [{"PolicyName": "x", "PolicyArn": arn} for arn in links],
        }
        if kind == "Group":
            return found
        if self._chance(3):
            found["PermissionsBoundary"] = {"PermissionsBoundaryArn": CAGE}
        if self._chance(3):
            found["Tags"] = [{"Key": "team", "Value": self._one(["red", "blue"])}]
        return found

    def _user(self, name: str) -> Document:
        groups = ["team"] if self._chance(3) else []
        named = {"UserName": name, "UserId": f"AIDA{name.upper()}", "Arn": iam(f"user/{name}")}
        return {**named, "GroupList": groups, **self._holds("User", great=name == "ann")}

    def _group(self) -> Document:
        named = {"GroupName": "team", "Arn": iam("group/team")}
        return {**named, **self._holds("Group", great=self._chance(2))}

    def _role(self, name: str) -> Document:
        principal = self._one([{"Service": LAMBDA}, {"AWS": A}, {"AWS": iam("user/vic")}])
        condition = self._condition() if self._chance(3) else {}
        allowed = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        trust = {"Version": NEW, "Statement": [{**allowed, "Condition": condition}]}
        named = {"RoleName": name, "RoleId": f"AROA{name.upper()}", "Arn": iam(f"role/{name}")}
        held = self._holds("Role", great=name == "target")
        return {**named, "AssumeRolePolicyDocument": trust, "InstanceProfileList": [], **held}


def _managed(arn: str, *documents: Document) -> Document:
    versions = [
        {"VersionId": f"v{number}", "Document": document, "IsDefaultVersion": number == 1}
        for number, document in enumerate(documents, 1)
    ]
    return {"Arn": arn, "DefaultVersionId": "v1", "PolicyVersionList": versions}
