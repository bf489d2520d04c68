"""Findings and comparisons as a notebook shows them: tables, and the worst paths as pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from verifier.comparison import Change, Comparison, Relation
from verifier.finding import Finding, Findings, Severity
from verifier.report.notebook import COLOURS, GREEN, RED, YELLOW, assumed, headline, table, whole
from verifier.report.phrases import counted
from verifier.report.picture import picture
from verifier.snapshot_comparison import Direction, SnapshotComparison
from verifier.verdict import Cause, Verdict

_MOST_PICTURES = 3
_RELATIONS = {
    Relation.EQUIVALENT: GREEN,
    Relation.NARROWER: GREEN,
    Relation.WIDER: RED,
    Relation.INCOMPARABLE: RED,
    Relation.UNKNOWN: YELLOW,
}


def findings(found: Findings) -> str:
    """Return findings as HTML that stands alone."""
    words = {Verdict.YES: "FOUND", Verdict.NO: "NONE", Verdict.UNKNOWN: "UNKNOWN"}
    told = [f"{len(found.open)} open", f"{len(found.suppressed)} intended"]
    told += [f"{counted(len(found.gaps), 'place')} unknown"] if found.gaps else []
    parts = [headline(words[found.verdict], COLOURS[found.verdict], ", ".join(told))]
    parts += listed((*found.open, *found.suppressed), {})
    parts.append(_gaps((gap.resource, gap.who, gap.reason) for gap in found.gaps))
    return whole([*parts, assumed(found.assumptions)])


def listed(found: Iterable[Finding], accounts: Mapping[str, str | None]) -> Iterator[str]:
    """Yield a table of findings, and the paths of the first as pictures."""
    found = sorted(found, key=lambda item: (not item.is_open, _rank(item.severity)))
    rows = (
        (
            item.severity.value if item.is_open else f"{item.severity.value}, intended",
            item.sentence,
            "\n".join(item.resources[:6]),
            "\n".join(map(str, item.closes)),
        )
        for item in found
    )
    yield table(("severity", "finding", "on", "closes it"), rows) if found else ""
    for item in [item for item in found if item.witness][:_MOST_PICTURES]:
        yield headline(item.severity.value, RED, item.sentence)
        yield picture(item.witness, accounts)


def _rank(severity: Severity) -> int:
    return severity.rank


def _gaps(rows: Iterable[tuple[str, ...]]) -> str:
    rows = list(rows)
    return table(("unknown", "who", "why"), rows) if rows else ""


def policies(found: Comparison) -> str:
    """Return a comparison of two policies as HTML that stands alone."""
    title = f"{found.new} compared with {found.old}"
    rows = [*_requests("newly allowed", found.newly), *_requests("no longer", found.lost)]
    parts = [headline(found.relation.name, _RELATIONS[found.relation], title)]
    parts += [table(("", "action", "resource", "for", "by"), rows)] if rows else []
    return whole([*parts, assumed(found.assumptions)])


def _requests(title: str, changes: Iterable[Change]) -> Iterator[tuple[str, ...]]:
    for change in changes:
        by = _named(change.cause)
        if change.request is None:
            yield title, f"unknown: {change.reason}", "", "", by
        else:
            request = change.request
            who = request.principal.name if change.caller_matters else "anybody who carries it"
            yield title, request.action, request.resource, who, by


def snapshots(found: SnapshotComparison) -> str:
    """Return a comparison of two snapshots as HTML that stands alone."""
    title = f"{found.asked} of {counted(found.callers, 'caller')} were asked about"
    parts = [headline(found.relation.name, _RELATIONS[found.relation], title)]
    directions = (("newly allowed", found.newly_allowed), ("no longer", found.no_longer))
    rows = [row for name, direction in directions for row in _changes(name, direction)]
    parts += [table(("", "since", "who", "action", "resource", "by"), rows)] if rows else []
    for name, direction in directions:
        for way in direction.reached[:_MOST_PICTURES]:
            parts.append(headline(name, RED, f"{way.who} can become {way.what}"))
            parts.append(picture(way.witness, {}))
        parts.append(_gaps((name, point.who, point.reason) for point in direction.unknown))
    return whole([*parts, assumed(found.assumptions)])


def _changes(title: str, direction: Direction) -> Iterator[tuple[str, ...]]:
    for change in direction.changes:
        names = [access.who for access in change.callers]
        more = [f"and {len(names) - 6} more"] if len(names) > 6 else []
        yield (
            title,
            "\n".join(map(str, change.edits)),
            "\n".join([*names[:6], *more]),
            change.hop.action,
            change.hop.resource,
            "\n".join(map(_named, change.hop.by)),
        )


def _named(cause: Cause) -> str:
    return f"{cause} ({cause.place})" if cause.place else str(cause)
