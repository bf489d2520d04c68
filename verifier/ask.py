"""Question → answer: the whole journey on one page."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from iam_smt.theory import Solver
from verifier.evidence import recorder
from verifier.inquiry.ways import Inquiry
from verifier.parallel import Progress, spread
from verifier.queries import grammar
from verifier.queries.assumptions import assumptions
from verifier.queries.limits import Limits
from verifier.queries.witness_assumptions import of_witnesses
from verifier.queries.world import World
from verifier.question import Question, RouteKind, Who, WhoKind
from verifier.snapshot.model import Snapshot, Zone
from verifier.verdict import Answer, Effort, Way


def ask(
    snapshot: Snapshot,
    question: Question | str,
    *,
    timeout: float | None = None,
    progress: Progress = lambda text, done, total: None,
    evidence: Path | None = None,
    jobs: int = 1,
    margins: bool = False,
    paths: bool = False,
) -> Answer:
    """Answer a question, or a sentence, about a snapshot.

    `timeout` is in seconds for each question that the solver is asked; running out is an
    unknown. `evidence` is a folder for the questions that were refuted. `jobs` is the number of
    processes that questions about many principals are spread over. `margins` adds what closes a yes
    and the nearest misses of a no, for questions about few callers; with `paths` there is a way for
    each path, not for each class of callers. Raises `QuestionError` if the sentence cannot be read
    or names what is not there.
    """
    started = time.perf_counter()
    asked = grammar.parse(question) if isinstance(question, str) else question
    solver = Solver(timeout, refuted=recorder(evidence) if evidence else None)
    inquiry = Inquiry(world_of(snapshot, asked, solver), asked, margins=margins, paths=paths)

    def answer(number: int) -> tuple[list[Way], int, int]:
        questions, edges = solver.effort.questions, inquiry.edges
        ways = inquiry.ways(number)
        return ways, inquiry.edges - edges, solver.effort.questions - questions

    origins = inquiry.origins
    ways: list[Way] = []
    edges = questions = 0
    if origins:
        progress(origins[0].name, 0, len(origins))
    # What was refuted is told in one process only.
    found = spread(answer, range(len(origins)), 1 if evidence else jobs)
    for number, (more, seen, asked_of) in found:
        progress(origins[number].name, number + 1, len(origins))
        ways += more
        edges += seen
        questions += asked_of
    return Answer(
        asked,
        tuple(ways),
        (
            *assumptions(inquiry.world, asked, [target for _, target in inquiry.wanted.aims]),
            *of_witnesses(ways, snapshot.open_to_public),
        ),
        Effort(time.perf_counter() - started, questions, edges),
        tuple(map(str, snapshot.remarks)),
        snapshot.readings,
        _named(inquiry.world.snapshot),
        inquiry.margin(ways),
    )


def _named(snapshot: Snapshot) -> dict[str, str | None]:
    """Return the accounts of the zone of trust with their names, None where they have none."""
    held = snapshot.accounts
    inside = sorted(snapshot.zone.accounts)
    return {number: held[number].name if number in held else None for number in inside}


def world_of(snapshot: Snapshot, question: Question, solver: Solver) -> World:
    """Return the world that the question is about; `anyone outside ...` moves the zone."""
    who = question.who
    if who and who.kind is WhoKind.OUTSIDE:
        snapshot = replace(snapshot, zone=_zone(snapshot, who))
    is_direct = question.route.kind is RouteKind.DIRECTLY
    limits = Limits(question.where, question.without, is_direct)
    return World(snapshot, solver, limits)


def _zone(snapshot: Snapshot, who: Who) -> Zone:
    organizations = frozenset(name for name in who.names if name.startswith("o-"))
    accounts = {name for name in who.names if not name.startswith("o-")}
    if snapshot.organization and snapshot.organization.id in organizations:
        accounts |= set(snapshot.organization.places)
    return Zone(frozenset(accounts), organizations)
