"""Principals of accounts that the snapshot does not hold, as origins of paths."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace
from functools import partial

from iam_smt.automata import Clause, clause, exactly
from iam_smt.credentials import Chain
from iam_smt.patterns import ANYTHING
from iam_smt.principals import Kind
from iam_smt.terms import TRUE, both
from iam_smt.texts import member
from verifier.compile.callers import (
    Caller,
)
from verifier.compile.standing import membership, scps
from verifier.compile.strangers import outside_caller
from verifier.queries.origins import Origin, Start
from verifier.queries.world import World
from verifier.snapshot.model import Role, Zone

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
