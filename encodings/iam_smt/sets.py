"""Sets of strings of a request that are open, and what is asked of their members."""

from __future__ import annotations

from iam_smt.automata import EVERYTHING, Clause, clause
from iam_smt.holes import Hollow, ValueOf
from iam_smt.terms import FALSE, TRUE, Atom, Term, both, conjunction, implies, negation


class Some(Atom):
    """Holds iff some member of the set is in `clause` or fits one of `hollows`, or with `outside`
    some member does neither.
    """

    __slots__ = ("clause", "hollows", "outside", "variable")

    def __init__(
        self, variable: SetVariable, of: Clause, outside: bool, hollows: tuple[Hollow, ...]
    ) -> None:
        super().__init__()
        self.variable = variable
        self.clause = of
        self.outside = outside
        self.hollows = hollows

    def __repr__(self) -> str:
        return f"some {self.variable.name} {'not ' * self.outside}in {self.clause.patterns}"

    def filled(self, value_of: ValueOf) -> Clause:
        """Return the clause once the holes have values."""
        if not self.hollows:
            return self.clause
        extra = (hollow.filled(value_of) for hollow in self.hollows)
        return clause([*self.clause.patterns, *extra])


class Several(Atom):
    """Holds iff the set has at least two members."""

    __slots__ = ("variable",)

    def __init__(self, variable: SetVariable) -> None:
        super().__init__()
        self.variable = variable

    def __repr__(self) -> str:
        return f"several {self.variable.name}"


class SetVariable:
    """An open set of strings, every one of them in `domain`; the members of `part` are in it, too,
    if the terms of `includes` hold. It has no member of the sets `apart`.
    """

    __slots__ = ("_atoms", "_several", "apart", "domain", "name", "part")

    def __init__(
        self,
        name: str,
        domain: Clause = EVERYTHING,
        part: SetVariable | None = None,
        apart: tuple[SetVariable, ...] = (),
    ) -> None:
        self.name = name
        self.domain = domain
        self.part = part
        self.apart = apart
        self._atoms: dict[tuple[Clause, bool, tuple[Hollow, ...]], Some] = {}
        self._several: Several | None = None

    def some(self, of: Clause, *, outside: bool = False, hollows: tuple[Hollow, ...] = ()) -> Term:
        """Return a term that holds iff some member is in the clause or fits a pattern with holes,
        or outside of all.
        """
        if (of.is_empty and not outside and not hollows) or (of.is_universal and outside):
            return FALSE
        key = (of, outside, hollows)
        atom = self._atoms.get(key)
        if atom is None:
            atom = self._atoms[key] = Some(self, of, outside, hollows)
        return atom

    @property
    def memberships(self) -> list[Some]:
        """The membership atoms made of this set so far."""
        return list(self._atoms.values())

    @property
    def several(self) -> Several:
        """The atom that holds iff the set has at least two members."""
        if self._several is None:
            self._several = Several(self)
        return self._several

    @property
    def counts(self) -> list[Several]:
        """The atoms made so far that count the members."""
        return [self._several] if self._several else []

    @property
    def includes(self) -> Term:
        """A term that holds iff whatever was asked of the set and of its part, so far, agrees with
        the one including the other.
        """
        part = self.part
        if part is None:
            return TRUE
        found: list[Term] = []
        alone: Term = FALSE
        if self._several is not None:
            found.append(implies(part.several, self._several))
            alone = both(negation(self._several), part.some(EVERYTHING))
        for atom in {**part._atoms, **self._atoms}.values():
            inside = part.some(atom.clause, outside=atom.outside, hollows=atom.hollows)
            mine = self.some(atom.clause, outside=atom.outside, hollows=atom.hollows)
            found += [implies(inside, mine), implies(both(alone, mine), inside)]
        return conjunction(found)
