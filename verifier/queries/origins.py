"""Who asks: what an origin of paths is, and the principals of the snapshot as origins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from iam_smt.credentials import Chain
from iam_smt.principals import Kind
from verifier.compile.callers import (
    Caller,
    federated_caller,
    root_caller,
    session_caller,
    user_caller,
)
from verifier.queries.offers import allows_action
from verifier.queries.world import World
from verifier.snapshot.model import Role, User

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
