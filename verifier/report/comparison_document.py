"""A comparison as JSON: the document that `docs/comparison.schema.json` describes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from verifier.comparison import Change, Comparison
from verifier.report.document import (
    VERSION,
    CauseDocument,
    DependenceDocument,
    Shape,
    cause_document,
    dependence_documents,
)


class ChangeDocument(Shape):
    """What one policy allows and the other does not, by one statement."""

    by: CauseDocument = Field(description="the statement that allows it")
    principal: str | None = Field(description="a caller who shows it, null for an unknown")
    action: str | None
    resource: str | None
    context: dict[str, list[str]] = Field(description="the whole context, by lower-cased key")
    chosen: list[str] = Field(description="the keys whose values had to be chosen")
    reason: str = Field(description="why it is unknown whether there is a difference")


class ComparisonDocument(Shape):
    """How a new policy stands to an old one."""

    version: Literal["1"] = VERSION
    old: str
    new: str
    relation: Literal["equivalent", "narrower", "wider", "incomparable", "unknown"]
    newly_allowed: list[ChangeDocument]
    no_longer_allowed: list[ChangeDocument]
    assumptions: list[str]
    depends_on: list[DependenceDocument] = Field(description="on which the relation depends")
    readings: dict[str, str] = Field(description="how disputed points are read, if not by default")
    seconds: float
    solver_questions: int


def document(comparison: Comparison) -> ComparisonDocument:
    """Return a comparison as the document that is published."""
    return ComparisonDocument(
        old=comparison.old,
        new=comparison.new,
        relation=comparison.relation.value,
        newly_allowed=[_change(change) for change in comparison.newly],
        no_longer_allowed=[_change(change) for change in comparison.lost],
        assumptions=list(comparison.assumptions),
        depends_on=dependence_documents(comparison.depends_on),
        readings=dict(comparison.readings),
        seconds=round(comparison.effort.seconds, 4),
        solver_questions=comparison.effort.questions,
    )


def _change(change: Change) -> ChangeDocument:
    request = change.request
    return ChangeDocument(
        by=cause_document(change.cause),
        principal=request.principal.name if request else None,
        action=request.action if request else None,
        resource=request.resource if request else None,
        context={key: list(values) for key, values in request.context.items()} if request else {},
        chosen=list(change.chosen),
        reason=change.reason,
    )


def render(comparison: Comparison) -> str:
    """Return the comparison as JSON text."""
    return document(comparison).model_dump_json(indent=2) + "\n"
