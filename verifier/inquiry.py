"""A question put to a world: who is asked about, what they are asked for, and the ways of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from verifier.compile.actions import actions
from verifier.disputes import Meeting, Readings
from verifier.errors import QuestionError
from verifier.queries.abilities import abilities
from verifier.queries.action_classes import action_classes
from verifier.queries.approach import Approach
from verifier.queries.becoming import becoming
from verifier.queries.callers import callers
from verifier.queries.closure import ANY_LENGTH, Closure
from verifier.queries.dependence import depending
from verifier.queries.goals import Goal, aims
from verifier.queries.offers import Offers
from verifier.queries.origins import Origin
from verifier.queries.permissions import permissions
from verifier.queries.reach import Search
from verifier.queries.routes import Routes
from verifier.queries.world import World
from verifier.question import Form, Question, RouteKind, Who, WhoKind
from verifier.verdict import Cause, Margin, Verdict, Way

if TYPE_CHECKING:
    from verifier.escalation.asking import Asking
    from verifier.queries.again import Again, Asked, Searching

_MANY = 20
"""From so many callers on, where chains lead is found for all of them at once."""


_VERY_MANY = 200
"""From so many callers on, the same is done for escalations."""

_FEW = 3
"""An answer about no more callers has the path of each."""

_MOST_CUTS = 200
"""How often a yes is asked again for what closes it."""

_MOST_MISSES = 60
"""How often a no is asked again for what would turn it."""

_MOST_SECONDS = 60.0
"""How long either is gone on with."""

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
        self.wanted = _wanted(world, asked)
        if asked.actions and not self.wanted.aims:
            raise QuestionError(
                f"{asked.actions[0]} is not called on resources like `{asked.resource}`",
                asked.text,
            )
        self.origins = list(_origins(world, asked))
        self.edges = 0
        self._classes = action_classes(world) if asked.form is Form.WHAT_CAN else []
        escalates = asked.whom is not None or asked.route.kind is RouteKind.ESCALATION
        together = len(self.origins) > _VERY_MANY
        self._escalations = (
            _asking(world, asked, self.wanted, together=together) if escalates else None
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
        closure = _closure(self.world, self.asked, origin)
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
            margin = _margin(self.world, self.asked, search, ways[0])
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
            way = replace(way, margin=_margin(self.world, self.asked, attempt, way))
        return [way]

    def margin(self, ways: Iterable[Way]) -> Margin | None:
        """Return how far all classes of callers together are from no, where several can."""
        from verifier.queries.cuts import Cut

        names = [way.who for way in ways if way.margin and way.verdict is Verdict.YES]
        if len(names) < 2:
            return None
        again = _again(self.world, self.asked, names, _MOST_CUTS)
        return Cut(again, again.ask(self.world)[1]).margin()


def _wanted(world: World, asked: Question) -> Offers:
    """Return what is asked for: beyond one request, also what assumed root users may (R7.71)."""
    by_root = asked.whom is None and asked.route.kind is not RouteKind.DIRECTLY
    return Offers(aims(world, Goal(asked.actions, asked.resource), by_root=by_root))


def _closure(world: World, asked: Question, origin: Origin) -> Closure:
    """Return whom an origin can become with the requests that the question leaves."""
    # Whom somebody can become is asked without a last request of its own.
    beyond = 1 if asked.form is Form.BECOME else 0
    if asked.route.kind is RouteKind.DIRECTLY:
        return Closure(world, origin, 1 + beyond)
    return Closure(world, origin, (asked.route.limit or ANY_LENGTH) + beyond)


def _margin(world: World, question: Question, search: Searching, way: Way) -> Margin | None:
    """Return how far the answer for one class of callers is from turning."""
    from verifier.queries.cuts import Cut
    from verifier.queries.misses import NearMisses

    if search.decoded:
        return Cut(_again(world, question, [way.who], _MOST_CUTS), search.decoded).margin()
    if way.verdict is Verdict.NO:
        return NearMisses(_again(world, question, [way.who], _MOST_MISSES), search).margin()
    return None


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
    same = (origin for origin in _origins(world, question) if origin.name == who)
    origin, wanted = next(same, Origin(who, ())), _wanted(world, question)
    if question.whom is not None or question.route.kind is RouteKind.ESCALATION:
        return _asking(world, question, wanted).of(origin)
    return Search(world, _closure(world, question, origin), wanted)


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
    return _margin(world, question, search, search.run())


def closing(world: World, question: Question, who: str) -> tuple[tuple[Cause, ...], ...]:
    """Return the smallest sets of statements without which `who`, a class of callers of a question
    by its name, gets there no more: each set was asked about again, over all ways.

    Nothing if `who` does not get there, or needs no call to.
    """
    found = margin(world, question, who)
    return found.closes if found else ()


def _origins(world: World, question: Question) -> Iterator[Origin]:
    """Return the classes of callers that the question is about."""
    if question.whom is not None and question.who is None:
        kinds = (WhoKind.EXTERNAL, WhoKind.USERS, WhoKind.ROLES)
        return (origin for kind in kinds for origin in _existing(world, Who(kind)))
    if question.who is None:
        return callers(world, Who(WhoKind.ANYONE), roots=True)
    return callers(world, question.who)


def _existing(world: World, who: Who) -> Iterator[Origin]:
    """Yield the origins of a class that may be empty."""
    try:
        yield from callers(world, who)
    except QuestionError:
        return


def _asking(world: World, question: Question, offers: Offers, *, together: bool = False) -> Asking:
    """Return what answers for each origin where permissions may be changed on the way."""
    from verifier.escalation.asking import Asking

    return Asking(world, question, offers, together=together)


def _of_use(ways: list[Way], form: Form) -> Iterator[Way]:
    """Yield the ways that are told: where possibilities are listed, not what is ruled out for
    certain.
    """
    for way in ways:
        if form is not Form.WHAT_CAN or way.verdict is not Verdict.NO or way.depends_on:
            yield way
