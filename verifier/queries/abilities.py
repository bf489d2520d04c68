"""What a principal can do: the actions of the catalogue, asked about class by class.

Actions that the same patterns name, with the same resource types, are decided together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import reduce
from operator import or_

from iam_smt.principals import Kind
from verifier import facts
from verifier.compile.actions import actions
from verifier.compile.matching import counted
from verifier.policy.attached import AttachedPolicy
from verifier.policy.syntax import Effect
from verifier.queries.closure import Closure
from verifier.queries.permissions import permissions
from verifier.queries.search import Found
from verifier.queries.witness import replay, shown
from verifier.queries.world import World
from verifier.verdict import Way


def abilities(
    world: World, closure: Closure, classes: Sequence[int], resource: str | None
) -> Iterator[Way]:
    """Yield a way for each action that is not ruled out.

    `classes` are sets of actions that nothing tells apart.
    """
    space = actions()
    with world.readings.noted() as met:
        offered = _offered(world, closure)
    closure.met |= met
    for bits in classes:
        members = list(space.names(bits & offered))
        if not members:
            continue
        found = list(permissions(world, closure, members[0], resource))
        for name in members:
            ways = [_with_action(world, name, *item) for item in found]
            if not all(ways):
                ways = [way for way, _ in permissions(world, closure, name, resource)]
            yield from (replace(way, what=name) for way in ways if way)


def _with_action(world: World, name: str, way: Way, found: Found | None) -> Way | None:
    """Return a way as one of another action, None if the evaluator does not confirm it."""
    if found is None or name == way.witness[-1].action:
        return way
    *before, last = found.decoded
    request = replace(last.main.request, action=name)
    hops = (*before, replace(last, main=replace(last.main, request=request)))
    if replay(hops, world.readings):
        return None
    return replace(way, witness=shown(hops, world.readings))


def _offered(world: World, closure: Closure) -> int:
    """Return the actions that some statement offers the caller, or a role that it can become; what
    none does is allowed to nobody (R6.4), and to strangers what no resource lets them (R6.71).
    """
    policies: list[AttachedPolicy] = []
    owned = False
    for trail in closure:
        caller = trail.end(world)
        if caller.account is None:
            continue
        owned = True
        if caller.principal.kind is Kind.ROOT:
            return actions().everything
        policies += caller.policies.identity
    for resource in world.snapshot.resources.values():
        policies += resource.admitting
    if any(policy.policy is None for policy in policies):
        return actions().everything
    found = _allowed(world, policies)
    if owned:
        found |= actions().named(facts.ALWAYS_ALLOWED)
    trusts = _allowed(world, (role.trust for role in world.snapshot.roles()))
    return found | trusts & actions().named(facts.TRUST_ACTIONS)


def _allowed(world: World, policies: Iterable[AttachedPolicy]) -> int:
    elements = {
        counted(statement.actions, world.readings)
        for policy in policies
        for statement in policy.statements
        if statement.effect is Effect.ALLOW
    }
    return reduce(or_, map(actions().of, elements), 0)
