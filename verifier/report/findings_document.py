"""Findings as JSON: the document that `docs/findings.schema.json` describes."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from verifier.finding import (
    AccessLevel,
    Closing,
    Coverage,
    Exposure,
    Finding,
    Findings,
    Gap,
    Permission,
    Powers,
    Suppression,
)
from verifier.report.document import (
    CauseDocument,
    DependenceDocument,
    HopDocument,
    Shape,
    cause_document,
    dependence_documents,
    hop_document,
)
from verifier.report.words import only

_Levels = dict[
    Literal["permissions management", "write", "tagging", "read", "list", "unknown"], list[str]
]


class WayInDocument(Shape):
    """A class of callers."""

    kind: Literal[
        "anyone", "any AWS principal", "principals", "organizations", "identities", "services"
    ]
    names: list[str] = Field(
        description="ARNs, account, organization or provider ids, or services; empty for everybody"
    )
    text: str = Field(description="who that is, as part of a sentence")


class PermissionDocument(Shape):
    """What statements let the callers do."""

    actions: _Levels = Field(description="patterns as written, by access level")
    exceptions: list[str] = Field(description="actions among them that other policies deny")
    resources: list[str] = Field(description="patterns as written; empty: the resource itself")
    only: list[str] = Field(description="conditions without which nothing is allowed, in words")


class PowersDocument(Shape):
    """What sessions of a role can do at most; conditions and resources are set aside."""

    administrator: bool
    services: _Levels = Field(description="services by access level")
    becomes: list[str] = Field(description="roles that they may become, whose powers count, too")


class ExposureDocument(Shape):
    """One resource of a finding."""

    resource: str
    account: str
    by: list[CauseDocument] = Field(description="the statements that open it")
    witnesses: list[list[HopDocument]] = Field(
        description="a replayed path for each permission of the finding, in its order"
    )
    powers: PowersDocument | None = Field(description="for roles")
    fingerprint: str = Field(
        description="the same from run to run, whatever else joins the finding"
    )


class SuppressionDocument(Shape):
    """An entry of the allow list."""

    owner: str
    reason: str
    expires: date | None = Field(description="the first day on which it no longer counts")
    place: str = Field(description="file:line of the entry")


class ClosingDocument(Shape):
    """A change that closes a finding."""

    change: str
    still: Literal["yes", "no", "unknown"] | None = Field(
        description="whether what the finding says is so with the change made, too; null where that"
        " was not asked"
    )


class FindingDocument(Shape):
    """Something to look at."""

    kind: str = Field(
        description="public-access, external-access, assumable-role, unguarded-service,"
        " escalation, violated-invariant, or one that came later"
    )
    severity: Literal["critical", "high", "medium", "low"]
    status: Literal["open", "suppressed"]
    sentence: str
    who: WayInDocument
    permissions: list[PermissionDocument]
    exposures: list[ExposureDocument]
    closes: list[ClosingDocument] = Field(description="changes, the surest first")
    notes: list[str]
    suppressions: list[SuppressionDocument] = Field(description="the entries that intend all of it")
    exceeded: list[SuppressionDocument] = Field(description="entries that intend a part of it only")
    expired: list[SuppressionDocument] = Field(description="entries that no longer count")
    depends_on: list[DependenceDocument] = Field(
        description="disputed points by whose readings it is there (yes), or is not (no)"
    )
    fingerprint: str = Field(description="the same from run to run")


class GapDocument(Shape):
    """A resource of which it is unknown whether a finding is missing."""

    resource: str
    who: str
    reason: str


class CoverageDocument(Shape):
    """What the proof that no finding is missing looked at."""

    roles: int
    resources: int
    proved: int = Field(description="questions that the solver refuted")
    by_matching: int = Field(description="policies that name nobody from outside")


class FindingsDocument(Shape):
    """The findings of a snapshot."""

    version: Literal["1"] = "1"
    verdict: Literal["yes", "no", "unknown"] = Field(
        description="yes: a finding is open; unknown: none is, but there are gaps"
    )
    findings: list[FindingDocument] = Field(description="the worst first")
    gaps: list[GapDocument]
    disputed: list[GapDocument] = Field(
        description="where more may be open if a disputed point is read otherwise"
    )
    coverage: CoverageDocument
    unused: list[str] = Field(description="entries of the allow list that match nothing")
    assumptions: list[str]
    remarks: list[str] = Field(description="what is odd in the input")
    seconds: float
    solver_questions: int


def document(found: Findings) -> FindingsDocument:
    """Return the findings as the document that is published."""
    return FindingsDocument(
        verdict=found.verdict.value,
        findings=[finding_document(finding) for finding in found.findings],
        gaps=[gap_document(gap) for gap in found.gaps],
        disputed=[gap_document(gap) for gap in found.disputed],
        coverage=coverage_document(found.coverage),
        unused=list(found.unused),
        assumptions=list(found.assumptions),
        remarks=list(found.remarks),
        seconds=round(found.effort.seconds, 4),
        solver_questions=found.effort.questions,
    )


def render(found: Findings) -> str:
    """Return the findings as JSON text."""
    return document(found).model_dump_json(indent=2) + "\n"


def finding_document(finding: Finding) -> FindingDocument:
    """Return a finding as the document has it."""
    return FindingDocument(
        kind=finding.kind,
        severity=finding.severity.value,
        status="open" if finding.is_open else "suppressed",
        sentence=finding.sentence,
        who=WayInDocument(
            kind=finding.who.kind.value, names=list(finding.who.names), text=finding.who.text
        ),
        permissions=[_permission(permission) for permission in finding.permissions],
        exposures=[_exposure(exposure) for exposure in finding.exposures],
        closes=[_closing(item) for item in finding.closes],
        notes=list(finding.notes),
        suppressions=[_suppression(entry) for entry in finding.suppressions],
        exceeded=[_suppression(entry) for entry in finding.exceeded],
        expired=[_suppression(entry) for entry in finding.expired],
        depends_on=dependence_documents(finding.depends_on),
        fingerprint=finding.fingerprint,
    )


def _closing(closing: Closing) -> ClosingDocument:
    still = None if closing.still is None else closing.still.value
    return ClosingDocument(change=closing.text, still=still)


def gap_document(gap: Gap) -> GapDocument:
    """Return what is unknown as the document has it."""
    return GapDocument(resource=gap.resource, who=gap.who, reason=gap.reason)


def coverage_document(coverage: Coverage) -> CoverageDocument:
    """Return what the proof looked at as the document has it."""
    return CoverageDocument(
        roles=coverage.roles,
        resources=coverage.resources,
        proved=coverage.proved,
        by_matching=coverage.by_matching,
    )


def _permission(permission: Permission) -> PermissionDocument:
    return PermissionDocument(
        actions=_levels(permission.actions),
        exceptions=list(permission.exceptions),
        resources=list(permission.resources),
        only=only(permission.provisos),
    )


def _levels(found: tuple[tuple[AccessLevel, tuple[str, ...]], ...]) -> _Levels:
    return {level.value: list(names) for level, names in found}


def _exposure(exposure: Exposure) -> ExposureDocument:
    return ExposureDocument(
        resource=exposure.resource,
        account=exposure.account,
        by=[cause_document(cause) for cause in exposure.by],
        witnesses=[[hop_document(hop) for hop in path] for path in exposure.witnesses],
        powers=_powers(exposure.powers) if exposure.powers else None,
        fingerprint=exposure.fingerprint,
    )


def _powers(powers: Powers) -> PowersDocument:
    return PowersDocument(
        administrator=powers.administrator,
        services=_levels(powers.services),
        becomes=list(powers.becomes),
    )


def _suppression(entry: Suppression) -> SuppressionDocument:
    return SuppressionDocument(
        owner=entry.owner, reason=entry.reason, expires=entry.expires, place=entry.place
    )
