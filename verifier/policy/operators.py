"""Names of condition operators: `[ForAllValues:|ForAnyValue:]Operator[IfExists]` (R4.7)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Quantifier(Enum):
    """How an operator ranges over the values of a multivalued key (R4.30, R4.31)."""

    ALL = "ForAllValues"
    ANY = "ForAnyValue"


class Values(Enum):
    """What the values of an operator may contain (R2.41)."""

    PATTERN = "wildcards and variables"
    TEXT = "variables"
    LITERAL = "neither"


OPERATORS = {
    "StringEquals": Values.TEXT,
    "StringNotEquals": Values.TEXT,
    "StringEqualsIgnoreCase": Values.TEXT,
    "StringNotEqualsIgnoreCase": Values.TEXT,
    "StringLike": Values.PATTERN,
    "StringNotLike": Values.PATTERN,
    "NumericEquals": Values.LITERAL,
    "NumericNotEquals": Values.LITERAL,
    "NumericLessThan": Values.LITERAL,
    "NumericLessThanEquals": Values.LITERAL,
    "NumericGreaterThan": Values.LITERAL,
    "NumericGreaterThanEquals": Values.LITERAL,
    "DateEquals": Values.LITERAL,
    "DateNotEquals": Values.LITERAL,
    "DateLessThan": Values.LITERAL,
    "DateLessThanEquals": Values.LITERAL,
    "DateGreaterThan": Values.LITERAL,
    "DateGreaterThanEquals": Values.LITERAL,
    "Bool": Values.TEXT,
    "BinaryEquals": Values.LITERAL,
    "IpAddress": Values.LITERAL,
    "NotIpAddress": Values.LITERAL,
    "ArnEquals": Values.PATTERN,
    "ArnNotEquals": Values.PATTERN,
    "ArnLike": Values.PATTERN,
    "ArnNotLike": Values.PATTERN,
    "Null": Values.LITERAL,
}
"""The operators of R4.40-R4.54 and R4.22; variables in `Bool` are read by X-11's default."""

_CANONICAL = {name.lower(): name for name in OPERATORS}
_QUANTIFIERS = {f"{quantifier.value.lower()}:": quantifier for quantifier in Quantifier}
_IF_EXISTS = "ifexists"


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator as written (`text`) and as read; `name` is None when AWS has no such operator."""

    text: str
    name: str | None
    quantifier: Quantifier | None
    if_exists: bool

    @property
    def canonical(self) -> str:
        """The documented spelling, or the text as written for an unknown operator."""
        if self.name is None:
            return self.text
        prefix = f"{self.quantifier.value}:" if self.quantifier else ""
        return prefix + self.name + ("IfExists" if self.if_exists else "")

    @property
    def values(self) -> Values:
        """What the values of this operator may contain."""
        return OPERATORS[self.name] if self.name else Values.LITERAL


def read_operator(text: str) -> Operator:
    """Read the name of an operator, in any letter case (R1.26, X-9).

    `NullIfExists` is not an operator (R4.22).
    """
    rest = text.lower()
    quantifier = None
    for prefix, candidate in _QUANTIFIERS.items():
        if rest.startswith(prefix):
            quantifier, rest = candidate, rest[len(prefix) :]
    if_exists = rest.endswith(_IF_EXISTS)
    rest = rest.removesuffix(_IF_EXISTS)
    name = _CANONICAL.get(rest)
    if name == "Null" and if_exists:
        name = None
    return Operator(text, name, quantifier, if_exists)
