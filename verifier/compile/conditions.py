"""Conditions as terms, entry for entry beside `semantics.conditions` (section 4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import product
from math import prod

from iam_smt import conditions
from iam_smt.automata import clause, exactly
from iam_smt.holes import Hollow, can_be_hole, fits, hollow
from iam_smt.keys import Key, SingleKey, Truth, Value
from iam_smt.networks import AddressVariable
from iam_smt.numbers import NumberVariable
from iam_smt.operators import NEGATED, POSITIVE, TEXTS, is_short
from iam_smt.patterns import (
    ANYTHING,
    NOT_COLON,
    Characters,
    Item,
    Pattern,
    Run,
    merged,
    split_at_colons,
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
from iam_smt.texts import Choice, StringVariable, Text, View, equal, member
from verifier.compile.matching import Alternatives, Hole, resolve, unresolved
from verifier.compile.requests import SymbolicRequest
from verifier.disputes import Readings
from verifier.policy.operators import Quantifier
from verifier.policy.syntax import Condition
from verifier.policy.templates import Template

_PLAIN = {"StringEquals", "StringLike"}
_WHOLE_TEXTS = {*_PLAIN, "StringEqualsIgnoreCase"}
_ARNS = {"ArnEquals", "ArnLike"}
_LENIENT = {f"{name} or glob" for name in _ARNS}
_ARN_PARTS = 6
_ARN = clause([(Run(NOT_COLON), ":") * (_ARN_PARTS - 1) + (ANYTHING,)])
_MOST_CASES = 64
_MOST_FILLINGS = 256


def condition_holds(condition: Condition, request: SymbolicRequest) -> Term:
    """Return a term that holds iff one (operator, key) entry is true (R4.1-R4.4, R4.6).

    In another spelling than AWS's an operator is one all the same, or none (R1.26, X-9). What is
    not encoded becomes an open flag that names the key and the operator.
    """
    operator, readings = condition.operator, request.readings
    respelled = operator.text != operator.canonical and readings.of("X-9") == "exact"
    if operator.name is None or respelled:
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
    positive = _as_read(NEGATED.get(operator.name or "", operator.name or ""), values, readings)
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


def _as_read(positive: str, values: Alternatives, readings: Readings) -> str:
    """Return the test that an operator stands for: of ARNs, which may take patterns shorter than
    an ARN for globs (R4.52, X-8), or of dates, which may take four digits for seconds (X-13).
    """
    if positive in _ARNS and _has_short(values) and readings.says("X-8", "glob"):
        return f"{positive} or glob"
    if positive.startswith("Date") and readings.of("X-13") == "epoch":
        return positive.replace("Date", "Epoch")
    return positive


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
        tied = _tied(operator, value, hole)
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


def _tied(operator: str, value: Value, hole: Hole) -> Term | None:
    if isinstance(value, Truth | AddressVariable | NumberVariable):
        return None
    if operator in _PLAIN:
        return tie(value, hole)
    is_arn = operator in _ARNS | _LENIENT
    if is_arn and not any(isinstance(item, Characters | Run) for item in hole.items):
        # Without wildcards, part by part is as a whole.
        same = tie(value, hole)
        if same is not None:
            return both(same, member(value, _ARN)) if operator in _ARNS else same
    hollows = _read(operator, hole)
    return None if hollows is None else _among(value, hollows)


def _among(value: Text, hollows: Sequence[Hollow]) -> Term | None:
    """Return a term that holds iff `value` fits one of the patterns."""
    match value:
        case Choice(cases=cases):
            terms = [_guarded(guard, _among(option, hollows)) for guard, option in cases]
        case str():
            terms = [_fills(value, found.items) for found in hollows]
        case StringVariable():
            terms = [fits(value, found) for found in hollows]
        case _:
            return None
    return disjunction(term for term in terms if term) if all(terms) else None


def _guarded(guard: Term, term: Term | None) -> Term | None:
    return None if term is None else both(guard, term)


def _read(operator: str, hole: Hole) -> list[Hollow] | None:
    """Return the patterns with holes that an operator makes of a template (R4.51, R4.52).

    None where it reads the value of a hole in another way than as it stands: a value with a colon
    moves what follows it in an ARN to a later part, which matters to wildcards before the last,
    and where the template alone has fewer parts than an ARN.
    """
    found = hole.hollow
    if operator in _PLAIN:
        return [found]
    if operator not in _ARNS | _LENIENT:
        return None
    *head, _ = parts = split_at_colons(found.pattern, _ARN_PARTS)
    if len(parts) < _ARN_PARTS:
        return None
    items = [item for part in head for item in part if not isinstance(item, str)]
    holes = [place for place, item in enumerate(items) if found.has_hole((item,))]
    if holes and any(not found.has_hole((item,)) for item in items[holes[0] :]):
        return None
    return [Hollow(pattern, found.holes) for pattern in TEXTS[operator]([found.pattern])]


def tie(value: Text, hole: Hole) -> Term | None:
    """Return a term that holds iff `value` matches a template whose variables are open.

    Where the value is known, the one variable must be one of its parts; where the template is the
    variable alone, both must be equal; else an open value must fit around the variables'.
    """
    if isinstance(value, Choice):
        found = [_guarded(guard, tie(option, hole)) for guard, option in value.cases]
        return disjunction(term for term in found if term) if all(found) else None
    if isinstance(value, str):
        return _fills(value, hole.items)
    alone = hole.alone
    if alone is not None and not alone[0] and not alone[2]:
        same = equal(value, alone[1])
        if same is not None:
            return same
        if isinstance(alone[1], StringVariable) and can_be_hole(value):
            return fits(alone[1], hollow([value]))
        if isinstance(value, View) and isinstance(alone[1], View):
            return _same_part(value, alone[1])
    return fits(value, hole.hollow) if isinstance(value, StringVariable) else None


def _same_part(one: View, other: View) -> Term | None:
    """Return a term that holds iff two parts of the same characters are equal, each of which
    stands in its whole in one way only.
    """
    if one.characters != other.characters:
        return None
    return fits(one.base, hollow([*one.head, other, *one.tail]))


def _fills(text: str, items: Sequence[Item | Text]) -> Term | None:
    """Return a term that holds iff the values of the variables make `text` of the template."""
    places = [place for place, item in enumerate(items) if not isinstance(item, Item)]
    if len(places) == 1:
        before, of, after = _around(items, places[0])
        return member(of, exactly(*parts(text, before, after)))
    found: list[Term] = []
    for values in _fillings(text, items):
        if len(found) == _MOST_FILLINGS:
            return None
        found.append(conjunction(member(of, exactly(value)) for of, value in values))
    return disjunction(found)


def _around(items: Sequence[Item | Text], place: int) -> tuple[Pattern, Text, Pattern]:
    """Return what stands before a hole, the hole, and what stands after it."""
    before = merged(item for item in items[:place] if isinstance(item, Item))
    after = merged(item for item in items[place + 1 :] if isinstance(item, Item))
    return before, items[place], after  # type: ignore[return-value]


def parts(text: str, before: Pattern, after: Pattern) -> list[str]:
    """Return every middle part of `text` that stands between matches of two patterns."""
    head, tail = clause([before]), clause([after])
    starts = [index for index in range(len(text) + 1) if text[:index] in head]
    ends = [index for index in range(len(text) + 1) if text[index:] in tail]
    return [text[start:end] for start in starts for end in ends if start <= end]


_Filling = tuple[tuple[Text, str], ...]
"""What each hole is to be filled with."""


def _fillings(text: str, items: Sequence[Item | Text]) -> Iterator[_Filling]:
    """Yield every way to fill the holes so that the whole is `text`."""
    place = next((n for n, item in enumerate(items) if not isinstance(item, Item)), None)
    if place is None:
        if text in clause([tuple(item for item in items if isinstance(item, Item))]):
            yield ()
        return
    before, of, _ = _around(items, place)
    head = clause([before])
    for start in range(len(text) + 1):
        if text[:start] in head:
            for end in range(start, len(text) + 1):
                for others in _fillings(text[end:], items[place + 1 :]):
                    yield ((of, text[start:end]), *others)


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
            read = _read(operator, hole)
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
