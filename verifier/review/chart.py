"""The map as an SVG: boxes that lead to their entries in the list below it, and arrows between."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.report.icons import ICONS
from verifier.report.picture import MONO, SANS
from verifier.report.stops import Kind
from verifier.report.svg import content, element, shortened
from verifier.review.graph import Box, Graph, Side

_WIDTH, _HEIGHT = 190, 48
_GAP, _BETWEEN = 76, 14
_EDGE, _HEAD = 14, 26
_THICKEST = 4.0


def chart(graph: Graph, prefix: str) -> str:
    """Return the SVG of a map, whose ids begin with `prefix`."""
    tallest = max(map(len, graph.columns), default=0)
    count = len(graph.columns)
    width = 2 * _EDGE + count * _WIDTH + (count - 1) * _GAP
    height = 2 * _EDGE + _HEAD + tallest * (_HEIGHT + _BETWEEN) - _BETWEEN
    corners = {
        box.id: (
            float(_EDGE + index * (_WIDTH + _GAP)),
            _HEAD
            + _EDGE
            + (tallest - len(column)) * (_HEIGHT + _BETWEEN) / 2
            + place * (_HEIGHT + _BETWEEN),
        )
        for index, column in enumerate(graph.columns)
        for place, box in enumerate(column)
    }
    return element(
        "svg",
        *_heads(graph),
        *_links(graph, corners, prefix),
        *(_box(box, *corners[box.id], prefix) for box in graph.boxes),
        xmlns="http://www.w3.org/2000/svg",
        class_="chart",
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
        font_family=SANS,
        font_size="11",
    )


def _heads(graph: Graph) -> Iterator[str]:
    for index, column in enumerate(graph.columns):
        side = column[0].side
        hops = f"role, {index} hop{'s' if index > 1 else ''} away"
        text = {Side.WAY_IN: "who", Side.ROLE: hops, Side.GOAL: "and there"}[side]
        yield element(
            "text",
            content(text),
            class_="head",
            x=_EDGE + index * (_WIDTH + _GAP),
            y=_EDGE + 8,
            font_size="11",
            fill="#4c5866",
        )


def _links(graph: Graph, corners: dict[str, tuple[float, float]], prefix: str) -> Iterator[str]:
    for (source, target), count in graph.arrows.items():
        if source == target:
            continue
        x, y = corners[source]
        u, v = corners[target]
        x, y, v = x + _WIDTH, y + _HEIGHT / 2, v + _HEIGHT / 2
        if u > x:
            bend = (u - x) * 0.45
            line = f"M{x:g} {y:g}C{x + bend:g} {y:g} {u - 6 - bend:g} {v:g} {u - 6:g} {v:g}"
            head = f"M{u - 8:g} {v - 3.5:g}l7 3.5 -7 3.5z"
        else:
            out = x + _GAP * 0.55
            line = f"M{x:g} {y:g}C{out:g} {y:g} {out:g} {v:g} {u + _WIDTH + 6:g} {v:g}"
            head = f"M{u + _WIDTH + 8:g} {v - 3.5:g}l-7 3.5 7 3.5z"
        yield element(
            "g",
            element(
                "path",
                d=line,
                fill="none",
                stroke="#8492a6",
                stroke_width=min(1.2 + count / 8, _THICKEST),
            ),
            element("path", d=head, class_="tip", fill="#8492a6"),
            class_="link",
            data_from=f"{prefix}-{source}",
            data_to=f"{prefix}-{target}",
        )


def _box(box: Box, x: float, y: float, prefix: str) -> str:
    several = len(box.nodes) > 1
    parts = []
    if several:
        parts.append(element("rect", class_="stack", x=x + 4, y=y + 4, **_RECT))
    parts += [
        element("rect", x=x, y=y, **_RECT),
        element(
            "path",
            d=ICONS[_KINDS[box.side]],
            class_="icon",
            transform=f"translate({x + 7:g} {y + 7:g})",
            fill="none",
            stroke="#3b4a5c",
            stroke_width="1.3",
            stroke_linejoin="round",
        ),
        element(
            "text",
            content(shortened(box.caption, 27 - len(box.tag))),
            class_="kind",
            x=x + 28,
            y=y + 18,
            font_size="10.5",
            fill="#4c5866",
        ),
        element(
            "text",
            content(shortened(box.name, 25)),
            class_="name",
            x=x + 10,
            y=y + 37,
            font_family=SANS if several else MONO,
            font_weight="600",
            fill="#17202b",
        ),
    ]
    if box.tag:
        parts += _tag(box.tag, x + _WIDTH - 6, y + 18)
    label = ", ".join(filter(None, (f"{box.side.value} {box.name}", box.caption, box.tag)))
    return element(
        "a",
        element("title", content(label)),
        *parts,
        class_=f"box {box.side.name.lower().replace('_', '-')} {box.nodes[0].look}".strip(),
        href=f"#{prefix}-{box.id}",
        data_box=f"{prefix}-{box.id}",
        aria_label=label,
    )


def _tag(text: str, right: float, y: float) -> Iterator[str]:
    width = 4.9 * len(text) + 9
    kind = f"tag {text.partition(' ')[0]}"
    yield element(
        "rect",
        class_=kind,
        x=right - width,
        y=y - 11,
        width=width,
        height=15,
        rx=7.5,
        fill="#eaeef3",
    )
    yield element(
        "text",
        content(text),
        class_=kind,
        x=right - width / 2,
        y=y,
        text_anchor="middle",
        font_size="9",
        font_weight="700",
        fill="#4c5866",
    )


_RECT: dict[str, str | float] = {
    "width": _WIDTH,
    "height": _HEIGHT,
    "rx": 7,
    "fill": "#ffffff",
    "stroke": "#8492a6",
}
_KINDS = {Side.WAY_IN: Kind.ANYBODY, Side.ROLE: Kind.ROLE, Side.GOAL: Kind.RESOURCE}
