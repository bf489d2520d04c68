"""Other ways to decide the same questions: Z3's and cvc5's theories of strings."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import cvc5
import z3

from iam_smt.found import Chosen, Clash, GaveUp, Strings
from iam_smt.regexes import of_clause
from iam_smt.smtlib import smtlib
from iam_smt.terms import Term
from iam_smt.texts import Member, StringVariable
from iam_smt.theory import Sat, Solver, Unsat

Decider = Callable[[Term], str]
"""Returns `sat`, `unsat` or `unknown` for a question."""

SECONDS = 10


def ours(question: Term) -> str:
    """The glob theory, lazily refined."""
    return _word(Solver(SECONDS).solve(question))


def sequences(question: Term) -> str:
    """Z3's theory of sequences, a membership for each list of patterns: the naive encoding."""
    solver = z3.Solver()
    solver.set("timeout", SECONDS * 1000)
    solver.from_string(smtlib(question))
    return str(solver.check())


def other_solver(question: Term) -> str:
    """cvc5's theory of strings."""
    solver = cvc5.Solver(cvc5.TermManager())
    solver.setOption("strings-exp", "true")
    solver.setOption("tlimit-per", str(SECONDS * 1000))
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, smtlib(question), "question")
    symbols = parser.getSymbolManager()
    said = ""
    while not (command := parser.nextCommand()).isNull():
        said += command.invoke(solver, symbols)
    return said.strip().partition(" ")[0]


class _Memberships(Solver):
    """Asks Z3 for each string with one membership: in all that hold it, in none that do not."""

    def find(self, literals: Iterable[Chosen]) -> Strings | list[Clash] | GaveUp:
        chosen: dict[StringVariable, list[tuple[Member, bool]]] = {}
        for atom, value in literals:
            if isinstance(atom, Member):
                chosen.setdefault(atom.variable, []).append((atom, value))
        clashes: list[Clash] = []
        for variable, members in chosen.items():
            said = _membership(variable, members)
            if said == "unsat":
                clashes.append(Clash(frozenset(members)))
            elif said != "sat":
                return GaveUp(variable.name)
        return clashes or super().find(literals)


def _membership(variable: StringVariable, members: list[tuple[Member, bool]]) -> str:
    parts = [of_clause(variable.domain)]
    for atom, value in members:
        regex = of_clause(atom.clause)
        parts.append(regex if value else f"(re.comp {regex})")
    solver = z3.Solver()
    solver.set("timeout", SECONDS * 1000)
    inside = f"(re.inter {' '.join(parts)})" if len(parts) > 1 else parts[0]
    solver.from_string(f"(declare-const s String)(assert (str.in_re s {inside}))")
    return str(solver.check())


def memberships(question: Term) -> str:
    """Z3's theory of sequences, asked for one membership a string."""
    return _word(_Memberships(SECONDS).solve(question))


def _word(outcome: object) -> str:
    if isinstance(outcome, Sat):
        return "sat"
    return "unsat" if isinstance(outcome, Unsat) else "unknown"


DECIDERS: dict[str, Decider] = {
    "verifier": ours,
    "Z3 memberships": memberships,
    "Z3 sequences": sequences,
    "cvc5": other_solver,
}
