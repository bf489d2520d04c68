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
    OpenEntry,
    PrincipalElement,
    PrincipalEntry,
    ProviderEntry,
    RoleEntry,
    RootUserEntry,
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
        case RootUserEntry(account=account, partition=partition):
            same = account == principal.account and partition in (None, principal.partition)
            return Grant.ACCOUNT if same and principal.kind is PrincipalType.ROOT else None
        case OpenEntry():
            return None
        case Nobody():
            return None


def grants(element: PrincipalElement, principal: Principal) -> frozenset[Grant]:
    """Return the classes by which a `Principal` reaches `principal`; none if it does not."""
    return frozenset(
        found for entry in element.entries if (found := grant(entry, principal)) is not None
    )


def open_grants(element: PrincipalElement, principal: Principal) -> frozenset[Grant]:
    """Return the classes by which a `Principal` may reach `principal` or not: by an entry that is
    open (R6.41), or a canonical id where that of the account is not known (R3.21).
    """
    found: set[Grant | None] = set()
    for entry in element.entries:
        if isinstance(entry, OpenEntry):
            found.add(grant(entry.entry, principal))
        elif isinstance(entry, CanonicalUserEntry) and principal.canonical_user is None:
            found.add(Grant.ACCOUNT if principal.kind in ACCOUNT_KINDS else None)
    return frozenset(item for item in found if item is not None)


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
    perhaps = _is_exempt(found | open_grants(element, principal), principal, readings)
    return exempt if exempt == perhaps else None


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
