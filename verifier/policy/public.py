"""Is a bucket policy public? Amazon S3's own test, on which Block Public Access acts (9.1)."""

from __future__ import annotations

import re
from ipaddress import ip_network
from itertools import product

from verifier.disputes import Readings
from verifier.policy.operators import Quantifier
from verifier.policy.principals import Everyone
from verifier.policy.syntax import Condition, Effect, Policy, Statement
from verifier.policy.templates import Template

_POSITIVE = {"StringEquals", "StringLike", "ArnEquals", "ArnLike", "IpAddress", "Bool"}
_PINNING = {
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourcearn",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourceowner",
    "aws:sourceaccount",
    "aws:userid",
    "s3:dataaccesspointaccount",
}
"""Keys whose fixed values tell who may call, or from where (R9.2)."""

_NEWER = {
    "aws:sourcevpcarn",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
    "aws:principalservicename",
    "aws:principalisawsservice",
}
"""Keys of which the same may be true, but that AWS does not list (R9.9, X-18)."""

_SESSIONS_OF_A_ROLE = re.compile(r"[A-Z0-9]+:\*")
_ACCESS_POINTS = re.compile(r"arn:[\w-]+:s3:[\w-]*:\d{12}:accesspoint/[^?]*")
_BROADEST = {4: 8, 6: 32}
_PRIVATE = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))


_Reading = tuple[str, str]
"""How the newer keys are read (X-18), and the sessions of a role in `aws:userid` (X-20)."""

_BY_DEFAULT: _Reading = ("pinning", "pinning")
_EVERY_READING = frozenset(product(("pinning", "unlisted"), ("pinning", "public")))


def is_public(
    policy: Policy, reading: _Reading = _BY_DEFAULT, *, of_access_point: bool = False
) -> bool:
    """Return whether some Allow of a bucket policy is public (R9.1), whatever its actions (R9.6);
    denies do not count (R9.5). In the policy of an access point its own ARN pins nothing (R9.8).
    """
    return any(
        statement.effect is Effect.ALLOW
        and is_public_statement(statement, reading, of_access_point=of_access_point)
        for statement in policy.statements
    )


def public_under(policy: Policy, *, of_access_point: bool = False) -> frozenset[_Reading]:
    """Return the readings under which the policy of a bucket, or of an access point, is public."""
    return frozenset(
        reading
        for reading in _EVERY_READING
        if is_public(policy, reading, of_access_point=of_access_point)
    )


def stands(statement: Statement, readings: Readings) -> bool:
    """Return whether a statement is there: one that Amazon S3 adds to a public policy is if the
    policy is public (R9.20), which two disputed points may decide (X-18, X-20).
    """
    standing = statement.standing
    if standing is None or standing == _EVERY_READING:
        return True
    keys, sessions = _BY_DEFAULT
    by_keys = any(
        ((keys, other) in standing) != (("unlisted", other) in standing)
        for other in ("pinning", "public")
    )
    if by_keys and readings.says("X-18", "unlisted"):
        keys = "unlisted"
    by_sessions = ((keys, sessions) in standing) != ((keys, "public") in standing)
    if by_sessions and readings.says("X-20", "public"):
        sessions = "public"
    return (keys, sessions) in standing


def is_public_statement(
    statement: Statement, reading: _Reading = _BY_DEFAULT, *, of_access_point: bool = False
) -> bool:
    """Return whether a statement is for more than fixed principals or networks (R9.2)."""
    element = statement.principal
    fixed = element is not None and not (
        element.negated or any(isinstance(entry, Everyone) for entry in element.entries)
    )
    return not fixed and not any(
        pins(condition, reading)
        for condition in statement.conditions
        if not (of_access_point and condition.key == "s3:dataaccesspointarn")
    )


def pins(condition: Condition, reading: _Reading = _BY_DEFAULT) -> bool:
    """Return whether a condition entry leaves only fixed callers or networks (R9.2-R9.4).

    Negated operators, `IfExists` and `ForAllValues` hold for requests without the key (R9.3).
    """
    operator = condition.operator
    newer, sessions = reading
    if condition.key in _NEWER and newer != "pinning":
        return False
    if (
        operator.name not in _POSITIVE
        or operator.if_exists
        or operator.quantifier is Quantifier.ALL
    ):
        return False
    values = condition.values
    match condition.key:
        case "aws:sourceip":
            return operator.name == "IpAddress" and all(map(_is_narrow, values))
        case "s3:dataaccesspointarn":
            return all(_ACCESS_POINTS.fullmatch(value.text) for value in values)
        case "aws:principalisawsservice":
            return [value.text.lower() for value in values] == ["true"]
        case "aws:userid" if operator.name == "StringLike" and sessions == "pinning":
            return all(_is_fixed(v) or _SESSIONS_OF_A_ROLE.fullmatch(v.text) for v in values)
    return condition.key in _PINNING | _NEWER and all(map(_is_fixed, values))


def _is_fixed(value: Template) -> bool:
    """Return whether a value has no wildcard and no variable, live or not (R9.2)."""
    return not value.variables and "*" not in value.text and "?" not in value.text


def _is_narrow(value: Template) -> bool:
    """Return whether a block of addresses is no broader than /8, or /32 of IPv6, or private."""
    try:
        block = ip_network(value.text, strict=False)
    except ValueError:
        return False
    private = block.version == 4 and any(block.subnet_of(known) for known in _PRIVATE)  # type: ignore[arg-type]
    return private or block.prefixlen >= _BROADEST[block.version]
