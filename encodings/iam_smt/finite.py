"""Choices of one name among finitely many, as of an action among those that exist.

A set of names is an integer with a bit for each of them, so that what takes an automaton for
strings takes one operation here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from iam_smt.automata import Clause
from iam_smt.terms import FALSE, TRUE, Atom, Term
from iam_smt.texts import StringVariable


class Among(Atom):
    """Holds iff the choice of `variable` is one of the names in `bits`."""

    __slots__ = ("bits", "variable")

    def __init__(self, variable: FiniteVariable, bits: int) -> None:
        super().__init__()
        self.variable = variable
        self.bits = bits

    def __repr__(self) -> str:
        return f"{self.variable.name} among {self.bits.bit_count()}"


@dataclass(frozen=True, slots=True)
class Governed:
    """A string that must be in the clause that belongs to the name chosen.

    `domains` splits a set of names into those that share a clause, each with a plain member of
    it; names with several clauses come with each of them.
    """

    variable: StringVariable
    domains: Callable[[int], Iterator[tuple[int, Clause, str]]]


class FiniteVariable:
    """An open choice of one name; `everything` holds all of them."""

    __slots__ = ("_atoms", "everything", "governed", "name")

    def __init__(self, name: str, everything: int, governed: Governed | None = None) -> None:
        self.name = name
        self.everything = everything
        self.governed = governed
        self._atoms: dict[int, Among] = {}

    def among(self, bits: int) -> Term:
        """Return a term that holds iff the choice is one of the names in `bits`."""
        bits &= self.everything
        if not bits:
            return FALSE
        if bits == self.everything:
            return TRUE
        atom = self._atoms.get(bits)
        if atom is None:
            atom = self._atoms[bits] = Among(self, bits)
        return atom


Chosen = tuple[Among, bool]
"""An atom and the truth that was chosen for it."""


def remaining(variable: FiniteVariable, chosen: Iterable[Chosen]) -> int:
    """Return the names that make the choices true."""
    bits = variable.everything
    for atom, value in chosen:
        bits &= atom.bits if value else ~atom.bits
    return bits


def blamed(variable: FiniteVariable, chosen: Sequence[Chosen], allowed: int) -> list[Chosen]:
    """Return choices that leave only names of `allowed`, none of which can be spared."""
    kept = list(chosen)
    for item in chosen:
        fewer = [other for other in kept if other is not item]
        if not remaining(variable, fewer) & ~allowed:
            kept = fewer
    return kept
