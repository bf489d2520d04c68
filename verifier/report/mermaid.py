"""A path as a Mermaid picture, which code hosts draw in comments; names are hostile there, too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from verifier.report.plain import plain
from verifier.report.stops import short_name
from verifier.verdict import Hop

_HARMLESS = frozenset(" -_/.:*=,@")
_LONGEST = 60


def flowchart(hops: Sequence[Hop]) -> str:
    """Return the source of the picture of a path: callers, requests, and what the last acts on."""
    return "\n".join(["flowchart LR", *_lines(hops)])


def _lines(hops: Sequence[Hop]) -> Iterator[str]:
    first = hops[0].request.principal
    yield f'  n0(["{text(short_name(first.role or first.name))}"])'
    for number, hop in enumerate(hops):
        shape = '["{}"]' if number < len(hops) - 1 else '[("{}")]'
        target = f"n{number + 1}" + shape.format(text(short_name(hop.resource)))
        yield f'  n{number} -->|"{text(hop.action)}"| {target}'


def text(name: str) -> str:
    """Return a name as the text of a label: whatever might mean something is an entity."""
    shown = plain(name)
    if len(shown) > _LONGEST:
        shown = f"{shown[: _LONGEST - 1]}…"
    return "".join(
        letter if letter.isalnum() or letter in _HARMLESS else f"#{ord(letter)};"
        for letter in shown
    )
