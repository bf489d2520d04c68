"""Callers of whom the snapshot has nothing: the outside as an unknown, services, the unsigned."""

from __future__ import annotations

from iam_smt.automata import Clause, clause, exactly
from iam_smt.context import ACCOUNT
from iam_smt.credentials import Chain, Credentials, UserCredentials
from iam_smt.open_sessions import OpenSession
from iam_smt.organizations import (
    NO_ORGANIZATION,
    excludes,
    unknown_membership,
)
from iam_smt.patterns import ANYTHING, DIGIT, Characters, Pattern, Run
from iam_smt.principals import Kind, SymbolicPrincipal
from iam_smt.service_sessions import ServiceSession
from iam_smt.terms import conjunction, negation
from iam_smt.texts import StringVariable, Text, View, member
from verifier.compile.callers import NAME, NAME_AND_PATH, Caller, everything_allowed
from verifier.policy.attached import ApplicablePolicies, Level
from verifier.policy.syntax import PolicyKind
from verifier.snapshot.model import Zone

_UPPER = Run(Characters(frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")))
_EXAMPLE_ACCOUNTS = ("999999999999", "888888888888", "777777777777")


ASSUMED = everything_allowed(
    PolicyKind.IDENTITY, "policies of the outside account, assumed to allow everything"
)
"""What principals of accounts outside the zone are taken to be allowed (R7.82, R9.31)."""


_FORMS = {
    Kind.USER: (":iam::", ":user/"),
    Kind.ROLE_SESSION: (":iam::", ":role/"),
    Kind.FEDERATED_USER: (":sts::", ":federated-user/"),
    Kind.ROOT: (":iam::", ":root"),
}


def outside_caller(zone: Zone, kind: Kind, partition: str, label: str, chain: Chain) -> Caller:
    """Return a principal of some account outside the zone (R7.82, R5.57, R9.32).

    Its account, names, tags and source identity are the attacker's choice; the account is none of
    the zone's and in none of its organizations. Its own policies allow everything. A session may
    carry the claims of any identity provider, and may be one that a service runs in the account.
    """
    before, after = _FORMS[kind]
    head = f"arn:{partition}{before}"
    name = () if kind is Kind.ROOT else (NAME_AND_PATH, NAME)
    examples = tuple(
        f"{head}{account}{after}{'' if kind is Kind.ROOT else 'example'}"
        for account in _EXAMPLE_ACCOUNTS
        if account not in zone.accounts
    )
    arn = StringVariable(f"{label}.arn", clause([(head, *ACCOUNT, after, *name)]), examples)
    account = View(arn, (head,), DIGIT, (after, ANYTHING))
    user_name: Text | None = None
    if kind is Kind.USER:
        user_name = View(arn, (head, *ACCOUNT, ":user", ANYTHING, "/"), NAME, ())
    session_name: Text | None = None
    credentials = Credentials(chain)
    user_id: Text | None = None
    if kind is Kind.USER:
        credentials = UserCredentials(label, chain, None)
        user_id = StringVariable(f"{label}.user id", clause([("AIDA", _UPPER)]))
    elif kind is Kind.ROLE_SESSION:
        user_id, session_name = _session_identity(label)
        credentials = OpenSession(
            label,
            chain,
            None,
            providers=None,
            by_service=ServiceSession(label, None, _any_of(zone.accounts)),
        )
    elif kind is Kind.FEDERATED_USER:
        credentials = OpenSession(label, chain, None, identifiable=False, by_user=False)
    else:
        credentials = UserCredentials(label, chain, {})
        user_id = account
    inside = member(account, _any_of(zone.accounts))
    belongs = unknown_membership(label)
    return Caller(
        label,
        SymbolicPrincipal(
            kind,
            partition,
            arn,
            account,
            session_name,
            canonical_user=StringVariable(f"{label}.canonical id"),
        ),
        credentials,
        belongs,
        ApplicablePolicies(identity=(ASSUMED,), session=_session(kind)),
        None,
        user_id=user_id,
        user_name=user_name,
        facts=conjunction((negation(inside), excludes(belongs, tuple(sorted(zone.organizations))))),
    )


def _session_identity(label: str) -> tuple[Text, Text]:
    """Return the user id of a session of an unknown role, and its last part, the name (R5.15)."""
    head: Pattern = ("AROA", _UPPER, ":")
    domain = clause([(*head, NAME, NAME, Run(NAME))])
    identifier = StringVariable(f"{label}.user id", domain, ("AROAEXAMPLE:example",))
    return identifier, View(identifier, head, NAME, ())


def _session(kind: Kind) -> Level:
    return (ASSUMED,) if kind is Kind.FEDERATED_USER else ()


def _any_of(accounts: frozenset[str]) -> Clause:
    return exactly(*sorted(accounts)) if accounts else clause([])


def anonymous_caller(label: str, chain: Chain) -> Caller:
    """Return an unsigned caller (R5.10)."""
    principal = SymbolicPrincipal(Kind.ANONYMOUS, "aws")
    return Caller(label, principal, Credentials(chain), NO_ORGANIZATION, ApplicablePolicies(), None)


def named_caller(kind: Kind, name: str, partition: str, label: str, chain: Chain) -> Caller:
    """Return a service, or an identity that the SAML or OIDC provider `name` vouches for."""
    principal = SymbolicPrincipal(kind, partition, provider=name)
    return Caller(label, principal, Credentials(chain), NO_ORGANIZATION, ApplicablePolicies(), None)
