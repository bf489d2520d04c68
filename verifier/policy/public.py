"""Is a bucket policy public? Amazon S3's own test, on which Block Public Access acts (9.1)."""

from __future__ import annotations

import re
from ipaddress import ip_network

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
    "aws:sourcevpcarn",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
    "aws:principalservicename",
}
"""Keys whose fixed values tell who may call, or from where (R9.2); the last five by X-18 (R9.9)."""

_SESSIONS_OF_A_ROLE = re.compile(r"[A-Z0-9]+:\*")
_ACCESS_POINTS = re.compile(r"arn:[\w-]+:s3:[\w-]*:\d{12}:accesspoint/[^?]*")
_BROADEST = {4: 8, 6: 32}
_PRIVATE = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))


def is_public(policy: Policy, *, of_access_point: bool = False) -> bool:
    """Return whether some Allow of a bucket policy is public (R9.1), whatever its actions (R9.6);
    denies do not count (R9.5). In the policy of an access point its own ARN pins nothing (R9.8).
    """
    return any(
        statement.effect is Effect.ALLOW
        and is_public_statement(statement, of_access_point=of_access_point)
        for statement in policy.statements
    )


def is_public_statement(statement: Statement, *, of_access_point: bool = False) -> bool:
    """Return whether a statement is for more than fixed principals or networks (R9.2)."""
    element = statement.principal
    fixed = element is not None and not (
        element.negated or any(isinstance(entry, Everyone) for entry in element.entries)
    )
    return not fixed and not any(
        pins(condition)
        for condition in statement.conditions
        if not (of_access_point and condition.key == "s3:dataaccesspointarn")
    )


def pins(condition: Condition) -> bool:
    """Return whether a condition entry leaves only fixed callers or networks (R9.2-R9.4).

    Negated operators, `IfExists` and `ForAllValues` hold for requests without the key (R9.3).
    """
    operator = condition.operator
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
        case "aws:userid" if operator.name == "StringLike":
            return all(_is_fixed(v) or _SESSIONS_OF_A_ROLE.fullmatch(v.text) for v in values)
    return condition.key in _PINNING and all(map(_is_fixed, values))


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
