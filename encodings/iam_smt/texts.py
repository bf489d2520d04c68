"""Strings of a request that are known, open, or put together from such, and membership of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from iam_smt.automata import EVERYTHING, Clause, clause
from iam_smt.patterns import Characters, Pattern, after, before, merged, within
from iam_smt.terms import FALSE, TRUE, Atom, Term, both, disjunction, negation, truth


class Member(Atom):
    """Holds iff the value of `variable` is in `clause`."""

    __slots__ = ("clause", "variable")

    def __init__(self, variable: StringVariable, of: Clause) -> None:
        super().__init__()
        self.variable = variable
        self.clause = of

    def __repr__(self) -> str:
        return f"{self.variable.name} in {self.clause.patterns}"


class Same(Atom):
    """Holds iff two variables have the same value."""

    __slots__ = ("left", "right")

    def __init__(self, left: StringVariable, right: StringVariable) -> None:
        super().__init__()
        self.left = left
        self.right = right

    def __repr__(self) -> str:
        return f"{self.left.name} = {self.right.name}"


_numbers = count()


class StringVariable:
    """An open string; always in `domain`, and one of `suggestions` where that is possible."""

    __slots__ = ("_atoms", "domain", "name", "number", "suggestions")

    def __init__(
        self, name: str, domain: Clause = EVERYTHING, suggestions: tuple[str, ...] = ()
    ) -> None:
        self.name = name
        self.number = next(_numbers)
        self.domain = domain
        self.suggestions = suggestions
        self._atoms: dict[object, Atom] = {}

    def atom(self, key: object, make: Callable[[], Atom]) -> Atom:
        """Return the atom about this variable that `key` names, the same one every time."""
        found = self._atoms.get(key)
        if found is None:
            found = self._atoms[key] = make()
        return found

    def member(self, of: Clause) -> Atom:
        """Return the atom that holds iff the value is in the clause."""
        return self.atom(of, lambda: Member(self, of))

    @property
    def atoms(self) -> set[Atom]:
        """The atoms that are about this variable."""
        return set(self._atoms.values())

    @property
    def memberships(self) -> list[Member]:
        """The membership atoms made of this variable so far."""
        return [atom for atom in self._atoms.values() if isinstance(atom, Member)]

    def same(self, other: StringVariable) -> Term:
        """Return a term that holds iff both values are equal."""
        if self is other:
            return TRUE
        first, second = sorted((self, other), key=lambda variable: (variable.name, id(variable)))
        return first.atom(second, lambda: Same(first, second))


@dataclass(frozen=True, slots=True)
class View:
    """The part of `base` between `head` and `tail`, made of `characters`.

    The domain of `base` must say that every value has this form, in one way only.
    """

    base: StringVariable
    head: Pattern
    characters: Characters
    tail: Pattern


@dataclass(frozen=True, slots=True)
class Join:
    """`prefix`, then the value of `middle`, then `suffix`."""

    prefix: str
    middle: Text
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """The text whose guard holds; of the guards exactly one holds wherever the text is used."""

    cases: tuple[tuple[Term, Text], ...]


Text = str | StringVariable | View | Join | Choice


def member(text: Text, of: Clause) -> Term:
    """Return a term that holds iff `text` is in the clause."""
    match text:
        case str():
            return truth(text in of)
        case StringVariable():
            if of.is_universal or of is text.domain:
                return TRUE
            return FALSE if of.is_empty else text.member(of)
        case View(base=base, head=head, characters=characters, tail=tail):
            if of.is_universal:
                return TRUE
            inner = (within(pattern, characters) for pattern in of.patterns)
            embedded = [merged((*head, *part, *tail)) for part in inner if part is not None]
            return member(base, clause(embedded))
        case Join(prefix=prefix, middle=middle, suffix=suffix):
            rest = [part for pattern in of.patterns for part in after(pattern, prefix)]
            rest = [part for pattern in rest for part in before(pattern, suffix)]
            return member(middle, clause(rest))
        case Choice(cases=cases):
            return disjunction(both(guard, member(option, of)) for guard, option in cases)


def equal(one: Text, other: Text) -> Term | None:
    """Return a term that holds iff two texts are the same; None if that is not encoded."""
    if isinstance(one, str):
        return _is_text(other, one)
    if isinstance(other, str):
        return _is_text(one, other)
    if isinstance(one, Choice):
        return _by_case(one, other)
    if isinstance(other, Choice):
        return _by_case(other, one)
    if isinstance(one, StringVariable) and isinstance(other, StringVariable):
        return one.same(other)
    return TRUE if one == other else None


def _is_text(text: Text, value: str) -> Term:
    return member(text, clause([(value,) if value else ()]))


def _by_case(choice: Choice, other: Text) -> Term | None:
    cases: list[Term] = []
    for guard, option in choice.cases:
        term = equal(option, other)
        if term is None:
            return None
        cases.append(both(guard, term))
    return disjunction(cases)


def cases(text: Text, limit: int = 8) -> list[tuple[Term, str]] | None:
    """Return each value that `text` can have with its guard; None if some value is open."""
    if isinstance(text, str):
        return [(TRUE, text)]
    if not isinstance(text, Choice):
        return None
    found: list[tuple[Term, str]] = []
    for guard, option in text.cases:
        inner = cases(option)
        if inner is None:
            return None
        found += [(both(guard, deeper), value) for deeper, value in inner]
    return found if len(found) <= limit else None


def outside(text: Text, of: Clause) -> Term:
    """Return a term that holds iff `text` is not in the clause."""
    return negation(member(text, of))
