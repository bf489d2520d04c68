"""How bad a finding is: how many may come in, and what they can do then."""

from __future__ import annotations

from collections.abc import Iterable

from verifier.finding import AccessLevel, Powers, Severity, WayIn, WayInKind
from verifier.findings.naming import IDENTITY_CENTER
from verifier.policy.operators import Operator
from verifier.policy.public import is_fixed, is_narrow
from verifier.verdict import Proviso

_OPEN = {
    AccessLevel.PERMISSIONS: Severity.CRITICAL,
    AccessLevel.WRITE: Severity.CRITICAL,
    AccessLevel.TAGGING: Severity.HIGH,
    AccessLevel.READ: Severity.HIGH,
    AccessLevel.LIST: Severity.MEDIUM,
    AccessLevel.UNKNOWN: Severity.HIGH,
}
_KNOWN = {
    AccessLevel.PERMISSIONS: Severity.HIGH,
    AccessLevel.WRITE: Severity.MEDIUM,
    AccessLevel.TAGGING: Severity.MEDIUM,
    AccessLevel.READ: Severity.LOW,
    AccessLevel.LIST: Severity.LOW,
    AccessLevel.UNKNOWN: Severity.MEDIUM,
}
_NETWORKS = {
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourcevpcarn",
    "aws:vpceaccount",
    "aws:vpceorgid",
}
"""Keys whose fixed value leaves few of all that may come in."""


def severity(
    who: WayIn,
    resource: str,
    levels: Iterable[AccessLevel],
    provisos: Iterable[Proviso],
    *,
    is_open: bool,
) -> Severity:
    """Return the severity by the table in docs/findings.md.

    `levels` are those of the actions, or of what a role can do. Whoever may come in only from
    fixed networks counts as known; an external id is no secret (R7.34). The people of Identity
    Center are the company's own.
    """
    if who.kind is WayInKind.IDENTITIES and IDENTITY_CENTER in resource:
        return Severity.LOW
    table = _OPEN if is_open and not is_narrowed(provisos) else _KNOWN
    return min((table[level] for level in levels), key=lambda item: item.rank, default=Severity.LOW)


def is_narrowed(provisos: Iterable[Proviso]) -> bool:
    """Return whether only callers from fixed networks come in."""
    return any(map(_narrows, provisos))


def levels_of(powers: Powers) -> list[AccessLevel]:
    """Return the access levels of what a role can do."""
    return [level for level, _ in powers.services]


def _narrows(proviso: Proviso) -> bool:
    condition = proviso.condition
    operator = condition.operator
    if not condition.values or _is_positive(operator) is not proviso.holds:
        return False
    if proviso.holds and (operator.if_exists or operator.quantifier):
        return False
    if condition.key == "aws:sourceip":
        return all(map(is_narrow, condition.values))
    return condition.key in _NETWORKS and all(map(is_fixed, condition.values))


def _is_positive(operator: Operator) -> bool:
    return "Not" not in (operator.name or "Not")
