"""All that one origin comes to via escalation: whom it can become, and what it can do then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from verifier.compile.actions import actions
from verifier.escalation.arrivals import calls
from verifier.escalation.memory import Memory
from verifier.escalation.search import Escalation
from verifier.queries.goals import Goal, aims
from verifier.queries.hops import DecodedHop
from verifier.queries.offers import Offers
from verifier.queries.witness import causes
from verifier.queries.world import World
from verifier.semantics.authorize import authorize
from verifier.semantics.contexts import impossible
from verifier.verdict import Verdict, Way


def becoming(escalation: Escalation) -> Iterator[Way]:
    """Yield a way for each user, role, root user and provider that can be become, shortest first,
    those last that lean on what no snapshot shows; one that says no if there is none.
    """
    found = list(escalation.everybody())
    found.sort(key=lambda way: (way.verdict is not Verdict.YES, len(way.needs), len(way.witness)))
    yield from found or [escalation.nobody()]


def doing(
    world: World,
    escalation: Escalation,
    memory: Memory,
    classes: Sequence[int],
    resource: str | None,
) -> Iterator[Way]:
    """Yield a way for each action that is not ruled out; `classes` are sets of actions that nothing
    tells apart, and of each that is of one service one is asked about.
    """
    space = actions()
    for bits in classes:
        members: dict[str, list[str]] = {}
        for name in space.names(bits):
            members.setdefault(name.partition(":")[0], []).append(name)
        for names in members.values():
            way, decoded = _asked(world, escalation, memory, names[0], resource)
            for name in names:
                like = _like(world, way, decoded, name)
                if like is None:
                    like, _ = _asked(world, escalation, memory, name, resource)
                if like.verdict is not Verdict.NO:
                    yield replace(like, what=name)


def _asked(
    world: World, escalation: Escalation, memory: Memory, action: str, resource: str | None
) -> tuple[Way, tuple[DecodedHop, ...]]:
    wanted = Offers(aims(world, Goal((action,), resource)))
    way = escalation.search(calls(wanted, memory))
    return way, escalation.decoded


def _like(world: World, way: Way, decoded: tuple[DecodedHop, ...], action: str) -> Way | None:
    """Return the way with another last action, None if the evaluator does not confirm it."""
    if not way.witness or way.witness[-1].action == action:
        return way
    main = decoded[-1].main
    request = replace(main.request, action=action)
    decision = authorize(request, main.policies, world.readings)
    if not decision.allowed or impossible(request):
        return None
    last = replace(way.witness[-1], request=request, by=causes(decision))
    return replace(way, witness=(*way.witness[:-1], last))
