"""The findings of a review as CSV, one row for each resource; no cell is a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO

from verifier.finding import Exposure, Finding
from verifier.report.plain import plain
from verifier.report.words import only
from verifier.review.model import Review

HEADS = (
    "severity",
    "kind",
    "state",
    "finding",
    "who",
    "account",
    "resource",
    "actions",
    "only",
    "statements",
    "closes",
    "depends on",
    "owner",
    "reason",
    "expires",
    "fingerprint",
    "finding_fingerprint",
)
_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""How a cell begins that spreadsheets take for a formula."""


def render(review: Review) -> str:
    """Return the findings as RFC 4180 has it, with a row of heads."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADS)
    for finding in (*review.open, *review.suppressed):
        for row in _rows(finding):
            writer.writerow([cell(text) for text in row])
    return out.getvalue()


def cell(text: str) -> str:
    """Return text for a cell; what would be run as a formula has an apostrophe before it."""
    shown = plain(text)
    return f"'{shown}" if shown.lstrip().startswith(_STARTS) else shown


def _rows(finding: Finding) -> Iterator[tuple[str, ...]]:
    for exposure in finding.exposures or (None,):
        yield (
            finding.severity.value,
            finding.kind,
            "open" if finding.is_open else "suppressed",
            finding.sentence,
            finding.who.text,
            exposure.account if exposure else "",
            exposure.resource if exposure else "",
            " ".join(dict.fromkeys(_actions(finding))),
            "; ".join(dict.fromkeys(_conditions(finding))),
            "; ".join(_statements(exposure)),
            "; ".join(map(str, finding.closes)),
            "; ".join(map(str, finding.depends_on)),
            "; ".join(entry.owner for entry in finding.suppressions),
            "; ".join(entry.reason for entry in finding.suppressions),
            "; ".join(entry.expires.isoformat() for entry in finding.suppressions if entry.expires),
            exposure.fingerprint if exposure else finding.fingerprint,
            finding.fingerprint,
        )


def _actions(finding: Finding) -> Iterator[str]:
    for permission in finding.permissions:
        for _, actions in permission.actions:
            yield from actions


def _conditions(finding: Finding) -> Iterator[str]:
    for permission in finding.permissions:
        yield from only(permission.provisos)


def _statements(exposure: Exposure | None) -> Iterator[str]:
    for cause in exposure.by if exposure else ():
        yield f"{cause} ({cause.place})" if cause.place else str(cause)
