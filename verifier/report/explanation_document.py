"""An explanation as JSON: the document that `docs/explanation.schema.json` describes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from verifier.explanation import Change, Explanation, Grounds, Remedy
from verifier.report.document import (
    CauseDocument,
    DependenceDocument,
    HopDocument,
    Shape,
    cause_document,
    dependence_documents,
    hop_document,
)


class GroundsDocument(Shape):
    """Why one request is allowed."""

    hop: HopDocument
    suffices: list[list[CauseDocument]] = Field(description="the least sets that are enough")
    closes: list[list[CauseDocument]] = Field(
        description="the least sets without which the request is denied"
    )


class ChangeDocument(Shape):
    """One change of policies."""

    kind: Literal["remove", "allow in"]
    layer: str
    where: list[CauseDocument]


class RemedyDocument(Shape):
    """Changes that together would allow the call."""

    changes: list[ChangeDocument]
    hop: HopDocument = Field(description="a request that would then be allowed")


class ExplanationDocument(Shape):
    """Why a question is answered as it is."""

    version: Literal["1"] = "1"
    question: str
    verdict: Literal["yes", "no", "unknown"]
    grounds: list[GroundsDocument] = Field(description="of each request of a yes")
    remedies: list[RemedyDocument] = Field(description="of a no, fewest changes first")
    reason: str = Field(description="what is open, or that no policy would help")
    depends_on: list[DependenceDocument] = Field(description="on which the verdict depends")
    readings: dict[str, str] = Field(description="how disputed points are read, if not by default")


def render(found: Explanation) -> str:
    """Return the explanation as JSON text."""
    document = ExplanationDocument(
        question=found.question.text,
        verdict=found.verdict.value,
        grounds=[_grounds(item) for item in found.grounds],
        remedies=[_remedy(item) for item in found.remedies],
        reason=found.reason,
        depends_on=dependence_documents(found.depends_on),
        readings=dict(found.readings),
    )
    return document.model_dump_json(indent=2) + "\n"


def _grounds(grounds: Grounds) -> GroundsDocument:
    return GroundsDocument(
        hop=hop_document(grounds.hop),
        suffices=[[cause_document(cause) for cause in causes] for causes in grounds.suffices],
        closes=[[cause_document(cause) for cause in causes] for causes in grounds.closes],
    )


def _remedy(remedy: Remedy) -> RemedyDocument:
    return RemedyDocument(
        changes=[_change(change) for change in remedy.changes], hop=hop_document(remedy.hop)
    )


def _change(change: Change) -> ChangeDocument:
    return ChangeDocument(
        kind=change.kind.value,
        layer=change.layer,
        where=[cause_document(cause) for cause in change.where],
    )
