"""Condition keys of a request: present or not, with one value or a set of them."""

from __future__ import annotations

from dataclasses import dataclass

from iam_smt.networks import AddressVariable
from iam_smt.numbers import NumberVariable
from iam_smt.sets import SetVariable
from iam_smt.terms import FALSE, TRUE, Term
from iam_smt.texts import Text


@dataclass(frozen=True, slots=True)
class Truth:
    """The value of a Boolean key: `true` iff the term holds, else `false`."""

    term: Term


Value = Text | Truth | AddressVariable | NumberVariable


@dataclass(frozen=True, slots=True)
class SingleKey:
    """A key with one value where it is present."""

    present: Term
    value: Value


@dataclass(frozen=True, slots=True)
class SetKey:
    """A multivalued key; `members` is open, or lists each possible value with its guard.

    A present key may hold no value at all.
    """

    present: Term
    members: SetVariable | tuple[tuple[Term, Text], ...]


Key = SingleKey | SetKey

ABSENT = SingleKey(FALSE, "")


def known(value: Text) -> SingleKey:
    """Return the key that is present with this value."""
    return SingleKey(TRUE, value)


def known_set(*values: str) -> SetKey:
    """Return the multivalued key that is present with just these values."""
    return SetKey(TRUE, tuple((TRUE, value) for value in values))
