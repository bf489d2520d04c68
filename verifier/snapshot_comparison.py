"""What a comparison of two snapshots comes to: who can do more, who less, and since which edit."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from enum import Enum

from verifier.comparison import Relation
from verifier.errors import UndecidedError
from verifier.shown import Shown
from verifier.verdict import Effort, Hop, Way


class EditKind(Enum):
    """What became of a policy, a principal or a resource from the old snapshot to the new."""

    ADDED = "is new"
    REMOVED = "is gone"
    CHANGED = "was edited"
    MOVED = "was attached elsewhere"


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit of what the snapshots say: `what` is the policy, principal or resource.

    `old` and `new` are its places, `file:line:column`, of the first that has it. `content` tells
    edits apart that are called alike: what is said in both.
    """

    kind: EditKind
    what: str
    old: str = field(default="", compare=False)
    new: str = field(default="", compare=False)
    content: Hashable = field(default=None, repr=False)

    def __str__(self) -> str:
        return f"{self.what} {self.kind.value}"


@dataclass(frozen=True, slots=True)
class Access:
    """One caller, a principal or a class of outsiders, to whom a change makes a difference.

    `hop` is a request that only one of the snapshots allows, replayed under both.
    """

    who: str
    hop: Hop


@dataclass(frozen=True, slots=True)
class AccessChange:
    """What the same `edits` and statements make allowed, or no longer, and for whom.

    `edits` are the least that make the difference to the first caller; none where only something
    else than a policy has changed.
    """

    edits: tuple[Edit, ...]
    callers: tuple[Access, ...]

    @property
    def hop(self) -> Hop:
        """A request that shows it, by the first caller."""
        return self.callers[0].hop


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """What is not known: whether `who` can do more, or less, and why not."""

    who: str
    reason: str


@dataclass(frozen=True)
class Direction:
    """What only one of two snapshots allows.

    `changes` are requests of one call; `reached` are the roles that outsiders become in this one
    only, each with its path, and `ways_in` all that they become in it; `unknown` is what was not
    decided.
    """

    changes: tuple[AccessChange, ...] = ()
    reached: tuple[Way, ...] = ()
    unknown: tuple[OpenPoint, ...] = ()
    ways_in: tuple[Way, ...] = ()

    def __bool__(self) -> bool:
        if not self.changes and not self.reached and self.unknown:
            raise UndecidedError(f"it is unknown: {self.unknown[0].reason}")
        return bool(self.changes or self.reached)

    @property
    def is_open(self) -> bool:
        """Whether nothing was found, but not all was decided."""
        return bool(self.unknown) and not self.changes and not self.reached


@dataclass(frozen=True)
class SnapshotComparison(Shown):
    """What is newly allowed in one snapshot compared with another, and what no longer.

    `edits` are all that was found different, with the callers that carry each, also where it
    changes nothing. `asked` of `callers` callers were asked about; the policies of all others, and
    of what they act on, say the same.
    """

    newly_allowed: Direction
    no_longer: Direction
    edits: tuple[tuple[Edit, tuple[str, ...]], ...]
    asked: int
    callers: int
    assumptions: tuple[str, ...]
    effort: Effort

    @property
    def relation(self) -> Relation:
        """How the new snapshot stands to the old one; unknown if either direction is."""
        if self.newly_allowed.is_open or self.no_longer.is_open:
            return Relation.UNKNOWN
        wider, narrower = bool(self.newly_allowed), bool(self.no_longer)
        if wider and narrower:
            return Relation.INCOMPARABLE
        if wider:
            return Relation.WIDER
        return Relation.NARROWER if narrower else Relation.EQUIVALENT
