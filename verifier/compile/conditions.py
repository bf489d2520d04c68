"""Conditions as terms, entry for entry beside `semantics.conditions` (section 4)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from itertools import product
from math import prod

from iam_smt import conditions
from iam_smt.automata import clause
from iam_smt.holes import Hollow
from iam_smt.keys import Key, SingleKey, Value
from iam_smt.networks import AddressVariable
from iam_smt.numbers import Form, NumberVariable
from iam_smt.operators import NEGATED, POSITIVE, TEXTS, is_short
from iam_smt.patterns import (
    Pattern,
)
from iam_smt.sets import SetVariable
from iam_smt.terms import (
    FALSE,
    TRUE,
    Flag,
    Term,
    both,
    conjunction,
    disjunction,
    either,
    negation,
    truth,
)
from verifier.compile.matching import Alternatives, resolve, unresolved
from verifier.compile.requests import SymbolicRequest
from verifier.compile.ties import fits_template, hollows_of
from verifier.disputes import Readings
from verifier.policy.operators import Quantifier
from verifier.policy.syntax import Condition
from verifier.policy.templates import Template

_PLAIN = {"StringEquals", "StringLike"}
_WHOLE_TEXTS = {*_PLAIN, "StringEqualsIgnoreCase"}
_YEAR = re.compile("[0-9]{4}")
_ARNS = {"ArnEquals", "ArnLike"}
_ARN_PARTS = 6
_MOST_CASES = 64


def condition_holds(condition: Condition, request: SymbolicRequest) -> Term:
    """Return a term that holds iff one (operator, key) entry is true (R4.1-R4.4, R4.6).

    In another spelling than AWS's an operator is one all the same, or none (R1.26, X-9). What is
    not encoded becomes an open flag that names the key and the operator.
    """
    operator, readings = condition.operator, request.readings
    respelled = operator.text != operator.canonical
    if operator.name is None or (respelled and readings.says("X-9", "exact")):
        return FALSE
    key = request.context.key(condition.key, operator.name)
    if operator.name == "Null":
        return _null(condition, key, readings)
    if not condition.values and (operator.quantifier or operator.if_exists):
        return _without_values(condition, key, readings)
    negated = operator.name in NEGATED
    values = resolve(_counted(condition, readings), request.context)
    if values.unencoded:
        return _open(condition, request, f"the variable {values.unencoded[0]}")
    term = _compared(condition, key, values, readings)
    if term is None:
        return _open(condition, request, "its type or variable")
    lacking = unresolved(values) if negated else FALSE
    if lacking is FALSE or not readings.says("X-22", "void"):
        return term
    return both(term, negation(lacking))


def _counted(condition: Condition, readings: Readings) -> tuple[Template, ...]:
    """Return the values that can match: with variables those of `Bool` may not (R2.42, X-11)."""
    values = condition.values
    if condition.operator.name != "Bool" or not any(value.variables for value in values):
        return values
    if not readings.says("X-11", "literal"):
        return values
    return tuple(value for value in values if not value.variables)


def _compared(
    condition: Condition, key: Key, values: Alternatives, readings: Readings
) -> Term | None:
    """Return a term that holds iff the entry does, None where that is not encoded."""
    operator = condition.operator
    negated = operator.name in NEGATED
    positive = _as_read(
        NEGATED.get(operator.name or "", operator.name or ""), values, key, readings
    )
    when_absent = _when_absent(condition, key, readings)
    test = partial(_satisfies, positive, values)
    if isinstance(key, SingleKey):
        term = conditions.single(key, test, negated, when_absent)
    else:
        is_open = isinstance(key.members, SetVariable)
        partition = _partition(positive, values) if is_open else None
        over = _over(operator.quantifier, readings)
        term = conditions.multiple(key, test, partition, negated, over, when_absent)
    if operator.quantifier is Quantifier.ALL and term is not None:
        return either(term, _is_null(key, readings))
    return term


def _as_read(positive: str, values: Alternatives, key: Key, readings: Readings) -> str:
    """Return the test that an operator stands for: of ARNs, which may take patterns shorter than
    an ARN for globs (R4.52, X-8), or of dates, which may take four digits for seconds (X-13).
    """
    if positive in _ARNS and _has_short(values) and readings.says("X-8", "glob"):
        return f"{positive} or glob"
    if positive.startswith("Date"):
        asks = any(map(_may_be_year, (found for _, found in values.patterns)))
        if (asks or _may_hold_year(key)) and readings.says("X-13", "epoch"):
            return positive.replace("Date", "Epoch")
    return positive


def _may_be_year(pattern: Pattern) -> bool:
    return len(pattern) == 1 and isinstance(pattern[0], str) and bool(_YEAR.fullmatch(pattern[0]))


def _may_hold_year(key: Key) -> bool:
    """Return whether a value of the key may be four digits that are read as a year: a number that
    is not told to be a time may.
    """
    if isinstance(key, SingleKey):
        values: Sequence[Value] = (key.value,)
    else:
        values = () if isinstance(key.members, SetVariable) else [text for _, text in key.members]
    return any(
        (isinstance(value, str) and _may_be_year((value,)))
        or (isinstance(value, NumberVariable) and value.form is not Form.DATE)
        for value in values
    )


def _has_short(values: Alternatives) -> bool:
    patterns = [found for _, found in values.patterns] + [h.hollow.pattern for h in values.holes]
    return any(map(is_short, patterns))


def _when_absent(condition: Condition, key: Key, readings: Readings) -> bool:
    """Return the truth of an entry whose key is absent (R4.20, R4.21, R4.30-R4.34, R1.28).

    Quantifier and negation, or quantifier and suffix, may disagree (X-5, X-6).
    """
    operator, quantifier = condition.operator, condition.operator.quantifier
    negated, may_be = operator.name in NEGATED, key.present is not TRUE
    if operator.if_exists:
        return not (quantifier is Quantifier.ANY and may_be and readings.says("X-6", "false"))
    if quantifier is Quantifier.ALL:
        return not (negated and may_be and readings.says("X-5", "false"))
    return negated and quantifier is None


def _over(quantifier: Quantifier | None, readings: Readings) -> conditions.Over:
    """Return how an operator ranges over a multivalued key (R4.37, X-7)."""
    if quantifier is not None:
        return conditions.Over.ALL if quantifier is Quantifier.ALL else conditions.Over.ANY
    if readings.says("X-7", "false"):
        return conditions.Over.NONE
    return conditions.Over.SOME if readings.says("X-7", "any-value") else conditions.Over.ONE


def _null(condition: Condition, key: Key, readings: Readings) -> Term:
    """Holds iff the key is absent for `true`, present for `false` (R4.22, R4.23)."""
    quantifier = condition.operator.quantifier
    if quantifier:
        return truth(quantifier is Quantifier.ALL)
    said = {template.text.lower() for template in condition.values} & {"true", "false"}
    if len(said) != 1:
        return truth(bool(said))
    absent = either(negation(key.present), _is_null(key, readings))
    return absent if said == {"true"} else negation(absent)


def _is_null(key: Key, readings: Readings) -> Term:
    """Holds iff a key counts as null although it is present: all it holds is empty (R4.23, R4.35,
    X-4).
    """
    found = conditions.holds_empty_text(key)
    return found if found is not FALSE and readings.says("X-4", "null") else FALSE


def _without_values(condition: Condition, key: Key, readings: Readings) -> Term:
    """Holds iff a quantified or `IfExists` entry with an empty list of values does (R1.28)."""
    operator = condition.operator
    if operator.quantifier is Quantifier.ANY and not operator.if_exists:
        return FALSE
    found = negation(conditions.has_value(key))
    if not _when_absent(condition, key, readings):
        found = both(key.present, found)
    if operator.quantifier is Quantifier.ALL:
        found = either(found, _is_null(key, readings))
    return found


def conditions_hold(entries: Sequence[Condition], request: SymbolicRequest) -> Term:
    """Return a term that holds iff every entry is true (R4.1); the same for the same entry."""
    kept = request.context.kept
    found: list[Term] = []
    for entry in entries:
        term = kept.get(entry)
        if term is None:
            term = kept[entry] = condition_holds(entry, request)
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
        tied = fits_template(operator, value, hole)
        if tied is None:
            return None
        terms.append(both(hole.guard, tied))
    for guard, address in values.addresses:
        same = _same_address(operator, value, address)
        if same is None:
            return None
        terms.append(both(guard, same))
    return disjunction(terms)


def _same_address(operator: str, value: Value, address: AddressVariable) -> Term | None:
    """Return a term that holds iff `value` is, as text, the address; None if not encoded."""
    if isinstance(value, AddressVariable) and operator in _WHOLE_TEXTS:
        return value.equals(address)
    return None


def _partition(operator: str, values: Alternatives) -> list[conditions.Case] | None:
    """Return what passes the positive test in each case of the guards, of which one holds."""
    if operator not in TEXTS:
        return None
    constant = [pattern for guard, pattern in values.patterns if guard is TRUE]
    options: list[list[_Option]] = []
    for each in values.of_each:
        if each.addresses:
            return None
        found: list[_Option] = [(guard, [pattern], []) for guard, pattern in each.patterns]
        for hole in each.holes:
            read = hollows_of(operator, hole)
            if read is None:
                return None
            found.append((hole.guard, [], read))
        none_holds = conjunction(negation(guard) for guard, _, _ in found)
        options.append([*found, (none_holds, [], [])])
    if prod(map(len, options)) > _MOST_CASES:
        return None
    cases: list[conditions.Case] = []
    for chosen in product(*options):
        guard = conjunction(guard for guard, _, _ in chosen)
        if guard is not FALSE:
            patterns = [*constant, *(item for _, several, _ in chosen for item in several)]
            hollows = tuple(item for _, _, several in chosen for item in several)
            cases.append((guard, clause(TEXTS[operator](patterns)), hollows))
    return cases


_Option = tuple[Term, list[Pattern], list[Hollow]]
"""What a template stands for where a guard holds."""
