"""What one action is allowed on: resources that the same conditions guard are taken together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from verifier.compile.targets import Target
from verifier.queries.closure import Closure
from verifier.queries.extents import Allowed, extents
from verifier.queries.goals import Goal, aims
from verifier.queries.offers import Offers
from verifier.queries.reach import Search
from verifier.queries.search import Found
from verifier.queries.world import World
from verifier.verdict import Proviso, Verdict, Way

_MOST_TARGETS = 200
"""Of an action that may be called on more than these, one example is looked for."""


def permissions(
    world: World, closure: Closure, action: str, resource: str | None
) -> Iterator[tuple[Way, Found | None]]:
    """Yield a way for all resources that an action is allowed on under the same conditions, with
    what confirms it; one for each resource of which it is unknown; none for a no.
    """
    wanted = Offers(aims(world, Goal((action,), resource)))
    aimed_at = (aim for trail in closure for aim in wanted.to(trail.end(world)))
    offered = {id(target): target for _, target in aimed_at}.values()
    if len(offered) > _MOST_TARGETS:
        search = Search(world, closure, wanted, explains=False)
        way = search.run()
        if way.verdict is not Verdict.NO:
            yield way, search.found[1] if search.found else None
        else:
            closure.met |= way.met
        return
    found: dict[tuple[Proviso, ...], list[tuple[Way, Allowed]]] = {}
    closed: list[Target] = []
    for target in offered:
        search = Search(world, closure, Offers([(action, target)]), explains=False)
        way = search.run()
        if search.found is not None:
            found.setdefault(way.provisos, []).append((way, Allowed(*search.found)))
        elif way.verdict is Verdict.UNKNOWN:
            yield way, None
        else:
            closure.met |= way.met
            closed.append(target)
    for alike in found.values():
        others = [item.target for them in found.values() if them is not alike for _, item in them]
        allowed = [item for _, item in alike]
        on = extents(world, allowed, [*closed, *others], resource)
        yield replace(alike[0][0], extents=on), allowed[0].found
