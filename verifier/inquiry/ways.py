"""A question put to a world: the ways of each class of callers that it is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from verifier.compile.actions import actions
from verifier.disputes import Meeting, Readings
from verifier.errors import QuestionError
from verifier.inquiry.margins import margin_of, margin_of_all
from verifier.inquiry.subject import asking_of, closure_of, origins_of, wanted_of
from verifier.queries.abilities import abilities
from verifier.queries.action_classes import action_classes
from verifier.queries.approach import Approach
from verifier.queries.becoming import becoming
from verifier.queries.dependence import depending
from verifier.queries.origins import Origin
from verifier.queries.permissions import permissions
from verifier.queries.reach import Search
from verifier.queries.routes import Routes
from verifier.queries.world import World
from verifier.question import Form, Question, RouteKind
from verifier.verdict import Margin, Verdict, Way

if TYPE_CHECKING:
    from verifier.escalation.asking import Asking

_MANY = 20
"""From so many callers on, where chains lead is found for all of them at once."""

_VERY_MANY = 200
"""From so many callers on, the same is done for escalations."""

_FEW = 3
"""An answer about no more callers has the path of each."""

_MOST_DETAILS = 5_000
"""Callers times resources up to which a list says what each caller may act on."""


class Inquiry:
    """A question in a world; the same under other readings of disputed points is made once.

    `wanted` is what is asked for, `origins` are the classes of callers that the question is about,
    `edges` the assume-role calls that were looked at; with `margins` it is told what would turn an
    answer, with `paths` all ways of a yes. Raises `QuestionError` if the question names what is
    not there.
    """

    def __init__(
        self, world: World, asked: Question, *, margins: bool = False, paths: bool = False
    ) -> None:
        self._margins = margins
        self._paths = paths
        self.world = world
        self.asked = asked
        self.wanted = wanted_of(world, asked)
        if asked.actions and not self.wanted.aims:
            raise QuestionError(
                f"{asked.actions[0]} is not called on resources like `{asked.resource}`",
                asked.text,
            )
        self.origins = list(origins_of(world, asked))
        self.edges = 0
        self._classes = action_classes(world) if asked.form is Form.WHAT_CAN else []
        escalates = asked.whom is not None or asked.route.kind is RouteKind.ESCALATION
        together = len(self.origins) > _VERY_MANY
        self._escalations = (
            asking_of(world, asked, self.wanted, together=together) if escalates else None
        )
        is_plain = bool(asked.actions) and not escalates
        is_chained = is_plain and asked.route.kind is RouteKind.ASSUMPTION
        together = is_chained and len(self.origins) > _MANY
        self._approach = Approach(world, self.wanted) if together else None
        self._touched: list[int] = []
        self._left: set[str] | None = None
        self._others: dict[frozenset[tuple[str, str]], Inquiry] = {}

    @property
    def _is_detailed(self) -> bool:
        """Whether a list of callers says of each on what it may act, and not just that."""
        asked = self.asked
        is_list = asked.form is Form.WHO_CAN or len(self.origins) > _FEW
        is_plain = len(asked.actions) == 1 and asked.route.kind is RouteKind.DIRECTLY
        return is_list and is_plain and len(self.origins) * len(self.wanted.aims) <= _MOST_DETAILS

    def ways(self, number: int) -> list[Way]:
        """Return the ways of an origin, by its position, with what they depend on."""

        own: list[Way] = []

        def answer(readings: Readings) -> tuple[list[Way], set[Meeting]]:
            asked = self if readings is self.world.readings else self._under(readings)
            ways, met = asked._ways(asked._like(self.origins[number], number))
            if asked is self:
                own.extend(ways)
            elif asked._left is not None:
                ways += [way for way in own if way.what not in asked._left]
            return ways, met

        return list(_of_use(depending(self.world.readings, answer), self.asked.form))

    def _like(self, origin: Origin, number: int) -> Origin:
        """Return the same origin in this world, which reads what it carries in its own way."""
        if number < len(self.origins) and self.origins[number].name == origin.name:
            return self.origins[number]
        return origin

    def _under(self, readings: Readings) -> Inquiry:
        key = frozenset(readings.chosen.items())
        if key not in self._others:
            other = self._others[key] = Inquiry(self.world.under(readings), self.asked)
            is_list = self.asked.form is Form.WHAT_CAN and len(self.origins) == 1
            if is_list and "X-10" not in readings.chosen:
                # Of the other actions no reading was asked about, so that they are as they were.
                other._classes = list(self._touched)
                other._left = {name for bits in self._touched for name in actions().names(bits)}
        return self._others[key]

    def _ways(self, origin: Origin) -> tuple[list[Way], set[Meeting]]:
        """Return the ways of an origin, and what was asked about beside them."""
        if self._escalations is not None:
            return self._escalated(self._escalations, origin), set()
        closure = closure_of(self.world, self.asked, origin)
        if self.asked.form is Form.WHAT_CAN:
            resource, touched = self.asked.resource, self._touched
            ways = list(abilities(self.world, closure, self._classes, resource, touched))
            self.edges += closure.edges
            return ways, set(closure.met)
        if self.asked.form is Form.BECOME:
            with self.world.readings.noted() as met:
                ways = list(becoming(self.world, closure))
            self.edges += closure.edges
            return ways, set(met)
        search = Search(self.world, closure, self.wanted, self._approach)
        ways = [search.run()]
        if self._paths and ways[0].verdict is Verdict.YES:
            # A path that has to come back to a role is none of the loop-free ones.
            ways = list(Routes(self.world, closure, self.wanted).ways()) or ways
        elif self._margins and self._approach is None:
            margin = margin_of(self.world, self.asked, search, ways[0])
            ways = [replace(ways[0], margin=margin)]
        elif self._is_detailed and ways[0].verdict is Verdict.YES:
            action, resource = self.asked.actions[0], self.asked.resource
            ways = [way for way, _ in permissions(self.world, closure, action, resource)]
        self.edges += closure.edges
        return ways, set()

    def _escalated(self, asking: Asking, origin: Origin) -> list[Way]:
        """Return the ways of one origin; with their reasons where there are not many origins."""
        if self.asked.form is Form.WHAT_CAN:
            return asking.doing(origin, self._classes)
        if self.asked.form is Form.BECOME:
            return asking.becoming(origin)
        if len(self.origins) > _MANY:
            return [asking.answer(origin)]
        attempt = asking.of(origin)
        way = attempt.explained(attempt.run())
        if self._margins:
            way = replace(way, margin=margin_of(self.world, self.asked, attempt, way))
        return [way]

    def margin(self, ways: Iterable[Way]) -> Margin | None:
        """Return how far all classes of callers together are from no, where several can."""
        return margin_of_all(self.world, self.asked, ways)


def _of_use(ways: list[Way], form: Form) -> Iterator[Way]:
    """Yield the ways that are told: where possibilities are listed, not what is ruled out for
    certain.
    """
    for way in ways:
        if form is not Form.WHAT_CAN or way.verdict is not Verdict.NO or way.depends_on:
            yield way
