"""Who is outside, for one policy: the kinds of callers that an Allow of it may name (7.9, 9.3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from iam_smt.principals import Kind
from verifier import facts
from verifier.compile.open_requests import UNNAMED_SERVICE
from verifier.finding import WayInKind
from verifier.findings.guards import Guard
from verifier.policy.attached import AttachedPolicy, Level
from verifier.policy.principals import (
    AccountEntry,
    Everyone,
    FederatedUserEntry,
    Nobody,
    PrincipalEntry,
    ProviderEntry,
    RoleEntry,
    ServiceEntry,
    SessionEntry,
    UserEntry,
)
from verifier.policy.syntax import Effect
from verifier.queries import accountless, strangers
from verifier.queries.origins import Start
from verifier.queries.world import World

_ASSUMING = (Kind.USER, Kind.ROLE_SESSION)
"""The kinds of principal that can assume roles: root and federated users cannot (R7.14, R7.45)."""

_SERVICE_NAMES = "aws:principalservicename"


@dataclass(frozen=True)
class Outsider:
    """Callers of one kind: `kind` is the class that they count to, `name` the provider or service
    where there is one.
    """

    kind: WayInKind
    name: str
    start: Start


def outsiders(world: World, guard: Guard) -> list[Outsider]:
    """Return the kinds of callers that some Allow of a guard may name.

    All others are no business of its policies: no statement grants them anything (R6.71, R6.80,
    R6.81, R6.82).
    """
    is_trust = guard.resource is None
    entries = [entry for policy in guard.policies for entry in allowed_entries(policy)]
    open_to_all = any(isinstance(entry, Everyone) for entry in entries)
    found: list[Outsider] = []
    if open_to_all and not is_trust:
        found.append(Outsider(WayInKind.ANYONE, "", accountless.anonymous_start()))
    if any(is_outside(world, entry) for entry in entries):
        found += [
            Outsider(WayInKind.ANY_PRINCIPAL, "", start)
            for start in strangers.outside_starts(world.snapshot.zone, guard.partition)
            if not is_trust or start.kind in _ASSUMING
        ]
    if is_trust:
        return [*found, *_identities(world, entries, open_to_all)]
    names = [entry.text for entry in entries if isinstance(entry, ServiceEntry)]
    if open_to_all:
        names += [*_services_in_conditions(guard.policies), UNNAMED_SERVICE]
    found += [
        Outsider(WayInKind.SERVICES, name, accountless.service_start(name))
        for name in dict.fromkeys(names)
    ]
    return found


def allowed_entries(policy: AttachedPolicy) -> Iterator[PrincipalEntry]:
    """Yield the principals that Allow statements name; `NotPrincipal` names everyone (R3.51), and
    so may a document that is missing.
    """
    if policy.policy is None:
        yield Everyone()
    for statement in policy.statements:
        if statement.effect is Effect.ALLOW and statement.principal is not None:
            yield from (
                (Everyone(),) if statement.principal.negated else statement.principal.entries
            )


def is_outside(world: World, entry: PrincipalEntry) -> bool:
    """Return whether an entry may be a principal of an account outside the zone."""
    match entry:
        case ServiceEntry() | ProviderEntry() | Nobody():
            return False
        case AccountEntry(account=account) | SessionEntry(account=account):
            return account not in world.snapshot.zone.accounts
        case UserEntry(text=arn) | RoleEntry(text=arn) | FederatedUserEntry(text=arn):
            return arn.split(":", 5)[4] not in world.snapshot.zone.accounts
    return True


def _identities(
    world: World, entries: Iterable[PrincipalEntry], open_to_all: bool
) -> Iterator[Outsider]:
    """Yield whom identity providers vouch for, and services that vouch for certificates; a role
    that is open to all lets every one of them in (R3.11).
    """
    entries = list(entries)
    providers = {entry.text for entry in entries if isinstance(entry, ProviderEntry)}
    services = {entry.text for entry in entries if isinstance(entry, ServiceEntry)}
    if open_to_all:
        providers.update(world.trusts.providers())
        services |= facts.VOUCHING_SERVICES
    for name in sorted(providers):
        yield Outsider(WayInKind.IDENTITIES, name, accountless.provider_start(name))
    for name in sorted(services & facts.VOUCHING_SERVICES):
        yield Outsider(WayInKind.IDENTITIES, name, accountless.service_start(name))


def _services_in_conditions(policies: Level) -> Iterator[str]:
    for policy in policies:
        for statement in policy.statements:
            for condition in statement.conditions:
                if condition.key == _SERVICE_NAMES:
                    yield from (value.text for value in condition.values if "*" not in value.text)
