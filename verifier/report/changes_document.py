"""A comparison of snapshots as JSON, as `docs/snapshot-comparison.schema.json` describes it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from verifier.report.document import HopDocument, Shape, WayDocument, hop_document, way_document
from verifier.snapshot_comparison import (
    AccessChange,
    Direction,
    Edit,
    OpenPoint,
    SnapshotComparison,
)


class EditDocument(Shape):
    """One edit of what the snapshots say."""

    what: str = Field(description="the policy, principal or resource")
    kind: Literal["is new", "is gone", "was edited", "was attached elsewhere"]
    old: str = Field(description="file:line:column in the old snapshot, empty where there is none")
    new: str = Field(description="file:line:column in the new snapshot, empty where there is none")


class TouchedDocument(Shape):
    """An edit with what it touches, whether it makes a difference or not."""

    edit: EditDocument
    touches: list[str] = Field(description="principals that carry the policy, or what it guards")


class AccessDocument(Shape):
    """One caller to whom a change makes a difference, with the request that shows it."""

    who: str
    hop: HopDocument


class AccessChangeDocument(Shape):
    """What the same edits and statements make allowed, or no longer."""

    edits: list[EditDocument]
    callers: list[AccessDocument]


class OpenPointDocument(Shape):
    """What is not known."""

    who: str
    reason: str


class DirectionDocument(Shape):
    """What only one of the snapshots allows."""

    changes: list[AccessChangeDocument]
    reached: list[WayDocument] = Field(description="roles that outsiders become in this one only")
    unknown: list[OpenPointDocument]


class SnapshotComparisonDocument(Shape):
    """How a new snapshot stands to an old one."""

    version: Literal["1"] = "1"
    relation: Literal["equivalent", "narrower", "wider", "incomparable", "unknown"]
    newly_allowed: DirectionDocument
    no_longer_allowed: DirectionDocument
    edits: list[TouchedDocument]
    asked: int = Field(description="callers that were asked about: of the others nothing changed")
    callers: int
    assumptions: list[str]
    seconds: float
    solver_questions: int


def document(found: SnapshotComparison) -> SnapshotComparisonDocument:
    """Return a comparison as the document that is published."""
    return SnapshotComparisonDocument(
        relation=found.relation.value,
        newly_allowed=_direction(found.newly_allowed),
        no_longer_allowed=_direction(found.no_longer),
        edits=[
            TouchedDocument(edit=_edit(edit), touches=list(names)) for edit, names in found.edits
        ],
        asked=found.asked,
        callers=found.callers,
        assumptions=list(found.assumptions),
        seconds=round(found.effort.seconds, 4),
        solver_questions=found.effort.questions,
    )


def _direction(found: Direction) -> DirectionDocument:
    return DirectionDocument(
        changes=[_change(change) for change in found.changes],
        reached=[way_document(way) for way in found.reached],
        unknown=[_open_point(point) for point in found.unknown],
    )


def _change(change: AccessChange) -> AccessChangeDocument:
    return AccessChangeDocument(
        edits=[_edit(edit) for edit in change.edits],
        callers=[
            AccessDocument(who=access.who, hop=hop_document(access.hop))
            for access in change.callers
        ],
    )


def _edit(edit: Edit) -> EditDocument:
    return EditDocument(what=edit.what, kind=edit.kind.value, old=edit.old, new=edit.new)


def _open_point(point: OpenPoint) -> OpenPointDocument:
    return OpenPointDocument(who=point.who, reason=point.reason)


def render(found: SnapshotComparison) -> str:
    """Return the comparison as JSON text."""
    return document(found).model_dump_json(indent=2) + "\n"
