"""Principal elements held against the principal of a request (section 3 of the semantics)."""

from __future__ import annotations

from enum import Enum

from verifier.disputes import DEFAULT, Readings
from verifier.policy.principals import (
    AccountEntry,
    AuthenticatedUsers,
    CanonicalUserEntry,
    Everyone,
    FederatedUserEntry,
    Nobody,
    PrincipalElement,
    PrincipalEntry,
    ProviderEntry,
    RoleEntry,
    ServiceEntry,
    SessionEntry,
    UserEntry,
)
from verifier.request import ACCOUNT_KINDS, FEDERATED_KINDS, Principal, PrincipalType


class Grant(Enum):
    """By which class of entry a statement reaches a principal (section 6.2)."""

    SELF = "the principal itself"
    ANY = "everyone"
    ROLE = "the role of the session"
    PARENT = "the user behind the federated user"
    ACCOUNT = "the account"
    SERVICE = "the service"
    FEDERATED = "the identity provider"


def grant(entry: PrincipalEntry, principal: Principal) -> Grant | None:
    """Return how `entry` reaches `principal`, None if it does not (R3.11-R3.23)."""
    match entry:
        case Everyone():
            return Grant.ANY
        case AccountEntry(account=account, partition=partition):
            fits = principal.kind in ACCOUNT_KINDS and principal.account == account
            fits = fits and partition in (None, principal.partition)
            return Grant.ACCOUNT if fits else None
        case UserEntry(text=arn):
            if principal.kind is PrincipalType.USER and principal.name == arn:
                return Grant.SELF
            return Grant.PARENT if principal.parent == arn else None
        case RoleEntry(text=arn):
            return Grant.ROLE if principal.role == arn else None
        case SessionEntry(text=arn) | FederatedUserEntry(text=arn):
            return Grant.SELF if principal.name == arn else None
        case ServiceEntry(text=name):
            fits = principal.kind is PrincipalType.SERVICE and principal.name == name
            return Grant.SERVICE if fits else None
        case ProviderEntry(text=name):
            fits = principal.kind in FEDERATED_KINDS and principal.name == name
            return Grant.FEDERATED if fits else None
        case CanonicalUserEntry(text=identifier):
            return Grant.ACCOUNT if principal.canonical_user == identifier else None
        case AuthenticatedUsers():
            return Grant.ANY if principal.kind in ACCOUNT_KINDS else None
        case Nobody():
            return None


def grants(element: PrincipalElement, principal: Principal) -> frozenset[Grant]:
    """Return the classes by which a `Principal` reaches `principal`; none if it does not."""
    return frozenset(
        found for entry in element.entries if (found := grant(entry, principal)) is not None
    )


def may_be_named(element: PrincipalElement, principal: Principal) -> bool:
    """Return whether a canonical id is listed, and that of the principal's account is not known
    (R3.21).
    """
    unknown = principal.kind in ACCOUNT_KINDS and principal.canonical_user is None
    return unknown and any(isinstance(entry, CanonicalUserEntry) for entry in element.entries)


def is_exempt(
    element: PrincipalElement, principal: Principal, readings: Readings = DEFAULT
) -> bool | None:
    """Return whether a `NotPrincipal` exempts `principal`; None if that is open.

    A principal is exempt for certain when its full chain is listed: user and account; session,
    role and account. With none of it listed it is not exempt; with a part AWS leaves it open
    (R3.54), unless a reading decides (X-3).
    """
    found = grants(element, principal)
    exempt = _is_exempt(found, principal, readings)
    if may_be_named(element, principal) and exempt != _is_exempt(
        found | {Grant.ACCOUNT}, principal, readings
    ):
        return None
    return exempt


def _is_exempt(found: frozenset[Grant], principal: Principal, readings: Readings) -> bool | None:
    if Grant.ANY in found:
        return True
    match principal.kind:
        case PrincipalType.USER | PrincipalType.FEDERATED_USER:
            chain = {Grant.SELF, Grant.ACCOUNT}
        case PrincipalType.ROLE_SESSION:
            chain = {Grant.SELF, Grant.ROLE, Grant.ACCOUNT}
        case PrincipalType.ROOT:
            chain = {Grant.ACCOUNT}
        case PrincipalType.SERVICE:
            chain = {Grant.SERVICE}
        case PrincipalType.SAML | PrincipalType.OIDC:
            chain = {Grant.FEDERATED}
        case PrincipalType.ANONYMOUS:
            return False
    if chain <= found:
        return True
    if not found or readings.says("X-3", "denied"):
        return False
    return True if readings.says("X-3", "exempt") else None
