"""What a principal can do: the actions of the catalogue, asked about class by class.

Actions that the same patterns name, with the same resource types, are decided together.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import reduce
from operator import or_

from iam_smt.principals import Kind
from verifier import facts
from verifier.compile.actions import actions
from verifier.compile.matching import counted
from verifier.policy.attached import AttachedPolicy
from verifier.policy.syntax import Effect
from verifier.queries.alike_actions import AlikeActions
from verifier.queries.closure import Closure
from verifier.queries.permissions import permissions
from verifier.queries.search import Found
from verifier.queries.witness import replay
from verifier.queries.world import World
from verifier.verdict import Way


def abilities(
    world: World,
    closure: Closure,
    classes: Sequence[int],
    resource: str | None,
    touched: list[int] | None = None,
) -> Iterator[Way]:
    """Yield a way for each action that is not ruled out.

    `classes` are sets of actions that nothing tells apart; those for which disputed points were met
    are added to `touched`.
    """
    space = actions()
    with world.readings.noted() as met:
        offered = _offered(world, closure)
    closure.met |= met
    if met and touched is not None:
        touched += classes
        touched = None
    likeness = AlikeActions(world, closure) if resource is None else None
    decided: dict[Hashable, list[tuple[Way, Found | None]]] = {}
    for bits in classes:
        members = list(space.names(bits & offered))
        if not members:
            continue
        alike = likeness.of(members[0]) if likeness else None
        found = decided.get(alike.key) if alike else None
        if found is None:
            with world.readings.noted() as met:
                found = list(permissions(world, closure, members[0], resource))
            if met and touched is not None:
                touched.append(bits)
            if alike and not met:
                decided[alike.key] = found
        on = alike.resource if alike else None
        for name in members:
            ways = [_with_action(world, name, on, *item) for item in found]
            if not all(ways):
                ways = [way for way, _ in permissions(world, closure, name, resource)]
            yield from (replace(way, what=name) for way in ways if way)


def _with_action(
    world: World, name: str, on: str | None, way: Way, found: Found | None
) -> Way | None:
    """Return a way as one of another action, on another resource if `on` says so; None if the
    evaluator does not confirm it. The same statements are about both.
    """
    if found is None or name == way.witness[-1].action:
        return way
    *before, last = found.decoded
    request = replace(last.main.request, action=name)
    if on is not None:
        request = replace(request, resource=on)
    hops = (*before, replace(last, main=replace(last.main, request=request)))
    if replay(hops, world.readings):
        return None
    return replace(way, witness=(*way.witness[:-1], replace(way.witness[-1], request=request)))


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
