"""Who asks: the classes of callers that a question is about, each an origin of paths."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from iam_smt.automata import Clause, clause, exactly
from iam_smt.credentials import Chain
from iam_smt.patterns import ANYTHING
from iam_smt.principals import Kind
from iam_smt.terms import TRUE, both
from iam_smt.texts import member
from verifier import condition_keys, facts
from verifier.compile.callers import (
    Caller,
    federated_caller,
    root_caller,
    session_caller,
    user_caller,
)
from verifier.compile.open_requests import UNNAMED_SERVICE
from verifier.compile.standing import membership, scps
from verifier.compile.strangers import anonymous_caller, named_caller, outside_caller
from verifier.queries.offers import allows_action
from verifier.queries.world import World
from verifier.request import BUILT_IN_PROVIDERS
from verifier.snapshot.model import Role, User, Zone

Roles = Callable[[], dict[str, Role]]
"""Finds the roles that a caller may be able to assume, by ARN."""


@dataclass(frozen=True)
class Start:
    """Callers of one kind that may ask directly: `make` makes one for the path with these values;
    `roles` are those that it may be able to assume.
    """

    kind: Kind
    make: Callable[[Chain], Caller]
    roles: Roles = dict

    def assuming(self, roles: Roles) -> Start:
        """Return the same callers with the roles that they may be able to assume; some kinds assume
        none (R7.14, R7.45).
        """
        can = self.kind not in (Kind.ROOT, Kind.FEDERATED_USER, Kind.ANONYMOUS)
        return replace(self, roles=roles) if can else self


@dataclass(frozen=True)
class Origin:
    """A class of callers under one name; `known_principal` is the principal where the class is a
    single one of the snapshot.
    """

    name: str
    starts: tuple[Start, ...]
    known_principal: str | None = None


_ACCOUNT_KINDS = (Kind.USER, Kind.ROLE_SESSION, Kind.ROOT, Kind.FEDERATED_USER)


def partitions(world: World) -> list[str]:
    """Return the partitions of the snapshot's accounts."""
    found = {account.partition for account in world.snapshot.accounts.values()}
    return sorted(found) or ["aws"]


def outside(world: World) -> Origin:
    """Any principal of an AWS account outside the zone of trust (R7.82)."""
    roles = world.trusts.outside()
    starts = [
        start.assuming(partial(_of_partition, roles, partition))
        for partition in partitions(world)
        for start in outside_starts(world.snapshot.zone, partition)
    ]
    return Origin("AWS principals outside the zone of trust", tuple(starts))


def account(world: World, number: str) -> Origin:
    """Any principal of an account that the snapshot does not hold."""
    roles = world.trusts.of_account(number)
    zone = _not_a_member(world, number)
    starts = [
        Start(kind, partial(_of_account, number, zone, kind, partition)).assuming(
            partial(_of_partition, roles, partition)
        )
        for partition in partitions(world)
        for kind in _ACCOUNT_KINDS
    ]
    return Origin(f"principals of account {number}", tuple(starts))


def other_accounts(world: World) -> list[str]:
    """Return the accounts of the organization whose principals the snapshot does not hold."""
    organization, held = world.snapshot.organization, world.snapshot.accounts
    return [
        number
        for number in (organization.places if organization else ())
        if number not in held or not (held[number].users or held[number].roles)
    ]


def others(world: World) -> Origin:
    """Principals of the other accounts of the organization, whose own policies are not known."""
    groups: dict[Hashable, list[str]] = {}
    for number in other_accounts(world):
        place = world.snapshot.place(number)
        alike = number if number in world.snapshot.accounts else (place and place.path)
        groups.setdefault((alike, scps(world.snapshot, number)), []).append(number)
    starts: list[Start] = []
    for numbers in groups.values():
        roles = {
            arn: role for number in numbers for arn, role in world.trusts.of_account(number).items()
        }
        for partition in partitions(world):
            assumed = partial(_of_partition, roles, partition)
            for kind in _ACCOUNT_KINDS:
                make = partial(_of_others, world, tuple(numbers), kind, partition)
                starts.append(Start(kind, make).assuming(assumed))
    return Origin("principals of the other accounts of the organization", tuple(starts))


def _of_others(
    world: World, numbers: tuple[str, ...], kind: Kind, partition: str, chain: Chain
) -> Caller:
    label, snapshot = "other account", world.snapshot
    caller = outside_caller(Zone(frozenset(), frozenset()), kind, partition, label, chain)
    number = caller.principal.account
    return replace(
        caller,
        membership=membership(snapshot, numbers[0], label),
        account=numbers[0] if len(numbers) == 1 else None,
        policies=replace(caller.policies, scps=scps(snapshot, numbers[0])),
        facts=TRUE if number is None else member(number, exactly(*numbers)),
    )


def _of_partition(roles: dict[str, Role], partition: str) -> dict[str, Role]:
    return {arn: role for arn, role in roles.items() if arn.split(":")[1] == partition}


def _of_account(number: str, zone: Zone, kind: Kind, partition: str, chain: Chain) -> Caller:
    caller = outside_caller(zone, kind, partition, f"account {number}", chain)
    found = caller.principal.account
    known = TRUE if found is None else member(found, exactly(number))
    return replace(caller, facts=both(caller.facts, known))


def outside_starts(zone: Zone, partition: str) -> Iterator[Start]:
    """Yield a caller of each kind that an account outside the zone has."""
    for kind in _ACCOUNT_KINDS:
        yield Start(kind, partial(outside_caller, zone, kind, partition, "outside"))


def anonymous(world: World) -> Origin:
    """Anyone at all, without a signature (R6.81, R9.35)."""
    return Origin("anonymous callers", (anonymous_start(),))


def anonymous_start() -> Start:
    """Return a caller without a signature."""
    return Start(Kind.ANONYMOUS, partial(anonymous_caller, "anonymous"))


def federated(world: World, provider: str | None = None) -> Origin:
    """Identities of the providers that trust policies name, or of the ones named `provider`."""
    starts = [
        provider_start(name).assuming(partial(world.trusts.named, "provider", name))
        for name in world.trusts.providers()
        if provider is None or provider.lower() in name.lower()
    ]
    title = "federated identities" if provider is None else f"identities of {provider}"
    return Origin(title, tuple(starts))


def providers(world: World) -> Iterator[Origin]:
    """Yield the identities of each provider that trust policies name, those of like providers of
    several accounts together: of one issuer, or of SAML providers of one name.
    """
    groups: dict[str, list[str]] = {}
    for name in world.trusts.providers():
        _, mark, saml = name.rpartition(":saml-provider/")
        title = f"the SAML provider {saml}" if mark else name.rpartition("oidc-provider/")[2]
        groups.setdefault(title, []).append(name)
    for title, names in groups.items():
        starts = (
            provider_start(name).assuming(partial(world.trusts.named, "provider", name))
            for name in names
        )
        yield Origin(f"identities of {title}", tuple(starts))


def certificates(world: World) -> Iterator[Origin]:
    """Yield the holders of certificates that services vouch for, where roles trust these (R7.1)."""
    for name in sorted(facts.VOUCHING_SERVICES & set(world.trusts.names("service"))):
        yield Origin(f"holders of certificates, by {name}", (_service(world, name),))


def provider_start(name: str) -> Start:
    """Return an identity that the SAML or OIDC provider `name` vouches for."""
    is_saml = ":saml-provider/" in name
    kind = Kind.SAML if is_saml and name not in BUILT_IN_PROVIDERS else Kind.OIDC
    partition = name.split(":")[1] if name.startswith("arn:") else "aws"
    return Start(kind, partial(named_caller, kind, name, partition, "identity"))


def services(world: World) -> Origin:
    """The services that trust policies and resource policies name, and any other."""
    runners = filter(None, condition_keys.SERVICE_SESSION_KEYS.values())
    peculiar = {f"{name}.amazonaws.com" for name in runners}
    others = (*sorted(peculiar), facts.ROLES_ANYWHERE, UNNAMED_SERVICE)
    names = dict.fromkeys((*world.services, *others))
    return Origin("AWS services", tuple(_service(world, name) for name in names))


def deputies(world: World) -> Origin:
    """The services that are named, each made to act by a customer outside the zone (R7.41).

    With a service-linked role its service acts for the account of the role only (R7.1), and so it
    does with a role that has to be passed to it (R7.51).
    """
    starts = [
        Start(
            Kind.SERVICE,
            partial(_deputy, service_start(name)),
            partial(_for_others, name, world.trusts.named("service", name)),
        )
        for name in (*world.services, UNNAMED_SERVICE)
    ]
    return Origin("AWS services acting for accounts outside the zone of trust", tuple(starts))


def _for_others(service: str, roles: dict[str, Role]) -> dict[str, Role]:
    """Return the roles that a service may assume for other accounts than theirs."""
    if service in facts.SERVED_WITH_PASSED_ROLES:
        return {}
    return {arn: role for arn, role in roles.items() if not role.is_service_linked}


def _deputy(start: Start, chain: Chain) -> Caller:
    return replace(start.make(chain), is_deputy=True)


def service(world: World, name: str) -> Origin:
    """One service, by the name of its principal."""
    return Origin(name, (_service(world, name),))


def _service(world: World, name: str) -> Start:
    return service_start(name).assuming(partial(world.trusts.named, "service", name))


def service_start(name: str) -> Start:
    """Return the service `name`."""
    return Start(Kind.SERVICE, partial(named_caller, Kind.SERVICE, name, "aws", name))


def user(world: World, who: User) -> Origin:
    """One user of the snapshot."""
    make = partial(user_caller, world.snapshot, who, who.name)
    start = Start(Kind.USER, make, partial(world.trusts.of_user, who))
    return Origin(who.arn, (start,), who.arn)


def role(world: World, who: Role) -> Origin:
    """The sessions of one role of the snapshot, however they came to be."""
    make = partial(world.open_session, who, who.name, by_service=True)
    start = Start(Kind.ROLE_SESSION, make, partial(world.trusts.of_role, who))
    return Origin(who.arn, (start,), who.arn)


def root(world: World, account: str) -> Origin:
    """The root user of one account of the snapshot."""
    partition = world.snapshot.accounts[account].partition
    arn = f"arn:{partition}:iam::{account}:root"
    make = partial(root_caller, world.snapshot, account, partition, "root")
    return Origin(arn, (Start(Kind.ROOT, make),), arn)


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
    starts = tuple(
        Start(Kind.FEDERATED_USER, partial(federated_caller, world.snapshot, who, arn, arn))
        for who in vouching
    )
    return Origin(arn, starts, arn)


def session(world: World, who: Role, session_name: str) -> Origin:
    """One session of a role of the snapshot, by its name."""
    partition = who.arn.split(":")[1]
    name = f"arn:{partition}:sts::{who.account}:assumed-role/{who.name}/{session_name}"

    def make(chain: Chain) -> Caller:
        caller = world.open_session(who, who.name, chain, by_service=True)
        return session_caller(world.snapshot, who, who.name, caller.credentials, session_name)

    start = Start(Kind.ROLE_SESSION, make, partial(world.trusts.of_role, who))
    return Origin(name, (start,), name)


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
    fixed = _fixed(arn, kind)

    def make(chain: Chain) -> Caller:
        zone = _not_a_member(world, arn.split(":", 5)[4])
        caller = outside_caller(zone, kind, partition, arn, chain)
        text = caller.principal.arn
        known = TRUE if text is None else member(text, fixed)
        name = caller.principal.session_name
        if ":assumed-role/" in arn and name is not None:
            known = both(known, member(name, exactly(arn.rsplit("/", 1)[1])))
        return replace(caller, facts=both(caller.facts, known))

    start = Start(kind, make).assuming(partial(world.trusts.of_stranger, arn))
    return Origin(arn, (start,), arn)


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
