"""Why an answer is as it is: what it stands on, and the least that would change it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from verifier.question import Question
from verifier.shown import Shown
from verifier.verdict import Cause, Dependence, Hop, Verdict


class Kind(Enum):
    """What may be done to policies so that a denied call is allowed."""

    REMOVE = "remove"
    ALLOW = "allow in"


@dataclass(frozen=True, slots=True)
class Change:
    """Take away a statement that denies, or let a policy, or all policies of a type, allow.

    `where` are the policies that would have to allow, several of which any one will do.
    """

    kind: Kind
    layer: str
    where: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class Remedy:
    """Changes that together would allow the call, and no part of them would; `hop` shows how."""

    changes: tuple[Change, ...]
    hop: Hop


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why one request is allowed.

    `suffices`: each set of statements is enough, and no part of it is. `closes`: without each set
    of statements the request is denied, and without a part of it it is not.
    """

    hop: Hop
    suffices: tuple[tuple[Cause, ...], ...]
    closes: tuple[tuple[Cause, ...], ...]


@dataclass(frozen=True)
class Explanation(Shown):
    """Why a question is answered as it is.

    A yes has the `grounds` of each request; a no the `remedies`, fewest changes first, none if
    nothing that policies can say would help; an unknown the `reason`. The verdict `depends_on`
    disputed points; `readings` has how these were read, where not by default.
    """

    question: Question
    verdict: Verdict
    grounds: tuple[Grounds, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    reason: str = ""
    seconds: float = 0.0
    depends_on: tuple[Dependence, ...] = ()
    readings: Mapping[str, str] = field(default_factory=dict)
