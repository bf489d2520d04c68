"""Conditions: whether a Condition element holds in a context (section 4 of the semantics)."""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction

from verifier import catalogued_keys
from verifier.disputes import DEFAULT, Readings
from verifier.policy.operators import Quantifier
from verifier.policy.syntax import Condition
from verifier.policy.templates import Template, Token
from verifier.request import Context
from verifier.semantics.matching import arn_matches, glob, substitute
from verifier.semantics.values import address, binary, is_year, moment, network, number

_FOLD = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}

Test = Callable[[str, tuple[Token, ...], Readings], bool]
"""Whether a value of the request satisfies one value of the policy, variables replaced."""


def _text(tokens: tuple[Token, ...]) -> str:
    return "".join(map(str, tokens))


def string_equals(value: str, tokens: tuple[Token, ...], readings: Readings) -> bool:
    """Return whether the texts are the same; `*` is no wildcard here (R4.40)."""
    return value == _text(tokens)


def string_equals_ignore_case(value: str, tokens: tuple[Token, ...], readings: Readings) -> bool:
    """Return whether the texts are the same but for the case of ASCII letters (R4.41)."""
    return value.translate(_FOLD) == _text(tokens).translate(_FOLD)


def string_like(value: str, tokens: tuple[Token, ...], readings: Readings) -> bool:
    """Return whether the pattern matches the whole value (R4.42)."""
    return glob(tokens, value)


def arn_like(value: str, tokens: tuple[Token, ...], readings: Readings) -> bool:
    """Return whether the ARNs match part by part (R4.51, R4.52)."""
    return arn_matches(tokens, value, readings)


def _boolean(value: str, tokens: tuple[Token, ...], readings: Readings) -> bool:
    """Return whether both say `true`, or both `false`, in any case (R4.47)."""
    said = value.lower()
    return said in ("true", "false") and said == _text(tokens).lower()


def binary_equals(value: str, tokens: tuple[Token, ...], readings: Readings) -> bool:
    """Return whether the bytes are the same (R4.48)."""
    ours = binary(_text(tokens))
    return ours is not None and ours == binary(value)


def ip_address(value: str, tokens: tuple[Token, ...], readings: Readings) -> bool:
    """Return whether the address lies in the block; the other family never does (R4.49)."""
    ours, theirs = network(_text(tokens)), address(value)
    return ours is not None and theirs is not None and theirs in ours


def _relation(
    read: Callable[[str, Readings], Fraction | None], holds: Callable[[Fraction, Fraction], bool]
) -> Test:
    def test(value: str, tokens: tuple[Token, ...], readings: Readings) -> bool:
        ours, theirs = read(_text(tokens), readings), read(value, readings)
        return ours is not None and theirs is not None and holds(theirs, ours)

    return test


def _number(text: str, readings: Readings) -> Fraction | None:
    return number(text)


def _moment(text: str, readings: Readings) -> Fraction | None:
    return moment(text, years=not (is_year(text) and readings.says("X-13", "epoch")))


POSITIVE: dict[str, Test] = {
    "StringEquals": string_equals,
    "StringEqualsIgnoreCase": string_equals_ignore_case,
    "StringLike": string_like,
    "ArnEquals": arn_like,
    "ArnLike": arn_like,
    "Bool": _boolean,
    "BinaryEquals": binary_equals,
    "IpAddress": ip_address,
    "NumericEquals": _relation(_number, operator.eq),
    "NumericLessThan": _relation(_number, operator.lt),
    "NumericLessThanEquals": _relation(_number, operator.le),
    "NumericGreaterThan": _relation(_number, operator.gt),
    "NumericGreaterThanEquals": _relation(_number, operator.ge),
    "DateEquals": _relation(_moment, operator.eq),
    "DateLessThan": _relation(_moment, operator.lt),
    "DateLessThanEquals": _relation(_moment, operator.le),
    "DateGreaterThan": _relation(_moment, operator.gt),
    "DateGreaterThanEquals": _relation(_moment, operator.ge),
}
"""The positive operators under AWS's names (R4.40-R4.51)."""

NEGATED: dict[str, Test] = {
    "StringNotEquals": string_equals,
    "StringNotEqualsIgnoreCase": string_equals_ignore_case,
    "StringNotLike": string_like,
    "ArnNotEquals": arn_like,
    "ArnNotLike": arn_like,
    "NotIpAddress": ip_address,
    "NumericNotEquals": POSITIVE["NumericEquals"],
    "DateNotEquals": POSITIVE["DateEquals"],
}
"""The negated operators with the test that they negate (R4.2, R4.20)."""


def condition_holds(condition: Condition, context: Context, readings: Readings = DEFAULT) -> bool:
    """Return whether one (operator, key) entry is true of the context (R4.1-R4.4, R4.6).

    In another spelling than AWS's an operator is one all the same, or none (R1.26, X-9). A negated
    operator with a variable that has no value may be void (R2.49, X-22).
    """
    operator = condition.operator
    respelled = operator.text != operator.canonical
    if operator.name is None or (respelled and readings.says("X-9", "exact")):
        return False
    if not _holds(condition, context, readings):
        return False
    unresolved = operator.name in NEGATED and any(
        template.variables and substitute(template, context) is None
        for template in condition.values
    )
    return not unresolved or not readings.says("X-22", "void")


def _holds(condition: Condition, context: Context, readings: Readings) -> bool:
    operator, quantifier = condition.operator, condition.operator.quantifier
    values = context.get(condition.key)
    if operator.name == "Null":
        return _null(condition, values, readings)
    if values is None:
        return _when_absent(condition, readings)
    if not condition.values and (quantifier or operator.if_exists):
        return _without_values(condition, values, readings)
    entries = (_entry(condition, value, context, readings) for value in values)
    if quantifier is Quantifier.ALL:
        return all(entries) or _is_null(values, readings)
    if quantifier is Quantifier.ANY:
        return any(entries)
    return _without_quantifier(condition, list(entries), readings)


def _when_absent(condition: Condition, readings: Readings) -> bool:
    """Return the truth of an entry whose key is absent (R4.20, R4.21, R4.30-R4.34, R1.28).

    Quantifier and negation, or quantifier and suffix, may disagree (X-5, X-6).
    """
    operator = condition.operator
    negated = operator.name in NEGATED
    if operator.if_exists:
        return operator.quantifier is not Quantifier.ANY or not readings.says("X-6", "false")
    if operator.quantifier is Quantifier.ALL:
        return not negated or not readings.says("X-5", "false")
    return negated and operator.quantifier is None


def _without_quantifier(condition: Condition, entries: list[bool], readings: Readings) -> bool:
    """Return the truth of a plain entry, given that for each value of the key (R4.36, R4.37).

    No value is as an absent key. A multivalued key may also make it false, or one true value may
    make it true (X-7).
    """
    if_exists, negated = condition.operator.if_exists, condition.operator.name in NEGATED
    is_multivalued = len(entries) != 1 or catalogued_keys.is_multivalued(condition.key)
    plain = entries[0] if len(entries) == 1 else not entries and (if_exists or negated)
    if not is_multivalued:
        return plain
    if plain and readings.says("X-7", "false"):
        return False
    return plain or (any(entries) and readings.says("X-7", "any-value"))


def _entry(condition: Condition, value: str, context: Context, readings: Readings) -> bool:
    """Return the truth for one value of the request: values are OR-ed, or NOR-ed (R4.2, R4.32).

    A value of the policy whose variable has no value equals nothing (R2.49).
    """
    name = condition.operator.name or ""
    test = POSITIVE.get(name) or NEGATED[name]

    def satisfies(template: Template) -> bool:
        tokens = substitute(template, context)
        return (
            tokens is not None
            and test(value, tokens, readings)
            and not (name == "Bool" and template.variables and readings.says("X-11", "literal"))
        )

    return any(map(satisfies, condition.values)) != (name in NEGATED)


def _null(condition: Condition, values: tuple[str, ...] | None, readings: Readings) -> bool:
    """Return whether the key is absent for `true`, present for `false` (R4.22, R4.23)."""
    quantifier = condition.operator.quantifier
    if quantifier:
        return quantifier is Quantifier.ALL
    said = {template.text.lower() for template in condition.values}
    if values is None:
        return "true" in said
    if ("true" in said) != ("false" in said) and _is_null(values, readings):
        return "true" in said
    return "false" in said


def _is_null(values: tuple[str, ...], readings: Readings) -> bool:
    """Return whether a key with these values counts as null: all it holds is empty (R4.23, R4.35,
    X-4).
    """
    return bool(values) and not any(values) and readings.says("X-4", "null")


def _without_values(condition: Condition, values: tuple[str, ...], readings: Readings) -> bool:
    """Return the truth of a quantified or `IfExists` entry with an empty list (R1.28)."""
    operator = condition.operator
    if operator.quantifier is Quantifier.ALL:
        return not values or _is_null(values, readings)
    return not values and operator.if_exists
