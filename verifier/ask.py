"""Question → answer: the whole journey on one page."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from iam_smt.theory import Solver
from verifier.errors import QuestionError
from verifier.evidence import recorder
from verifier.parallel import Progress, spread
from verifier.queries import grammar
from verifier.queries.abilities import abilities
from verifier.queries.action_classes import action_classes
from verifier.queries.approach import Approach
from verifier.queries.assumptions import assumptions
from verifier.queries.becoming import becoming
from verifier.queries.callers import callers
from verifier.queries.closure import ANY_LENGTH, Closure
from verifier.queries.goals import Goal, aims
from verifier.queries.limits import Limits
from verifier.queries.offers import Offers
from verifier.queries.origins import Origin
from verifier.queries.permissions import permissions
from verifier.queries.reach import Search
from verifier.queries.world import World
from verifier.question import Form, Question, RouteKind, Who, WhoKind
from verifier.snapshot.model import Snapshot, Zone
from verifier.verdict import Answer, Effort, Verdict, Way

_MANY = 20
"""From so many callers on, where chains lead is found for all of them at once."""

_FEW = 3
"""An answer about no more callers has the path of each."""

_MOST_DETAILS = 5_000
"""Callers times resources up to which a list says what each caller may act on."""


def ask(
    snapshot: Snapshot,
    question: Question | str,
    *,
    timeout: float | None = None,
    progress: Progress = lambda text, done, total: None,
    evidence: Path | None = None,
    jobs: int = 1,
    margins: bool = False,
) -> Answer:
    """Answer a question, or a sentence, about a snapshot.

    `timeout` is in seconds for each question that the solver is asked; running out is an
    unknown. `evidence` is a folder for the questions that were refuted. `jobs` is the number of
    processes that questions about many principals are spread over. `margins` adds what closes a yes
    and the nearest misses of a no, for questions about few callers. Raises `QuestionError` if the
    sentence cannot be read or names what is not there.
    """
    started = time.perf_counter()
    asked = grammar.parse(question) if isinstance(question, str) else question
    solver = Solver(timeout, refuted=recorder(evidence) if evidence else None)
    world = _world(snapshot, asked, solver)
    wanted = Offers(aims(world, Goal(asked.actions, asked.resource)))
    if asked.actions and not wanted.aims:
        raise QuestionError(
            f"{asked.actions[0]} is not called on resources like `{asked.resource}`", asked.text
        )
    classes = action_classes(world) if asked.form is Form.WHAT_CAN else []
    escalates = asked.whom is not None or asked.route.kind is RouteKind.ESCALATION
    escalations = _escalations(world, asked, wanted) if escalates else None

    def answer(origin: Origin) -> tuple[list[Way], int, int]:
        before = solver.effort.questions
        closure = Closure(world, origin, _limit(asked))
        if asked.form is Form.WHAT_CAN:
            ways = list(abilities(world, closure, classes, asked.resource))
        elif escalations is not None:
            ways = [escalations(origin)]
        elif asked.form is Form.BECOME:
            ways = list(becoming(world, closure))
        else:
            search = Search(world, closure, wanted, approach)
            way = search.run()
            ways = [way]
            if margins and approach is None:
                ways = [_with_margins(world, asked, search, way)]
            elif detailed and way.verdict is Verdict.YES:
                found = permissions(world, closure, asked.actions[0], asked.resource)
                ways = [way for way, _ in found]
        return ways, closure.edges, solver.effort.questions - before

    origins = list(_origins(world, asked))
    plain = bool(asked.actions) and escalations is None
    chained = plain and asked.route.kind is RouteKind.ASSUMPTION
    detailed = _is_detailed(asked, len(origins), len(wanted.aims))
    approach = Approach(world, wanted) if chained and len(origins) > _MANY else None
    ways: list[Way] = []
    edges = questions = 0
    if origins:
        progress(origins[0].name, 0, len(origins))
    # What was refuted is told in one process only.
    found = spread(answer, origins, 1 if evidence else jobs)
    for number, (origin, (more, seen, asked_of)) in enumerate(found, 1):
        progress(origin.name, number, len(origins))
        ways += more
        edges += seen
        questions += asked_of
    return Answer(
        asked,
        tuple(ways),
        tuple(assumptions(world, asked, [target for _, target in wanted.aims])),
        Effort(time.perf_counter() - started, questions, edges),
        tuple(map(str, snapshot.remarks)),
    )


def _with_margins(world: World, question: Question, search: Search, way: Way) -> Way:
    """Return an answer with what would turn it."""
    from verifier.queries.margins import Margins

    def again(changed: World) -> Search:
        origins = _origins(changed, question)
        same = (origin for origin in origins if origin.name == way.who)
        closure = Closure(changed, next(same, Origin(way.who, ())), _limit(question))
        wanted = Offers(aims(changed, Goal(question.actions, question.resource)))
        return Search(changed, closure, wanted)

    found = Margins(world, again)
    if way.verdict is Verdict.YES and search.found is not None:
        return replace(way, closes=tuple(found.closing(search.found[1].decoded)))
    if way.verdict is Verdict.NO:
        return replace(way, misses=tuple(found.misses(search)))
    return way


def _escalations(world: World, question: Question, offers: Offers) -> Callable[[Origin], Way]:
    """Return what answers for each origin where permissions may be changed on the way."""
    from verifier.escalation.entities import Entities
    from verifier.escalation.memory import Memory
    from verifier.escalation.search import Escalation, arrivals

    entities, memory = Entities(world.snapshot), Memory()
    wanted = arrivals(world, question, offers, memory)

    def answer(origin: Origin) -> Way:
        return Escalation(world, entities, memory, origin, question).search(wanted)

    return answer


def _world(snapshot: Snapshot, question: Question, solver: Solver) -> World:
    """Return the world that the question is about; `anyone outside ...` moves the zone."""
    who = question.who
    if who and who.kind is WhoKind.OUTSIDE:
        snapshot = replace(snapshot, zone=_zone(snapshot, who))
    limits = Limits(question.where, question.without)
    return World(snapshot, solver, limits)


def _zone(snapshot: Snapshot, who: Who) -> Zone:
    organizations = frozenset(name for name in who.names if name.startswith("o-"))
    accounts = {name for name in who.names if not name.startswith("o-")}
    if snapshot.organization and snapshot.organization.id in organizations:
        accounts |= set(snapshot.organization.places)
    return Zone(frozenset(accounts), organizations)


def _is_detailed(question: Question, callers: int, aims: int) -> bool:
    """Return whether a list of callers says of each on what it may act, and not just that."""
    is_list = question.form is Form.WHO_CAN or callers > _FEW
    is_plain = len(question.actions) == 1 and question.route.kind is RouteKind.DIRECTLY
    return is_list and is_plain and callers * aims <= _MOST_DETAILS


def _limit(question: Question) -> int:
    # Whom somebody can become is asked without a last request of its own.
    beyond = 1 if question.form is Form.BECOME else 0
    if question.route.kind is RouteKind.DIRECTLY:
        return 1 + beyond
    return (question.route.limit or ANY_LENGTH) + beyond


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
