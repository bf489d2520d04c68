"""Who asks: the classes of callers that a question is about, each an origin of paths."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from iam_smt.credentials import Chain
from iam_smt.principals import Kind
from verifier.compile.callers import (
    Caller,
    anonymous_caller,
    named_caller,
    outside_caller,
    root_caller,
    user_caller,
)
from verifier.queries.world import World
from verifier.request import BUILT_IN_PROVIDERS
from verifier.snapshot.model import Role, User, Zone

Start = Callable[[Chain], Caller]
"""Makes a caller for the path with these values."""


@dataclass(frozen=True)
class Origin:
    """A class of callers under one name.

    `starts` make the callers that may ask directly, with the roles each may be able to assume;
    `known_principal` is the principal where the class is a single one of the snapshot.
    """

    name: str
    starts: tuple[tuple[Start, dict[str, Role]], ...]
    known_principal: str | None = None


def partitions(world: World) -> list[str]:
    """Return the partitions of the snapshot's accounts."""
    found = {account.partition for account in world.snapshot.accounts.values()}
    return sorted(found) or ["aws"]


def outside(world: World) -> Origin:
    """Any principal of an AWS account outside the zone of trust (R7.82)."""
    roles = world.trusts.outside()
    zone = world.snapshot.zone
    starts: list[tuple[Start, dict[str, Role]]] = []
    for partition in partitions(world):
        inside = {arn: role for arn, role in roles.items() if arn.split(":")[1] == partition}
        for kind in (Kind.USER, Kind.ROLE_SESSION, Kind.ROOT, Kind.FEDERATED_USER):
            can_assume = kind in (Kind.USER, Kind.ROLE_SESSION)
            starts.append((_outside_start(zone, kind, partition), inside if can_assume else {}))
    return Origin("AWS principals outside the zone of trust", tuple(starts))


def _outside_start(zone: Zone, kind: Kind, partition: str) -> Start:
    return lambda chain: outside_caller(zone, kind, partition, "outside", chain)


def anonymous(world: World) -> Origin:
    """Anyone at all, without a signature (R6.81)."""
    return Origin("anonymous callers", (((lambda chain: anonymous_caller("anonymous")), {}),))


def federated(world: World, provider: str | None = None) -> Origin:
    """Identities of the providers that trust policies name, or of the ones named `provider`."""
    starts: list[tuple[Start, dict[str, Role]]] = []
    for name in world.trusts.names("provider"):
        if provider is None or provider.lower() in name.lower():
            starts.append((_provider_start(name), world.trusts.named("provider", name)))
    title = "federated identities" if provider is None else f"identities of {provider}"
    return Origin(title, tuple(starts))


def _provider_start(name: str) -> Start:
    is_saml = ":saml-provider/" in name
    kind = Kind.SAML if is_saml and name not in BUILT_IN_PROVIDERS else Kind.OIDC
    partition = name.split(":")[1] if name.startswith("arn:") else "aws"
    return lambda chain: named_caller(kind, name, partition, "identity")


def services(world: World) -> Origin:
    """The services that trust policies and resource policies name."""
    starts: list[tuple[Start, dict[str, Role]]] = [
        (_service_start(name), world.trusts.named("service", name))
        for name in world.trusts.names("service")
    ]
    return Origin("AWS services", tuple(starts))


def _service_start(name: str) -> Start:
    return lambda chain: named_caller(Kind.SERVICE, name, "aws", name)


def user(world: World, who: User) -> Origin:
    """One user of the snapshot."""
    roles = world.trusts.of_user(who)
    start: Start = lambda chain: user_caller(world.snapshot, who, who.name)  # noqa: E731
    return Origin(who.arn, ((start, roles),), who.arn)


def role(world: World, who: Role) -> Origin:
    """The sessions of one role of the snapshot, however they came to be."""
    roles = world.trusts.of_role(who)
    start: Start = lambda chain: world.open_session(who, who.name, chain, by_service=True)  # noqa: E731
    return Origin(who.arn, ((start, roles),), who.arn)


def root(world: World, account: str) -> Origin:
    """The root user of one account of the snapshot."""
    partition = world.snapshot.accounts[account].partition
    arn = f"arn:{partition}:iam::{account}:root"
    start: Start = lambda chain: root_caller(world.snapshot, account, partition, "root")  # noqa: E731
    return Origin(arn, ((start, {}),), arn)
