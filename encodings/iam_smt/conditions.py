"""Condition entries: how an operator ranges over the values of a key, and what absence means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from iam_smt.automata import EVERYTHING, Clause
from iam_smt.holes import Hollow
from iam_smt.keys import Key, SetKey, SingleKey, Value
from iam_smt.sets import SetVariable
from iam_smt.terms import FALSE, Term, both, disjunction, either, negation, truth

ALL, ANY = "ForAllValues", "ForAnyValue"


Case = tuple[Term, Clause, tuple[Hollow, ...]]
"""A guard, and where it holds: a clause and the patterns with holes beside it."""


def null(key: Key, quantifier: str | None, values: Iterable[str]) -> Term:
    """Holds iff the key is absent for `true`, present for `false` (R4.22, R4.23)."""
    if quantifier:
        return truth(quantifier == ALL)
    said = {value.lower() for value in values}
    absent = negation(key.present) if "true" in said else FALSE
    return either(absent, key.present if "false" in said else FALSE)


def without_values(key: Key, quantifier: str | None, if_exists: bool) -> Term:
    """Holds iff a quantified or `IfExists` entry with an empty list of values does (R1.28)."""
    if quantifier == ANY and not if_exists:
        return FALSE
    return negation(_has_value(key))


def single(
    key: SingleKey,
    test: Callable[[Value], Term | None],
    negated: bool,
    quantifier: str | None,
    if_exists: bool,
) -> Term | None:
    """Holds iff the entry does for a key with one value (R4.20, R4.21, R4.36).

    `test` is the positive test of a value. None where it is not encoded.
    """
    found = FALSE if key.present is FALSE else test(key.value)
    if found is None:
        return None
    entry = negation(found) if negated else found
    when_absent = _when_absent(negated, quantifier, if_exists)
    return either(both(key.present, entry), both(negation(key.present), truth(when_absent)))


def _when_absent(negated: bool, quantifier: str | None, if_exists: bool) -> bool:
    """Return the truth of an entry whose key is absent (R4.20, R4.21, R4.30-R4.34)."""
    if if_exists or quantifier == ALL:
        return True
    return negated and quantifier is None


def multiple(
    key: SetKey,
    test: Callable[[Value], Term | None],
    cases: Sequence[Case] | None,
    negated: bool,
    quantifier: str | None,
    if_exists: bool,
) -> Term | None:
    """Holds iff the entry does for a multivalued key (R4.30-R4.37).

    `cases` are what passes the positive test, of whose guards exactly one holds; None if the test
    is no membership. None where the entry is not encoded.
    """
    if isinstance(key.members, SetVariable):
        if cases is None:
            return None
        inside = _exists(key.members, cases, outside=negated)
        outside = _exists(key.members, cases, outside=not negated)
        several: Term = key.members.several
    else:
        tested = [(guard, test(value)) for guard, value in key.members]
        if any(term is None for _, term in tested):
            return None
        entries = [
            (guard, negation(term) if negated else term)
            for guard, term in tested
            if term is not None
        ]
        inside = disjunction(both(guard, term) for guard, term in entries)
        outside = disjunction(both(guard, negation(term)) for guard, term in entries)
        guards = [guard for guard, _ in key.members]
        several = disjunction(
            both(one, other) for index, one in enumerate(guards) for other in guards[:index]
        )
    absent = truth(_when_absent(negated, quantifier, if_exists))
    if quantifier == ANY:
        return either(both(key.present, inside), both(negation(key.present), absent))
    if quantifier == ALL:
        return either(negation(key.present), negation(outside))
    filled = _has_value(key)
    return either(both(filled, negation(several), inside), both(negation(filled), absent))


def _exists(members: SetVariable, cases: Sequence[Case], *, outside: bool) -> Term:
    return disjunction(
        both(guard, members.some(of, outside=outside, hollows=hollows))
        for guard, of, hollows in cases
    )


def _has_value(key: Key) -> Term:
    """Holds iff the key is present with at least one value."""
    if isinstance(key, SingleKey):
        return key.present
    if isinstance(key.members, SetVariable):
        return both(key.present, key.members.some(EVERYTHING))
    return both(key.present, disjunction(guard for guard, _ in key.members))
