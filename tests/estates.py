"""Small random estates: accounts with roles that trust each other and the outside, and a bucket."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from tests.casefiles import attached
from verifier import documents
from verifier.policy.attached import AttachedPolicy
from verifier.policy.reading import Location
from verifier.policy.syntax import PolicyKind
from verifier.snapshot.model import (
    Account,
    Organization,
    Place,
    Resource,
    Role,
    Snapshot,
    User,
    Zone,
)

A, B, OUTSIDE = "111111111111", "222222222222", "999999999999"
ORGANIZATION = "o-aaaaaaaaaa"
ISSUER = "token.actions.githubusercontent.com"
PROVIDER = f"arn:aws:iam::{A}:oidc-provider/{ISSUER}"
MOMENTS = ["2026-01-01T00:00:00Z", "2026-01-01T00:30:00Z", "2026-01-01T05:00:00Z"]
BUCKET = "arn:aws:s3:::data"
_HERE = Location(documents.parse("{}", "estate"))
_NAMES = ["entry", "middle", "store", "ops"]
_ASSUME = ["sts:AssumeRole", ["sts:AssumeRole", "sts:TagSession"], "sts:*", "sts:*"]
_WITH_TOKEN = ["sts:AssumeRoleWithWebIdentity", "sts:*"]
_CARRY = ["sts:TagSession", "sts:SetSourceIdentity"]
_ALL = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}


def role_arn(account: str, name: str) -> str:
    """Return the ARN of a role of an estate."""
    return f"arn:aws:iam::{account}:role/{name}"


class EstateGenerator:
    """Makes estates whose chains depend on what their sessions carry."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def _one(self, items: list[Any]) -> Any:
        return items[self._random.randrange(len(items))]

    def _chance(self, one_in: int) -> bool:
        return self._random.randrange(one_in) == 0

    def _condition(self) -> dict[str, Any]:
        choices: list[dict[str, Any]] = [
            {},
            {},
            {"StringEquals": {"sts:ExternalId": self._one(["x1", "x2"])}},
            {"StringEquals": {"aws:PrincipalTag/team": self._one(["red", "blue"])}},
            {"StringNotEquals": {"aws:PrincipalTag/team": "red"}},
            {"StringEquals": {"aws:RequestTag/team": self._one(["red", "blue"])}},
            {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}},
            {"Null": {"aws:RequestTag/team": self._one(["true", "false"])}},
            {"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}},
            {"ForAnyValue:StringEquals": {"sts:TransitiveTagKeys": "team"}},
            {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
            {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
            {"StringLike": {"aws:SourceIdentity": self._one(["alice", "b*"])}},
            {"StringEquals": {"sts:SourceIdentity": self._one(["alice", "bob"])}},
            {"Null": {"aws:SourceIdentity": self._one(["true", "false"])}},
            {"StringEquals": {"sts:RoleSessionName": self._one(["deploy", "audit"])}},
            {"StringLike": {"aws:userid": self._one(["*:deploy", "*:audit"])}},
            {"IpAddress": {"aws:SourceIp": self._one(["203.0.113.0/24", "10.0.0.0/8"])}},
            {"StringEquals": {"aws:PrincipalOrgID": self._one([ORGANIZATION, "o-bbbbbbbbbb"])}},
            {"StringEquals": {"aws:ResourceTag/team": self._one(["red", "blue"])}},
            {"StringEquals": {"aws:PrincipalTag/cost": "${aws:PrincipalTag/team}"}},
            {"Null": {"sts:TransitiveTagKeys": self._one(["true", "false"])}},
            {"Null": {"aws:PrincipalTag/cost": self._one(["true", "false"])}},
            {"NumericLessThan": {"aws:MultiFactorAuthAge": "100"}},
            {"NumericGreaterThan": {"aws:MultiFactorAuthAge": "50"}},
            {"DateLessThan": {"aws:CurrentTime": self._one(MOMENTS)}},
            {"DateGreaterThan": {"aws:CurrentTime": self._one(MOMENTS)}},
            {"DateGreaterThan": {"aws:TokenIssueTime": self._one(MOMENTS)}},
            {"StringLike": {f"{ISSUER}:sub": self._one(["repo:acme/*", "repo:*/app"])}},
            {"Null": {f"{ISSUER}:sub": self._one(["true", "false"])}},
            {"Null": {"aws:FederatedProvider": self._one(["true", "false"])}},
            {"Null": {"ec2:SourceInstanceArn": self._one(["true", "false"])}},
            {"StringEquals": {"aws:PrincipalTag/x509Subject/CN": self._one(["a", "b"])}},
            {"ArnLike": {"aws:PrincipalArn": self._one(["arn:aws:iam::*:role/*", "*:user/*"])}},
        ]
        return dict(self._one(choices))

    def _statement(self, action: Any, **more: Any) -> dict[str, Any]:
        effect = "Deny" if self._chance(8) else "Allow"
        found = {"Effect": effect, "Action": action, **more}
        condition = self._condition()
        if condition:
            found["Condition"] = condition
        return found

    def _policy(self, statements: list[dict[str, Any]]) -> dict[str, Any]:
        return {"Version": "2012-10-17", "Statement": statements}

    def _trusted(self) -> Any:
        account = self._one([A, B])
        if self._chance(4):
            return self._one(
                [
                    {"Federated": PROVIDER},
                    {"Federated": PROVIDER},
                    {"Service": "ec2.amazonaws.com"},
                    {"Service": "rolesanywhere.amazonaws.com"},
                ]
            )
        return self._one(
            [
                {"AWS": OUTSIDE},
                {"AWS": f"arn:aws:iam::{OUTSIDE}:user/eve"},
                {"AWS": role_arn(account, self._one(_NAMES))},
                {"AWS": role_arn(account, self._one(_NAMES))},
                {"AWS": account},
                {"AWS": f"arn:aws:sts::{account}:assumed-role/{self._one(_NAMES)}/deploy"},
                "*",
            ]
        )

    def _trust(self) -> dict[str, Any]:
        statements = []
        for _ in range(self._one([1, 1, 2])):
            trusted = self._trusted()
            federated = isinstance(trusted, dict) and "Federated" in trusted
            action = self._one(_WITH_TOKEN if federated else _ASSUME)
            statements.append(self._statement(action, Principal=trusted))
        if self._chance(2):
            extra = self._one([_CARRY, "sts:TagSession", "sts:SetSourceIdentity"])
            statements.append({"Effect": "Allow", "Action": extra, "Principal": {"AWS": "*"}})
        return self._policy(statements)

    def _identity(self) -> dict[str, Any]:
        anything = [role_arn("*", name) for name in _NAMES] + ["*"]
        statements = [
            self._statement(
                self._one(
                    [*_ASSUME, ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]]
                ),
                Resource=self._one(anything),
            )
        ]
        if self._chance(3):
            resource = self._one(["*", BUCKET, "arn:aws:s3:::d*", BUCKET + "-x"])
            statements.append(self._statement("s3:DeleteBucket", Resource=resource))
        return self._policy(statements)

    def _role(self, account: str, name: str) -> Role:
        arn = role_arn(account, name)
        tags = {"team": (self._one(["red", "blue"]),)} if self._chance(2) else {}
        boundary = None
        if self._chance(6):
            boundary = attached(self._identity(), PolicyKind.BOUNDARY)
        return Role(
            arn,
            name,
            f"AROA{account[:4]}{name.upper()}",
            account,
            attached(self._trust(), PolicyKind.TRUST, f"trust of {arn}"),
            (attached(self._identity(), PolicyKind.IDENTITY, f"policy of {arn}"),),
            boundary,
            tags,
            _HERE,
        )

    def _bucket_policy(self) -> AttachedPolicy | None:
        if self._chance(2):
            return None
        statement = self._statement(
            self._one(["s3:DeleteBucket", "s3:*"]), Principal=self._trusted(), Resource="*"
        )
        return attached(self._policy([statement]), PolicyKind.RESOURCE)

    def snapshot(self) -> Snapshot:
        """Return an estate of two accounts with four roles each at most, a user and a bucket."""
        accounts: dict[str, Account] = {}
        for account in (A, B):
            names = [name for name in _NAMES if not self._chance(4)]
            roles = {role.arn: role for role in (self._role(account, name) for name in names)}
            user_arn = f"arn:aws:iam::{account}:user/alice"
            user = User(
                user_arn,
                "alice",
                f"AIDA{account[:4]}ALICE",
                account,
                (attached(self._identity(), PolicyKind.IDENTITY),),
                None,
                {"team": ("red",)},
                (),
                _HERE,
            )
            accounts[account] = Account(account, None, {user_arn: user}, roles)
        owner = self._one([A, B])
        bucket = Resource(BUCKET, owner, self._bucket_policy(), {}, _HERE)
        organization = self._organization() if self._chance(2) else None
        organizations = frozenset({ORGANIZATION} if organization else ())
        zone = Zone(frozenset(accounts), organizations)
        resources = {BUCKET: bucket}
        return Snapshot(accounts, resources, {}, organization, zone, date(2026, 1, 1))

    def _organization(self) -> Organization:
        full = attached(_ALL, PolicyKind.SCP)
        scp = attached(
            self._policy([self._statement("s3:DeleteBucket", Resource="*") | {"Effect": "Deny"}]),
            PolicyKind.SCP,
        )
        rcp = attached(
            self._policy(
                [
                    {
                        "Effect": "Deny",
                        "Principal": "*",
                        "Action": self._one(["sts:AssumeRole", "s3:*"]),
                        "Resource": "*",
                        "Condition": self._condition(),
                    }
                ]
            ),
            PolicyKind.RCP,
        )
        scps = ((full, scp),) if self._chance(3) else ((full,),)
        rcps = ((rcp,),) if self._chance(3) else ((),)
        places = {account: Place(f"{ORGANIZATION}/r-ab12/", scps, rcps) for account in (A, B)}
        return Organization(ORGANIZATION, None, places)
