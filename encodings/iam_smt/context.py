"""The condition keys of one request: made when a policy first mentions them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from enum import Enum
from typing import Protocol

from iam_smt.automata import EVERYTHING, clause
from iam_smt.keys import Key, SetKey, SingleKey, Truth
from iam_smt.networks import AddressVariable
from iam_smt.numbers import Form, NumberVariable
from iam_smt.patterns import ANYTHING, DIGIT, Characters, Pattern, Run
from iam_smt.sets import SetVariable
from iam_smt.terms import Flag, Term
from iam_smt.texts import StringVariable


class KeyType(Enum):
    """How the value of a key is read (section 5.1)."""

    TEXT = "text"
    TEXTS = "several texts"
    BOOLEAN = "Boolean"
    NUMBER = "number"
    DATE = "date"
    ADDRESS = "IP address"


class Source(Protocol):
    """Knows some keys of a request, and what holds between those that it has made."""

    def key(self, name: str) -> Key | None:
        """Return the key, in lower case, if this source knows it."""

    def axioms(self) -> list[Term]:
        """Return what is true of the keys made so far."""


_FAMILIES = {
    "Numeric": KeyType.NUMBER,
    "Date": KeyType.DATE,
    "IpAddress": KeyType.ADDRESS,
    "NotIpAddress": KeyType.ADDRESS,
}

ACCOUNT: Pattern = (DIGIT,) * 12
_NAME = Characters(
    frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+=,.@-")
)
SESSION_NAME = clause([(_NAME, _NAME, Run(_NAME))])
"""What a role session may be called (R7.32)."""

_DOMAINS: dict[str, tuple[list[Pattern], tuple[str, ...]]] = {
    "sts:rolesessionname": ([(_NAME, _NAME, Run(_NAME))], ("example",)),
    "sts:externalid": ([(Characters(frozenset(), True),) * 2 + (ANYTHING,)], ("example",)),
    "aws:sourceaccount": ([ACCOUNT], ("999999999999",)),
    "aws:vpceaccount": ([ACCOUNT], ("999999999999",)),
    "aws:sourcevpce": ([(ANYTHING,)], ("vpce-0123456789abcdef0",)),
    "aws:sourcevpc": ([(ANYTHING,)], ("vpc-0123456789abcdef0",)),
    "aws:requestedregion": ([(ANYTHING,)], ("us-east-1", "eu-west-1")),
    "lambda:functionurlauthtype": ([("AWS_IAM",), ("NONE",)], ("AWS_IAM",)),
    "sts:taskpolicyarn": (
        [("arn:", ANYTHING, ":iam::aws:policy/root-task/", ANYTHING)],
        ("arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy",),
    ),
    "aws:useragent": ([(ANYTHING,)], ("example",)),
}
"""What the values of some keys look like, and plain values for them (R1.41, R6.57, R7.32)."""


def free_key(label: str, name: str, key_type: KeyType, present: Term | None = None) -> Key:
    """Return a key of which nothing is known, by default not even whether it is present."""
    title = f"{label}.{name}"
    if key_type is KeyType.TEXTS:
        members = SetVariable(title)
        return SetKey(present or members.some(EVERYTHING), members)
    there = present or Flag(f"has {title}")
    match key_type:
        case KeyType.BOOLEAN:
            return SingleKey(there, Truth(Flag(title)))
        case KeyType.NUMBER:
            return SingleKey(there, NumberVariable(title, Form.NUMBER))
        case KeyType.DATE:
            return SingleKey(there, NumberVariable(title, Form.DATE))
        case KeyType.ADDRESS:
            return SingleKey(there, AddressVariable(title))
    patterns, suggestions = _DOMAINS.get(name, ([(ANYTHING,)], ("example",)))
    return SingleKey(there, StringVariable(title, clause(patterns), suggestions))


class SymbolicContext:
    """The keys of the request `label`; `sources` are asked in order, else the key is free.

    `type_of` gives the type of a key, None where no catalogue has it: then the first operator
    that asks decides. `keys` holds what was asked for, `sources` who knew it, `kept` what was
    encoded over the keys.
    """

    def __init__(
        self,
        label: str,
        sources: Sequence[Source],
        type_of: Callable[[str], KeyType | None],
    ) -> None:
        self.label = label
        self._asked = sources
        self._type_of = type_of
        self.keys: dict[str, Key] = {}
        self.sources: dict[str, Source] = {}
        self.kept: dict[Hashable, Term] = {}
        self._open: dict[str, Flag] = {}

    def open_point(self, what: str) -> Flag:
        """Return the flag of something that is not encoded, the same for the same words."""
        return self._open.setdefault(what, Flag(what, what))

    def key(self, name: str, operator: str = "") -> Key:
        """Return the key `name`, in lower case, as `operator` will read it."""
        key = self.keys.get(name)
        if key is None:
            key = self.keys[name] = self._make(name, operator)
        return key

    def _make(self, name: str, operator: str) -> Key:
        for source in self._asked:
            key = source.key(name)
            if key is not None:
                self.sources[name] = source
                return key
        key_type = self._type_of(name) or next(
            (found for prefix, found in _FAMILIES.items() if operator.startswith(prefix)),
            KeyType.TEXT,
        )
        return free_key(self.label, name, key_type)

    def axioms(self) -> list[Term]:
        """Return what is true of the keys made so far (section 5.2)."""
        return [axiom for source in self._asked for axiom in source.axioms()]
