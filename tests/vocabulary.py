"""What generated policies and requests are made of: small sets of values that meet each other."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from verifier.request import FEDERATED_KINDS, Principal, PrincipalType

A, B, C = "111111111111", "222222222222", "333333333333"
ORGANIZATION = "o-aaaaaaaaaa"

ACTIONS = {
    "s3:GetObject": [
        "arn:aws:s3:::data/a/b.txt",
        "arn:aws:s3:::data/${aws:username}/x",
        "arn:aws:s3:::data/a:b:data",
    ],
    "s3:DeleteBucket": ["arn:aws:s3:::data", "arn:aws:s3:::logs"],
    "s3:DeleteBucketPolicy": ["arn:aws:s3:::data"],
    "s3:ListAllMyBuckets": ["*"],
    "s3:ListBucket": ["arn:aws:s3:::data"],
    "s3:PutObject": ["arn:aws:s3:::data/a/b.txt"],
    "s3:DeleteObject": ["arn:aws:s3:::data/a/b.txt"],
    "sts:AssumeRole": ["arn:aws:iam::111111111111:role/deploy"],
    "sts:AssumeRoleWithSAML": ["arn:aws:iam::111111111111:role/deploy"],
    "sts:AssumeRoleWithWebIdentity": [
        "arn:aws:iam::111111111111:role/deploy",
        "arn:aws:iam::111111111111:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX",
    ],
    "sts:TagSession": ["arn:aws:iam::111111111111:role/deploy"],
    "sts:SetSourceIdentity": ["arn:aws:iam::111111111111:role/deploy"],
    "sts:GetFederationToken": ["arn:aws:sts::111111111111:federated-user/bob"],
    "sts:GetCallerIdentity": ["*"],
    "kms:Decrypt": ["arn:aws:kms:us-east-1:111111111111:key/k1"],
    "kms:CreateAlias": ["arn:aws:kms:us-east-1:111111111111:alias/aws/s3"],
    "kms:RetireGrant": ["arn:aws:kms:us-east-1:111111111111:key/k1"],
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
    "lambda:InvokeFunctionUrl": ["arn:aws:lambda:us-east-1:111111111111:function:f"],
    "secretsmanager:GetSecretValue": ["arn:aws:secretsmanager:us-east-1:111111111111:secret:s"],
}
CANONICAL_IDS = ["a" * 64, "b" * 64, "c" * 64]
"""Those of two accounts, and one of neither."""

OFTEN = [
    "s3:GetObject",
    "s3:DeleteBucket",
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "kms:Decrypt",
    "sqs:SendMessage",
]
"""Actions that no service refuses out of hand."""


def _known(principal: Principal) -> Principal:
    """Return a principal whose account's canonical id is known."""
    ids = {A: CANONICAL_IDS[0], B: CANONICAL_IDS[1]}
    return replace(principal, canonical_user=ids.get(principal.account or ""))


USER = _known(Principal.parse(f"arn:aws:iam::{A}:user/alice"))
SESSION = _known(
    Principal.parse(f"arn:aws:sts::{A}:assumed-role/app/s1", f"arn:aws:iam::{A}:role/path/app")
)
OIDC = Principal.parse(f"arn:aws:iam::{A}:oidc-provider/token.actions.githubusercontent.com")
SAML = Principal.parse(f"arn:aws:iam::{A}:saml-provider/corp")
ANONYMOUS = Principal.parse("anonymous")

PRINCIPALS = [
    USER,
    Principal.parse(f"arn:aws:iam::{A}:user/team/Bob"),
    Principal.parse(f"arn:aws:iam::{B}:user/carol"),
    Principal.parse(f"arn:aws:iam::{A}:root"),
    Principal.parse(f"arn:aws:iam::{B}:root"),
    SESSION,
    Principal.parse(f"arn:aws:sts::{A}:assumed-role/deploy/s1"),
    Principal.parse(f"arn:aws:sts::{B}:assumed-role/ops/s2"),
    Principal.parse(
        f"arn:aws:sts::{A}:assumed-role/AWSServiceRoleForX/s1",
        f"arn:aws:iam::{A}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX",
    ),
    Principal.parse(f"arn:aws:sts::{A}:federated-user/bob", parent=USER.name),
    Principal.parse(f"arn:aws-cn:iam::{B}:user/wei"),
    Principal.parse("logs.amazonaws.com"),
    ANONYMOUS,
    OIDC,
    SAML,
]
PRINCIPALS[1:5] = map(_known, PRINCIPALS[1:5])
COMMON = [USER, USER, PRINCIPALS[1], PRINCIPALS[2], SESSION, SESSION, PRINCIPALS[6], PRINCIPALS[7]]
"""Users and role sessions, who make most calls."""

UNSIGNED = ["s3:GetObject", "sqs:SendMessage", "sns:Publish", "lambda:InvokeFunctionUrl"]
"""What is answered without a signature."""

BY_PROVIDER = {"sts:AssumeRoleWithSAML": SAML, "sts:AssumeRoleWithWebIdentity": OIDC}
"""Who makes the calls that only identities of providers can make."""

ENTRIES: list[Any] = [
    "*",
    {"AWS": "*"},
    {"AWS": A},
    {"AWS": f"arn:aws:iam::{A}:root"},
    {"AWS": f"arn:aws-cn:iam::{B}:root"},
    {"AWS": [f"arn:aws:iam::{A}:user/alice", f"arn:aws:iam::{A}:root"]},
    {"AWS": [f"arn:aws:iam::{A}:role/path/app", f"arn:aws:sts::{A}:assumed-role/app/s1", A]},
    {"AWS": [f"arn:aws:iam::{B}:user/carol", B]},
    {"AWS": f"arn:aws:iam::{A}:user/*"},
    {"AWS": "AIDAEXAMPLEEXAMPLE"},
    {"AWS": []},
    {"CanonicalUser": CANONICAL_IDS[1]},
    {},
]

ACL_GROUPS = [
    "http://acs.amazonaws.com/groups/global/AllUsers",
    "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
    "http://acs.amazonaws.com/groups/s3/LogDelivery",
]


def entries_for(principal: Principal) -> list[Any]:
    """Return `Principal` elements that name a principal, or what stands behind it."""
    if principal.kind is PrincipalType.SERVICE:
        return [{"Service": principal.name}]
    if principal.kind in FEDERATED_KINDS:
        return [{"Federated": principal.name}]
    if principal.kind is PrincipalType.ANONYMOUS:
        return ["*"]
    account = f"arn:{principal.partition}:iam::{principal.account}:root"
    behind = (principal.role, principal.parent)
    return [{"AWS": name} for name in (principal.name, account, *behind) if name]


GRANTEES = [
    f"arn:aws:iam::{A}:user/alice",
    f"arn:aws:iam::{A}:role/path/app",
    f"arn:aws:sts::{A}:assumed-role/app/s1",
    f"arn:aws:iam::{A}:root",
    f"arn:aws:iam::{B}:user/carol",
    f"arn:aws:iam::{B}:root",
    "logs.amazonaws.com",
    "AIDAEXAMPLEEXAMPLE",
]
"""Whom grants of KMS keys are for."""

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
BLOCKS = ["203.0.113.0/24", "203.0.113.7", "0.0.0.0/0", "2001:db8::/32", "203.0.113.9/25", "x"]
_NUMBERS = ["10", "10.0", "9.5", "-3", "1e2", "abc", ""]
_MOMENTS = [
    "2025-01-01T00:00:00Z",
    "2026-01-01",
    "2026-01-01T00:00:00Z",
    "2026-06-01T12:00:00+02:00",
    "1767225600",
    "2027",
    "x",
]
_BYTES = ["QUJD", "QUI=", "!!"]
_BOOLEANS = ["true", "false", "TRUE", "maybe"]

KEYS: dict[str, tuple[str, list[str]]] = {
    "aws:username": ("text", _TEXTS),
    "aws:PrincipalTag/team": ("text", _TEXTS),
    "aws:ResourceTag/team": ("text", _TEXTS),
    "aws:RequestTag/env": ("text", _TEXTS),
    "aws:PrincipalOrgID": ("text", [ORGANIZATION, "o-bbbbbbbbbb"]),
    "aws:SourceVpce": ("text", ["vpce-1", "vpce-2"]),
    "aws:ResourceAccount": ("text", [A, B, C]),
    "aws:PrincipalAccount": ("text", [A, B, "anonymous"]),
    "aws:SourceAccount": ("text", [A, C]),
    "aws:RequestedRegion": ("text", ["us-east-1", "eu-west-1"]),
    "aws:SourceVpc": ("text", ["vpc-1", "vpc-2"]),
    "aws:ResourceOrgID": ("text", [ORGANIZATION, "o-bbbbbbbbbb"]),
    "aws:userid": ("text", ["AROAEXAMPLE:s1", "AIDAEXAMPLE", A]),
    "aws:SourceIdentity": ("text", ["alice", "abc"]),
    "kms:ViaService": ("text", ["s3.us-east-1.amazonaws.com", "ec2.us-east-1.amazonaws.com"]),
    "kms:EncryptionContext:dept": ("text", ["IT", "it", "*"]),
    "iam:PassedToService": ("text", ["ec2.amazonaws.com", "lambda.amazonaws.com"]),
    "s3:prefix": ("text", ["", "home/", "home/alice/"]),
    "aws:CalledViaFirst": ("text", ["athena.amazonaws.com", "glue.amazonaws.com"]),
    "sts:RoleSessionName": ("text", ["alice", "abc"]),
    "sts:SourceIdentity": ("text", ["alice", "abc"]),
    "saml:aud": ("text", ["https://signin.aws.amazon.com/saml", "x"]),
    "s3:x-amz-acl": ("text", ["private", "public-read", "bucket-owner-full-control"]),
    "aws:PrincipalServiceName": ("text", ["logs.amazonaws.com", "ec2.amazonaws.com"]),
    "sts:ExternalId": ("text", ["alice", "abc", "a*c", "ab"]),
    "token.actions.githubusercontent.com:sub": ("text", ["repo:a/b", "repo:a/c", "x"]),
    "aws:PrincipalArn": ("arn", _ARNS),
    "aws:SourceArn": ("arn", _ARNS),
    "aws:SourceIp": ("address", _ADDRESSES),
    "aws:VpcSourceIp": ("address", _ADDRESSES),
    "aws:Ec2InstanceSourcePrivateIPv4": ("address", _ADDRESSES),
    "s3:max-keys": ("number", _NUMBERS),
    "aws:MultiFactorAuthAge": ("number", _NUMBERS),
    "aws:CurrentTime": ("moment", _MOMENTS),
    "aws:TokenIssueTime": ("moment", _MOMENTS),
    "aws:SecureTransport": ("boolean", _BOOLEANS),
    "aws:MultiFactorAuthPresent": ("boolean", _BOOLEANS),
    "aws:ViaAWSService": ("boolean", _BOOLEANS),
    "aws:PrincipalIsAWSService": ("boolean", _BOOLEANS),
    "aws:AssumedRoot": ("boolean", _BOOLEANS),
    "kms:GrantIsForAWSResource": ("boolean", _BOOLEANS),
    "custom:binary": ("bytes", _BYTES),
    "aws:EpochTime": ("moment", ["1767225600", "1767225601"]),
    "aws:TagKeys": ("texts", ["env", "team", "Env", "x"]),
    "kms:EncryptionContextKeys": ("texts", ["dept", "Dept", "env"]),
    "aws:CalledVia": ("texts", ["athena.amazonaws.com", "glue.amazonaws.com"]),
    "sts:TransitiveTagKeys": ("texts", ["env", "team"]),
    "aws:PrincipalOrgPaths": ("texts", [f"{ORGANIZATION}/r-ab12/ou-1/", f"{ORGANIZATION}/r-ab12/"]),
}
VARIABLES = [
    "${aws:username}",
    "${aws:PrincipalTag/team}",
    "${aws:PrincipalTag/team, 'prod'}",
    "${aws:PrincipalTag/team}${aws:username}",
    "arn:aws:iam::${aws:username}:role/*",
    "arn:aws:iam::111111111111:${aws:ResourceTag/team}/${aws:username}",
    "${aws:TagKeys}",
    "${aws:VpcSourceIp}",
    "${*}",
    "${?}",
    "${$}",
    "${unclosed",
]

_KINDS = {
    "String": ("text", "texts", "arn"),
    "Arn": ("arn",),
    "IpAddress": ("address",),
    "NotIpAddress": ("address",),
    "Numeric": ("number",),
    "Date": ("moment",),
    "Bool": ("boolean",),
    "Binary": ("bytes",),
}
"""The kinds of keys that operators are meant for, by how the names of operators begin."""

EVERY_KIND = tuple(sorted({kind for kind, _ in KEYS.values()}))

WEIGHTS = json.loads((Path(__file__).parent / "weights.json").read_text("utf-8"))
"""How often real policies use operators and keys: counts of published policies that grant, and of
published SCPs, RCPs and endpoint policies, which guard; each collection counts the same.
"""


def kinds_of(operator: str) -> tuple[str, ...]:
    """Return the kinds of keys that an operator, without quantifier, is meant for."""
    found = (kinds for start, kinds in _KINDS.items() if operator.startswith(start))
    return next(found, EVERY_KIND)


def weight_of(key: str, counts: dict[str, int]) -> int:
    """Return how often a key is used, at least once; tag keys count as one."""
    name = key.lower()
    prefix, slash, _ = name.partition("/")
    return counts.get(prefix + slash if slash else name, 1)
