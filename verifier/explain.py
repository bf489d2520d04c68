"""Question → why: the whole journey on one page."""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace

from iam_smt.theory import Solver
from verifier.disputes import Meeting, Readings
from verifier.errors import QuestionError
from verifier.explanation import Change, Explanation, Remedy
from verifier.queries import grammar
from verifier.queries.callers import callers
from verifier.queries.closure import Trail
from verifier.queries.dependence import bearing, dependences, varied
from verifier.queries.goals import Goal, aims
from verifier.queries.grounds import grounds
from verifier.queries.hops import DecodedHop
from verifier.queries.limits import Limits
from verifier.queries.offers import Aim
from verifier.queries.origins import Start
from verifier.queries.remedies import remedies
from verifier.queries.search import Undecided, asked_in_replay, decoded
from verifier.queries.world import World
from verifier.question import Form, Question, RouteKind
from verifier.snapshot.model import Snapshot
from verifier.verdict import Verdict

_MOST_REMEDIES = 8
_MOST_TARGETS = 20


def explain(
    snapshot: Snapshot, question: Question | str, *, timeout: float | None = None
) -> Explanation:
    """Explain why one caller can, or cannot, perform an action itself.

    `timeout` is in seconds for each question that the solver is asked. Raises `QuestionError` if
    the sentence cannot be read, names what is not there, or is about many callers or chains.
    """
    started = time.perf_counter()
    asked = grammar.parse(question) if isinstance(question, str) else question
    if (
        asked.form is not Form.CAN
        or asked.who is None
        or asked.route.kind is not RouteKind.DIRECTLY
    ):
        raise QuestionError(
            "only whether one caller can perform an action itself is explained",
            suggestion="can PRINCIPAL perform ACTION on RESOURCE",
        )
    world = World(snapshot, Solver(timeout), Limits(asked.where, asked.without, is_direct=True))
    origins = list(callers(world, asked.who))
    if len(origins) != 1:
        raise QuestionError(f"{asked.who} are several: name one", asked.text)
    starts = origins[0].starts
    wanted = aims(world, Goal(asked.actions, asked.resource))
    if not wanted:
        raise QuestionError(
            f"{asked.actions[0]} is not called on resources like `{asked.resource}`", asked.text
        )

    def decided(readings: Readings) -> tuple[str, set[Meeting]]:
        other = _decided(world.under(readings), starts, wanted)
        return other.verdict.value, set(other.bearing)

    first = _decided(world, starts, wanted)
    others = varied(world.readings, set(first.bearing), decided)
    return replace(
        _explained(world, asked, first, starts, wanted),
        seconds=time.perf_counter() - started,
        depends_on=dependences(world.readings, first.verdict.value, others),
        readings=snapshot.readings,
    )


@dataclass(frozen=True)
class _Decided:
    """The verdict, the call of a yes, what is open, and what was met of disputed points."""

    verdict: Verdict
    hops: list[DecodedHop]
    reason: str
    met: frozenset[Meeting]

    @property
    def bearing(self) -> Iterator[Meeting]:
        """The readings of disputed points that may bear on the verdict."""
        return bearing(self.met, self.verdict)


def _decided(world: World, starts: Sequence[Start], wanted: Sequence[Aim]) -> _Decided:
    doubts: set[str] = set()
    with world.readings.noted() as met:
        for start in starts:
            for action, target in wanted:
                outcome = decoded(world, Trail(start, ()).path(world).ask(action, target))
                if isinstance(outcome, Undecided):
                    doubts.add(outcome.reason)
                elif isinstance(outcome, list):
                    of_replay = asked_in_replay(world, outcome)
                    return _Decided(Verdict.YES, outcome, "", of_replay)
    verdict = Verdict.UNKNOWN if doubts else Verdict.NO
    return _Decided(verdict, [], "; ".join(sorted(doubts)), frozenset(met))


def _explained(
    world: World,
    asked: Question,
    decided: _Decided,
    starts: Sequence[Start],
    wanted: Sequence[Aim],
) -> Explanation:
    if decided.verdict is Verdict.YES:
        found_grounds = tuple(grounds(hop, world.readings) for hop in decided.hops)
        return Explanation(asked, Verdict.YES, grounds=found_grounds)
    if decided.verdict is Verdict.UNKNOWN:
        return Explanation(asked, Verdict.UNKNOWN, reason=decided.reason)
    doubts: set[str] = set()
    found: dict[tuple[Change, ...], Remedy] = {}
    different = list(_different(wanted))
    if len(different) > _MOST_TARGETS:
        doubts.add(f"{len(different) - _MOST_TARGETS} more resources were not looked at: name one")
    for start in starts:
        for action, target in different[:_MOST_TARGETS]:
            for remedy in remedies(world, start, action, target, doubts):
                found.setdefault(remedy.changes, remedy)
    sets = [frozenset(changes) for changes in found]
    least = [
        remedy
        for remedy in sorted(found.values(), key=lambda remedy: len(remedy.changes))
        if not any(other < frozenset(remedy.changes) for other in sets)
    ]
    if not least and not doubts:
        doubts.add("the service refuses it whatever the policies say")
    return Explanation(
        asked,
        Verdict.NO,
        remedies=tuple(least[:_MOST_REMEDIES]),
        reason="; ".join(sorted(doubts)),
    )


def _different(wanted: Sequence[Aim]) -> Iterator[Aim]:
    """Yield one of the aims that the same policies guard."""
    seen: set[Hashable] = set()
    for action, target in wanted:
        guarded = (action, target.owner, target.policy and target.policy.policy, target.shares)
        if guarded not in seen:
            seen.add(guarded)
            yield action, target
