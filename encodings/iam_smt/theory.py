"""Z3 and the glob theory in turn: Z3 chooses, the strings are checked, a clash is learned.

Z3 decides Booleans, bit-vectors and numbers; strings never reach it (ENCODING.md). Every answer
names what it stands on: a model whose strings exist, a refutation, or the reason for neither.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import z3

from iam_smt.consistency import find_strings
from iam_smt.found import Chosen, Clash, GaveUp, Strings
from iam_smt.implicant import implicant
from iam_smt.model import Model
from iam_smt.networks import SameAddress, Within
from iam_smt.numbers import AtMost, Compare
from iam_smt.terms import And, Atom, Constant, Not, Term, conjunction, disjunction, negation
from iam_smt.translation import Assignment, translate


@dataclass(frozen=True)
class Sat:
    """The question has a model."""

    model: Model


@dataclass(frozen=True, slots=True)
class Unsat:
    """The question has no model, whatever the open points are."""


@dataclass(frozen=True, slots=True)
class Unsolved:
    """Nothing is known; `reason` says what ran out."""

    reason: str


@dataclass
class Effort:
    """What a run of questions cost: calls of the solver, rounds of refinement, Z3's own count."""

    questions: int = 0
    checks: int = 0
    clashes: int = 0


@dataclass
class Solver:
    """Answers questions one after the other; `timeout` is in seconds for each of them.

    `refuted` hears every question that was shown to have no model, and `under` what it was asked.
    """

    timeout: float | None = None
    effort: Effort = field(default_factory=Effort)
    refuted: Callable[[Term, str], None] | None = None
    under: str = ""

    def __post_init__(self) -> None:
        self._z3 = z3.SimpleSolver()

    def solve(self, *terms: Term) -> Sat | Unsat | Unsolved:
        """Find a model of all `terms` together."""
        question = conjunction(terms)
        outcome = self._solve(question)
        if self.refuted is not None and isinstance(outcome, Unsat):
            self.refuted(question, self.under)
        return outcome

    def _solve(self, question: Term) -> Sat | Unsat | Unsolved:
        self.effort.questions += 1
        if isinstance(question, Constant):
            return Sat(Model(None, Strings(), {})) if question.value else Unsat()
        literals = _literals(question)
        if literals is not None:
            return self._of_literals(literals)
        self._z3.push()
        try:
            return self._refine(question)
        finally:
            self._z3.pop()

    def _refine(self, question: Term) -> Sat | Unsat | Unsolved:
        deadline = time.monotonic() + self.timeout if self.timeout else None
        self._z3.add(translate(question))
        while True:
            if deadline is not None:
                left = deadline - time.monotonic()
                if left <= 0:
                    return Unsolved("the time limit was reached")
                self._z3.set("timeout", max(1, int(left * 1000)))
            self.effort.checks += 1
            verdict = self._z3.check()
            if verdict == z3.unsat:
                return Unsat()
            if verdict != z3.sat:
                return Unsolved(f"Z3 gave up: {self._z3.reason_unknown()}")
            assignment = Assignment(self._z3.model())
            literals = implicant(question, assignment)
            found = self.find(literals.items())
            if isinstance(found, Strings):
                return Sat(Model(assignment, found, literals))
            if isinstance(found, GaveUp):
                return Unsolved(_no_string(found))
            for clash in found:
                self.effort.clashes += 1
                self._z3.add(translate(_not_all(clash, literals)))

    def find(self, literals: Iterable[Chosen]) -> Strings | list[Clash] | GaveUp:
        """Find the strings for a choice of atoms, or the clashes that exclude it."""
        return find_strings(literals)

    def _of_literals(self, literals: dict[Atom, bool]) -> Sat | Unsat | Unsolved:
        found = self.find(literals.items())
        if isinstance(found, Strings):
            return Sat(Model(None, found, literals))
        if isinstance(found, GaveUp):
            return Unsolved(_no_string(found))
        return Unsat()

    @property
    def resources(self) -> int:
        """Z3's count of the work done so far, the same from run to run (`rlimit`)."""
        statistics = self._z3.statistics()
        names = statistics.keys()
        return int(statistics.get_key_value("rlimit count")) if "rlimit count" in names else 0


_FOR_Z3 = (Within, SameAddress, Compare, AtMost)
"""The atoms about variables whose values Z3 has to find."""


def _literals(question: Term) -> dict[Atom, bool] | None:
    """Return the literals that a question is the conjunction of; None if it is none, or if Z3 has
    to find values.
    """
    literals: dict[Atom, bool] = {}
    for term in question.args if isinstance(question, And) else (question,):
        atom = term.arg if isinstance(term, Not) else term
        if not isinstance(atom, Atom) or isinstance(atom, _FOR_Z3):
            return None
        if literals.setdefault(atom, atom is term) != (atom is term):
            return None
    return literals


def _no_string(gave_up: GaveUp) -> str:
    return f"no string was found for {gave_up.variable} within the budget"


def _not_all(clash: Clash, literals: dict[Atom, bool]) -> Term:
    """Return a term that excludes a clash, its parts in the order of the literals: the same
    question has the same model in every process.
    """
    places = {chosen: place for place, chosen in enumerate(literals.items())}
    parts = sorted(clash.chosen, key=lambda chosen: places.get(chosen, len(places)))
    return disjunction(negation(atom) if value else atom for atom, value in parts)
