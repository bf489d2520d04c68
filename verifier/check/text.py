"""Checked invariants as text: one line each, and what violates them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import click

from verifier.check.run import Checked, Status
from verifier.report.lines import INDENT, footer, headline
from verifier.report.plain import plain
from verifier.report.text import ways as way_lines

_COLOURS = {
    Status.HOLDS: "green",
    Status.VIOLATED: "red",
    Status.UNKNOWN: "yellow",
    Status.ACCEPTED: "cyan",
}
_MOST_WAYS = 5


def render(found: Sequence[Checked], seconds: float, width: int = 100) -> str:
    """Return one line for each question, and for what does not hold the witness."""
    lines: list[str] = []
    room = max((len(item.invariant.id) for item in found), default=0)
    for item in found:
        lines += _item(item, room)
    lines += ["", _summary(found, seconds, width)]
    assumed = dict.fromkeys(text for item in found for text in item.answer.assumptions)
    depends_on = (
        f"{dependence}   ({item.invariant.id})" for item in found for dependence in item.depends_on
    )
    return "\n".join([*lines, *footer(assumed, depends_on)]) + "\n"


def _item(item: Checked, room: int) -> Iterator[str]:
    word = click.style(f"{item.status.value.upper():<9}", fg=_COLOURS[item.status], bold=True)
    invariant = item.invariant
    yield f"{word} {plain(invariant.id):<{room}}  {plain(item.sentence)}"
    if item.status is Status.HOLDS:
        return
    told = [("expected", invariant.expect.value), ("severity", invariant.severity.value)]
    told += [("owner", invariant.owner), ("note", invariant.note), ("stands", str(invariant.place))]
    told += [("accepted" if item.status is Status.ACCEPTED else "was", item.reason)]
    for label, text in told:
        if text:
            yield f"{INDENT}{label:<9} {plain(text)}"
    if item.status is not Status.ACCEPTED:
        yield from way_lines(item.against[:_MOST_WAYS])
        if len(item.against) > _MOST_WAYS:
            yield f"{INDENT}and {len(item.against) - _MOST_WAYS} more, all in the JSON format"
    yield ""


def _summary(found: Sequence[Checked], seconds: float, width: int) -> str:
    counts = Counter(item.status for item in found)
    worst = next(
        (status for status in (Status.VIOLATED, Status.UNKNOWN) if counts[status]), Status.HOLDS
    )
    said = ", ".join(
        f"{counts[status]} {word}"
        for status, word in (
            (Status.HOLDS, "hold"),
            (Status.VIOLATED, "violated"),
            (Status.UNKNOWN, "unknown"),
            (Status.ACCEPTED, "accepted"),
        )
        if counts[status]
    )
    text = f"{len(found)} questions: {said}"
    return headline(worst.value.upper(), _COLOURS[worst], text, seconds, width)
