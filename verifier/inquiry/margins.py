"""How far the answer to a question is from turning: it is asked again in changed worlds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from verifier.inquiry.subject import asking_of, closure_of, origins_of, wanted_of
from verifier.queries.origins import Origin
from verifier.queries.reach import Search
from verifier.queries.world import World
from verifier.question import Question, RouteKind
from verifier.verdict import Cause, Margin, Verdict, Way

if TYPE_CHECKING:
    from verifier.queries.again import Again, Asked, Searching

_MOST_CUTS = 200
"""How often a yes is asked again for what closes it."""

_MOST_MISSES = 60
"""How often a no is asked again for what would turn it."""

_MOST_SECONDS = 60.0
"""How long either is gone on with."""


def margin(world: World, question: Question, *who: str) -> Margin | None:
    """Return how far classes of callers of a question, by their names, are together from the other
    answer, asked again over all ways: what keeps all of them from getting there, or what alone
    would let the first. None where that is not known.

    A call that leans on what no snapshot shows counts as one that gets there.
    """
    for name in who:
        search = _search(world, question, name)
        way = search.run()
        if search.decoded:
            from verifier.queries.cuts import Cut

            return Cut(_again(world, question, who, _MOST_CUTS), search.decoded).margin()
        if way.verdict is Verdict.UNKNOWN:
            return None
    search = _search(world, question, who[0])
    return margin_of(world, question, search, search.run())


def closing(world: World, question: Question, who: str) -> tuple[tuple[Cause, ...], ...]:
    """Return the smallest sets of statements without which `who`, a class of callers of a question
    by its name, gets there no more: each set was asked about again, over all ways.

    Nothing if `who` does not get there, or needs no call to.
    """
    found = margin(world, question, who)
    return found.closes if found else ()


def margin_of(world: World, question: Question, search: Searching, way: Way) -> Margin | None:
    """Return how far the answer for one class of callers is from turning."""
    from verifier.queries.cuts import Cut
    from verifier.queries.misses import NearMisses

    if search.decoded:
        return Cut(_again(world, question, [way.who], _MOST_CUTS), search.decoded).margin()
    if way.verdict is Verdict.NO:
        return NearMisses(_again(world, question, [way.who], _MOST_MISSES), search).margin()
    return None


def margin_of_all(world: World, question: Question, ways: Iterable[Way]) -> Margin | None:
    """Return how far all classes of callers together are from no, where several can."""
    from verifier.queries.cuts import Cut

    names = [way.who for way in ways if way.margin and way.verdict is Verdict.YES]
    if len(names) < 2:
        return None
    again = _again(world, question, names, _MOST_CUTS)
    return Cut(again, again.ask(world)[1]).margin()


def _again(world: World, question: Question, names: Sequence[str], most: int) -> Again:
    """Return what asks a question again for classes of callers, until one of them can."""
    from verifier.queries.again import Again

    def ask(changed: World) -> Asked:
        found = Way("", Verdict.NO)
        for who in names:
            search = _search(changed, question, who)
            way = search.run()
            if search.decoded:
                return way, search.decoded
            found = way if way.verdict is Verdict.UNKNOWN else found
        return found, ()

    return Again(world, ask, most, _MOST_SECONDS)


def _search(world: World, question: Question, who: str) -> Searching:
    """Return the search for one class of callers, by its name; of nobody if it is none there."""
    same = (origin for origin in origins_of(world, question) if origin.name == who)
    origin, wanted = next(same, Origin(who, ())), wanted_of(world, question)
    if question.whom is not None or question.route.kind is RouteKind.ESCALATION:
        return asking_of(world, question, wanted).of(origin)
    return Search(world, closure_of(world, question, origin), wanted)
