"""Why a request is allowed: the least sets of statements that suffice, and that are needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from verifier.disputes import DEFAULT, Readings
from verifier.explanation import Grounds
from verifier.policy.attached import ApplicablePolicies, AttachedPolicy, Level
from verifier.policy.syntax import Effect, Statement
from verifier.queries.hops import DecodedHop
from verifier.queries.witness import cause, shown
from verifier.semantics.authorize import authorize
from verifier.semantics.statements import Match

_MOST_STATEMENTS = 12
"""More statements than these that allow one request are not told apart."""


def grounds(hop: DecodedHop, readings: Readings = DEFAULT) -> Grounds:
    """Return why the main request of a hop is allowed."""
    request, policies = hop.main.request, hop.main.policies
    allowing = [
        match
        for match in authorize(request, policies, readings).matches
        if match.effect is Effect.ALLOW and match.statement is not None
    ][:_MOST_STATEMENTS]

    def fails_without(removed: Sequence[Match]) -> bool:
        return not authorize(request, _without(policies, removed), readings).allowed

    def holds_with(kept: Sequence[Match]) -> bool:
        return not fails_without([match for match in allowing if match not in kept])

    (displayed,) = shown([hop], readings)
    return Grounds(
        displayed,
        tuple(tuple(map(cause, found)) for found in _least(allowing, holds_with)),
        tuple(tuple(map(cause, found)) for found in _least(allowing, fails_without)),
    )


def _least(
    matches: Sequence[Match], passes: Callable[[Sequence[Match]], bool]
) -> Iterator[tuple[Match, ...]]:
    """Yield every least set that passes, the smallest first."""
    found: list[set[int]] = []
    for size in range(len(matches) + 1):
        for places in combinations(range(len(matches)), size):
            if any(known <= set(places) for known in found):
                continue
            chosen = tuple(matches[place] for place in places)
            if passes(chosen):
                found.append(set(places))
                yield chosen


def _without(policies: ApplicablePolicies, removed: Sequence[Match]) -> ApplicablePolicies:
    """Return the policies as if these statements were not there."""
    gone = {(match.policy, match.statement) for match in removed}

    def left(policy: AttachedPolicy) -> AttachedPolicy:
        if policy.policy is None or all(policy is not attached for attached, _ in gone):
            return policy
        kept: tuple[Statement, ...] = tuple(
            item for item in policy.policy.statements if (policy, item) not in gone
        )
        return replace(policy, policy=replace(policy.policy, statements=kept))

    def rest(level: Level) -> Level:
        return tuple(map(left, level))

    return replace(
        policies,
        identity=rest(policies.identity),
        resource=left(policies.resource) if policies.resource else None,
        shares=rest(policies.shares),
        boundary=rest(policies.boundary),
        session=rest(policies.session),
        scps=tuple(map(rest, policies.scps)),
        rcps=tuple(map(rest, policies.rcps)),
        endpoint=left(policies.endpoint) if policies.endpoint else None,
    )
