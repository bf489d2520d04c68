"""Condition entries: how an operator ranges over the values of a key, and what absence means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum

from iam_smt.automata import EVERYTHING, Clause, clause, exactly
from iam_smt.holes import Hollow
from iam_smt.keys import Key, SetKey, SingleKey, Value
from iam_smt.patterns import merged
from iam_smt.realize import Conflict, realize
from iam_smt.sets import SetVariable
from iam_smt.terms import FALSE, Term, both, disjunction, either, negation, truth
from iam_smt.texts import Choice, Join, StringVariable, View, member


class Over(Enum):
    """How an entry ranges over the values of a multivalued key.

    With a quantifier over all or any (R4.30, R4.31). Without one (R4.37) it is that of `ONE` value,
    of any of `SOME`, or with `NONE` false wherever the key is present.
    """

    ALL = "all"
    ANY = "any"
    ONE = "one"
    SOME = "some"
    NONE = "none"


Case = tuple[Term, Clause, tuple[Hollow, ...]]
"""A guard, and where it holds: a clause and the patterns with holes beside it."""


def single(
    key: SingleKey, test: Callable[[Value], Term | None], negated: bool, when_absent: bool
) -> Term | None:
    """Holds iff the entry does for a key with one value (R4.20, R4.21, R4.36).

    `test` is the positive test of a value; `when_absent` the truth where the key is absent. None
    where it is not encoded.
    """
    found = FALSE if key.present is FALSE else test(key.value)
    if found is None:
        return None
    entry = negation(found) if negated else found
    return either(both(key.present, entry), both(negation(key.present), truth(when_absent)))


def multiple(
    key: SetKey,
    test: Callable[[Value], Term | None],
    cases: Sequence[Case] | None,
    negated: bool,
    over: Over,
    when_absent: bool,
) -> Term | None:
    """Holds iff the entry does for a multivalued key (R4.30-R4.37).

    `cases` are what passes the positive test, of whose guards exactly one holds; None if the test
    is no membership. `when_absent` is the truth where the key is absent. None where the entry is
    not encoded.
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
    return _over(key, over, inside, outside, several, truth(when_absent))


def _over(
    key: SetKey, over: Over, inside: Term, outside: Term, several: Term, absent: Term
) -> Term:
    """Return the truth of an entry, given that it is true of some value, false of some, and that
    there are several.
    """
    filled = has_value(key)
    match over:
        case Over.ANY:
            return either(both(key.present, inside), both(negation(key.present), absent))
        case Over.ALL:
            present = either(negation(key.present), negation(outside))
            return both(either(key.present, absent), present)
        case Over.ONE:
            inside = both(negation(several), inside)
        case Over.NONE:
            return both(negation(key.present), absent)
    return either(both(filled, inside), both(negation(filled), absent))


def _exists(members: SetVariable, cases: Sequence[Case], *, outside: bool) -> Term:
    return disjunction(
        both(guard, members.some(of, outside=outside, hollows=hollows))
        for guard, of, hollows in cases
    )


def has_value(key: Key) -> Term:
    """Holds iff the key is present with at least one value."""
    if isinstance(key, SingleKey):
        return key.present
    if isinstance(key.members, SetVariable):
        return both(key.present, key.members.some(EVERYTHING))
    return both(key.present, disjunction(guard for guard, _ in key.members))


def holds_empty_text(key: Key) -> Term:
    """Holds iff the key is present with a value, and no value but the empty text (R4.23, R4.35)."""
    if isinstance(key, SingleKey):
        return both(key.present, _is_empty(key.value))
    if not isinstance(key.members, SetVariable):
        listed = (either(negation(guard), _is_empty(value)) for guard, value in key.members)
        return both(has_value(key), *listed)
    if "" not in key.members.domain:
        return FALSE
    return both(has_value(key), negation(key.members.some(exactly(""), outside=True)))


def _is_empty(value: Value) -> Term:
    """Holds iff a value is the empty text; false where its domain has none."""
    match value:
        case StringVariable(domain=domain) if "" not in domain:
            return FALSE
        case View(base=base, head=head, tail=tail):
            whole = clause([merged((*head, *tail))])
            impossible = isinstance(realize([(base.domain, True), (whole, True)]), Conflict)
            return FALSE if impossible else member(value, exactly(""))
        case Choice(cases=cases):
            return disjunction(both(guard, _is_empty(option)) for guard, option in cases)
        case str() | StringVariable() | Join():
            return member(value, exactly(""))
    return FALSE
