"""Conditions as terms, entry for entry beside `semantics.conditions` (section 4)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import product

from iam_smt import conditions
from iam_smt.automata import Clause, clause, exactly
from iam_smt.holes import fits
from iam_smt.keys import SetKey, Value
from iam_smt.operators import NEGATED, POSITIVE, TEXTS
from iam_smt.patterns import Pattern
from iam_smt.terms import FALSE, TRUE, Flag, Term, both, conjunction, disjunction, negation
from iam_smt.texts import Choice, SetVariable, StringVariable, View, equal, member
from verifier.compile.matching import Alternatives, Hole, resolve
from verifier.compile.requests import SymbolicRequest
from verifier.policy.syntax import Condition

_PLAIN = {"StringEquals", "StringLike"}
_MOST_GUARDS = 4


def condition_holds(condition: Condition, request: SymbolicRequest) -> Term:
    """Return a term that holds iff one (operator, key) entry is true (R4.1-R4.37).

    What is not encoded becomes an open flag that names the key and the operator.
    """
    operator = condition.operator
    if operator.name is None:
        return FALSE
    key = request.context.key(condition.key, operator.name)
    quantifier = operator.quantifier.value if operator.quantifier else None
    if operator.name == "Null":
        return conditions.null(key, quantifier, [template.text for template in condition.values])
    if not condition.values and (quantifier or operator.if_exists):
        return conditions.without_values(key, quantifier, operator.if_exists)
    positive = NEGATED.get(operator.name, operator.name)
    values = resolve(condition.values, request.context)
    negated = operator.name in NEGATED
    if values.unencoded:
        return _open(condition, request, f"the variable {values.unencoded[0]}")
    test = partial(_satisfies, positive, values)
    if isinstance(key, SetKey):
        is_open = isinstance(key.members, SetVariable)
        partition = _partition(positive, values) if is_open else None
        term = conditions.multiple(key, test, partition, negated, quantifier, operator.if_exists)
    else:
        term = conditions.single(key, test, negated, quantifier, operator.if_exists)
    return _open(condition, request, "its type or variable") if term is None else term


def conditions_hold(entries: Sequence[Condition], request: SymbolicRequest) -> Term:
    """Return a term that holds iff every entry is true (R4.1)."""
    found: list[Term] = []
    for entry in entries:
        term = condition_holds(entry, request)
        if term is FALSE:
            return FALSE
        found.append(term)
    return conjunction(found)


def _open(condition: Condition, request: SymbolicRequest, what: str) -> Flag:
    values = ", ".join(template.text for template in condition.values)
    entry = f"{condition.operator.canonical} {condition.written}: {values}"
    return request.context.open_point(f"{what} in `{entry}` is not encoded")


def _satisfies(operator: str, values: Alternatives, value: Value) -> Term | None:
    """Return a term that holds iff `value` satisfies one of the policy's values.

    None where that is not encoded.
    """
    constant = [found for guard, found in values.patterns if guard is TRUE]
    guarded = [(guard, [found]) for guard, found in values.patterns if guard is not TRUE]
    terms: list[Term] = []
    for guard, patterns in [(TRUE, constant), *guarded]:
        term = POSITIVE[operator](value, patterns)
        if term is None:
            return None
        terms.append(both(guard, term))
    for hole in values.holes:
        tied = tie(operator, value, hole)
        if tied is None:
            return None
        terms.append(both(hole.guard, tied))
    return disjunction(terms)


def tie(operator: str, value: Value, hole: Hole) -> Term | None:
    """Return a term that holds iff `value` satisfies a template whose one variable is open.

    Where the request's value is known, the variable must be one of its parts; where the template
    is the variable alone, both must be equal; else an open value must fit around the variable's.
    """
    if operator not in _PLAIN or not isinstance(value, str | StringVariable | View | Choice):
        return None
    if isinstance(value, str):
        return member(hole.value, exactly(*parts(value, hole.before, hole.after)))
    if not hole.before and not hole.after:
        same = equal(value, hole.value)
        if same is not None:
            return same
    if isinstance(value, Choice):
        found: list[Term] = []
        for guard, option in value.cases:
            term = tie(operator, option, hole)
            if term is None:
                return None
            found.append(both(guard, term))
        return disjunction(found)
    if isinstance(value, StringVariable):
        return fits(value, hole.before, hole.value, hole.after)
    return None


def parts(text: str, before: Pattern, after: Pattern) -> list[str]:
    """Return every middle part of `text` that stands between matches of two patterns."""
    head, tail = clause([before]), clause([after])
    starts = [index for index in range(len(text) + 1) if text[:index] in head]
    ends = [index for index in range(len(text) + 1) if text[index:] in tail]
    return [text[start:end] for start in starts for end in ends if start <= end]


def _partition(operator: str, values: Alternatives) -> list[tuple[Term, Clause]] | None:
    """Return the clause of the positive test in each case of the guards, of which one holds."""
    if operator not in TEXTS or values.holes:
        return None
    constant = [found for guard, found in values.patterns if guard is TRUE]
    guarded = [item for item in values.patterns if item[0] is not TRUE]
    if len(guarded) > _MOST_GUARDS:
        return None
    cases: list[tuple[Term, Clause]] = []
    for chosen in product((True, False), repeat=len(guarded)):
        guard = conjunction(
            term if taken else negation(term)
            for taken, (term, _) in zip(chosen, guarded, strict=True)
        )
        extra = [found for taken, (_, found) in zip(chosen, guarded, strict=True) if taken]
        if guard is not FALSE:
            cases.append((guard, clause(TEXTS[operator]([*constant, *extra]))))
    return cases
