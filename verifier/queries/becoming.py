"""Whom callers can become: every role at the end of some chain, each with a confirmed path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from verifier.queries.audience import audience
from verifier.queries.barriers import barriers
from verifier.queries.closure import Closure, Trail
from verifier.queries.offers import Offers
from verifier.queries.provisos import provisos
from verifier.queries.search import Found, Impossible, Undecided, find
from verifier.queries.states import Chained, StateSearch
from verifier.queries.world import World
from verifier.snapshot.model import Role
from verifier.verdict import Verdict, Way


def becoming(world: World, closure: Closure) -> Iterator[Way]:
    """Yield a way for each role that can be become, shortest chains first; one that says no if
    there is none. What is not yielded was ruled out for chains of every length.
    """
    origin = closure.origin.name
    waiting: dict[str, Role] = {}
    reached = False
    for trail in closure:
        if not trail.roles:
            continue
        way = _confirmed(world, closure, trail)
        if not isinstance(way, Way):
            waiting[trail.roles[-1].arn] = trail.roles[-1]
        else:
            reached = True
            yield way
    if waiting:
        for way in _by_state(world, closure, waiting):
            reached = True
            yield way
    if not reached:
        if closure.doubts:
            yield Way(origin, Verdict.UNKNOWN, reason="; ".join(sorted(closure.doubts)))
        else:
            yield Way(origin, Verdict.NO, barriers=barriers(world, closure.closed))


def _confirmed(world: World, closure: Closure, trail: Trail) -> Way | Impossible | Undecided:
    path = trail.path(world)
    outcome = find(world, path)
    if not isinstance(outcome, Found):
        return outcome
    return Way(
        closure.origin.name,
        Verdict.YES,
        outcome.hops,
        provisos=provisos(world, path) if any(hop.chosen for hop in outcome.hops) else (),
        what=trail.roles[-1].arn,
        whose=audience(world, path),
    )


def _by_state(world: World, closure: Closure, waiting: dict[str, Role]) -> Iterator[Way]:
    """Yield a way for each waiting role that chains of dependent hops lead to, and one that is
    unknown for each where that was neither shown nor ruled out.
    """
    within = _before(world, [t.roles[-1] for t in closure.trails.values()], waiting)
    search = StateSearch(world, closure.origin, Offers(()), within)
    open_roles: dict[str, str] = {}
    for layer in search.layers():
        for found in layer.values():
            for arn, trail in _all_alike(search, found.values()):
                if arn not in waiting or len(trail.roles) >= closure.limit:
                    continue
                way = _confirmed(world, closure, trail)
                if isinstance(way, Undecided):
                    open_roles[arn] = way.reason
                elif isinstance(way, Impossible):
                    open_roles[arn] = "a chain holds hop by hop, but was not confirmed as a whole"
                else:
                    del waiting[arn]
                    open_roles.pop(arn, None)
                    yield way
    for arn in waiting:
        reason = open_roles.get(arn) or "; ".join(sorted(search.doubts))
        if reason:
            yield Way(closure.origin.name, Verdict.UNKNOWN, reason=reason, what=arn)


def _all_alike(search: StateSearch, chains: Iterable[Chained]) -> Iterator[tuple[str, Trail]]:
    """Yield trails with the ARN of their last role, to each that is like that of a chain: nothing
    is changed when the two take each other's places.
    """
    for start, roles in chains:
        last = roles[-1]
        for other in search.alike.of(last):
            swapped = {last.arn: other, other.arn: last}
            yield other.arn, Trail(start, tuple(swapped.get(role.arn, role) for role in roles))


def _before(world: World, roles: list[Role], goals: Iterable[str]) -> list[Role]:
    """Return the roles of which chains within `roles` to one of the goals may consist."""
    after = {role.arn: world.trusts.of_role(role).keys() for role in roles}
    leading = set(goals)
    while more := {arn for arn in after if arn not in leading and after[arn] & leading}:
        leading |= more
    return [role for role in roles if role.arn in leading]
