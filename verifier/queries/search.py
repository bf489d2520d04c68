"""From a path to a confirmed witness, to the proof that there is none, or to neither."""

from __future__ import annotations

from dataclasses import dataclass

from iam_smt.model import Model
from iam_smt.terms import Flag, Term, disjunction, negation
from iam_smt.theory import Unsat, Unsolved
from verifier.errors import ReplayError
from verifier.queries import witness
from verifier.queries.paths import Path
from verifier.queries.world import World
from verifier.verdict import Hop

_ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class Found:
    """A path that the evaluator has confirmed."""

    hops: tuple[Hop, ...]


@dataclass(frozen=True, slots=True)
class Impossible:
    """No choice satisfies the whole path, whatever the open points are."""


@dataclass(frozen=True, slots=True)
class Undecided:
    """Neither was shown; `reason` names what is open, or what ran out."""

    reason: str


def find(world: World, path: Path) -> Found | Impossible | Undecided:
    """Solve a path; a model that leans on open points counts only if the evaluator confirms it.

    Raises `ReplayError` if the evaluator rejects a model that leans on none.
    """
    question = path.term()
    excluded: list[Term] = []
    leaned_on: set[str] = set()
    for _ in range(_ATTEMPTS):
        outcome = world.solver.solve(question, *excluded)
        match outcome:
            case Unsat():
                return Undecided(_reason(leaned_on)) if leaned_on else Impossible()
            case Unsolved(reason=reason):
                return Undecided(reason)
        hops = path.decode(outcome.model)
        faults = witness.replay(hops)
        for number, hop in enumerate(hops):
            faults += world.limits.faults(hop.main.request, first=number == 0)
        if not faults:
            return Found(witness.shown(hops))
        points = outcome.model.open_points
        if not points:
            raise ReplayError("the evaluator rejects a witness: " + "; ".join(faults))
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
