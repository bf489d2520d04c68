"""Numbers and moments: comparisons that Z3's arithmetic decides (R4.43-R4.46)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from enum import Enum
from fractions import Fraction
from typing import Any

from iam_smt.terms import Atom, Term, conjunction, implies, negation

_MOST_COMPARISONS = 24


class Form(Enum):
    """How the value of a number key is written, which decides which operators can read it."""

    NUMBER = "a decimal number"
    DATE = "an ISO 8601 moment"
    EPOCH = "seconds since 1970"


class NumberVariable:
    """An open number; a moment is its seconds since 1970. `plain` is its value if nothing asks.

    `ast` is the place where `theory` keeps what stands for it.
    """

    __slots__ = ("_atoms", "ast", "form", "name", "plain")

    def __init__(self, name: str, form: Form, plain: Fraction = Fraction(0)) -> None:
        self.name = name
        self.ast: Any = None
        self.form = form
        self.plain = plain
        self._atoms: dict[tuple[str, object], Atom] = {}

    @property
    def atoms(self) -> set[Atom]:
        """The atoms that are about this variable."""
        return set(self._atoms.values())

    @property
    def comparisons(self) -> list[Compare]:
        """The atoms made so far that compare this variable with a number."""
        return [atom for atom in self._atoms.values() if isinstance(atom, Compare)]

    def compare(self, relation: str, bound: Fraction) -> Atom:
        """Return the atom for `value relation bound`; the relation is `<`, `<=` or `=`."""
        atom = self._atoms.get((relation, bound))
        if atom is None:
            atom = self._atoms[relation, bound] = Compare(self, relation, bound)
        return atom

    def at_most(self, other: NumberVariable, plus: Fraction = Fraction(0)) -> Atom:
        """Return the atom that holds iff the value is not above that of `other` plus `plus`."""
        atom = self._atoms.get(("<=", (other, plus)))
        if atom is None:
            atom = AtMost(self, other, plus)
            self._atoms["<=", (other, plus)] = other._atoms[">=", (self, plus)] = atom
        return atom


class Compare(Atom):
    """Holds iff the value of `variable` is in `relation` to `bound`."""

    __slots__ = ("bound", "relation", "variable")

    def __init__(self, variable: NumberVariable, relation: str, bound: Fraction) -> None:
        super().__init__()
        self.variable = variable
        self.relation = relation
        self.bound = bound

    def __repr__(self) -> str:
        return f"{self.variable.name} {self.relation} {self.bound}"


class AtMost(Atom):
    """Holds iff the value of `left` is not above that of `right` plus `plus`."""

    __slots__ = ("left", "plus", "right")

    def __init__(self, left: NumberVariable, right: NumberVariable, plus: Fraction) -> None:
        super().__init__()
        self.left = left
        self.right = right
        self.plus = plus

    def __repr__(self) -> str:
        return f"{self.left.name} <= {self.right.name} + {self.plus}"


def rises(before: NumberVariable, after: NumberVariable) -> Term:
    """Return a term that holds iff `after` is not below `before`.

    For every number that `after` has been compared with it says what follows for `before` alone,
    so that who knows only such comparisons of `before` loses nothing.
    """
    found: list[Term] = [before.at_most(after)]
    for atom in after.comparisons:
        relation = "<" if atom.relation == "<" else "<="
        found.append(implies(atom, before.compare(relation, atom.bound)))
    return conjunction(found)


def within(before: NumberVariable, after: NumberVariable, most: Fraction) -> Term:
    """Return a term that holds iff `after` is not above `before` by more than `most`; see `rises`.

    What follows is not said for more than so many numbers, which loses precision only.
    """
    found: list[Term] = [after.at_most(before, most)]
    for atom in after.comparisons if len(before.comparisons) < _MOST_COMPARISONS else ():
        bound = atom.bound - most
        if atom.relation == "=":
            found.append(implies(atom, negation(before.compare("<", bound))))
        else:
            found.append(implies(negation(atom), negation(before.compare(atom.relation, bound))))
    return conjunction(found)


def in_relation(value: Fraction, relation: str, bound: Fraction) -> bool:
    """Return whether `value relation bound` is true."""
    match relation:
        case "<":
            return value < bound
        case "<=":
            return value <= bound
        case ">":
            return value > bound
        case ">=":
            return value >= bound
    return value == bound


_DECIMAL = re.compile(r"([+-]?)(?=\d|\.\d)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?", re.ASCII)
_LONGEST = 800


def read_number(text: str) -> Fraction | None:
    """Return the decimal number that `text` is, else None (R4.43)."""
    match = _DECIMAL.fullmatch(text)
    if not match or len(text) > _LONGEST:
        return None
    sign, whole, fraction, exponent = match.groups()
    digits = int((whole + (fraction or "")) or "0")
    power = int(exponent or 0) - len(fraction or "")
    value = Fraction(digits) * Fraction(10) ** power
    return -value if sign == "-" else value


_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(.+))?)?)?", re.ASCII)
_TIME = re.compile(r"(\d\d):(\d\d)(?::(\d\d)(\.\d{1,12})?)?(?:Z|([+-])(\d\d):(\d\d))", re.ASCII)


def read_moment(text: str, *, years: bool = True) -> Fraction | None:
    """Return the seconds since 1970 of an ISO 8601 form or of epoch seconds, else None (R4.45).

    Four digits are a year, or without `years` epoch seconds.
    """
    date = _DATE.fullmatch(text)
    if not date or not (date[2] or years):
        return read_number(text)
    year, month, day, rest = date.groups()
    time = _TIME.fullmatch(rest) if rest else None
    if rest and not time:
        return None
    hour, minute, second, fraction, sign, away_hours, away_minutes = (
        time.groups() if time else (None,) * 7
    )
    try:
        start = datetime(
            int(year),
            int(month or 1),
            int(day or 1),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            tzinfo=UTC,
        )
    except ValueError:
        return None
    away = timedelta(hours=int(away_hours or 0), minutes=int(away_minutes or 0))
    if away >= timedelta(days=1):
        return None
    seconds = Fraction((start - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1))
    seconds += Fraction(fraction or 0)
    offset = away // timedelta(seconds=1)
    return seconds + offset if sign == "-" else seconds - offset


def write_number(value: Fraction) -> str:
    """Return the decimal text of `value`, rounded where it has no finite one."""
    if value.denominator == 1:
        return str(value.numerator)
    return f"{float(value):.6f}".rstrip("0")


def write_moment(value: Fraction) -> str:
    """Return the ISO 8601 text of so many seconds since 1970, in UTC."""
    whole = value.numerator // value.denominator
    start = datetime(1970, 1, 1, tzinfo=UTC)
    moment = start + timedelta(seconds=whole)
    text = moment.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")
    rest = value - whole
    digits = f"{float(rest):.6f}"[1:].rstrip("0") if rest else ""
    return f"{text}{digits if len(digits) > 1 else ''}Z"
