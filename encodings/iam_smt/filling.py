"""Texts for strings that must fit patterns with holes: the values of the holes come first."""

from __future__ import annotations

from dataclasses import dataclass, field

from iam_smt import cells, values
from iam_smt.automata import exactly
from iam_smt.cells import Cell, Group
from iam_smt.finite import FiniteVariable
from iam_smt.found import Clash, GaveUp
from iam_smt.holes import Fits, filled, refuted
from iam_smt.realize import Conflict, Literal, Realized
from iam_smt.texts import StringVariable, Text

_VALUES_TRIED = 8
"""How many values of a hole are tried before giving up."""


@dataclass
class Tied:
    """A group that waits for others: for the values of holes, or for the name that governs it."""

    group: Group
    holes: list[tuple[Fits, bool]] = field(default_factory=list)
    names: FiniteVariable | None = None


class Homes:
    """The group that each variable is in, where groups fill the holes of others."""

    def __init__(self, groups: list[Group]) -> None:
        self._home = {
            variable: group for group in groups for cell in group for variable in cell.variables
        }
        self._settled: set[StringVariable] = set()

    def __getitem__(self, variable: StringVariable) -> Group:
        return self._home[variable]

    def cell(self, variable: StringVariable) -> Cell:
        """Return the cell of a variable."""
        return next(cell for cell in self._home[variable] if variable in cell.variables)

    def value(self, text: Text) -> str:
        """Return the text of what is made of variables."""
        return values.value(text, lambda variable: self.cell(variable).text or "")

    def refuted(self, tied: Tied) -> Clash | None:
        """Return what clashes whatever the values of the holes are, if anything does."""
        for cell in tied.group:
            holes = [item for item in tied.holes if item[0].variable in cell.variables]
            literals = [(atom, literal) for (atom, _), literal in cell.choices]
            core = refuted(holes, literals) if holes else None
            if core is not None:
                return Clash(core | {(same, True) for same in cell.equalities})
        return None

    def fill(self, tied: Tied) -> Clash | GaveUp | None:
        """Choose texts that suit the values of the holes, trying other values where they may be
        changed.
        """
        if not tied.holes:
            return None
        bases = [base for atom, _ in tied.holes for base in atom.hollow.sources]
        facts = [list(cell.facts) for cell in tied.group]
        tried: dict[StringVariable, list[str]] = {}
        outcome: Clash | GaveUp | None = None
        for attempt in range(_VALUES_TRIED):
            for cell, known in zip(tied.group, facts, strict=True):
                holes = [item for item in tied.holes if item[0].variable in cell.variables]
                cell.facts = [*known, *filled(holes, self.value)]
            outcome = cells.solve(tied.group)
            if outcome is None:
                self._settled.update(bases)
                break
            if attempt == 0 and self._read_off(tied, facts):
                continue
            if not self._change(bases[attempt % len(bases)], tried):
                break
        for cell, known in zip(tied.group, facts, strict=True):
            cell.facts = known
        if isinstance(outcome, Clash):
            return self.blaming(Clash(outcome.chosen | set(tied.holes)), bases) or GaveUp(
                bases[0].name
            )
        return outcome

    def _read_off(self, tied: Tied, facts: list[list[Literal]]) -> bool:
        """Give sources of holes the values that a text has in their places that suits all but the
        holes; return whether any was given.
        """
        for cell, known in zip(tied.group, facts, strict=True):
            cell.facts = known
        if cells.solve(tied.group) is not None:
            return False
        given = False
        for atom, value in tied.holes:
            text = self.value(atom.variable)
            for base, part in atom.hollow.read_off(text).items() if value else ():
                given |= self._is_free(base) and self._give(self.cell(base), part)
        return given

    def _give(self, cell: Cell, text: str) -> bool:
        """Give a source of a hole a certain text, if it may have it."""
        known = cell.facts
        cell.facts = [*known, (exactly(text), True)]
        found = cell.find([])
        cell.facts = known
        if not isinstance(found, Realized):
            return False
        cell.text = found.text
        return True

    def _is_free(self, base: StringVariable) -> bool:
        """Return whether nobody relies on the text of a source."""
        return base not in self._settled and len(self._home[base]) == 1

    def _change(self, base: StringVariable, tried: dict[StringVariable, list[str]]) -> bool:
        """Give another text to the source of a hole, unless others rely on it."""
        if not self._is_free(base):
            return False
        (cell,) = self._home[base]
        before = tried.setdefault(base, [])
        before.append(cell.text or "")
        found = cell.find(before)
        if not isinstance(found, Realized):
            return False
        cell.text = found.text
        return True

    def blaming(self, clash: Clash, bases: list[StringVariable]) -> Clash | None:
        """Return a clash that was found with certain values in holes together with the choices
        that force these values; None if there may be others.
        """
        chosen = set(clash.chosen)
        for base in bases:
            cell = self.cell(base)
            moved = cell.find([cell.text or ""])
            if cell.apart or cell.facts or not isinstance(moved, Conflict):
                return None
            chosen |= cell.blamed(moved)
        return Clash(frozenset(chosen))
