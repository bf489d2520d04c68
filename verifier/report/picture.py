"""A path as a picture: an SVG that stands alone, and takes the colours of a page that has some.

Boxes are callers and what the last one acts on, arrows are requests, bands are accounts. Rows are
filled from left to right; a long path goes on below.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from verifier.catalogued_keys import key_name
from verifier.report.icons import ICONS
from verifier.report.lines import OF_THE_CALLER
from verifier.report.stops import OUTSIDE, Stop, short_name, stops
from verifier.report.svg import content, element, fitting, shortened
from verifier.verdict import Hop

_PER_ROW, _SHORT_ROW = 4, 2
_WIDTH, _HEIGHT = 160, 64
_GAP, _BELOW = 104, 78
_EDGE = 14
_HEAD = 24
_CELL = 6.6
MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace"
_MOST_KEYS = 2
_SHORT = 7
"""Characters that a line may end early, to end where a name has a mark."""

SANS = "'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif"


def picture(hops: Sequence[Hop], accounts: Mapping[str, str | None]) -> str:
    """Return the SVG of a path that was replayed, "" for one without hops.

    `accounts` has the accounts of the zone of trust by id, with their names; what is in none of
    them is drawn outside.
    """
    if not hops:
        return ""
    boxes = list(stops(hops, accounts))
    rows = -(-len(boxes) // _PER_ROW)
    columns = min(len(boxes), _PER_ROW)
    margin = _EDGE if rows > 1 else 0
    width = margin + 2 * _EDGE + columns * _WIDTH + (columns - 1) * _GAP
    height = rows * (_HEAD + _HEIGHT + _EDGE) + (rows - 1) * (_BELOW - _EDGE)
    drawn = [element("title", content(sentence(hops)))]
    for row in range(rows):
        start = row * _PER_ROW
        drawn += _bands(boxes[start : start + _PER_ROW], row)
    drawn += [_arrow(number, hop) for number, hop in enumerate(hops)]
    drawn += [_box(number, stop) for number, stop in enumerate(boxes)]
    return element(
        "svg",
        *drawn,
        xmlns="http://www.w3.org/2000/svg",
        class_="path long" if columns > _SHORT_ROW else "path",
        role="img",
        viewBox=f"{-margin} 0 {width} {height}",
        width=width,
        height=height,
        font_family=MONO,
        font_size="11",
    )


def sentence(hops: Sequence[Hop]) -> str:
    """Return the path in words, for whoever hears the picture."""
    first = short_name(hops[0].request.principal.role or hops[0].principal)
    steps = [f"{hop.action} on {short_name(hop.resource)}" for hop in hops]
    return f"{first}: {', then '.join(steps)}"


def _position(number: int) -> tuple[float, float]:
    """Return the upper left corner of a box."""
    row, column = divmod(number, _PER_ROW)
    return (
        _EDGE + column * (_WIDTH + _GAP),
        row * (_HEAD + _HEIGHT + _BELOW) + _HEAD,
    )


def _bands(boxes: Sequence[Stop], row: int) -> Iterator[str]:
    """Yield the ground on which neighbours of one account stand, with its name."""
    column = row * _PER_ROW
    for place, group in groupby(boxes, key=lambda stop: stop.place):
        count = len(list(group))
        left, top = _position(column)
        width = count * _WIDTH + (count - 1) * _GAP
        outside = place.startswith(OUTSIDE)
        yield element(
            "rect",
            class_="band outside" if outside else "band",
            x=left - 8,
            y=top - _HEAD + 2,
            width=width + 16,
            height=_HEAD + _HEIGHT + 6,
            rx=9,
            fill="#fdf1ee" if outside else "#eef2f7",
            stroke="#d9a79b" if outside else "#d5dde8",
            stroke_dasharray="4 3" if outside else "none",
        )
        room = int((width + 4) / 5.8)
        yield element(
            "text",
            element("title", content(place)),
            content(shortened(place, room)),
            class_="place",
            x=left,
            y=top - 8,
            font_size="10.5",
            font_family=SANS,
            fill="#4c5866",
        )
        column += count


def _box(number: int, stop: Stop) -> str:
    left, top = _position(number)
    return element(
        "g",
        element("title", content(f"{stop.kind.value} {stop.full_name}")),
        element(
            "rect",
            x=left,
            y=top,
            width=_WIDTH,
            height=_HEIGHT,
            rx=7,
            fill="#ffffff",
            stroke="#8492a6",
        ),
        element(
            "path",
            d=ICONS[stop.kind],
            class_="icon",
            transform=f"translate({left + 10:g} {top + 9:g})",
            fill="none",
            stroke="#3b4a5c",
            stroke_width="1.3",
            stroke_linejoin="round",
            stroke_linecap="round",
        ),
        element(
            "text",
            content(stop.caption),
            class_="kind",
            x=left + 34,
            y=top + 21,
            font_size="10.5",
            font_family=SANS,
            fill="#4c5866",
        ),
        *_name(stop.name, left + 10, top + 41),
        class_=f"stop {stop.kind.name.lower()}",
    )


def _name(name: str, x: float, y: float) -> Iterator[str]:
    """Yield the name in one line or in two."""
    room = int((_WIDTH - 20) / _CELL)
    text = shortened(name, 2 * room - _SHORT)
    first = fitting(text, room)
    if first != text:
        end = max(first.rfind(mark) + 1 for mark in "/-_.:")
        first = first[:end] if end >= len(first) - _SHORT else first
    for index, line in enumerate(filter(None, (first, text[len(first) :]))):
        yield element(
            "text",
            content(line),
            class_="name",
            x=x,
            y=y + 14 * index,
            font_weight="600",
            fill="#17202b",
        )


def _arrow(number: int, hop: Hop) -> str:
    """Return the arrow of hop `number`: from its caller to the next stop."""
    left, top = _position(number)
    x, y = left + _WIDTH, top + _HEIGHT / 2
    next_left, next_top = _position(number + 1)
    if next_top == top:
        line = f"M{x:g} {y:g}H{next_left - 7:g}"
        head = f"M{next_left - 9:g} {y - 4:g}l8 4 -8 4z"
        middle, level = (x + next_left) / 2, y
    else:
        level = next_top - _HEAD - (_BELOW - 4) / 2
        line = (
            f"M{x - _WIDTH / 2:g} {top + _HEIGHT:g}V{level:g}H{next_left - 20:g}"
            f"V{next_top + _HEIGHT / 2:g}H{next_left - 7:g}"
        )
        head = f"M{next_left - 9:g} {next_top + _HEIGHT / 2 - 4:g}l8 4 -8 4z"
        middle = (x - _WIDTH / 2 + next_left) / 2
    stroke = {"stroke": "#3b4a5c", "stroke_width": "1.4"}
    return element(
        "g",
        element("title", content(_told(hop))),
        element("path", d=line, class_="line", fill="none", **stroke),
        element("path", d=head, class_="head", fill="#3b4a5c"),
        *_labels(number, hop, middle, level, wide=next_top != top),
        class_="arrow",
    )


def _labels(number: int, hop: Hop, middle: float, level: float, *, wide: bool) -> Iterator[str]:
    """Yield the number of the hop, its action above the line, its conditions below."""
    yield element("circle", cx=middle, cy=level, r=8, class_="number", fill="#3b4a5c")
    yield _label(str(number + 1), middle, level + 3.5, 2, "ordinal")
    room = 60 if wide else int((_GAP - 18) / 6)
    service, _, name = hop.action.rpartition(":")
    above = [hop.action] if len(hop.action) <= room else [name, f"{service}:"]
    for index, text in enumerate(above):
        yield _label(text, middle, level - 12 - 13 * index, room, "action")
    told = [key for key in hop.chosen if key not in OF_THE_CALLER]
    keys = [key_name(key).rpartition(":")[2] for key in told]
    more = len(keys) - _MOST_KEYS
    for index, text in enumerate(keys[:_MOST_KEYS]):
        tail = f" +{more}" if index == _MOST_KEYS - 1 and more > 0 else ""
        shown = shortened(text, room + 2 - len(tail)) + tail
        yield _label(shown, middle, level + 20 + 12 * index, room + 2, "with")


_FILLS = {"action": "#17202b", "with": "#4c5866", "ordinal": "#ffffff"}


def _label(text: str, x: float, y: float, room: int, kind: str) -> str:
    return element(
        "text",
        content(shortened(text, room)),
        class_=kind,
        x=x,
        y=y,
        text_anchor="middle",
        font_size="10",
        font_family=MONO if kind == "action" else SANS,
        fill=_FILLS[kind],
    )


def _told(hop: Hop) -> str:
    chosen = [f"{key_name(key)} = {', '.join(hop.context[key])}" for key in hop.chosen]
    return f"{hop.action} on {hop.resource}" + (f" with {'; '.join(chosen)}" if chosen else "")
