"""How bad a finding is: how many may come in, and what they can do then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from iam_smt.operators import NEGATED
from verifier.finding import AccessLevel, Powers, Severity, WayIn, WayInKind
from verifier.findings.naming import IDENTITY_CENTER
from verifier.policy.public import pins
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


def severity(
    who: WayIn,
    resource: str,
    levels: Iterable[AccessLevel],
    provisos: Iterable[Proviso],
    *,
    is_open: bool,
) -> Severity:
    """Return the severity by the table in docs/findings.md.

    `levels` are those of the actions, or of what a role can do. Where all that come in are fixed,
    or come from fixed networks, they count as known; an external id is no secret (R7.34). The
    people of Identity Center are the company's own.
    """
    if who.kind is WayInKind.IDENTITIES and IDENTITY_CENTER in resource:
        return Severity.LOW
    table = _OPEN if is_open and not is_narrowed(provisos) else _KNOWN
    return min((table[level] for level in levels), key=lambda item: item.rank, default=Severity.LOW)


def is_narrowed(provisos: Iterable[Proviso]) -> bool:
    """Return whether only fixed callers or callers from fixed networks come in (R9.2)."""
    return any(map(_narrows, provisos))


def levels_of(powers: Powers) -> list[AccessLevel]:
    """Return the access levels of what a role can do."""
    return [level for level, _ in powers.services]


def _narrows(proviso: Proviso) -> bool:
    condition = proviso.condition
    if proviso.holds:
        return pins(condition)
    operator = condition.operator
    positive = NEGATED.get(operator.name or "")
    if positive is None or operator.quantifier:
        return False
    return pins(replace(condition, operator=replace(operator, name=positive, if_exists=False)))
