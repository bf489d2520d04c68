"""Principal elements as terms, entry for entry beside `semantics.principals` (section 3)."""

from __future__ import annotations

from iam_smt import principals
from iam_smt.evaluation import merge
from iam_smt.principals import Grants, SymbolicPrincipal
from iam_smt.terms import FALSE, TRUE, Flag, Term, both
from verifier.disputes import Readings
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


def grant(entry: PrincipalEntry, principal: SymbolicPrincipal) -> Grants:
    """Return how `entry` reaches `principal`, by class (R3.11-R3.23)."""
    match entry:
        case Everyone():
            return principals.everyone(principal)
        case AccountEntry(account=account, partition=partition):
            return principals.account(principal, account, partition)
        case UserEntry(text=arn):
            return principals.user(principal, arn)
        case RoleEntry(text=arn):
            return principals.role(principal, arn)
        case SessionEntry():
            return principals.session(
                principal, entry.partition, entry.account, entry.role_name, entry.session_name
            )
        case FederatedUserEntry(text=arn):
            return principals.federated_user(principal, arn)
        case ServiceEntry(text=name):
            return principals.service(principal, name)
        case ProviderEntry(text=name):
            return principals.provider(principal, name)
        case CanonicalUserEntry(text=identifier):
            return principals.canonical_user(principal, identifier, _undecided(entry, principal))
        case RootUserEntry(account=account, partition=partition):
            return principals.root_user(principal, account, partition)
        case OpenEntry(entry=named, reason=reason):
            undecided = Flag(f"{named.text} counts", reason)
            found = grant(named, principal)
            return {of: both(term, undecided) for of, term in found.items()}
        case AuthenticatedUsers():
            return principals.authenticated_users(principal)
        case Nobody():
            return {}


def _undecided(entry: CanonicalUserEntry, principal: SymbolicPrincipal) -> Flag:
    """Return the open flag of an account of which it is not known whether the id is its own."""
    return Flag(
        f"{principal.account} is {entry.text}",
        f"the canonical id of account {principal.account} is not in the snapshot",
    )


def grants(element: PrincipalElement, principal: SymbolicPrincipal) -> Grants:
    """Return how a `Principal` reaches `principal`, by class; its entries are alternatives."""
    return dict(merge(grant(entry, principal) for entry in element.entries))


def is_exempt(element: PrincipalElement, principal: SymbolicPrincipal, readings: Readings) -> Term:
    """Return a term that holds iff a `NotPrincipal` exempts `principal` (R3.52, R3.54); who is
    listed in part may be, unless a reading decides (X-3).
    """
    found = grants(element, principal)
    if principals.partly_listed(principal, found) is FALSE:
        return principals.exempt(principal, found, FALSE)
    return principals.exempt(principal, found, _part_exempts(element, readings))


def _part_exempts(element: PrincipalElement, readings: Readings) -> Term:
    if readings.says("X-3", "exempt"):
        return TRUE
    if readings.says("X-3", "denied"):
        return FALSE
    names = ", ".join(entry.text for entry in element.entries)
    return Flag(
        f"NotPrincipal {names} exempts",
        "`NotPrincipal` lists only a part of the chain account, role, session (X-3)",
    )
