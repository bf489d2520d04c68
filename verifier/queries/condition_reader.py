"""Conditions in a sentence, after `where` and `without` → `Condition`s."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from lark import Token, Transformer

from verifier import catalogued_keys
from verifier.errors import QuestionError
from verifier.policy.operators import Values, read_operator
from verifier.policy.syntax import Condition
from verifier.policy.templates import template
from verifier.semantics.values import moment, network, number

_MFA = "aws:MultiFactorAuthPresent"


class ConditionReader(Transformer[Token, Any]):
    """Reads the conditions of a sentence, whose `text` is what errors show."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def _fail(self, problem: str, token: Token, suggestion: str = "") -> QuestionError:
        position = token.start_pos or 0
        corrected = ""
        if suggestion:
            end = token.end_pos or position
            corrected = self._text[:position] + suggestion + self._text[end:]
        return QuestionError(problem, self._text, position, corrected)

    def where(self, conditions: list[Condition]) -> tuple[Condition, ...]:
        return tuple(conditions)

    def without(self, conditions: list[Condition]) -> tuple[Condition, ...]:
        return tuple(conditions)

    def value(self, parts: list[Token]) -> Token:
        return parts[0].update(value=parts[0].strip('"'))

    def absent(self, parts: list[Token]) -> Condition:
        if parts[0].lower() == "mfa":
            return _condition("BoolIfExists", _MFA, ["false"])
        return _condition("Null", self._key(parts[0]), ["true"])

    def present(self, parts: list[Token]) -> Condition:
        if parts[0].lower() == "mfa":
            return _condition("Bool", _MFA, ["true"])
        return _condition("Null", self._key(parts[0]), ["false"])

    def equals(self, parts: list[Any]) -> Condition:
        return self._compared(parts[0], parts[1:], _EQUAL)

    def among(self, parts: list[Any]) -> Condition:
        return self._compared(parts[0], parts[1:], _EQUAL)

    def differs(self, parts: list[Any]) -> Condition:
        return self._compared(parts[0], parts[1:], _DIFFERENT)

    def like(self, parts: list[Any]) -> Condition:
        return _condition("StringLike", self._key(parts[0]), parts[1:])

    def before(self, parts: list[Any]) -> Condition:
        return self._compared(parts[0], parts[1:], _BEFORE)

    def after(self, parts: list[Any]) -> Condition:
        return self._compared(parts[0], parts[1:], _AFTER)

    def _compared(self, token: Token, values: list[Token], operators: dict[str, str]) -> Condition:
        key = self._key(token)
        found = (catalogued_keys.key_type(key.lower()) or "String").removeprefix("ArrayOf")
        operator = operators.get(found, operators.get("String"))
        if operator is None:
            raise self._fail(f"`{token}` is neither a number nor a date", token)
        if (catalogued_keys.key_type(key.lower()) or "").startswith("ArrayOf"):
            operator = f"ForAnyValue:{operator}"
        for value in values if found in _VALUES else ():
            what, read = _VALUES[found]
            if not read(str(value)):
                raise self._fail(f"`{value}` is no {what}, as `{key}` has them", value)
        return _condition(operator, key, values)

    def _key(self, token: Token) -> str:
        if token.lower() == "mfa":
            return _MFA
        if not catalogued_keys.is_key(token.lower()):
            near = catalogued_keys.nearest_key(str(token)) or ""
            raise self._fail(f"there is no condition key `{token}`", token, near)
        return str(token)


def _is(read: Callable[[str], object]) -> Callable[[str], bool]:
    return lambda text: read(text) is not None


_VALUES: dict[str, tuple[str, Callable[[str], bool]]] = {
    "IPAddress": ("address or network", _is(network)),
    "Numeric": ("number", _is(number)),
    "Date": ("date or time", _is(moment)),
    "Bool": ("`true` or `false`", lambda text: text.lower() in ("true", "false")),
    "ARN": ("ARN, or pattern of ARNs", lambda text: text == "*" or text.count(":") >= 5),
}
"""What the values of each type of key are, and whether a text is one."""

_EQUAL = {
    "String": "StringEquals",
    "ARN": "ArnLike",
    "Bool": "Bool",
    "Numeric": "NumericEquals",
    "Date": "DateEquals",
    "IPAddress": "IpAddress",
}
_DIFFERENT = {
    "String": "StringNotEquals",
    "ARN": "ArnNotLike",
    "Numeric": "NumericNotEquals",
    "Date": "DateNotEquals",
    "IPAddress": "NotIpAddress",
}
_BEFORE = {"Date": "DateLessThan", "Numeric": "NumericLessThan"}
_AFTER = {"Date": "DateGreaterThan", "Numeric": "NumericGreaterThan"}


def _condition(operator: str, key: str, values: Iterable[str]) -> Condition:
    read = read_operator(operator)
    wildcards = read.values is Values.PATTERN
    return Condition(
        read,
        key.lower(),
        key,
        tuple(template(str(value), wildcards=wildcards, variables=False) for value in values),
    )
