"""Reviews and checked invariants as a notebook shows them."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.check.run import Checked, Checks, Status
from verifier.report.notebook import GREEN, RED, YELLOW, assumed, headline, table, whole
from verifier.report.notebook_findings import listed
from verifier.report.phrases import counted
from verifier.report.picture import picture
from verifier.review.chart import chart
from verifier.review.model import Review
from verifier.review.words import summary

_COLOURS = {
    Status.HOLDS: GREEN,
    Status.VIOLATED: RED,
    Status.UNKNOWN: YELLOW,
    Status.ACCEPTED: GREEN,
}
_MOST_PICTURES = 3


def review(found: Review) -> str:
    """Return a review as HTML that stands alone: the summary, the findings, and the first map.

    The whole page is `render_review(review, "html")`.
    """
    colour = RED if found.open else YELLOW if found.is_undecided else GREEN
    parts = [headline("REVIEW", colour, found.title)]
    parts += [headline("", GREEN, sentence) for sentence in summary(found)]
    parts += listed(found.findings, found.accounts)
    for drawn in found.maps[:1]:
        if drawn.graph.boxes:
            parts += [headline("MAP", GREEN, f"who can become whom, {drawn.title}")]
            parts += [chart(drawn.graph, drawn.id)]
    return whole([*parts, assumed(found.assumptions)])


def checks(found: Checks) -> str:
    """Return checked invariants as HTML that stands alone."""
    worst = next(
        (item for item in (Status.VIOLATED, Status.UNKNOWN) if item in found.statuses),
        Status.HOLDS,
    )
    parts = [headline(worst.value.upper(), _COLOURS[worst], counted(len(found), "question"))]
    parts.append(table(("", "invariant", "question", "expected", "answer"), map(_row, found)))
    parts += _pictures(found)
    assumptions = dict.fromkeys(text for item in found for text in item.answer.assumptions)
    return whole([*parts, assumed(assumptions)])


def _row(item: Checked) -> tuple[str, ...]:
    answer, expected = item.answer.verdict.value, item.invariant.expect.value
    return item.status.value, item.invariant.id, item.sentence, expected, answer


def _pictures(found: Checks) -> Iterator[str]:
    violated = [item for item in found if item.status is Status.VIOLATED]
    paths = [(item, way) for item in violated for way in item.against[:1] if way.witness]
    for item, way in paths[:_MOST_PICTURES]:
        yield headline(item.status.value, RED, item.sentence)
        yield picture(way.witness, item.answer.zone)
