"""The review as Markdown, for a wiki, a ticket or a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from verifier import __version__
from verifier.catalogued_keys import key_name
from verifier.finding import Exposure, Finding, Gap, Permission
from verifier.report.markdown import code, escaped, mermaid, table
from verifier.report.stops import short_name
from verifier.report.words import only
from verifier.review.graph import Side
from verifier.review.model import Asked, Map, Review
from verifier.review.scope import NOT_MODELLED
from verifier.review.words import counted, kind_name, summary
from verifier.verdict import Hop

_MOST_EXPOSURES = 12
_MOST_PICTURES = 40
_MOST_ROLES = 200


def render(review: Review, *, timings: bool = False) -> str:
    """Return the review as Markdown text."""
    lines = [f"# Access review of {escaped(review.title)}", ""]
    lines += [f"As of {review.snapshot.as_of.isoformat()}, verifier {__version__}.", ""]
    for sentence in summary(review):
        lines += [escaped(sentence), ""]
    lines += _findings(review)
    for found in review.maps:
        lines += _map(found)
    lines += _invariants(review)
    lines += _open(review)
    lines += _disputed(review)
    lines += ["## Assumptions", "", *_items(review.assumptions), ""]
    if review.assumed_besides:
        lines += ["Single invariants assume besides:", "", *_items(review.assumed_besides), ""]
    lines += ["## Not modelled", ""]
    lines += _items(NOT_MODELLED)
    lines += ["", "## Questions asked", "", *_asked(review.asked, timings)]
    return "\n".join(lines).rstrip() + "\n"


def _items(texts: tuple[str, ...]) -> list[str]:
    return [f"- {escaped(text)}" for text in texts]


def _findings(review: Review) -> Iterator[str]:
    yield from ("## Findings", "")
    if not review.findings:
        yield from ("Nothing was found.", "")
        return
    found = [*review.open, *review.suppressed]
    yield from table(
        ("severity", "kind", "finding"),
        (
            (_severity(item), escaped(kind_name(item.kind)), escaped(item.sentence))
            for item in found
        ),
    )
    yield ""
    for number, finding in enumerate(found):
        yield from _finding(review, finding, with_picture=number < _MOST_PICTURES)


def _severity(finding: Finding) -> str:
    return finding.severity.value if finding.is_open else f"{finding.severity.value}, suppressed"


def _finding(review: Review, finding: Finding, *, with_picture: bool) -> Iterator[str]:
    yield from (f"### {escaped(finding.sentence)}", "")
    yield from (f"{_severity(finding).capitalize()} · {escaped(kind_name(finding.kind))}", "")
    for label, entries in (
        ("Intended", finding.suppressions),
        ("Intended in part", finding.exceeded),
        ("No longer intended", finding.expired),
    ):
        for entry in entries:
            until = f", until {entry.expires.isoformat()}" if entry.expires else ""
            owner = f" ({escaped(entry.owner)})" if entry.owner else ""
            yield from (f"{label}: {escaped(entry.reason)}{owner}{until}.", "")
    if finding.permissions:
        rows = (row for permission in finding.permissions for row in _permission(permission))
        yield from table(("level", "actions", "on", "only"), rows)
        yield ""
    if with_picture and finding.witness:
        yield from (*mermaid(finding.witness, review.accounts), "")
    for exposure in finding.exposures[:_MOST_EXPOSURES]:
        yield from _exposure(exposure, several=len(finding.exposures) > 1)
    if len(finding.exposures) > _MOST_EXPOSURES:
        more = len(finding.exposures) - _MOST_EXPOSURES
        yield from (f"And {counted(more, 'more resource')}, all in the JSON format.", "")
    if finding.closes:
        yield from ("What closes it:", "", *_items(tuple(map(str, finding.closes))), "")
    if finding.depends_on:
        told = tuple(map(str, finding.depends_on))
        yield from ("Depends on disputed points:", "", *_items(told), "")
    if finding.notes:
        yield from ("Notes:", "", *_items(finding.notes), "")
    yield from (f"Fingerprint {code(finding.fingerprint)}", "")


def _permission(permission: Permission) -> Iterator[tuple[str, ...]]:
    conditions = ", ".join(map(escaped, only(permission.provisos))) or "no condition is needed"
    on = ", ".join(map(code, permission.resources[:8])) or "the resource itself"
    for level, actions in permission.actions:
        more = len(actions) - 12
        named = ", ".join(map(code, actions[:12])) + (f" and {more} more" if more > 0 else "")
        yield level.value, named, on, conditions


def _exposure(exposure: Exposure, *, several: bool) -> Iterator[str]:
    if several:
        yield from (f"**{code(exposure.resource)}**", "")
    for witness in exposure.witnesses[:1]:
        for number, hop in enumerate(witness, 1):
            yield from _hop(number, hop)
        yield ""


def _hop(number: int, hop: Hop) -> Iterator[str]:
    yield f"{number}. {code(hop.principal)} calls {code(hop.action)} on {code(hop.resource)}"
    for key in hop.chosen:
        values = ", ".join(map(code, hop.context[key]))
        yield f"   - with {escaped(key_name(key))} = {values}"
    if hop.does:
        yield f"   - this {escaped(hop.does)}"
    for cause in hop.by:
        place = f", {code(cause.place)}" if cause.place else ""
        yield f"   - by {escaped(str(cause))}{place}"


def _map(found: Map) -> Iterator[str]:
    yield from (f"## Who can become whom, {escaped(found.title)}", "")
    nodes = [
        (box, node) for box in found.graph.boxes for node in box.nodes if node.side is Side.ROLE
    ]
    if found.open:
        yield from (
            f"Of {counted(len(found.open), 'role')} it is unknown: see the open points.",
            "",
        )
    if not nodes:
        if not found.open:
            yield from ("Nobody of these can become a role.", "")
        return
    if found.shows_paths:
        yield from ("Of the hops between these roles only those of replayed paths are told.", "")
    rows = (
        (
            code(node.id),
            ", ".join(escaped(name) for name in found.before(box.id)),
            " → ".join(escaped(short_name(step)) for step in node.path),
            escaped(node.tag),
        )
        for box, node in nodes[:_MOST_ROLES]
    )
    yield from table(("role", "from", "over", "can at most"), rows)
    yield ""
    if len(nodes) > _MOST_ROLES:
        more = counted(len(nodes) - _MOST_ROLES, "more role")
        yield from (f"And {more}, all in the JSON format.", "")


def _invariants(review: Review) -> Iterator[str]:
    if not review.checked:
        return
    yield from ("## Invariants", "")
    yield from table(
        ("state", "invariant", "question", "expected", "answer"),
        (
            (
                item.status.value,
                code(item.invariant.id),
                escaped(item.sentence),
                item.invariant.expect.value,
                item.answer.verdict.value,
            )
            for item in review.checked
        ),
    )
    yield ""


def _open(review: Review) -> Iterator[str]:
    yield from ("## Open points", "")
    if not review.gaps:
        yield from ("Nothing was left open.", "")
        return
    yield from _gaps(review.gaps, "what is open")


def _disputed(review: Review) -> Iterator[str]:
    if review.disputed:
        yield from ("Under other readings of disputed points more may be allowed:", "")
        yield from _gaps(review.disputed, "when")


def _gaps(gaps: tuple[Gap, ...], what: str) -> Iterator[str]:
    rows = ((code(gap.resource), escaped(gap.who), escaped(gap.reason)) for gap in gaps)
    yield from table(("resource", "who", what), rows)
    yield ""


def _asked(asked: tuple[Asked, ...], timings: bool) -> Iterator[str]:
    heads = ("question", "answer", *(("seconds",) if timings else ()))
    yield from table(
        heads,
        (
            (
                escaped(item.question),
                escaped(item.answer),
                *((f"{item.effort.seconds:.2f}",) if timings else ()),
            )
            for item in asked
        ),
    )
