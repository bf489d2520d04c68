"""Condition entries in words: "only with MFA", "only from 203.0.113.0/24"."""

from __future__ import annotations

from collections.abc import Iterable

from verifier.catalogued_keys import key_name
from verifier.policy.syntax import Condition
from verifier.report.plain import plain
from verifier.verdict import Proviso

_PLACES = {
    "aws:sourceip": "from",
    "aws:sourcevpc": "from the VPC",
    "aws:sourcevpce": "through the VPC endpoint",
    "aws:principalorgid": "from the organization",
    "aws:principalaccount": "from the account",
    "aws:principalarn": "for",
    "aws:requestedregion": "in the region",
    "aws:viaawsservice": "through an AWS service",
    "aws:sourcearn": "on behalf of",
    "aws:sourceaccount": "on behalf of the account",
    "sts:externalid": "with the external id",
}
"""What is said before the values of a key that must be one of them."""

_CLAIMS = {"aud": "for the audience", "sub": "with the subject"}

_BOOLEANS = {
    ("aws:multifactorauthpresent", True): "with MFA",
    ("aws:multifactorauthpresent", False): "without MFA",
    ("aws:securetransport", True): "over TLS",
    ("aws:securetransport", False): "without TLS",
    ("aws:viaawsservice", True): "through an AWS service",
    ("aws:viaawsservice", False): "not through an AWS service",
}
_EQUAL = {"StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike"}
_EQUAL |= {"IpAddress", "NumericEquals", "DateEquals", "BinaryEquals"}
_RELATIONS = {
    "LessThan": ("below", "at least"),
    "LessThanEquals": ("at most", "above"),
    "GreaterThan": ("above", "at most"),
    "GreaterThanEquals": ("at least", "below"),
}
_DATES = {
    "LessThan": ("before", "from"),
    "LessThanEquals": ("until", "after"),
    "GreaterThan": ("after", "until"),
    "GreaterThanEquals": ("from", "before"),
}


def only(provisos: Iterable[Proviso]) -> list[str]:
    """Return each proviso in words, without the `only`; what reads the same once."""
    return list(dict.fromkeys(_words(item.condition, item.holds) for item in provisos))


def _words(condition: Condition, holds: bool) -> str:
    said = _said(condition, holds)
    operator = condition.operator
    if holds and operator.if_exists and operator.name in _EQUAL | {"Bool"}:
        return f"{said} or without {plain(key_name(condition.key))}"
    return said


def _said(condition: Condition, holds: bool) -> str:
    """Return an entry in words, but for `IfExists`."""
    operator = condition.operator.name or ""
    values = " or ".join(f'"{plain(value.text)}"' for value in condition.values) or "nothing"
    name = plain(key_name(condition.key))
    if operator == "Null":
        absent = [value.text.lower() for value in condition.values] == ["true"]
        return f"{'without' if absent is holds else 'with'} {name}"
    if operator == "Bool":
        said = [value.text.lower() for value in condition.values]
        wanted = (said == ["true"]) is holds
        return _BOOLEANS.get((condition.key, wanted), f"where {name} is {str(wanted).lower()}")
    for suffix, (below, above) in _RELATIONS.items():
        if operator in (f"Numeric{suffix}", f"Date{suffix}"):
            dates = operator.startswith("Date")
            word = (_DATES[suffix] if dates else (below, above))[not holds]
            return f"{word} {values}" if dates else f"where {name} is {word} {values}"
    negated = operator not in _EQUAL
    if negated is holds:
        return f"where {name} is not {values}"
    if condition.key in _PLACES:
        return f"{_PLACES[condition.key]} {values}"
    claim = _CLAIMS.get(condition.key.rpartition(":")[2])
    if claim and _is_of_identity(condition.key):
        return f"{claim} {values}"
    return f"where {name} is {values}"


def _is_of_identity(key: str) -> bool:
    issuer = key.partition(":")[0]
    return issuer == "saml" or "." in issuer


def is_service_linked(who: str) -> bool:
    """Return whether the ARN of a caller is that of a service-linked role: only its service acts as
    one (R7.1).
    """
    return ":role/aws-service-role/" in who
