"""Who asks, with open parts: users, roles, sessions, services, the outside (section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from iam_smt.automata import clause, exactly
from iam_smt.patterns import ANYTHING
from iam_smt.terms import FALSE, TRUE, Term, both, conjunction, disjunction, either, negation, truth
from iam_smt.texts import Text, member


class Kind(Enum):
    """The kinds of principal of R3.1."""

    ROOT = "Account"
    USER = "User"
    ROLE_SESSION = "AssumedRole"
    FEDERATED_USER = "FederatedUser"
    SERVICE = "Service"
    ANONYMOUS = "Anonymous"
    SAML = "SAML"
    OIDC = "OIDC"


ACCOUNT_KINDS = frozenset({Kind.ROOT, Kind.USER, Kind.ROLE_SESSION, Kind.FEDERATED_USER})
FEDERATED_KINDS = frozenset({Kind.SAML, Kind.OIDC})


@dataclass(frozen=True, slots=True)
class SymbolicPrincipal:
    """A principal of a known kind; each part is known or open, None where the kind has none.

    `arn` is the value of `aws:PrincipalArn` (R3.1); `account` the 12 digits behind it;
    `provider` the name of a service or identity provider.
    """

    kind: Kind
    partition: str
    arn: Text | None = None
    account: Text | None = None
    session_name: Text | None = None
    parent: Text | None = None
    provider: str | None = None
    canonical_user: Text | None = None
    is_service_linked: bool = False


class Grant(Enum):
    """By which class of entry a statement reaches a principal (section 6.2)."""

    SELF = "self"
    ANY = "any"
    ROLE = "role"
    PARENT = "parent"
    ACCOUNT = "account"
    SERVICE = "service"
    FEDERATED = "federated"


Grants = dict[Grant, Term]
"""For each class, a term that holds iff the principal is reached by it; absent means never."""


def everyone(principal: SymbolicPrincipal) -> Grants:
    """`*` reaches every principal (R3.11)."""
    return {Grant.ANY: truth(True)}


def account(principal: SymbolicPrincipal, number: str, partition: str | None) -> Grants:
    """The account reaches each of its principals, in its partition (R3.14, R3.23)."""
    if principal.account is None or partition not in (None, principal.partition):
        return {}
    return {Grant.ACCOUNT: member(principal.account, exactly(number))}


def root_user(principal: SymbolicPrincipal, number: str, partition: str | None) -> Grants:
    """The account, in the policy of a gateway endpoint, reaches its root user only (R6.41)."""
    return account(principal, number, partition) if principal.kind is Kind.ROOT else {}


def user(principal: SymbolicPrincipal, arn: str) -> Grants:
    """A user's ARN reaches the user, and who is federated from it (R3.15, R3.18)."""
    if principal.kind is Kind.USER:
        return {Grant.SELF: _is(principal.arn, arn)}
    if principal.kind is Kind.FEDERATED_USER:
        return {Grant.PARENT: _is(principal.parent, arn)}
    return {}


def role(principal: SymbolicPrincipal, arn: str) -> Grants:
    """A role's ARN reaches every session of the role (R3.16)."""
    return {Grant.ROLE: _is(principal.arn, arn)} if principal.kind is Kind.ROLE_SESSION else {}


def session(
    principal: SymbolicPrincipal, partition: str, number: str, role_name: str, session_name: str
) -> Grants:
    """A session's ARN reaches that session of a role of this name, whatever its path (R3.17)."""
    if principal.kind is not Kind.ROLE_SESSION or principal.arn is None:
        return {}
    start = f"arn:{partition}:iam::{number}:role/"
    roles = clause([(start + role_name,), (start, ANYTHING, "/" + role_name)])
    return {
        Grant.SELF: both(member(principal.arn, roles), _is(principal.session_name, session_name))
    }


def federated_user(principal: SymbolicPrincipal, arn: str) -> Grants:
    """A federated user's ARN reaches that federated user (R3.18)."""
    return {Grant.SELF: _is(principal.arn, arn)} if principal.kind is Kind.FEDERATED_USER else {}


def service(principal: SymbolicPrincipal, name: str) -> Grants:
    """A service's name reaches a direct call of the service (R3.19)."""
    fits = principal.kind is Kind.SERVICE and principal.provider == name
    return {Grant.SERVICE: truth(True)} if fits else {}


def provider(principal: SymbolicPrincipal, name: str) -> Grants:
    """A provider reaches the identities that it vouches for (R3.20)."""
    fits = principal.kind in FEDERATED_KINDS and principal.provider == name
    return {Grant.FEDERATED: truth(True)} if fits else {}


def canonical_user(principal: SymbolicPrincipal, identifier: str, open_point: Term) -> Grants:
    """A canonical id reaches the principals of its account (R3.21); for an account whose id is not
    known `open_point` decides.
    """
    if principal.kind not in ACCOUNT_KINDS:
        return {}
    if principal.canonical_user is None:
        return {Grant.ACCOUNT: open_point}
    return {Grant.ACCOUNT: _is(principal.canonical_user, identifier)}


def authenticated_users(principal: SymbolicPrincipal) -> Grants:
    """The group reaches the principals of every account (R6.45)."""
    return {Grant.ANY: truth(True)} if principal.kind in ACCOUNT_KINDS else {}


def _is(text: Text | None, value: str) -> Term:
    return FALSE if text is None else member(text, exactly(value))


_CHAINS = {
    Kind.USER: (Grant.SELF, Grant.ACCOUNT),
    Kind.FEDERATED_USER: (Grant.SELF, Grant.ACCOUNT),
    Kind.ROLE_SESSION: (Grant.SELF, Grant.ROLE, Grant.ACCOUNT),
    Kind.ROOT: (Grant.ACCOUNT,),
    Kind.SERVICE: (Grant.SERVICE,),
    Kind.SAML: (Grant.FEDERATED,),
    Kind.OIDC: (Grant.FEDERATED,),
    Kind.ANONYMOUS: (),
}


def exempt(principal: SymbolicPrincipal, listed: Grants, open_point: Term) -> Term:
    """Holds iff a `NotPrincipal` that lists these exempts the principal (R3.52, R3.54).

    The full chain is exempt, nothing listed is not; for a part of it `open_point` decides.
    """
    part = both(partly_listed(principal, listed), open_point)
    return either(listed.get(Grant.ANY, FALSE), _fully_listed(principal, listed), part)


def partly_listed(principal: SymbolicPrincipal, listed: Grants) -> Term:
    """Holds iff these list a part of the chain of the principal, and neither it all nor everyone
    (R3.54).
    """
    if not _CHAINS[principal.kind] or listed.get(Grant.ANY) is TRUE:
        return FALSE
    return both(disjunction(listed.values()), negation(_fully_listed(principal, listed)))


def _fully_listed(principal: SymbolicPrincipal, listed: Grants) -> Term:
    chain = [listed.get(link, FALSE) for link in _CHAINS[principal.kind]]
    return conjunction(chain) if chain else FALSE
