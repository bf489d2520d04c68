"""Question → why: the whole journey on one page."""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace

from iam_smt.theory import Solver
from verifier.errors import QuestionError
from verifier.explanation import Change, Explanation, Remedy
from verifier.queries import grammar
from verifier.queries.callers import callers
from verifier.queries.closure import Trail
from verifier.queries.goals import Goal, aims
from verifier.queries.grounds import grounds
from verifier.queries.limits import Limits
from verifier.queries.offers import Aim
from verifier.queries.origins import Start
from verifier.queries.remedies import remedies
from verifier.queries.search import Undecided, decoded
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
    world = World(snapshot, Solver(timeout), Limits(asked.where, asked.without))
    origins = list(callers(world, asked.who))
    if len(origins) != 1:
        raise QuestionError(f"{asked.who} are several: name one", asked.text)
    starts = origins[0].starts
    wanted = aims(world, Goal(asked.actions, asked.resource))
    if not wanted:
        raise QuestionError(
            f"{asked.actions[0]} is not called on resources like `{asked.resource}`", asked.text
        )
    found = _explained(world, asked, starts, wanted)
    return replace(found, seconds=time.perf_counter() - started)


def _explained(
    world: World, asked: Question, starts: Sequence[Start], wanted: Sequence[Aim]
) -> Explanation:
    doubts: set[str] = set()
    for start in starts:
        for action, target in wanted:
            outcome = decoded(world, Trail(start, ()).path(world).ask(action, target))
            if isinstance(outcome, Undecided):
                doubts.add(outcome.reason)
            elif isinstance(outcome, list):
                return Explanation(
                    asked,
                    Verdict.YES,
                    grounds=tuple(grounds(hop, world.readings) for hop in outcome),
                )
    if doubts:
        return Explanation(asked, Verdict.UNKNOWN, reason="; ".join(sorted(doubts)))
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
