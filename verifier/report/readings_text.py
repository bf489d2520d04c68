"""The register of disputed points as text, and as a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import wrap

from verifier.disputed_points import DisputedPoint

_COLUMN = 6


def render(points: Iterable[DisputedPoint], width: int = 100) -> str:
    """Return the points with their readings as text of about `width` columns, defaults first."""
    return "\n".join(line for point in points for line in _point(point, width)).rstrip() + "\n"


def _point(point: DisputedPoint, width: int) -> Iterator[str]:
    yield from _hung(f"{point.id:<{_COLUMN}}", point.question, width)
    room = max(map(len, point.readings)) + 2
    for name, words in point.readings.items():
        text = f"{words}; the default" if name == point.default else words
        yield from _hung(f"{'':<{_COLUMN}}{name:<{room}}", text, width)
    yield from _hung(" " * _COLUMN, point.protection.value, width)
    yield ""


def _hung(lead: str, text: str, width: int) -> Iterator[str]:
    for line in wrap(text, max(width - len(lead), 20)):
        yield f"{lead}{line}"
        lead = " " * len(lead)


def page(points: Iterable[DisputedPoint]) -> Iterator[str]:
    """Yield the lines of the table of points in Markdown."""
    yield "| point | question | readings, the default first | what keeps an answer honest |"
    yield "|---|---|---|---|"
    for point in points:
        readings = "<br>".join(f"`{name}`: {words}" for name, words in point.readings.items())
        yield f"| {point.id} | {point.question} | {readings} | {point.protection.value} |"
