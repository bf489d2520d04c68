"""What the policies that bear on a call say of its action, and who of them grants it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from verifier.compile.matching import may_fit
from verifier.policy.attached import ApplicablePolicies, AttachedPolicy
from verifier.policy.content import statement_content
from verifier.policy.syntax import Effect, Statement


def covered_by(
    on: ApplicablePolicies, off: ApplicablePolicies, action: str, told: frozenset[Hashable]
) -> ApplicablePolicies | None:
    """Return the policies without the grants that only this side has and that were not told.

    None if there are no such grants. Grants that are on both sides count as told once one is.
    """
    theirs = set(_grants((*off.identity, *off.of_resource), action))
    ours = set(_grants((*on.identity, *on.of_resource), action))
    if ours <= theirs | told:
        return None
    wanted = told | theirs if told & theirs else told

    def kept(policy: AttachedPolicy) -> AttachedPolicy:
        if policy.policy is None:
            return policy
        statements = tuple(
            statement
            for statement in policy.statements
            if statement.effect is Effect.DENY or content(policy, statement) in wanted
        )
        return replace(policy, policy=replace(policy.policy, statements=statements))

    return replace(
        on,
        identity=tuple(map(kept, on.identity)),
        resource=kept(on.resource) if on.resource else None,
        shares=tuple(map(kept, on.shares)),
    )


def _grants(policies: Sequence[AttachedPolicy], action: str) -> Iterator[Hashable]:
    for policy in policies:
        for statement in policy.statements:
            if statement.effect is Effect.ALLOW and may_fit(statement.actions, action):
                yield content(policy, statement)


def about(policies: ApplicablePolicies, action: str) -> Iterator[frozenset[Hashable]]:
    """Yield what each layer says of an action, the levels of the organization last."""
    yield of_level(policies.identity, action)
    yield of_level(policies.boundary, action) | ({("bounded",)} if policies.boundary else set())
    yield of_level(policies.session, action)
    yield of_level(policies.of_resource, action)
    rcps = (of_level(level, action) for level in policies.rcps)
    yield frozenset().union(*rcps)
    for level in policies.scps:
        yield of_level(level, action)


def of_level(level: Iterable[AttachedPolicy], action: str) -> frozenset[Hashable]:
    """Return what policies that are attached together say of an action."""
    return frozenset().union(*(_of_policy(policy, action) for policy in level))


def is_missing(content: Hashable) -> bool:
    """Return whether all that is known of a policy is its name."""
    return isinstance(content, str)


def content(policy: AttachedPolicy, statement: Statement) -> Hashable:
    """Return what a statement says, with the kind of its policy."""
    return policy.kind, policy.doubt, statement_content(statement)


@lru_cache(maxsize=1 << 18)
def _of_policy(policy: AttachedPolicy, action: str) -> frozenset[Hashable]:
    if policy.policy is None:
        return frozenset({policy.arn or policy.title})
    return frozenset(
        content(policy, statement)
        for statement in policy.statements
        if may_fit(statement.actions, action)
    )
