"""From a path to a confirmed witness, to the proof that there is none, or to neither."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from iam_smt.model import Model
from iam_smt.terms import Flag, Term, conjunction, disjunction, negation
from iam_smt.theory import Solver, Unsat, Unsolved
from verifier.disputes import Meeting
from verifier.errors import ReplayError
from verifier.queries import witness
from verifier.queries.hops import DecodedHop
from verifier.queries.paths import Path
from verifier.queries.world import World
from verifier.verdict import Hop

_ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class Found:
    """A path that the evaluator has confirmed; `decoded` are its hops with their policies, `met`
    the readings of disputed points that it asked about.
    """

    hops: tuple[Hop, ...]
    decoded: tuple[DecodedHop, ...]
    met: frozenset[Meeting] = frozenset()


@dataclass(frozen=True, slots=True)
class Impossible:
    """No choice satisfies the whole path, whatever the open points are."""


@dataclass(frozen=True, slots=True)
class Undecided:
    """Neither was shown; `reason` names what is open, or what ran out."""

    reason: str


def find(world: World, path: Path) -> Found | Impossible | Undecided:
    """Solve a path, and replay it; see `decoded`."""
    outcome = decoded(world, path)
    if not isinstance(outcome, list):
        return outcome
    met = asked_in_replay(world, outcome)
    return Found(witness.shown(outcome, world.readings), tuple(outcome), met)


def asked_in_replay(world: World, hops: Sequence[DecodedHop]) -> frozenset[Meeting]:
    """Return the readings of disputed points that the evaluator asks about to confirm a path: on no
    others does it depend that the path is one.
    """
    with world.readings.noted() as met:
        witness.replay(hops, world.readings)
    return frozenset(met)


def decoded(world: World, path: Path, *besides: Term) -> list[DecodedHop] | Impossible | Undecided:
    """Return the hops of a path that the evaluator confirms, if there are any.

    A direct call that a like caller made is tried first. `besides` are terms that must hold, too.
    Raises `ReplayError` if the evaluator rejects a model that leans on no open point.
    """
    call = path.last
    is_common = path.is_direct and not besides
    proposed = (
        world.precedents.propose(call.caller, call.action, call.target) if is_common else None
    )
    if proposed is not None and not _faults(world, [proposed]):
        return [proposed]
    tried: list[list[DecodedHop]] = []

    def faults(model: Model) -> list[str]:
        tried.append(path.decode(model))
        return _faults(world, tried[-1])

    outcome = confirmed(world.solver, conjunction((path.term(), *besides)), faults)
    if not isinstance(outcome, Model):
        return outcome
    if is_common:
        world.precedents.keep(call.caller, call.action, call.target, *tried[-1])
    return tried[-1]


def _faults(world: World, hops: Sequence[DecodedHop]) -> list[str]:
    found = witness.replay(hops, world.readings)
    for number, hop in enumerate(hops):
        found += world.limits.faults(hop.main.request, first=number == 0)
    return found


def confirmed(
    solver: Solver, question: Term, faults: Callable[[Model], list[str]]
) -> Model | Impossible | Undecided:
    """Solve a question; a model that leans on open points counts only if the evaluator, asked
    through `faults`, finds none.

    Raises `ReplayError` if the evaluator rejects a model that leans on none.
    """
    excluded: list[Term] = []
    leaned_on: set[str] = set()
    for _ in range(_ATTEMPTS):
        outcome = solver.solve(question, *excluded)
        match outcome:
            case Unsat():
                return Undecided(_reason(leaned_on)) if leaned_on else Impossible()
            case Unsolved(reason=reason):
                return Undecided(reason)
        found = faults(outcome.model)
        if not found:
            return outcome.model
        points = outcome.model.open_points
        if not points:
            raise ReplayError("the evaluator rejects a witness: " + "; ".join(found))
        leaned_on |= set(points)
        excluded.append(_another_choice(outcome.model))
    return Undecided(_reason(leaned_on))


def _reason(points: set[str]) -> str:
    return "; ".join(sorted(points))


def _another_choice(model: Model) -> Term:
    """Return a term that holds iff the open points are chosen in another way."""
    return disjunction(
        negation(atom) if value else atom
        for atom, value in model.literals.items()
        if isinstance(atom, Flag) and atom.open_point
    )
