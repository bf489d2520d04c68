"""Principals of the snapshot who may make a request, with what binds them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from iam_smt.automata import clause, exactly
from iam_smt.context import SESSION_NAME
from iam_smt.credentials import Chain, Credentials, UserCredentials
from iam_smt.open_sessions import OpenSession
from iam_smt.organizations import (
    Membership,
)
from iam_smt.patterns import ANYTHING, Characters, Run
from iam_smt.principals import Kind, SymbolicPrincipal
from iam_smt.service_sessions import ServiceSession
from iam_smt.terms import TRUE, Flag, Term, negation
from iam_smt.texts import Choice, Join, StringVariable, Text, View
from verifier.compile.admitted import admits, names, providers, trusts
from verifier.compile.standing import membership, scps
from verifier.policy.attached import ApplicablePolicies, AttachedPolicy
from verifier.policy.parse import policy_from_text
from verifier.policy.principals import (
    RoleEntry,
    ServiceEntry,
    SessionEntry,
    UserEntry,
)
from verifier.policy.syntax import PolicyKind
from verifier.snapshot.model import Role, Snapshot, Tags, User

NAME = Characters(
    frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+=,.@-")
)
NAME_AND_PATH = Run(Characters(NAME.listed | {"/"}))
"""The characters of names, and of names with their path."""


def everything_allowed(kind: PolicyKind, title: str) -> AttachedPolicy:
    """Return a policy that allows everything."""
    text = (
        '{"Version": "2012-10-17",'
        ' "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
    )
    return AttachedPolicy(kind, title, policy_from_text(text, kind))


_CHOSEN = everything_allowed(PolicyKind.SESSION, "session policy of the federating user's choice")


@dataclass(frozen=True, slots=True)
class Caller:
    """A principal with its credentials and the policies that bind it.

    `facts` is what is true of its open parts. `account` is the account's number where it is known.
    `is_deputy` says that a service acts for one of its customers outside the zone (R7.41),
    `signs_in` whether the caller may have signed in to the console (R7.45).
    """

    label: str
    principal: SymbolicPrincipal
    credentials: Credentials
    membership: Membership
    policies: ApplicablePolicies
    account: str | None
    user_id: Text | None = None
    user_name: Text | None = None
    facts: Term = TRUE
    is_deputy: bool = False
    signs_in: bool = True


def symbolic_tags(tags: Tags, label: str, reading: str) -> Mapping[str, Text]:
    """Return tags, which `label` tells from others, as texts; of keys that differ only in case
    either value may count, or one does by the `reading` of X-12.
    """
    found: dict[str, Text] = {}
    for name, listed in tags.items():
        values = {"first": listed[:1], "last": listed[-1:]}.get(reading, listed)
        text: Text = values[-1]
        for value in reversed(values[:-1]):
            chosen = Flag(f"{label}: tag {name} is {value}")
            text = Choice(((chosen, value), (negation(chosen), text)))
        found[name] = text
    return found


def _canonical_id(snapshot: Snapshot, account: str) -> str | None:
    known = snapshot.accounts.get(account)
    return known.canonical_id if known else None


def _of_tags(snapshot: Snapshot) -> str:
    return snapshot.readings.get("X-12", "either")


def user_caller(
    snapshot: Snapshot,
    user: User,
    label: str,
    chain: Chain,
    *,
    shows_mfa: bool = True,
    free_tags: bool = False,
) -> Caller:
    """Return a user of the snapshot; who acts as one without its MFA device shows no MFA.

    With `free_tags` the user may carry any tags.
    """
    partition = user.arn.split(":")[1]
    principal = SymbolicPrincipal(
        Kind.USER,
        partition,
        user.arn,
        user.account,
        canonical_user=_canonical_id(snapshot, user.account),
    )
    return Caller(
        label,
        principal,
        UserCredentials(
            label,
            chain,
            None if free_tags else symbolic_tags(user.tags, label, _of_tags(snapshot)),
            shows_mfa=shows_mfa,
        ),
        membership(snapshot, user.account, f"account {user.account}"),
        ApplicablePolicies(
            identity=user.policies,
            boundary=(user.boundary,) if user.boundary else (),
            scps=scps(snapshot, user.account),
        ),
        user.account,
        user_id=user.id,
        user_name=user.name,
        signs_in=user.credentials is None or user.credentials.has_password is not False,
    )


def federated_caller(snapshot: Snapshot, user: User, arn: str, label: str, chain: Chain) -> Caller:
    """Return the federated user with this ARN that `user` vouches for by GetFederationToken: it
    has the user's policies within a session policy of the user's choice (R6.2, R6.13).
    """
    found = user_caller(snapshot, user, label, chain)
    principal = replace(found.principal, kind=Kind.FEDERATED_USER, arn=arn, parent=user.arn)
    return replace(
        found,
        principal=principal,
        credentials=OpenSession(label, chain, None, identifiable=False, by_user=False),
        policies=replace(found.policies, session=(_CHOSEN,)),
        user_id=f"{user.account}:{arn.partition('/')[2]}",
        user_name=None,
    )


def open_name(partition: str, account: str, what: str, listed: Iterable[str]) -> StringVariable:
    """Return the ARN of a user, role or policy (`what`) that `account` may come to have, under any
    name but those `listed`.
    """
    head = f"arn:{partition}:iam::{account}:{what}/"
    form = clause([(head, NAME_AND_PATH, NAME)])
    taken = exactly(*listed)
    suggestions = (f"{head}example", f"{head}example-2", f"{head}example-3")
    return StringVariable(
        f"new {what} of {account}", form, tuple(name for name in suggestions if name not in taken)
    )


def under_name(caller: Caller, arn: StringVariable) -> Caller:
    """Return a user or session of an account with an ARN that is open (see `open_name`)."""
    user_name = caller.user_name
    if caller.principal.kind is Kind.USER:
        head = f"arn:{caller.principal.partition}:iam::{caller.account}:user"
        user_name = View(arn, (head, ANYTHING, "/"), NAME, ())
    principal = replace(caller.principal, arn=arn)
    return replace(caller, principal=principal, user_name=user_name)


def session_caller(
    snapshot: Snapshot, role: Role, label: str, credentials: Credentials, session_name: Text
) -> Caller:
    """Return a session of a role of the snapshot with these credentials."""
    partition = role.arn.split(":")[1]
    principal = SymbolicPrincipal(
        Kind.ROLE_SESSION,
        partition,
        role.arn,
        role.account,
        session_name,
        canonical_user=_canonical_id(snapshot, role.account),
        is_service_linked=role.is_service_linked,
    )
    user_id: Text | None = None
    if role.id is not None:
        user_id = Join(f"{role.id}:", session_name)
    return Caller(
        label,
        principal,
        credentials,
        membership(snapshot, role.account, f"account {role.account}"),
        ApplicablePolicies(
            identity=role.policies,
            boundary=(role.boundary,) if role.boundary else (),
            scps=scps(snapshot, role.account),
        ),
        role.account,
        user_id=user_id,
    )


def open_session(
    snapshot: Snapshot,
    role: Role,
    label: str,
    chain: Chain,
    *,
    by_service: bool = False,
    free_tags: bool = False,
) -> Caller:
    """Return a session of a role of which nothing is known but what the role fixes.

    Session tags and a source identity need a statement of the trust policy (R7.16, R7.64).
    `by_service` says that a service may have made the session, which the role has to trust.
    With `free_tags` the role itself may have any tags.
    """
    services = names(role, ServiceEntry)
    credentials = OpenSession(
        label,
        chain,
        None if free_tags else symbolic_tags(role.tags, label, _of_tags(snapshot)),
        taggable=trusts(role, "sts:tagsession"),
        identifiable=trusts(role, "sts:setsourceidentity"),
        chainable=admits(role, RoleEntry, SessionEntry),
        providers=providers(role),
        by_service=ServiceSession(label, services) if by_service else None,
        by_user=admits(role, UserEntry),
    )
    name: Text = StringVariable(f"{label}.session name", SESSION_NAME, ("example",))
    return session_caller(snapshot, role, label, credentials, name)


def running_session(
    snapshot: Snapshot, role: Role, workload: str, service: str, name: str, label: str, chain: Chain
) -> Caller:
    """Return the session of a role that a service makes for a workload, by its ARN, under a name;
    "" if the name is open (R7.1). It shows no MFA, and comes from no other session (R5.21).
    """
    credentials = OpenSession(
        label,
        chain,
        symbolic_tags(role.tags, label, _of_tags(snapshot)),
        taggable=trusts(role, "sts:tagsession"),
        identifiable=trusts(role, "sts:setsourceidentity"),
        chainable=False,
        by_service=ServiceSession(label, [service], runs=workload),
        by_user=False,
    )
    opened = StringVariable(f"{label}.session name", SESSION_NAME, ("example",))
    return session_caller(snapshot, role, label, credentials, name or opened)


def root_caller(
    snapshot: Snapshot, account: str, partition: str, label: str, chain: Chain
) -> Caller:
    """Return the root user of an account of the snapshot, who may sign in with MFA (R5.19)."""
    arn = f"arn:{partition}:iam::{account}:root"
    return Caller(
        label,
        SymbolicPrincipal(
            Kind.ROOT, partition, arn, account, canonical_user=_canonical_id(snapshot, account)
        ),
        UserCredentials(label, chain, {}),
        membership(snapshot, account, f"account {account}"),
        ApplicablePolicies(scps=scps(snapshot, account)),
        account,
        user_id=account,
    )
