"""What came of the obligations, as `docs/delegation.schema.json` describes it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from verifier.delegation import Delegation
from verifier.report.document import HopDocument, Shape, hop_document


class ObligationDocument(Shape):
    """One of the five obligations."""

    number: int
    title: str
    broken: Literal["yes", "no", "unknown"] = Field(description="no is a proof that it holds")
    witness: list[HopDocument] = Field(description="the calls that break it, replayed")
    reason: str
    needs: list[str] = Field(description="with what, not shown by the snapshot, it is broken")


class DelegationDocument(Shape):
    """Whether an administrator can ever exceed a boundary."""

    version: Literal["1"] = "1"
    administrator: str
    boundary: str
    exceeds: Literal["yes", "no", "unknown"]
    obligations: list[ObligationDocument]
    caveats: list[str] = Field(description="grants that no boundary limits")
    assumptions: list[str]


def document(found: Delegation) -> DelegationDocument:
    """Return what was found as the document that is published."""
    return DelegationDocument(
        administrator=found.administrator,
        boundary=found.boundary,
        exceeds=found.exceeds.value,
        obligations=[
            ObligationDocument(
                number=item.number,
                title=item.title,
                broken=item.broken.value,
                witness=[hop_document(hop) for hop in item.witness],
                reason=item.reason,
                needs=list(item.needs),
            )
            for item in found.obligations
        ],
        caveats=list(found.caveats),
        assumptions=list(found.assumptions),
    )


def render(found: Delegation) -> str:
    """Return what was found as JSON text."""
    return document(found).model_dump_json(indent=2) + "\n"
