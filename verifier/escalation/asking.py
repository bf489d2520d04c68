"""A question via escalation, put to one class of callers after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from verifier.escalation.arrivals import arrivals
from verifier.escalation.entities import Entities
from verifier.escalation.memory import Memory
from verifier.escalation.possibilities import becoming, doing
from verifier.escalation.search import Arrivals, Escalation, controlled
from verifier.escalation.together import Together
from verifier.queries.barriers import barriers
from verifier.queries.hops import DecodedHop
from verifier.queries.offers import Offers
from verifier.queries.origins import Origin
from verifier.queries.paths import Path
from verifier.queries.world import World
from verifier.question import Question, RouteKind
from verifier.verdict import Verdict, Way


class Asking:
    """A question in a world; what was found out for one class of callers is kept for the others.

    With `together` it is found once from where an end may be reached at all.
    Raises `QuestionError` if it names somebody to become whom the snapshot has not.
    """

    def __init__(
        self, world: World, question: Question, offers: Offers, *, together: bool = False
    ) -> None:
        self._world = world
        self._question = question
        self._offers = offers
        self._entities = Entities(world.snapshot)
        self._memory = Memory()
        self._arrivals = arrivals(world, question, offers, self._memory)
        parts = (world, self._entities, self._memory, question, self._arrivals)
        plain = _is_plain(question) and not controlled(world, question)
        self._together = Together(*parts) if together and plain else None

    def answer(self, origin: Origin) -> Way:
        """Return the answer for one class of callers, the reasons of a no aside."""
        way = self._together.answer(origin) if self._together else None
        return way if way is not None else self.of(origin).run()

    def becoming(self, origin: Origin) -> list[Way]:
        """Return a way for each that one class of callers can become."""
        attempt = self.of(origin)
        ways = list(becoming(attempt.escalation))
        return ways if len(ways) > 1 else [attempt.explained(way) for way in ways]

    def doing(self, origin: Origin, classes: Sequence[int]) -> list[Way]:
        """Return a way for each action that one class of callers can come to call."""
        search = self.of(origin).escalation
        resource = self._question.resource
        return list(doing(self._world, search, self._memory, classes, resource))

    def of(self, origin: Origin) -> Attempt:
        """Return the search for one class of callers."""
        found = Escalation(self._world, self._entities, self._memory, origin, self._question)
        return Attempt(self._world, found, self._arrivals, self._offers)


def _is_plain(question: Question) -> bool:
    """Return whether a question limits neither requests nor their number."""
    is_long = question.route.limit is None and question.route.kind is not RouteKind.DIRECTLY
    return is_long and not question.where and not question.without


@dataclass(frozen=True)
class Attempt:
    """One class of callers that tries to get there, to be asked once."""

    world: World
    escalation: Escalation
    arrivals: Arrivals
    offers: Offers

    def run(self) -> Way:
        """Return the answer."""
        return self.escalation.search(self.arrivals)

    def explained(self, way: Way) -> Way:
        """Return a no with the calls that would lead on, and what stops them."""
        if way.verdict is not Verdict.NO:
            return way
        return replace(way, barriers=barriers(self.world, self.escalation.stopped(self.offers)))

    @property
    def decoded(self) -> tuple[DecodedHop, ...]:
        """The calls of the plan that was found, none if there is none."""
        return self.escalation.decoded

    def stopped(self) -> Iterator[Path]:
        """Yield calls that would lead on, but cannot be allowed."""
        yield from (item.path for item in self.escalation.stopped(self.offers))
