"""Random policies of every kind, and requests near their patterns.

Written over `random.Random`, so that hypothesis can drive it (and shrink), and a plain seed can.
Values come from small vocabularies: what matters is that patterns and requests meet.
"""

from __future__ import annotations

from random import Random
from typing import Any

from tests.casefiles import applicable
from verifier.policy.attached import ApplicablePolicies
from verifier.request import Principal, PrincipalType, Request, context

A, B, C = "111111111111", "222222222222", "333333333333"
ORGANIZATION = "o-aaaaaaaaaa"

ACTIONS = {
    "s3:GetObject": ["arn:aws:s3:::data/a/b.txt", "arn:aws:s3:::data/${aws:username}/x"],
    "s3:DeleteBucket": ["arn:aws:s3:::data", "arn:aws:s3:::logs"],
    "s3:DeleteBucketPolicy": ["arn:aws:s3:::data"],
    "s3:ListAllMyBuckets": ["*"],
    "sts:AssumeRole": ["arn:aws:iam::111111111111:role/deploy"],
    "sts:TagSession": ["arn:aws:iam::111111111111:role/deploy"],
    "sts:GetCallerIdentity": ["*"],
    "kms:Decrypt": ["arn:aws:kms:us-east-1:111111111111:key/k1"],
    "kms:ScheduleKeyDeletion": ["arn:aws:kms:us-east-1:111111111111:key/k1"],
    "sns:Publish": ["arn:aws:sns:us-east-1:111111111111:orders"],
    "sqs:SendMessage": ["arn:aws:sqs:us-east-1:111111111111:q1"],
    "iam:CreateUser": ["arn:aws:iam::111111111111:user/x"],
    "iam:PassRole": ["arn:aws:iam::111111111111:role/deploy"],
    "iam:PutRolePolicy": [
        "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com/x",
        "arn:aws:iam::111111111111:role/deploy",
    ],
    "iam:CreatePolicyVersion": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
    "ec2:StartInstances": ["arn:aws:ec2:us-east-1:111111111111:instance/i-1"],
}
PRINCIPALS = [
    Principal.parse(f"arn:aws:iam::{A}:user/alice"),
    Principal.parse(f"arn:aws:iam::{A}:user/team/Bob"),
    Principal.parse(f"arn:aws:iam::{B}:user/carol"),
    Principal.parse(f"arn:aws:iam::{A}:root"),
    Principal.parse(f"arn:aws:iam::{B}:root"),
    Principal.parse(f"arn:aws:sts::{A}:assumed-role/app/s1", f"arn:aws:iam::{A}:role/path/app"),
    Principal.parse(f"arn:aws:sts::{A}:assumed-role/deploy/s1"),
    Principal.parse(f"arn:aws:sts::{B}:assumed-role/ops/s2"),
    Principal.parse(
        f"arn:aws:sts::{A}:assumed-role/AWSServiceRoleForX/s1",
        f"arn:aws:iam::{A}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX",
    ),
    Principal.parse(f"arn:aws:sts::{A}:federated-user/bob", parent=f"arn:aws:iam::{A}:user/alice"),
    Principal.parse(f"arn:aws-cn:iam::{B}:user/wei"),
    Principal.parse("logs.amazonaws.com"),
    Principal.parse("anonymous"),
    Principal.parse(f"arn:aws:iam::{A}:oidc-provider/token.actions.githubusercontent.com"),
    Principal.parse(f"arn:aws:iam::{A}:saml-provider/corp"),
]
ENTRIES: list[Any] = [
    "*",
    {"AWS": "*"},
    {"AWS": A},
    {"AWS": f"arn:aws:iam::{A}:root"},
    {"AWS": f"arn:aws:iam::{B}:root"},
    {"AWS": f"arn:aws:iam::{A}:user/alice"},
    {"AWS": [f"arn:aws:iam::{A}:user/alice", f"arn:aws:iam::{A}:root"]},
    {"AWS": [f"arn:aws:iam::{A}:role/path/app", f"arn:aws:sts::{A}:assumed-role/app/s1", A]},
    {"AWS": f"arn:aws:iam::{A}:role/path/app"},
    {"AWS": f"arn:aws:sts::{A}:assumed-role/app/s1"},
    {"AWS": f"arn:aws:sts::{A}:federated-user/bob"},
    {"AWS": [f"arn:aws:iam::{B}:user/carol", B]},
    {"AWS": f"arn:aws:iam::{B}:role/ops"},
    {"AWS": f"arn:aws:iam::{A}:user/*"},
    {"AWS": "AIDAEXAMPLEEXAMPLE"},
    {"AWS": []},
    {"Service": "logs.amazonaws.com"},
    {"Federated": f"arn:aws:iam::{A}:oidc-provider/token.actions.githubusercontent.com"},
    {"Federated": f"arn:aws:iam::{A}:saml-provider/corp"},
    {"CanonicalUser": "0" * 64},
    {},
]

_TEXTS = ["alice", "Alice", "prod", "prod-1", "", "a*c", "abc", "data/x", "true", "10", "é b"]
_ARNS = [
    f"arn:aws:iam::{A}:user/alice",
    f"arn:aws:iam::{A}:role/path/app",
    f"arn:aws:iam::{B}:role/ops",
    "arn:aws:s3:::data",
    "arn:aws:s3:::data/a:b",
    "not-an-arn",
]
_ADDRESSES = ["203.0.113.7", "203.0.113.200", "198.51.100.1", "2001:db8::1", "2001:db9::1"]
_BLOCKS = ["203.0.113.0/24", "203.0.113.7", "0.0.0.0/0", "2001:db8::/32", "203.0.113.9/25", "x"]
_NUMBERS = ["10", "10.0", "9.5", "-3", "1e2", "abc", ""]
_MOMENTS = ["2026-01-01", "2026-01-01T00:00:00Z", "2026-06-01T12:00:00+02:00", "1767225600", "x"]
_BYTES = ["QUJD", "QUI=", "!!"]
_BOOLEANS = ["true", "false", "TRUE", "maybe"]

KEYS: dict[str, tuple[str, list[str]]] = {
    "aws:username": ("text", _TEXTS),
    "aws:PrincipalTag/team": ("text", _TEXTS),
    "aws:ResourceTag/team": ("text", _TEXTS),
    "aws:RequestTag/env": ("text", _TEXTS),
    "aws:PrincipalOrgID": ("text", [ORGANIZATION, "o-bbbbbbbbbb"]),
    "aws:SourceVpce": ("text", ["vpce-1", "vpce-2"]),
    "sts:ExternalId": ("text", ["alice", "abc", "a*c", "ab"]),
    "token.actions.githubusercontent.com:sub": ("text", ["repo:a/b", "repo:a/c", "x"]),
    "aws:PrincipalArn": ("arn", _ARNS),
    "aws:SourceArn": ("arn", _ARNS),
    "aws:SourceIp": ("address", _ADDRESSES),
    "aws:VpcSourceIp": ("address", _ADDRESSES),
    "s3:max-keys": ("number", _NUMBERS),
    "aws:MultiFactorAuthAge": ("number", _NUMBERS),
    "aws:CurrentTime": ("moment", _MOMENTS),
    "aws:TokenIssueTime": ("moment", _MOMENTS),
    "aws:SecureTransport": ("boolean", _BOOLEANS),
    "aws:MultiFactorAuthPresent": ("boolean", _BOOLEANS),
    "custom:binary": ("bytes", _BYTES),
    "aws:TagKeys": ("texts", ["env", "team", "Env", "x"]),
    "aws:CalledVia": ("texts", ["athena.amazonaws.com", "glue.amazonaws.com"]),
    "aws:PrincipalOrgPaths": ("texts", [f"{ORGANIZATION}/r-ab12/ou-1/", f"{ORGANIZATION}/r-ab12/"]),
}
_OPERATORS = {
    "text": [
        "StringEquals",
        "StringNotEquals",
        "StringLike",
        "StringNotLike",
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
        "Bool",
    ],
    "arn": ["ArnLike", "ArnEquals", "ArnNotLike", "ArnNotEquals", "StringLike", "StringEquals"],
    "address": ["IpAddress", "NotIpAddress"],
    "number": [
        "NumericEquals",
        "NumericNotEquals",
        "NumericLessThan",
        "NumericLessThanEquals",
        "NumericGreaterThan",
        "NumericGreaterThanEquals",
    ],
    "moment": [
        "DateEquals",
        "DateNotEquals",
        "DateLessThan",
        "DateLessThanEquals",
        "DateGreaterThan",
        "DateGreaterThanEquals",
    ],
    "boolean": ["Bool", "StringEquals", "StringLike"],
    "bytes": ["BinaryEquals"],
    "texts": ["StringEquals", "StringNotEquals", "StringLike", "StringNotLike"],
}
_VARIABLES = [
    "${aws:username}",
    "${aws:PrincipalTag/team}",
    "${aws:PrincipalTag/team, 'prod'}",
    "${aws:PrincipalTag/team}${aws:username}",
    "arn:aws:iam::${aws:username}:role/*",
    "arn:aws:iam::111111111111:${aws:ResourceTag/team}/${aws:username}",
    "${aws:TagKeys}",
    "${*}",
    "${?}",
    "${$}",
    "${unclosed",
]


class Generator:
    """Makes policies and requests out of the choices of `random`."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._focus = "s3:GetObject"

    def _chance(self, one_in: int) -> bool:
        return self._random.randrange(one_in) == 0

    def _one(self, items: list[Any]) -> Any:
        return items[self._random.randrange(len(items))]

    def pattern(self, text: str) -> str:
        """Return a pattern that `text` may or may not match."""
        for _ in range(self._one([0, 0, 1, 2])):
            start = self._random.randrange(len(text) + 1)
            end = min(len(text), start + self._random.randrange(4))
            text = text[:start] + self._one(["*", "?", "", "**", "*?"]) + text[end:]
        return text

    def _listed(self, make: Any) -> Any:
        count = self._one([1, 1, 1, 2, 3, 0])
        if count == 1:
            return make()
        return [make() for _ in range(count)] if count else self._one([[make()], [make()], []])

    def _action(self) -> str:
        if self._chance(4):
            return str(self._one(["*", "s3:*", "*:*", "s?:Get*", "GetObject", "s3*", "sts:*"]))
        focused = not self._chance(3)
        return self.pattern(self._focus if focused else self._one(list(ACTIONS)))

    def _resource(self) -> str:
        if self._chance(2):
            return "*"
        focused = not self._chance(3)
        near = ACTIONS[self._focus] if focused else self._one(list(ACTIONS.values()))
        text = self.pattern(self._one(near))
        return text + self._one(_VARIABLES) if self._chance(6) else text

    def condition(self) -> dict[str, Any]:
        """Return a Condition element."""
        found: dict[str, Any] = {}
        for _ in range(self._one([0, 0, 0, 1, 2])):
            key = self._one(list(KEYS))
            kind, values = KEYS[key]
            name = self._one([*_OPERATORS[kind], "Null"]) if not self._chance(40) else "StringMatch"
            operator = name
            if self._chance(2 if kind == "texts" else 8):
                operator = self._one(["ForAllValues:", "ForAnyValue:"]) + operator
            if self._chance(4) and name != "Null":
                operator += "IfExists"
            spelled = key.upper() if self._chance(12) else key
            found.setdefault(operator, {})[spelled] = self._values(kind, name, values)
        return _without_repeated_keys(found)

    def _values(self, kind: str, name: str, values: list[str]) -> Any:
        if name == "Null":
            return self._one(["true", "false", True, ["true", "false"], "x", []])
        pool = _BLOCKS if kind == "address" else values

        def value() -> str:
            text = str(self._one(pool))
            if kind in ("text", "arn", "texts"):
                if self._chance(6):
                    return str(self._one(_VARIABLES))
                if self._chance(2):
                    text = self.pattern(text)
            return text

        return self._listed(value)

    def statement(self, *, principal: bool, resource: bool, effect: str | None = None) -> Any:
        """Return a statement; `principal` and `resource` say whether it has these elements."""
        found: dict[str, Any] = {"Effect": effect or self._one(["Allow"] * 5 + ["Deny"])}
        found[self._one(["Action", "Action", "Action", "NotAction"])] = self._listed(self._action)
        if resource:
            found[self._one(["Resource", "Resource", "Resource", "NotResource"])] = self._listed(
                self._resource
            )
        if principal:
            name = self._one(["Principal", "Principal", "Principal", "NotPrincipal"])
            found[name] = self._one(ENTRIES)
        condition = self.condition()
        if condition:
            found["Condition"] = condition
        return found

    def policy(self, *, principal: bool = False, resource: bool = True) -> Any:
        """Return a policy document of up to three statements."""
        count = 1 + self._random.randrange(3)
        statements = [self.statement(principal=principal, resource=resource) for _ in range(count)]
        document: dict[str, Any] = {"Statement": self._one([statements, statements[0]])}
        version = self._one(["2012-10-17", "2012-10-17", "2012-10-17", "2008-10-17", None])
        if version:
            document["Version"] = version
        return document

    def _organization_policy(self) -> Any:
        return {**self.policy(), "Version": "2012-10-17"}

    def _rcp(self) -> Any:
        statement = {
            "Effect": "Deny",
            "Principal": "*",
            "Action": self._one([["s3:*", "sts:*"], "s3:Get*", "kms:*", "sns:*"]),
            "Resource": self._one(["*", "arn:aws:s3:::data/*"]),
            "Condition": self.condition(),
        }
        return {"Version": "2012-10-17", "Statement": statement}

    def _levels(self, make: Any) -> list[list[Any]]:
        full = {
            "Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"},
        }
        found = []
        for _ in range(1 + self._random.randrange(2)):
            level = [make() for _ in range(1 + self._random.randrange(2))]
            if make == self._organization_policy and not self._chance(5):
                level.append(full)
            found.append(level)
        return found

    def policies(self, action: str) -> dict[str, Any]:
        """Return the policies that bear on a request for `action`, as a case has them."""
        count = self._one([0, 1, 1, 2])
        found: dict[str, Any] = {"identity": [self.policy() for _ in range(count)]}
        trust = action == "sts:AssumeRole"
        if not self._chance(3):
            document = self.policy(principal=True, resource=not trust)
            if trust:
                document = _as_trust(document)
            found["resource"] = document
        if self._chance(4):
            found["boundary"] = [self.policy()]
        if self._chance(4):
            found["session"] = self.policy()
        if self._chance(4):
            found["scps"] = self._levels(self._organization_policy)
        if self._chance(4):
            found["rcps"] = self._levels(self._rcp)
        if self._chance(8):
            found["endpoint"] = self.policy(principal=True)
        return found

    def case(self) -> tuple[dict[str, Any], str]:
        """Return policies with the action that they are about."""
        self._focus = str(self._one(list(ACTIONS)))
        return self.policies(self._focus), self._focus

    def request(self, action: str) -> Request:
        """Return a request for `action` by anyone, in any context."""
        principal: Principal = self._one(PRINCIPALS)
        if principal.kind in (PrincipalType.OIDC, PrincipalType.SAML) and self._chance(2):
            is_oidc = principal.kind is PrincipalType.OIDC
            action = "sts:AssumeRoleWithWebIdentity" if is_oidc else "sts:AssumeRoleWithSAML"
        resources = ACTIONS.get(action, ACTIONS["sts:AssumeRole"])
        resource = str(self._one(resources)).replace("${aws:username}", "alice")
        keys: dict[str, list[str]] = {}
        for key, (kind, values) in KEYS.items():
            if self._chance(2):
                continue
            several = kind == "texts" or self._chance(25)
            count = self._random.randrange(3) if several else 1
            keys[key] = list(dict.fromkeys(self._one(values) for _ in range(count)))
        if principal.arn is not None and self._chance(2):
            keys["aws:PrincipalArn"] = [principal.arn]
        owner = self._one([A, A, B]) if resource.startswith("arn:aws:s3") else A
        if resource == "*":
            owner = principal.account
        spelled = action.upper() if self._chance(30) else action
        return Request(principal, spelled, resource, owner, context(keys))


def _without_repeated_keys(condition: dict[str, Any]) -> dict[str, Any]:
    """Drop keys of an operator that differ only in case, which no policy may have (R1.22)."""
    return {
        operator: {key: keys[key] for key in {name.lower(): name for name in keys}.values()}
        for operator, keys in condition.items()
    }


def _as_trust(document: dict[str, Any]) -> dict[str, Any]:
    """Replace what a trust policy may not have (R1.14)."""
    statements = document["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        if "NotPrincipal" in statement:
            statement["Principal"] = statement.pop("NotPrincipal")
    return document


def bearing(policies: dict[str, Any], action: str) -> ApplicablePolicies:
    """Return generated policies as the readings take them."""
    return applicable(policies, action)
