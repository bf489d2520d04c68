"""Condition operators over open values: one function each, and the table that names them.

Each returns a term that holds iff the value satisfies one of the policy's values, or None where
that is not encoded; who asks then leaves the point open and says so.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import partial

from iam_smt.automata import Clause, clause
from iam_smt.keys import Truth, Value
from iam_smt.networks import AddressVariable, Network, contains, read_network
from iam_smt.numbers import Form, NumberVariable, in_relation, read_moment, read_number
from iam_smt.patterns import (
    ANYTHING,
    Pattern,
    fold_case,
    merged,
    narrowed,
    split_at_colons,
)
from iam_smt.terms import FALSE, TRUE, Term, both, disjunction, negation, truth
from iam_smt.texts import Choice, Text, member

_ARN_PARTS = 6

Test = Callable[[Value, Sequence[Pattern]], Term | None]


def _text(pattern: Pattern) -> str:
    """Return the text of a pattern without wildcards."""
    return "".join(item for item in pattern if isinstance(item, str))


def _fold(patterns: Iterable[Pattern]) -> list[Pattern]:
    return [fold_case(pattern) for pattern in patterns]


def arn_patterns(patterns: Iterable[Pattern], *, with_short: bool = False) -> list[Pattern]:
    """Return the patterns read part by part: `*` stops at colons in parts 1 to 5 (R4.51, R4.52).

    What has fewer parts matches nothing, or `with_short` as a glob.
    """
    found: list[Pattern] = []
    for pattern in patterns:
        if not is_short(pattern):
            found.append(merged(narrowed(pattern)))
        elif with_short:
            found.append(pattern)
    return found


def is_short(pattern: Pattern) -> bool:
    """Return whether a pattern has fewer parts than an ARN."""
    return len(split_at_colons(pattern, _ARN_PARTS)) < _ARN_PARTS


def _booleans(patterns: Iterable[Pattern]) -> list[Pattern]:
    said = {_text(pattern).lower() for pattern in patterns}
    return _fold((text,) for text in said & {"true", "false"})


TEXTS: dict[str, Callable[[Iterable[Pattern]], Iterable[Pattern]]] = {
    "StringEquals": lambda patterns: patterns,
    "StringEqualsIgnoreCase": _fold,
    "StringLike": lambda patterns: patterns,
    "ArnEquals": arn_patterns,
    "ArnLike": arn_patterns,
    "ArnEquals or glob": partial(arn_patterns, with_short=True),
    "ArnLike or glob": partial(arn_patterns, with_short=True),
    "Bool": _booleans,
}
"""The operators that are membership of the value, as text, in a union of patterns; those of ARNs
also as they are where patterns shorter than an ARN count (R4.52).
"""


def _texts(name: str, value: Value, patterns: Sequence[Pattern]) -> Term | None:
    """Return membership in the union that the operator `name` makes of the patterns."""
    of = clause(TEXTS[name](patterns))
    if isinstance(value, Truth):
        cases = ((value.term, "true"), (negation(value.term), "false"))
        return disjunction(guard for guard, text in cases if text in of)
    if isinstance(value, AddressVariable):
        return _address_text(value, of)
    if isinstance(value, NumberVariable):
        return truth(of.is_universal) if of.is_universal or of.is_empty else None
    return member(value, of)


def _address_text(value: AddressVariable, of: Clause) -> Term | None:
    """Return membership of the text of an address, where the patterns are whole blocks."""
    if of.is_universal:
        return TRUE
    terms: list[Term] = []
    for pattern in of.patterns:
        if _is_no_address(pattern):
            continue
        network = _block(pattern)
        if network is None:
            return None
        terms.append(value.within(network))
    return disjunction(terms)


_IN_ADDRESSES = frozenset("0123456789abcdefABCDEF.:")


def _is_no_address(pattern: Pattern) -> bool:
    """Return whether every match has a character that no address has, or is text that is none."""
    texts = [item for item in pattern if isinstance(item, str)]
    if any(not _IN_ADDRESSES.issuperset(text) for text in texts):
        return True
    return len(texts) == len(pattern) and (
        "/" in _text(pattern) or read_network(_text(pattern)) is None
    )


def _block(pattern: Pattern) -> Network | None:
    """Return the IPv4 block whose addresses are just the matches: `a.b.c.d`, `a.b.*`."""
    match pattern:
        case (str(text),):
            network = read_network(text)
            whole = network is not None and network.family == 4 and "/" not in text
            return network if whole else None
        case (str(text), run) if run == ANYTHING and text.endswith("."):
            octets = text.count(".")
            filled = text + ".".join("0" * (4 - octets))
            return read_network(f"{filled}/{8 * octets}")
    return None


def binary_equals(value: Value, patterns: Sequence[Pattern]) -> Term | None:
    """Holds iff the bytes are the same (R4.48); an open value is canonical base64."""
    wanted = {data for pattern in patterns if (data := _bytes(_text(pattern))) is not None}
    if isinstance(value, str):
        return truth(_bytes(value) in wanted)
    if isinstance(value, Truth | AddressVariable | NumberVariable):
        return None
    texts = [base64.b64encode(data).decode() for data in wanted]
    return member(value, clause((text,) if text else () for text in texts))


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def ip_address(value: Value, patterns: Sequence[Pattern]) -> Term | None:
    """Holds iff the address lies in one of the blocks; another family never does (R4.49)."""
    networks = [
        network for pattern in patterns if (network := read_network(_text(pattern))) is not None
    ]
    if isinstance(value, AddressVariable):
        return disjunction(value.within(network) for network in networks)
    if isinstance(value, str):
        return truth(any(contains(network, value) for network in networks))
    if isinstance(value, Truth | NumberVariable) or not networks:
        return FALSE
    return _by_case(value, patterns, ip_address)


def _by_case(value: Text, patterns: Sequence[Pattern], test: Test) -> Term | None:
    """Return the test for a text that is one of several, None if one of them is open."""
    if not isinstance(value, Choice):
        return None
    terms: list[Term] = []
    for guard, option in value.cases:
        term = test(option, patterns)
        if term is None:
            return None
        terms.append(both(guard, term))
    return disjunction(terms)


_READERS: dict[str, Callable[[str], Fraction | None]] = {
    "Numeric": read_number,
    "Date": read_moment,
    "Epoch": partial(read_moment, years=False),
}
_FORMS = {
    "Numeric": {Form.NUMBER, Form.EPOCH},
    "Date": {Form.DATE, Form.EPOCH},
    "Epoch": {Form.DATE, Form.EPOCH},
}


def _relation(family: str, relation: str, value: Value, patterns: Sequence[Pattern]) -> Term | None:
    """Return whether the value is in the relation to one of the bounds (R4.43-R4.46).

    A date is no number; a number read as a date may be a year or epoch seconds, which is not
    encoded.
    """
    read = _READERS[family]
    bounds = [bound for pattern in patterns if (bound := read(_text(pattern))) is not None]
    if isinstance(value, str):
        ours = read(value)
        return truth(
            ours is not None and any(in_relation(ours, relation, bound) for bound in bounds)
        )
    if isinstance(value, NumberVariable):
        if value.form not in _FORMS[family]:
            return FALSE if family == "Numeric" else None
        return disjunction(_compare(value, relation, bound) for bound in bounds)
    if isinstance(value, Truth | AddressVariable) or not bounds:
        return FALSE
    return _by_case(value, patterns, partial(_relation, family, relation))


def _compare(value: NumberVariable, relation: str, bound: Fraction) -> Term:
    if relation in (">", ">="):
        return negation(value.compare("<=" if relation == ">" else "<", bound))
    return value.compare(relation, bound)


_RELATIONS = {
    "Equals": "=",
    "LessThan": "<",
    "LessThanEquals": "<=",
    "GreaterThan": ">",
    "GreaterThanEquals": ">=",
}

POSITIVE: dict[str, Test] = {
    **{name: partial(_texts, name) for name in TEXTS},
    "BinaryEquals": binary_equals,
    "IpAddress": ip_address,
    **{f"Numeric{name}": partial(_relation, "Numeric", sign) for name, sign in _RELATIONS.items()},
    **{f"Date{name}": partial(_relation, "Date", sign) for name, sign in _RELATIONS.items()},
    **{f"Epoch{name}": partial(_relation, "Epoch", sign) for name, sign in _RELATIONS.items()},
}
"""The positive operators under AWS's names (R4.40-R4.51); those of dates also as `Epoch...`, to
which four digits are no year.
"""

NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NotIpAddress": "IpAddress",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
}
"""The negated operators with what they negate (R4.2, R4.20)."""
