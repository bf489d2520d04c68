"""Of two versions of something, one that allows what either does: what may be, for a proof."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from verifier.policy.attached import AttachedPolicy, Level
from verifier.policy.syntax import Effect
from verifier.snapshot.model import Group, Role, User


@lru_cache(maxsize=1 << 16)
def allowing(policy: AttachedPolicy) -> AttachedPolicy:
    """Return the policy without its denies, the same object every time."""
    if policy.policy is None:
        return policy
    kept = tuple(item for item in policy.policy.statements if item.effect is Effect.ALLOW)
    if len(kept) == len(policy.policy.statements):
        return policy
    return replace(policy, policy=replace(policy.policy, statements=kept))


def level(one: Level, other: Level) -> Level:
    """Return policies that allow what either level does; what both have also denies."""
    if one == other:
        return one
    both = {id(policy) for policy in one} & {id(policy) for policy in other}
    found = {
        id(kept): kept
        for policy in (*one, *other)
        for kept in (policy if id(policy) in both else allowing(policy),)
    }
    return tuple(found.values())


def boundary(one: AttachedPolicy | None, other: AttachedPolicy | None) -> AttachedPolicy | None:
    """Return a boundary that allows what either does; none allows everything."""
    if one is None or other is None:
        return None
    if one is other:
        return one
    arn = one.arn if one.arn == other.arn else None
    return replace(union(one, other), arn=arn)


@lru_cache(maxsize=1 << 14)
def union(one: AttachedPolicy, other: AttachedPolicy) -> AttachedPolicy:
    """Return a policy with the allows of both, open if the document of one is missing."""
    first, second = allowing(one).policy, allowing(other).policy
    if first is None or second is None:
        return one if first is None else other
    statements = dict.fromkeys((*first.statements, *second.statements))
    return replace(one, policy=replace(first, statements=tuple(statements)))


def trust(one: AttachedPolicy, other: AttachedPolicy) -> AttachedPolicy:
    """Return a trust policy that admits whom either does."""
    return one if one is other else union(one, other)


def user(one: User, other: User) -> User:
    """Return a user who may do what either may; tags are kept apart (see `State`)."""
    return replace(
        other,
        policies=level(one.policies, other.policies),
        boundary=boundary(one.boundary, other.boundary),
    )


def role(one: Role, other: Role) -> Role:
    """Return a role that may do, and that admits, what either does."""
    profiles = one.profiles
    if profiles is not None and other.profiles is not None:
        profiles = tuple(dict.fromkeys((*profiles, *other.profiles)))
    return replace(
        other,
        trust=trust(one.trust, other.trust),
        policies=level(one.policies, other.policies),
        boundary=boundary(one.boundary, other.boundary),
        profiles=other.profiles if profiles is None else profiles,
    )


def group(one: Group, other: Group) -> Group:
    """Return a group that gives what either does."""
    return replace(other, policies=level(one.policies, other.policies))
