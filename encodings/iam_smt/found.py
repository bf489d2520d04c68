"""What a search for strings comes to: values, choices that clash, or nothing within the budget."""

from __future__ import annotations

from dataclasses import dataclass, field

from iam_smt.finite import FiniteVariable
from iam_smt.sets import SetVariable
from iam_smt.terms import Atom
from iam_smt.texts import StringVariable

Chosen = tuple[Atom, bool]
"""An atom and the truth that was chosen for it."""


@dataclass
class Strings:
    """Values for the variables and sets that the chosen atoms are about."""

    texts: dict[StringVariable, str] = field(default_factory=dict)
    sets: dict[SetVariable, tuple[str, ...]] = field(default_factory=dict)
    names: dict[FiniteVariable, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Clash:
    """No strings satisfy these choices together."""

    chosen: frozenset[Chosen]


@dataclass(frozen=True, slots=True)
class GaveUp:
    """Nothing is known of `variable`: the search for a string ran out of its budget."""

    variable: str
