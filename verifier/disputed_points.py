"""What AWS's documentation leaves disputed: the points X-1 to X-23, and their readings.

A point is one question with several answers, for which its sources contradict each other. The first
reading of a point is the one that holds where nobody chooses another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType


class Protection(Enum):
    """What keeps an answer honest that a point bears on."""

    FLAG = "an answer that depends on it says so, and shows every reading"
    TWO_SIDED = "without a choice the answer is unknown where it matters, and shows every reading"


@dataclass(frozen=True, slots=True)
class DisputedPoint:
    """One question, its `readings` in words by their short names, the default first.

    `strict` is the reading under which nothing is allowed that is not under all others, "" where
    there is none.
    """

    id: str
    question: str
    readings: Mapping[str, str]
    protection: Protection = Protection.FLAG
    strict: str = ""

    @property
    def default(self) -> str:
        """The name of the reading that holds where none is chosen."""
        return next(iter(self.readings))


_LISTED = (
    DisputedPoint(
        "X-1",
        "does a wildcard in the first five parts of a `Resource` cross colons?",
        {
            "glob": "yes: the whole pattern is one glob over the whole ARN (public experiments)",
            "part-ends": "only a `*` that ends its part does (AWS, current text)",
            "parts": "never: the parts are matched one by one (AWS, older text; simulator)",
        },
    ),
    DisputedPoint(
        "X-2",
        "what does a `Resource` with fewer than six parts match?",
        {
            "glob": "what it matches as a plain glob",
            "padded": "what it matches once `*` stands for each missing part (simulator)",
            "nothing": "nothing: it is invalid (Access Analyzer)",
        },
    ),
    DisputedPoint(
        "X-3",
        "is a caller exempt of whom `NotPrincipal` lists only a part of the chain?",
        {
            "open": "not decided",
            "exempt": "yes: one part is enough (simulator)",
            "denied": "no: account, role and session are checked one after the other (AWS)",
        },
        Protection.TWO_SIDED,
        strict="denied",
    ),
    DisputedPoint(
        "X-4",
        "what is a key whose only value is the empty string, to `Null` and `ForAllValues`?",
        {
            "value": "present, with a value like any other",
            "null": "null: as if it had no value (AWS, prose on conditions)",
        },
    ),
    DisputedPoint(
        "X-5",
        "is `ForAllValues` with a negated operator true when the key is absent?",
        {
            "true": "yes, as for every operator (AWS, general rule)",
            "false": "no (AWS, one row of a table)",
        },
    ),
    DisputedPoint(
        "X-6",
        "is `ForAnyValue:...IfExists` true when the key is absent?",
        {
            "true": "yes: the suffix decides (AWS, definition of the suffix)",
            "false": "no: the quantifier decides (simulator)",
        },
    ),
    DisputedPoint(
        "X-7",
        "what is an operator without quantifier on a multivalued key?",
        {
            "one-value": "compared if there is one value, false if there are several",
            "false": "false whenever the key is present (simulator)",
            "any-value": "true if it is for some value (older behaviour)",
        },
    ),
    DisputedPoint(
        "X-8",
        "what does an ARN operator match if its pattern has fewer than six parts, as `*`?",
        {
            "nothing": "nothing (simulator)",
            "glob": "what it matches as a plain glob",
        },
    ),
    DisputedPoint(
        "X-9",
        "does the letter case of operator names matter?",
        {
            "ignored": "no (simulator)",
            "exact": "yes: in another spelling it is no operator, never true (Access Analyzer)",
        },
    ),
    DisputedPoint(
        "X-10",
        "does a wildcard in the service prefix of an action count?",
        {
            "effective": "yes (Access Analyzer)",
            "ignored": "no: such a pattern names no action (simulator)",
        },
    ),
    DisputedPoint(
        "X-11",
        "are policy variables replaced in the values of `Bool`?",
        {
            "replaced": "yes (AWS, page on operators)",
            "literal": "no: they are plain text, neither true nor false (AWS, page on variables)",
        },
    ),
    DisputedPoint(
        "X-12",
        "which of two tags counts whose keys differ only in case?",
        {
            "either": "either may, at each request",
            "first": "the one that is listed first",
            "last": "the one that is listed last",
        },
    ),
    DisputedPoint(
        "X-13",
        "what is a date of four digits?",
        {
            "year": "a year",
            "epoch": "seconds since 1970",
        },
    ),
    DisputedPoint(
        "X-14",
        "which sessions carry the keys of MFA and of the identity provider?",
        {
            "any": "any session may, or may not",
            "current": "MFA: those that a user makes; provider: those by OIDC (AWS, current text)",
            "older": "MFA: all, `false` without it; provider: those by SAML, too (AWS, older text)",
        },
    ),
    DisputedPoint(
        "X-15",
        "whose address does a forward access session carry?",
        {
            "caller": "that of the first call, none if it came through an endpoint (AWS, page on"
            " these sessions)",
            "service": "always one, that of the service (AWS, page on operators)",
        },
    ),
    DisputedPoint(
        "X-16",
        "does a session policy limit what a resource policy of the same account grants to the"
        " session by name, or to everyone?",
        {
            "documented": "no (AWS, three pages)",
            "simulator": "yes: it must allow, too (simulator)",
        },
    ),
    DisputedPoint(
        "X-17",
        "may an Allow of an SCP have another `Resource` than `*`?",
        {
            "allowed": "yes, since September 2025 (AWS, blog and examples)",
            "void": "no: such a statement allows nothing (AWS, sentence on the syntax page)",
        },
    ),
    DisputedPoint(
        "X-18",
        "do the newer perimeter keys keep a bucket policy from being public?",
        {
            "pinning": "yes, where their values are fixed (simulator)",
            "unlisted": "no: AWS does not list them",
        },
    ),
    DisputedPoint(
        "X-19",
        "what of a `NotResource` with a variable that has no value?",
        {
            "excludes-nothing": "the entry excludes nothing, so that the statement is wider",
            "void": "the statement matches nothing (AWS, general note; simulator)",
        },
    ),
    DisputedPoint(
        "X-20",
        "does `StringLike aws:userid AROA...:*` keep a bucket policy from being public?",
        {
            "pinning": "yes (simulator; common use)",
            "public": "no: it is the one pattern that does not (AWS, read to the letter)",
        },
    ),
    DisputedPoint(
        "X-21",
        "do RCPs bind calls of actions that have no resource?",
        {
            "caller": "those of the caller's account do",
            "none": "none do (AWS, to the letter)",
        },
    ),
    DisputedPoint(
        "X-22",
        "what of a negated operator whose value is a variable that has no value?",
        {
            "true": "the value equals nothing, so that the operator is true",
            "void": "the statement does not apply (AWS, general note; simulator)",
        },
    ),
    DisputedPoint(
        "X-23",
        "must `sts:TagSession` be allowed for transitive tags that are only handed on?",
        {
            "open": "not decided",
            "needed": "yes: whatever tags the session gets",
            "passed": "no: only for tags that the call passes",
        },
        Protection.TWO_SIDED,
        strict="needed",
    ),
)

POINTS: Mapping[str, DisputedPoint] = MappingProxyType({point.id: point for point in _LISTED})
"""The register of the disputed points, by id."""
