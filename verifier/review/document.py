"""The review as JSON: the document that `docs/review.schema.json` describes."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from verifier.check.document import CheckedDocument, checked_document
from verifier.report.document import Shape
from verifier.report.findings_document import (
    CoverageDocument,
    FindingDocument,
    GapDocument,
    coverage_document,
    finding_document,
    gap_document,
)
from verifier.review.graph import Node, Side
from verifier.review.model import Map, Review
from verifier.review.organization import AccountRow, tree
from verifier.review.scope import NOT_MODELLED
from verifier.review.words import summary


class AccountDocument(Shape):
    """An account of the snapshot or of its organization."""

    id: str
    name: str | None
    unit: str = Field(description="the roots and units above it")
    management: bool
    users: int | None = Field(description="null where the principals are not in the snapshot")
    roles: int | None = Field(description="null where the principals are not in the snapshot")
    resources: int
    policies: list[str] = Field(description="SCPs and RCPs that are attached above it or to it")
    findings: dict[Literal["critical", "high", "medium", "low"], int] = Field(
        description="open findings about its resources"
    )


class ReachedDocument(Shape):
    """A role that can be become."""

    role: str
    account: str
    hops: int = Field(description="requests that it takes at least, as far as was found")
    via: list[str] = Field(description="the roles on a replayed way to it")
    at_most: str = Field(
        description="the worst that it can do itself: admin, an access level, or empty"
    )
    findings: list[str] = Field(description="fingerprints of findings about it")


class ArrowDocument(Shape):
    """Boxes of the map, each of like callers or roles, and an arrow between two of them."""

    source: list[str] = Field(description="callers or roles of the box that the arrow comes from")
    target: list[str] = Field(description="roles, or what they can do, where it leads to")


class MapDocument(Shape):
    """Whom one class of callers can become."""

    who: str
    roles: list[ReachedDocument]
    arrows: list[ArrowDocument]
    unknown: dict[str, str] = Field(description="roles of which it is unknown, with the reason")
    shows_paths: bool = Field(
        description="whether arrows are those of the replayed paths only: too many others to decide"
    )


class AskedDocument(Shape):
    """One question of the review."""

    question: str
    answer: str
    seconds: float | None = Field(description="null unless timings were asked for")
    solver_questions: int | None = Field(description="null unless timings were asked for")


class ReviewDocument(Shape):
    """The review of a snapshot."""

    version: Literal["1"] = "1"
    title: str
    as_of: date = Field(description="the day from which requests are made")
    summary: list[str]
    findings: list[FindingDocument] = Field(description="the worst first")
    gaps: list[GapDocument]
    disputed: list[GapDocument] = Field(
        description="where more may be allowed under other readings of disputed points"
    )
    coverage: CoverageDocument
    invariants: list[CheckedDocument]
    maps: list[MapDocument]
    accounts: list[AccountDocument]
    questions: list[AskedDocument]
    assumptions: list[str]
    assumed_by_invariants: list[str] = Field(description="what single invariants assume besides")
    not_modelled: list[str]
    remarks: list[str] = Field(description="what is odd in the input")


def document(review: Review, *, timings: bool = False) -> ReviewDocument:
    """Return the review as the document that is published."""
    return ReviewDocument(
        title=review.title,
        as_of=review.snapshot.as_of,
        summary=list(summary(review)),
        findings=[finding_document(finding) for finding in review.findings],
        gaps=[gap_document(gap) for gap in review.gaps],
        disputed=[gap_document(gap) for gap in review.disputed],
        coverage=coverage_document(review.outside.coverage),
        invariants=[checked_document(item) for item in review.checked],
        maps=[_map(drawn) for drawn in review.maps],
        accounts=[_account(row) for row in tree(review)],
        questions=[
            AskedDocument(
                question=item.question,
                answer=item.answer,
                seconds=round(item.effort.seconds, 4) if timings else None,
                solver_questions=item.effort.questions if timings else None,
            )
            for item in review.asked
        ],
        assumptions=list(review.assumptions),
        assumed_by_invariants=list(review.assumed_besides),
        not_modelled=list(NOT_MODELLED),
        remarks=list(review.outside.remarks),
    )


def render(review: Review, *, timings: bool = False) -> str:
    """Return the review as JSON text."""
    return document(review, timings=timings).model_dump_json(indent=2) + "\n"


def _map(drawn: Map) -> MapDocument:
    boxes = {box.id: [node.id for node in box.nodes] for box in drawn.graph.boxes}
    return MapDocument(
        who=drawn.title,
        roles=[
            _reached(node)
            for box in drawn.graph.boxes
            for node in box.nodes
            if node.side is Side.ROLE
        ],
        arrows=[
            ArrowDocument(source=boxes[source], target=boxes[target])
            for source, target in drawn.graph.arrows
        ],
        unknown=dict(drawn.open),
        shows_paths=drawn.shows_paths,
    )


def _reached(node: Node) -> ReachedDocument:
    return ReachedDocument(
        role=node.id,
        account=node.id.split(":")[4],
        hops=node.column,
        via=list(node.path),
        at_most=node.tag,
        findings=list(node.links),
    )


def _account(row: AccountRow) -> AccountDocument:
    return AccountDocument(
        id=row.id,
        name=row.name,
        unit=row.unit,
        management=row.management,
        users=row.users,
        roles=row.roles,
        resources=row.resources,
        policies=[*row.scps, *row.rcps],
        findings={severity.value: number for severity, number in row.findings.items()},
    )
