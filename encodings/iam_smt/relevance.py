"""Which facts have to do with a question: those about its variables, and theirs in turn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from iam_smt.finite import Among
from iam_smt.holes import Fits
from iam_smt.networks import SameAddress, Within
from iam_smt.numbers import AtMost, Compare
from iam_smt.sets import Several, Some
from iam_smt.terms import And, Atom, Term, atoms
from iam_smt.texts import Member, Same


def relevant(question: Term, facts: Iterable[Term]) -> list[Term]:
    """Return the facts that share a variable with the question, directly or through others.

    The rest must be satisfiable on their own: what is said of variables that the question does
    not have decides nothing.
    """
    waiting = [
        (part, frozenset(_subjects(part)))
        for fact in facts
        for part in (fact.args if isinstance(fact, And) else (fact,))
    ]
    reached = set(_subjects(question))
    found: list[Term] = []
    while True:
        tied = [item for item in waiting if not item[1].isdisjoint(reached)]
        if not tied:
            return found
        waiting = [item for item in waiting if item[1].isdisjoint(reached)]
        for part, subjects in tied:
            found.append(part)
            reached |= subjects


def _subjects(term: Term) -> Iterator[object]:
    for atom in atoms(term):
        yield from _of_atom(atom)


def _of_atom(atom: Atom) -> Iterator[object]:
    match atom:
        case Member(variable=variable) | Several(variable=variable):
            yield variable
        case Within(variable=variable) | Compare(variable=variable):
            yield variable
        case (
            Same(left=left, right=right)
            | SameAddress(left=left, right=right)
            | AtMost(left=left, right=right)
        ):
            yield left
            yield right
        case Some(variable=variable, hollows=hollows):
            yield variable
            for hollow in hollows:
                yield from hollow.sources
        case Fits(variable=variable, hollow=hollow):
            yield variable
            yield from hollow.sources
        case Among(variable=variable):
            yield variable
            if variable.governed is not None:
                yield variable.governed.variable
        case _:
            yield atom
