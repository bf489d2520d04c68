"""Formulas: and, or, not over atoms, simplified while they are built.

Z3 gets a formula only when it is asked about (`theory`). Until then it is plain values, cheap to
build and to share: what is decided by matching alone folds to `TRUE` or `FALSE` on the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any


class Term:
    """A formula. Compared by identity; atoms exist once each, so identity is equality for them.

    `ast` is the place where `theory` keeps the translation.
    """

    __slots__ = ("ast",)

    def __init__(self) -> None:
        self.ast: Any = None


class Constant(Term):
    """`TRUE` or `FALSE`, and no third."""

    __slots__ = ("value",)

    def __init__(self, value: bool) -> None:
        super().__init__()
        self.value = value

    def __repr__(self) -> str:
        return str(self.value)


TRUE = Constant(True)
FALSE = Constant(False)


class And(Term):
    """Holds iff every one of `args` does."""

    __slots__ = ("args",)

    def __init__(self, args: tuple[Term, ...]) -> None:
        super().__init__()
        self.args = args

    def __repr__(self) -> str:
        return f"And{self.args}"


class Or(Term):
    """Holds iff at least one of `args` does."""

    __slots__ = ("args",)

    def __init__(self, args: tuple[Term, ...]) -> None:
        super().__init__()
        self.args = args

    def __repr__(self) -> str:
        return f"Or{self.args}"


class Not(Term):
    """Holds iff `arg` does not."""

    __slots__ = ("arg",)

    def __init__(self, arg: Term) -> None:
        super().__init__()
        self.arg = arg

    def __repr__(self) -> str:
        return f"Not({self.arg})"


class Atom(Term):
    """A term without parts: what a solver chooses the truth of."""

    __slots__ = ()


class Flag(Atom):
    """A Boolean of its own; `open_point` tells what is left open when it stands for the unencoded.

    An open flag is free, so that what holds whatever its truth holds (ENCODING.md, evidence).
    """

    __slots__ = ("name", "open_point")

    def __init__(self, name: str, open_point: str = "") -> None:
        super().__init__()
        self.name = name
        self.open_point = open_point

    def __repr__(self) -> str:
        return self.name


def truth(value: bool) -> Constant:
    """Return the constant for a Python truth value."""
    return TRUE if value else FALSE


def conjunction(terms: Iterable[Term]) -> Term:
    """Return a term that holds iff all `terms` do."""
    kept: dict[Term, None] = {}
    for term in terms:
        if term is FALSE:
            return FALSE
        if isinstance(term, And):
            kept.update(dict.fromkeys(term.args))
        elif term is not TRUE:
            kept[term] = None
    if not kept:
        return TRUE
    return And(tuple(kept)) if len(kept) > 1 else next(iter(kept))


def disjunction(terms: Iterable[Term]) -> Term:
    """Return a term that holds iff one of `terms` does."""
    kept: dict[Term, None] = {}
    for term in terms:
        if term is TRUE:
            return TRUE
        if isinstance(term, Or):
            kept.update(dict.fromkeys(term.args))
        elif term is not FALSE:
            kept[term] = None
    if not kept:
        return FALSE
    return Or(tuple(kept)) if len(kept) > 1 else next(iter(kept))


def both(*terms: Term) -> Term:
    """Return a term that holds iff all `terms` do."""
    return conjunction(terms)


def either(*terms: Term) -> Term:
    """Return a term that holds iff one of `terms` does."""
    return disjunction(terms)


def negation(term: Term) -> Term:
    """Return a term that holds iff `term` does not."""
    if isinstance(term, Constant):
        return FALSE if term.value else TRUE
    return term.arg if isinstance(term, Not) else Not(term)


def implies(condition: Term, consequence: Term) -> Term:
    """Return a term that holds iff `consequence` does or `condition` does not."""
    return disjunction((negation(condition), consequence))


def same(one: Term, other: Term) -> Term:
    """Return a term that holds iff both terms hold or neither does."""
    return both(implies(one, other), implies(other, one))


def literal(term: Term) -> tuple[Atom, bool]:
    """Return the atom of a literal and whether it stands unnegated."""
    atom = term.arg if isinstance(term, Not) else term
    if not isinstance(atom, Atom):
        raise TypeError(f"not a literal: {term}")
    return atom, not isinstance(term, Not)


def atoms(*terms: Term) -> Iterator[Atom]:
    """Yield every atom that occurs in `terms`, once."""
    seen: set[Term] = set()
    stack = list(terms)
    while stack:
        term = stack.pop()
        if term in seen:
            continue
        seen.add(term)
        if isinstance(term, Atom):
            yield term
        elif isinstance(term, And | Or):
            stack += term.args
        elif isinstance(term, Not):
            stack.append(term.arg)
