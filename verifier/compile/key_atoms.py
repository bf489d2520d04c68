"""Which atoms choose whether a key is in a request, and what it holds."""

from __future__ import annotations

from iam_smt.keys import Key, SingleKey, Truth, Value
from iam_smt.networks import AddressVariable
from iam_smt.numbers import NumberVariable
from iam_smt.sets import SetVariable
from iam_smt.terms import Atom, atoms
from iam_smt.texts import Choice, Join, StringVariable, View


def atoms_of(key: Key) -> set[Atom]:
    """Return the atoms that choose whether `key` is present and what it holds."""
    found = set(atoms(key.present))
    if isinstance(key, SingleKey):
        found |= _of_value(key.value)
    elif isinstance(key.members, SetVariable):
        found |= set(key.members.memberships)
    else:
        for guard, text in key.members:
            found |= {*atoms(guard), *_of_value(text)}
    return found


def _of_value(value: Value) -> set[Atom]:
    match value:
        case Truth(term=term):
            return set(atoms(term))
        case AddressVariable() | NumberVariable() | StringVariable():
            return value.atoms
        case View(base=base):
            return base.atoms
        case Join(middle=middle):
            return _of_value(middle)
        case Choice(cases=cases):
            found: set[Atom] = set()
            for guard, text in cases:
                found |= {*atoms(guard), *_of_value(text)}
            return found
    return set()
