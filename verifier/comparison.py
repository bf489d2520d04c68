"""What a comparison of two policies comes to: equivalent, narrower, wider, or neither."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from verifier.disputes import Meeting
from verifier.errors import UndecidedError
from verifier.request import Request
from verifier.shown import Shown
from verifier.verdict import Cause, Dependence, Effort


class Relation(Enum):
    """How the new policy stands to the old one."""

    EQUIVALENT = "equivalent"
    NARROWER = "narrower"
    WIDER = "wider"
    INCOMPARABLE = "incomparable"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Change:
    """A request that one of two policies allows and the other does not, by one statement.

    `request` was replayed by the evaluator under both; it is None where it is not known whether
    there is one, and `reason` says why. `chosen` are the condition keys that it takes;
    `caller_matters` says whether it takes this kind of caller, who is of an unknown account. `met`
    are the readings of disputed points that the evaluator asked about.
    """

    cause: Cause
    request: Request | None
    chosen: tuple[str, ...] = ()
    caller_matters: bool = False
    reason: str = ""
    met: frozenset[Meeting] = frozenset()


@dataclass(frozen=True)
class Comparison(Shown):
    """What is newly allowed by a policy in the place of another, and what no longer.

    `old` and `new` name the policies; `assumptions` is what was taken for granted. The relation
    `depends_on` disputed points; `readings` has how these were read, where not by default.
    """

    old: str
    new: str
    newly: tuple[Change, ...]
    lost: tuple[Change, ...]
    assumptions: tuple[str, ...]
    effort: Effort
    depends_on: tuple[Dependence, ...] = ()
    readings: Mapping[str, str] = field(default_factory=dict)

    @property
    def relation(self) -> Relation:
        """How the new policy stands to the old one; unknown if either direction is."""
        wider, narrower = _some(self.newly), _some(self.lost)
        if wider and narrower:
            return Relation.INCOMPARABLE
        if wider is None or narrower is None:
            return Relation.UNKNOWN
        if wider:
            return Relation.WIDER
        return Relation.NARROWER if narrower else Relation.EQUIVALENT

    @property
    def newly_allowed(self) -> tuple[Change, ...]:
        """What only the new policy allows; raises `UndecidedError` if it is unknown whether
        there is anything.
        """
        return _known(self.newly)

    @property
    def no_longer_allowed(self) -> tuple[Change, ...]:
        """What only the old policy allows; raises `UndecidedError` likewise."""
        return _known(self.lost)


def _some(changes: tuple[Change, ...]) -> bool | None:
    if any(change.request is not None for change in changes):
        return True
    return None if changes else False


def _known(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    if _some(changes) is None:
        raise UndecidedError("it is unknown whether the policies differ: " + changes[0].reason)
    return tuple(change for change in changes if change.request is not None)
