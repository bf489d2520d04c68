"""Callers of no account, as origins of paths: anonymous ones, identities of providers, services."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from iam_smt.credentials import Chain
from iam_smt.principals import Kind
from verifier import condition_keys, facts
from verifier.compile.callers import (
    Caller,
)
from verifier.compile.open_requests import UNNAMED_SERVICE
from verifier.compile.strangers import anonymous_caller, named_caller
from verifier.queries.origins import Origin, Start
from verifier.queries.world import World
from verifier.request import BUILT_IN_PROVIDERS
from verifier.snapshot.model import Role


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
