"""Conditions: whether a Condition element holds in a context (section 4 of the semantics)."""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction

from verifier.policy.operators import Quantifier
from verifier.policy.syntax import Condition
from verifier.policy.templates import Token
from verifier.request import Context
from verifier.semantics.matching import arn_matches, glob, substitute
from verifier.semantics.values import address, binary, moment, network, number

_FOLD = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}

Test = Callable[[str, tuple[Token, ...]], bool]
"""Whether a value of the request satisfies one value of the policy, variables replaced."""


def _text(tokens: tuple[Token, ...]) -> str:
    return "".join(map(str, tokens))


def string_equals(value: str, tokens: tuple[Token, ...]) -> bool:
    """Return whether the texts are the same; `*` is no wildcard here (R4.40)."""
    return value == _text(tokens)


def string_equals_ignore_case(value: str, tokens: tuple[Token, ...]) -> bool:
    """Return whether the texts are the same but for the case of ASCII letters (R4.41)."""
    return value.translate(_FOLD) == _text(tokens).translate(_FOLD)


def string_like(value: str, tokens: tuple[Token, ...]) -> bool:
    """Return whether the pattern matches the whole value (R4.42)."""
    return glob(tokens, value)


def arn_like(value: str, tokens: tuple[Token, ...]) -> bool:
    """Return whether the ARNs match part by part (R4.51, R4.52)."""
    return arn_matches(tokens, value)


def _boolean(value: str, tokens: tuple[Token, ...]) -> bool:
    """Return whether both say `true`, or both `false`, in any case (R4.47)."""
    said = value.lower()
    return said in ("true", "false") and said == _text(tokens).lower()


def binary_equals(value: str, tokens: tuple[Token, ...]) -> bool:
    """Return whether the bytes are the same (R4.48)."""
    ours = binary(_text(tokens))
    return ours is not None and ours == binary(value)


def ip_address(value: str, tokens: tuple[Token, ...]) -> bool:
    """Return whether the address lies in the block; the other family never does (R4.49)."""
    ours, theirs = network(_text(tokens)), address(value)
    return ours is not None and theirs is not None and theirs in ours


def _relation(
    read: Callable[[str], Fraction | None], holds: Callable[[Fraction, Fraction], bool]
) -> Test:
    def test(value: str, tokens: tuple[Token, ...]) -> bool:
        ours, theirs = read(_text(tokens)), read(value)
        return ours is not None and theirs is not None and holds(theirs, ours)

    return test


POSITIVE: dict[str, Test] = {
    "StringEquals": string_equals,
    "StringEqualsIgnoreCase": string_equals_ignore_case,
    "StringLike": string_like,
    "ArnEquals": arn_like,
    "ArnLike": arn_like,
    "Bool": _boolean,
    "BinaryEquals": binary_equals,
    "IpAddress": ip_address,
    "NumericEquals": _relation(number, operator.eq),
    "NumericLessThan": _relation(number, operator.lt),
    "NumericLessThanEquals": _relation(number, operator.le),
    "NumericGreaterThan": _relation(number, operator.gt),
    "NumericGreaterThanEquals": _relation(number, operator.ge),
    "DateEquals": _relation(moment, operator.eq),
    "DateLessThan": _relation(moment, operator.lt),
    "DateLessThanEquals": _relation(moment, operator.le),
    "DateGreaterThan": _relation(moment, operator.gt),
    "DateGreaterThanEquals": _relation(moment, operator.ge),
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


def condition_holds(condition: Condition, context: Context) -> bool:
    """Return whether one (operator, key) entry is true of the context (R4.1-R4.4, R4.6).

    An absent key: R4.20, R4.21. Sets of values: R4.30-R4.37.
    """
    name, quantifier = condition.operator.name, condition.operator.quantifier
    values = context.get(condition.key)
    if name is None:
        return False
    if name == "Null":
        return _null(condition, quantifier, values)
    if not condition.values and (quantifier or condition.operator.if_exists):
        return _without_values(condition, quantifier, values)
    negated = name in NEGATED
    if quantifier is Quantifier.ALL:
        return all(_entry(condition, value, context) for value in values or ())
    if quantifier is Quantifier.ANY:
        if values is None:
            return condition.operator.if_exists
        return any(_entry(condition, value, context) for value in values)
    if not values:
        return condition.operator.if_exists or negated
    if len(values) > 1:
        return False
    return _entry(condition, values[0], context)


def _entry(condition: Condition, value: str, context: Context) -> bool:
    """Return the truth for one value of the request: values are OR-ed, or NOR-ed (R4.2, R4.32).

    A value of the policy whose variable has no value equals nothing (R2.49).
    """
    name = condition.operator.name or ""
    test = POSITIVE.get(name) or NEGATED[name]
    found = any(
        tokens is not None and test(value, tokens)
        for tokens in (substitute(template, context) for template in condition.values)
    )
    return found != (name in NEGATED)


def _null(
    condition: Condition, quantifier: Quantifier | None, values: tuple[str, ...] | None
) -> bool:
    """Return whether the key is absent for `true`, present for `false` (R4.22, R4.23)."""
    if quantifier:
        return quantifier is Quantifier.ALL
    wanted = "true" if values is None else "false"
    return any(template.text.lower() == wanted for template in condition.values)


def _without_values(
    condition: Condition, quantifier: Quantifier | None, values: tuple[str, ...] | None
) -> bool:
    """Return the truth of a quantified or `IfExists` entry with an empty list (R1.28)."""
    if quantifier is Quantifier.ANY and not condition.operator.if_exists:
        return False
    return not values
