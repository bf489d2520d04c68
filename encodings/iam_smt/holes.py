"""Patterns with holes that open strings fill: `home/${aws:username}/*` for a free user name.

Whether a string fits is decided exactly where the values of the holes are chosen first; that none
fits, where it follows without the values, or with each value as a letter of its own (ENCODING.md).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from iam_smt.automata import Clause, clause
from iam_smt.patterns import ANYTHING, Characters, Item, Pattern, Run, merged
from iam_smt.realize import Conflict, Literal, realize
from iam_smt.terms import Atom, Term
from iam_smt.texts import Join, StringVariable, Text, View, member

ValueOf = Callable[[Text], str]


@dataclass(frozen=True, slots=True)
class Hollow:
    """A pattern in which a letter of its own stands for each hole.

    Such a letter is longer than a character, so that no text and no policy holds it.
    """

    pattern: Pattern
    holes: tuple[tuple[str, Text], ...]

    def filled(self, value_of: ValueOf) -> Pattern:
        """Return the pattern once the holes have values."""
        values = {letter: value_of(hole) for letter, hole in self.holes}
        return merged(values.get(_letter(item) or "", item) for item in self.pattern)

    @property
    def widened(self) -> Pattern:
        """The pattern of the matches for some values or other."""
        letters = dict(self.holes)
        return merged(ANYTHING if _letter(item) in letters else item for item in self.pattern)

    def has_hole(self, part: Pattern) -> bool:
        """Return whether one of the holes is in a part of the pattern."""
        letters = dict(self.holes)
        return any(_letter(item) in letters for item in part)

    @property
    def items(self) -> list[Item | Text]:
        """The items of the pattern with the holes in their places."""
        holes = dict(self.holes)
        return [holes.get(_letter(item) or "", item) for item in self.pattern]

    @property
    def sources(self) -> list[StringVariable]:
        """The variables that the values are made of."""
        return [source(hole) for _, hole in self.holes]

    def read_off(self, text: str) -> dict[StringVariable, str]:
        """Return values with which the pattern matches a text, of the variables of which a hole is
        the whole value; nothing if it never does.
        """
        holes = dict(self.holes)
        names: dict[str, str] = {}
        expression = ""
        for item in self.pattern:
            letter = _letter(item) or ""
            if letter in names:
                expression += f"(?P={names[letter]})"
            elif letter in holes:
                names[letter] = f"hole{len(names)}"
                expression += f"(?P<{names[letter]}>.*?)"
            elif isinstance(item, str):
                expression += re.escape(item)
            else:
                expression += ".*" if isinstance(item, Run) else "."
        match = re.fullmatch(expression, text, re.DOTALL)
        return {
            hole: match[name]
            for letter, name in names.items()
            if match and isinstance(hole := holes[letter], StringVariable)
        }


def hollow(items: Iterable[Item | StringVariable | View | Join]) -> Hollow:
    """Return the pattern of items and holes in order."""
    pattern: list[Item] = []
    holes: dict[str, Text] = {}
    for item in items:
        if isinstance(item, StringVariable | View | Join):
            letter = f"the value of {_identity(item)}"
            holes[letter] = item
            pattern.append(Characters(frozenset({letter})))
        else:
            pattern.append(item)
    return Hollow(merged(pattern), tuple(holes.items()))


def _identity(hole: Text) -> str:
    match hole:
        case StringVariable(number=number):
            return f"variable {number}"
        case View(base=base, head=head, tail=tail):
            return f"{_identity(base)} between {head!r} and {tail!r}"
        case Join(prefix=prefix, middle=middle, suffix=suffix):
            return f"{prefix!r} {_identity(middle)} {suffix!r}"
    raise TypeError(f"no hole: {hole}")


def source(hole: Text) -> StringVariable:
    """Return the variable that the value of a hole is made of."""
    match hole:
        case StringVariable():
            return hole
        case View(base=base):
            return base
        case Join(middle=middle):
            return source(middle)
    raise TypeError(f"no hole: {hole}")


def can_be_hole(text: object) -> bool:
    """Return whether this is a text whose value is made of one variable."""
    if isinstance(text, Join):
        return can_be_hole(text.middle)
    return isinstance(text, StringVariable | View)


def _letter(item: Item) -> str | None:
    if isinstance(item, Characters) and len(item.listed) == 1 and not item.others:
        (letter,) = item.listed
        return letter if len(letter) > 1 else None
    return None


class Fits(Atom):
    """Holds iff the value of `variable` is a match of `hollow`."""

    __slots__ = ("hollow", "variable")

    def __init__(self, variable: StringVariable, of: Hollow) -> None:
        super().__init__()
        self.variable = variable
        self.hollow = of

    def __repr__(self) -> str:
        return f"{self.variable.name} fits {self.hollow.pattern}"


Chosen = tuple[Fits, bool]
"""An atom and the truth that was chosen for it."""


def fits(variable: StringVariable, of: Hollow) -> Term | None:
    """Return a term that holds iff the variable fits; None if it is to fill a hole itself, other
    than by the very part of it that stands there.
    """
    if variable in of.sources:
        found = _without_own(variable, of)
        if found is None:
            return None
        of = found
    if not of.holes:
        return member(variable, clause([of.pattern]))
    return variable.atom(of, lambda: Fits(variable, of))


def _without_own(variable: StringVariable, of: Hollow) -> Hollow | None:
    """Return the pattern without the holes that `variable` is to fill, None if one of them stands
    at another place than the part of the variable that fills it.

    Both stand after the same number of colons, and end before a character that the part has not.
    """
    pattern = list(of.pattern)
    for letter, hole in of.holes:
        if source(hole) is not variable:
            continue
        places = [place for place, item in enumerate(pattern) if _letter(item) == letter]
        if not isinstance(hole, View) or len(places) != 1:
            return None
        (place,) = places
        follows = pattern[place + 1] if place + 1 < len(pattern) else ""
        ends = isinstance(follows, str) and follows[:1] not in ("", *hole.characters.listed)
        colons = _colons(pattern[:place])
        if hole.characters.others or not ends or colons is None or colons != _colons(hole.head):
            return None
        pattern[place] = Run(hole.characters)
    kept = tuple((letter, hole) for letter, hole in of.holes if source(hole) is not variable)
    return Hollow(merged(pattern), kept)


def _colons(items: Sequence[Item]) -> int | None:
    """Return how many colons every match of the items has, of which the last character is one."""
    if not items or not isinstance(items[-1], str) or not items[-1].endswith(":"):
        return None
    count = 0
    for item in items:
        if isinstance(item, str):
            count += item.count(":")
        elif ":" in (item.of if isinstance(item, Run) else item):
            return None
    return count


def refuted(
    chosen: Sequence[Chosen], literals: Sequence[tuple[Atom, Literal]]
) -> frozenset[tuple[Atom, bool]] | None:
    """Return choices that no values of the holes make true, None if that was not shown.

    `literals` are what is chosen besides of the same variable. A match of one pattern with holes
    is a word with their letters in it. If every such word is in some clause that must not hold
    it, so is every string that the words become when the letters give way to values.
    """
    letters = frozenset(letter for atom, _ in chosen for letter, _ in atom.hollow.holes)
    excluded: list[tuple[Atom, Clause]] = [
        (atom, _words(of.patterns, letters)) for atom, (of, value) in literals if not value
    ]
    excluded += [
        (atom, _words([atom.hollow.pattern], letters)) for atom, value in chosen if not value
    ]
    for positive, value in chosen:
        if not value:
            continue
        words = clause([positive.hollow.pattern])
        outcome = realize([(words, True), *((of, False) for _, of in excluded)])
        if isinstance(outcome, Conflict):
            used = [excluded[index - 1][0] for index in outcome.literals if index]
            return frozenset([(positive, True), *((atom, False) for atom in used)])
    return None


def _words(patterns: Iterable[Pattern], letters: frozenset[str]) -> Clause:
    """Return the patterns over words: a run of anything may read the letter of a hole, one
    character may not, for the value may be longer or empty.
    """
    return clause(merged(_narrowed(item, letters) for item in pattern) for pattern in patterns)


def _narrowed(item: Item, letters: frozenset[str]) -> Item:
    match item:
        case Run(of=of) if item != ANYTHING and of.others:
            return Run(Characters(of.listed | letters, True))
        case Characters(listed=listed, others=True):
            return Characters(listed | letters, True)
    return item


def filled(chosen: Iterable[Chosen], value_of: ValueOf) -> list[Literal]:
    """Return the choices as memberships, once the values of the holes are known."""
    return [(clause([atom.hollow.filled(value_of)]), value) for atom, value in chosen]
