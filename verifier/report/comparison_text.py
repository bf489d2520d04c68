"""A comparison as text for people: what is newly allowed, what no longer, by which statement."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.comparison import Change, Comparison, Relation
from verifier.report.lines import INDENT, OF_THE_CALLER, chosen_keys, footer, headline, labelled
from verifier.report.plain import plain

COLOURS = {
    Relation.EQUIVALENT: "green",
    Relation.NARROWER: "green",
    Relation.WIDER: "red",
    Relation.INCOMPARABLE: "red",
    Relation.UNKNOWN: "yellow",
}
_TEXTS = {
    Relation.EQUIVALENT: "{new} allows just what {old} does",
    Relation.NARROWER: "{new} allows less than {old}",
    Relation.WIDER: "{new} allows more than {old}",
    Relation.INCOMPARABLE: "{new} allows what {old} does not, and the other way round",
    Relation.UNKNOWN: "how {new} stands to {old}",
}
_MOST_CHANGES = 20


def render(comparison: Comparison, width: int = 100) -> str:
    """Return the comparison as text of about `width` columns; colours are escape sequences."""
    relation = comparison.relation
    text = _TEXTS[relation].format(new=comparison.new, old=comparison.old)
    seconds = comparison.effort.seconds
    lines = [headline(relation.name, COLOURS[relation], text, seconds, width)]
    lines += _section("newly allowed", comparison.newly)
    lines += _section("no longer allowed", comparison.lost)
    changes = (*comparison.newly, *comparison.lost)
    shown = sum(change.request is not None for change in changes)
    if shown:
        lines += ["", f"  replayed  {shown} of {shown} requests by the evaluator, under both"]
    lines += footer(comparison.assumptions, map(str, comparison.depends_on))
    return "\n".join(lines) + "\n"


def _section(title: str, changes: tuple[Change, ...]) -> Iterator[str]:
    if not changes:
        return
    yield ""
    yield f"  {title}"
    for change in changes[:_MOST_CHANGES]:
        yield from _change(change)
    if len(changes) > _MOST_CHANGES:
        yield f"{INDENT}and {len(changes) - _MOST_CHANGES} more, all in the JSON format"


def _change(change: Change) -> Iterator[str]:
    request = change.request
    if request is None:
        yield f"{INDENT}unknown: {plain(change.reason)}"
    else:
        yield f"{INDENT}{request.action}  →  {plain(request.resource)}"
        if change.caller_matters:
            yield f"{INDENT}  {'for':<5} {plain(request.principal.name)}"
        told = [key for key in change.chosen if key not in OF_THE_CALLER]
        yield from chosen_keys(request.context, told)
    yield from labelled("by", [change.cause])
