"""Who asks: the classes of callers that a question is about, each an origin of paths."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from iam_smt.automata import Clause, clause, exactly
from iam_smt.credentials import Chain
from iam_smt.patterns import ANYTHING
from iam_smt.principals import Kind
from iam_smt.terms import TRUE, both
from iam_smt.texts import member
from verifier.compile.callers import (
    Caller,
    anonymous_caller,
    federated_caller,
    named_caller,
    outside_caller,
    root_caller,
    session_caller,
    user_caller,
)
from verifier.compile.open_requests import UNNAMED_SERVICE
from verifier.queries.offers import allows_action
from verifier.queries.world import World
from verifier.request import BUILT_IN_PROVIDERS
from verifier.snapshot.model import Role, Snapshot, User, Zone

Start = Callable[[Chain], Caller]
"""Makes a caller for the path with these values."""

Roles = Callable[[], dict[str, Role]]
"""Finds the roles that a caller may be able to assume, by ARN."""


@dataclass(frozen=True)
class Origin:
    """A class of callers under one name.

    `starts` make the callers that may ask directly, and the roles each may be able to assume;
    `known_principal` is the principal where the class is a single one of the snapshot.
    """

    name: str
    starts: tuple[tuple[Start, Roles], ...]
    known_principal: str | None = None


_ACCOUNT_KINDS = (Kind.USER, Kind.ROLE_SESSION, Kind.ROOT, Kind.FEDERATED_USER)


def partitions(world: World) -> list[str]:
    """Return the partitions of the snapshot's accounts."""
    found = {account.partition for account in world.snapshot.accounts.values()}
    return sorted(found) or ["aws"]


def outside(world: World) -> Origin:
    """Any principal of an AWS account outside the zone of trust (R7.82)."""
    roles = world.trusts.outside()
    zone = world.snapshot.zone
    starts: list[tuple[Start, Roles]] = []
    for partition in partitions(world):
        inside = {arn: role for arn, role in roles.items() if arn.split(":")[1] == partition}
        for kind, start in outside_starts(zone, partition):
            can_assume = kind in (Kind.USER, Kind.ROLE_SESSION)
            starts.append((start, partial(dict, inside) if can_assume else dict))
    return Origin("AWS principals outside the zone of trust", tuple(starts))


def account(world: World, number: str) -> Origin:
    """Any principal of an account that the snapshot does not hold."""
    named = world.trusts.of_account(number)
    zone = _not_a_member(world, number)
    starts: list[tuple[Start, Roles]] = []
    for partition in partitions(world):
        inside = {arn: role for arn, role in named.items() if arn.split(":")[1] == partition}
        for kind in _ACCOUNT_KINDS:
            can_assume = kind in (Kind.USER, Kind.ROLE_SESSION)
            start = partial(_of_account, number, zone, kind, partition)
            starts.append((start, partial(dict, inside) if can_assume else dict))
    return Origin(f"principals of account {number}", tuple(starts))


def _of_account(number: str, zone: Zone, kind: Kind, partition: str, chain: Chain) -> Caller:
    caller = outside_caller(zone, kind, partition, f"account {number}", chain)
    found = caller.principal.account
    known = TRUE if found is None else member(found, exactly(number))
    return replace(caller, facts=both(caller.facts, known))


def outside_starts(zone: Zone, partition: str) -> Iterator[tuple[Kind, Start]]:
    """Yield a caller of each kind that an account outside the zone has."""
    for kind in _ACCOUNT_KINDS:
        yield kind, partial(_outside_caller, zone, kind, partition)


def _outside_caller(zone: Zone, kind: Kind, partition: str, chain: Chain) -> Caller:
    return outside_caller(zone, kind, partition, "outside", chain)


def anonymous(world: World) -> Origin:
    """Anyone at all, without a signature (R6.81, R9.35)."""
    return Origin("anonymous callers", ((anonymous_start, dict),))


def anonymous_start(chain: Chain) -> Caller:
    """Return a caller without a signature."""
    return anonymous_caller("anonymous", chain)


def federated(world: World, provider: str | None = None) -> Origin:
    """Identities of the providers that trust policies name, or of the ones named `provider`."""
    starts: list[tuple[Start, Roles]] = []
    for name in world.trusts.names("provider"):
        if provider is None or provider.lower() in name.lower():
            starts.append((provider_start(name), partial(world.trusts.named, "provider", name)))
    title = "federated identities" if provider is None else f"identities of {provider}"
    return Origin(title, tuple(starts))


def provider_start(name: str) -> Start:
    """Return an identity that the SAML or OIDC provider `name` vouches for."""
    is_saml = ":saml-provider/" in name
    kind = Kind.SAML if is_saml and name not in BUILT_IN_PROVIDERS else Kind.OIDC
    partition = name.split(":")[1] if name.startswith("arn:") else "aws"
    return lambda chain: named_caller(kind, name, partition, "identity", chain)


def services(world: World) -> Origin:
    """The services that trust policies and resource policies name, and any other."""
    names = (*world.services, UNNAMED_SERVICE)
    return Origin("AWS services", tuple(_service(world, name) for name in names))


def service(world: World, name: str) -> Origin:
    """One service, by the name of its principal."""
    return Origin(name, (_service(world, name),))


def _service(world: World, name: str) -> tuple[Start, Roles]:
    return service_start(name), partial(world.trusts.named, "service", name)


def service_start(name: str) -> Start:
    """Return the service `name`."""
    return lambda chain: named_caller(Kind.SERVICE, name, "aws", name, chain)


def user(world: World, who: User) -> Origin:
    """One user of the snapshot."""
    roles = partial(world.trusts.of_user, who)
    start: Start = lambda chain: user_caller(world.snapshot, who, who.name, chain)  # noqa: E731
    return Origin(who.arn, ((start, roles),), who.arn)


def role(world: World, who: Role) -> Origin:
    """The sessions of one role of the snapshot, however they came to be."""
    roles = partial(world.trusts.of_role, who)
    start: Start = lambda chain: world.open_session(who, who.name, chain, by_service=True)  # noqa: E731
    return Origin(who.arn, ((start, roles),), who.arn)


def root(world: World, account: str) -> Origin:
    """The root user of one account of the snapshot."""
    partition = world.snapshot.accounts[account].partition
    arn = f"arn:{partition}:iam::{account}:root"
    start: Start = lambda chain: root_caller(world.snapshot, account, partition, "root", chain)  # noqa: E731
    return Origin(arn, ((start, dict),), arn)


def federated_user(world: World, arn: str) -> Origin:
    """One federated user of an account of the snapshot, whichever user vouches for it.

    That is any who may call GetFederationToken; federated users assume no roles (R7.45).
    """
    account = world.snapshot.accounts[arn.split(":", 5)[4]]
    vouching = [
        user
        for user in account.users.values()
        if any(allows_action(policy, "sts:GetFederationToken") for policy in user.policies)
    ]
    starts = tuple((partial(_federated_user, world.snapshot, who, arn), dict) for who in vouching)
    return Origin(arn, starts, arn)


def _federated_user(snapshot: Snapshot, who: User, arn: str, chain: Chain) -> Caller:
    return federated_caller(snapshot, who, arn, arn, chain)


def session(world: World, who: Role, session_name: str) -> Origin:
    """One session of a role of the snapshot, by its name."""
    roles = partial(world.trusts.of_role, who)
    partition = who.arn.split(":")[1]
    name = f"arn:{partition}:sts::{who.account}:assumed-role/{who.name}/{session_name}"

    def start(chain: Chain) -> Caller:
        caller = world.open_session(who, who.name, chain, by_service=True)
        return session_caller(world.snapshot, who, who.name, caller.credentials, session_name)

    return Origin(name, ((start, roles),), name)


_FORMS = {
    ":user/": Kind.USER,
    ":role/": Kind.ROLE_SESSION,
    ":assumed-role/": Kind.ROLE_SESSION,
    ":federated-user/": Kind.FEDERATED_USER,
    ":root": Kind.ROOT,
}


def given(world: World, arn: str) -> Origin:
    """One principal of an account that the snapshot does not hold."""
    kind = next(kind for form, kind in _FORMS.items() if form in arn)
    partition = arn.split(":")[1]
    can_assume = kind in (Kind.USER, Kind.ROLE_SESSION)
    fixed = _fixed(arn, kind)

    def start(chain: Chain) -> Caller:
        zone = _not_a_member(world, arn.split(":", 5)[4])
        caller = outside_caller(zone, kind, partition, arn, chain)
        text = caller.principal.arn
        known = TRUE if text is None else member(text, fixed)
        name = caller.principal.session_name
        if ":assumed-role/" in arn and name is not None:
            known = both(known, member(name, exactly(arn.rsplit("/", 1)[1])))
        return replace(caller, facts=both(caller.facts, known))

    return Origin(
        arn, ((start, partial(world.trusts.of_stranger, arn) if can_assume else dict),), arn
    )


def _not_a_member(world: World, account: str) -> Zone:
    """Return the zone that holds the snapshot's organization only if the account is not in it."""
    organization = world.snapshot.organization
    outside = organization is not None and account not in organization.places
    return Zone(frozenset(), frozenset({organization.id} if organization and outside else ()))


def _fixed(arn: str, kind: Kind) -> Clause:
    """Return the values of `aws:PrincipalArn` that the principal may have (R3.1)."""
    if kind is Kind.ROLE_SESSION and ":assumed-role/" in arn:
        parts = arn.split(":", 5)
        head, name = f"arn:{parts[1]}:iam::{parts[4]}:role/", parts[5].split("/")[1]
        return clause([(head + name,), (head, ANYTHING, "/" + name)])
    return exactly(arn)
