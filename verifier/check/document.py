"""Checked invariants as JSON: the document that `docs/check.schema.json` describes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from verifier.check.run import Checked
from verifier.report.document import (
    DependenceDocument,
    Shape,
    WayDocument,
    dependence_documents,
    way_document,
)


class CheckedDocument(Shape):
    """One question of an invariant."""

    id: str
    sentence: str
    status: Literal["holds", "violated", "unknown", "accepted"]
    expected: Literal["yes", "no", "unknown"]
    answer: Literal["yes", "no", "unknown"]
    severity: Literal["critical", "high", "medium", "low"]
    owner: str
    note: str
    place: str = Field(description="file:line of the invariant")
    fingerprint: str = Field(description="the same from run to run")
    reason: str = Field(description="why the violation is, or was, accepted")
    against: list[WayDocument] = Field(description="the answers that stand against it")
    assumptions: list[str]
    depends_on: list[DependenceDocument] = Field(description="on which the status depends")


class CheckDocument(Shape):
    """A whole run."""

    version: Literal["1"] = "1"
    checked: list[CheckedDocument]


def render(found: Sequence[Checked]) -> str:
    """Return the run as JSON text."""
    document = CheckDocument(checked=[checked_document(item) for item in found])
    return document.model_dump_json(indent=2) + "\n"


def checked_document(item: Checked) -> CheckedDocument:
    """Return one question of an invariant as the document has it."""
    invariant = item.invariant
    return CheckedDocument(
        id=invariant.id,
        sentence=item.sentence,
        status=item.status.value,
        expected=invariant.expect.value,
        answer=item.answer.verdict.value,
        severity=invariant.severity.value,
        owner=invariant.owner,
        note=invariant.note,
        place=str(invariant.place),
        fingerprint=item.fingerprint,
        reason=item.reason,
        against=[way_document(way) for way in item.against],
        assumptions=list(item.answer.assumptions),
        depends_on=dependence_documents(item.depends_on),
    )
