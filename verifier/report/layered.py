"""Boxes in columns, ordered so that the lines between them cross little."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_SWEEPS = 6


def arranged(columns: Sequence[Sequence[str]], links: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Return the columns with their boxes in an order of few crossings.

    Each box goes where its neighbours in the other columns are in the mean, from left to right
    and back. The result depends on nothing but the input.
    """
    order = [list(column) for column in columns]
    number = {name: index for index, column in enumerate(order) for name in column}
    before: dict[str, list[str]] = {name: [] for name in number}
    after: dict[str, list[str]] = {name: [] for name in number}
    for source, target in links:
        if number[source] < number[target]:
            before[target].append(source)
            after[source].append(target)
    best, fewest = order, _crossings(order, after)
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        order = _swept(order, before if forward else after, forward=forward)
        count = _crossings(order, after)
        if count < fewest:
            best, fewest = order, count
    return best


def _swept(
    order: list[list[str]], neighbours: dict[str, list[str]], *, forward: bool
) -> list[list[str]]:
    heights: dict[str, float] = {}
    found: list[list[str]] = [[] for _ in order]
    indices = range(len(order))
    for index in indices if forward else reversed(indices):
        column = order[index]

        def height(name: str, column: list[str] = column) -> float:
            near = [heights[other] for other in neighbours[name] if other in heights]
            return sum(near) / len(near) if near else column.index(name) / len(column)

        found[index] = sorted(column, key=height)
        for place, name in enumerate(found[index]):
            heights[name] = (place + 0.5) / len(column)
    return found


def _crossings(order: list[list[str]], after: dict[str, list[str]]) -> int:
    """Return how many pairs of lines out of one column cross."""
    place = {
        name: (place + 0.5) / len(column) for column in order for place, name in enumerate(column)
    }
    total = 0
    for column in order:
        ends = [(place[name], place[end]) for name in column for end in after[name]]
        ends.sort()
        total += sum(
            ends[first][1] > ends[second][1]
            for first in range(len(ends))
            for second in range(first + 1, len(ends))
        )
    return total
