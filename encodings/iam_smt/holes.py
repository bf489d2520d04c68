"""Patterns with a hole that an open string fills: `home/${aws:username}/*` for a free user name.

Whether a string fits is decided exactly where the hole's value is chosen first; that none fits,
where it follows without the value, or with the value as one letter of its own (ENCODING.md 2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from iam_smt.automata import Clause, clause
from iam_smt.patterns import ANYTHING, Characters, Item, Pattern, Run, merged
from iam_smt.realize import Conflict, Literal, realize
from iam_smt.terms import Atom
from iam_smt.texts import Choice, Join, StringVariable, Text, View

_MARK = "the value of the hole"
"""A letter of its own for the value: longer than a character, so that no text holds it."""


class Fits(Atom):
    """Holds iff `variable` is a match of `before`, then the hole's value, then one of `after`."""

    __slots__ = ("after", "before", "hole", "variable")

    def __init__(
        self, variable: StringVariable, before: Pattern, hole: Text, after: Pattern
    ) -> None:
        super().__init__()
        self.variable = variable
        self.before = before
        self.hole = hole
        self.after = after

    def __repr__(self) -> str:
        return f"{self.variable.name} fits {self.before} {self.hole} {self.after}"

    def filled(self, value: str) -> Clause:
        """Return the clause of the matches once the hole has a value."""
        return clause([merged((*self.before, value, *self.after))])

    @property
    def open(self) -> Clause:
        """The clause of the matches for some value or other."""
        return clause([merged((*self.before, ANYTHING, *self.after))])


Chosen = tuple[Fits, bool]
"""An atom and the truth that was chosen for it."""


def fits(variable: StringVariable, before: Pattern, hole: Text, after: Pattern) -> Atom | None:
    """Return the atom of a pattern with a hole; None if the hole is no part of one variable, or
    of `variable` itself.
    """
    if isinstance(hole, str | Choice) or source(hole) is variable:
        return None
    return variable.atom((before, hole, after), lambda: Fits(variable, before, hole, after))


def source(hole: Text) -> StringVariable:
    """Return the variable that the value of a hole is made of."""
    match hole:
        case StringVariable():
            return hole
        case View(base=base):
            return base
        case Join(middle=middle):
            return source(middle)
    raise TypeError(f"no single variable: {hole}")


def refuted(
    chosen: Sequence[Chosen], literals: Sequence[tuple[Atom, Literal]]
) -> frozenset[tuple[Atom, bool]] | None:
    """Return choices that no value of any hole makes true, None if that was not shown.

    `literals` are what is chosen besides of the same variable. A match of one pattern with a hole
    is a word with the mark in it. If every such word is in some clause that must not hold it, so
    is every string that the words become when the mark gives way to the value.
    """
    negative = [(atom, of) for atom, (of, value) in literals if not value]
    for positive, value in chosen:
        if not value:
            continue
        others: list[tuple[Atom, Clause]] = [
            (atom, _marked(atom))
            for atom, inside in chosen
            if not inside and atom.hole == positive.hole
        ]
        others += [(atom, _unmarked(of)) for atom, of in negative]
        outcome = realize([(_marked(positive), True), *((of, False) for _, of in others)])
        if isinstance(outcome, Conflict):
            used = [others[index - 1][0] for index in outcome.literals if index]
            return frozenset([(positive, True), *((atom, False) for atom in used)])
    return None


def _marked(atom: Fits) -> Clause:
    words = [_over_words(atom.before), (Characters(frozenset({_MARK})),), _over_words(atom.after)]
    return clause([merged(item for part in words for item in part)])


def _unmarked(of: Clause) -> Clause:
    return clause(map(_over_words, of.patterns))


def _over_words(pattern: Pattern) -> Pattern:
    """Return the pattern over words with the mark: a run of anything may read it, one character
    may not, for the value may be longer or empty.
    """
    items: list[Item] = []
    for item in pattern:
        if isinstance(item, Run):
            items.append(item if item == ANYTHING else Run(_without_mark(item.of)))
        else:
            items.append(item if isinstance(item, str) else _without_mark(item))
    return merged(items)


def _without_mark(characters: Characters) -> Characters:
    return Characters(characters.listed | {_MARK}, True) if characters.others else characters


def filled(chosen: Iterable[Chosen], value_of: Callable[[Text], str]) -> list[Literal]:
    """Return the choices as memberships, once the values of the holes are known."""
    return [(atom.filled(value_of(atom.hole)), value) for atom, value in chosen]
