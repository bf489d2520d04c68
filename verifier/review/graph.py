"""The map of who can become whom, as boxes in columns: like roles share one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from verifier.report.layered import arranged

_MOST_PER_COLUMN = 14


class Side(Enum):
    """The three sides of the map."""

    WAY_IN = "way in"
    ROLE = "role"
    GOAL = "goal"


@dataclass(frozen=True, slots=True)
class Node:
    """A caller, a role or a goal, whose `id` is the whole name.

    `caption` stands above the short name, and `tag` beside that: the worst that a role can do;
    `look` is a word for its colours. `likeness` is what those have in common that may share a box;
    `path` are the roles on a replayed way to it, `links` the findings about it.
    """

    id: str
    side: Side
    name: str
    caption: str
    column: int
    likeness: Hashable = ()
    path: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    tag: str = ""
    look: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """Nodes that are drawn as one; `id` is its place in the map, `m1` first."""

    id: str
    side: Side
    caption: str
    nodes: tuple[Node, ...]

    @property
    def name(self) -> str:
        """What it is called: the one node, or how many they are."""
        if len(self.nodes) == 1:
            return self.nodes[0].name
        return f"{len(self.nodes)} {_PLURALS[self.side]}"

    @property
    def tag(self) -> str:
        """The tag that all of them have."""
        tags = {node.tag for node in self.nodes}
        return tags.pop() if len(tags) == 1 else ""


_PLURALS = {Side.WAY_IN: "ways in", Side.ROLE: "roles", Side.GOAL: "goals"}


@dataclass(frozen=True, slots=True)
class Graph:
    """Boxes column by column, in the order in which they are drawn, and the arrows between them.

    An arrow has the number of arrows between nodes that it stands for, which are `links`.
    """

    columns: tuple[tuple[Box, ...], ...]
    arrows: Mapping[tuple[str, str], int]
    links: tuple[tuple[str, str], ...] = ()

    @property
    def boxes(self) -> tuple[Box, ...]:
        """All boxes."""
        return tuple(box for column in self.columns for box in column)

    @property
    def roles(self) -> int:
        """How many roles there are."""
        return sum(len(box.nodes) for box in self.boxes if box.side is Side.ROLE)


def graph(nodes: Iterable[Node], arrows: Iterable[tuple[str, str]]) -> Graph:
    """Return the nodes in as few boxes as tell them apart, at most `_MOST_PER_COLUMN` a column
    unless nothing makes them alike.
    """
    known = {node.id: node for node in nodes}
    links = sorted({link for link in arrows if link[0] in known and link[1] in known})
    groups = _groups(known, links)
    at = {node.id: index for index, group in enumerate(groups) for node in group}
    between = Counter((at[source], at[target]) for source, target in links)
    count = max((node.column for node in known.values()), default=-1) + 1
    columns: list[list[str]] = [[] for _ in range(count)]
    for index, group in enumerate(groups):
        columns[group[0].column].append(str(index))
    placed = arranged(columns, [(str(a), str(b)) for a, b in sorted(between)])
    order = [int(name) for column in placed for name in column]
    ids = {index: f"m{place}" for place, index in enumerate(order, 1)}
    boxes = {index: _box(ids[index], groups[index]) for index in order}
    return Graph(
        tuple(tuple(boxes[int(name)] for name in column) for column in placed if column),
        {(ids[a], ids[b]): number for (a, b), number in sorted(between.items())},
        tuple(links),
    )


def neighbours(found: Graph) -> dict[str, tuple[list[str], list[str]]]:
    """Return the names of those before and after each node, by its id."""
    names = {node.id: node.name for box in found.boxes for node in box.nodes}
    around: dict[str, tuple[list[str], list[str]]] = {name: ([], []) for name in names}
    for source, target in found.links:
        around[target][0].append(names[source])
        around[source][1].append(names[target])
    return around


def _box(identifier: str, group: list[Node]) -> Box:
    captions = Counter(node.caption for node in group)
    caption = group[0].caption if len(captions) == 1 else f"in {len(captions)} accounts"
    return Box(identifier, group[0].side, caption, tuple(group))


def _groups(known: Mapping[str, Node], links: list[tuple[str, str]]) -> list[list[Node]]:
    before: dict[str, set[str]] = defaultdict(set)
    after: dict[str, set[str]] = defaultdict(set)
    for source, target in links:
        before[target].add(source)
        after[source].add(target)
    keys: tuple[Callable[[Node], Hashable], ...] = (
        lambda node: (node.likeness, frozenset(before[node.id]), frozenset(after[node.id])),
        lambda node: (node.likeness, frozenset(before[node.id]), bool(after[node.id])),
        lambda node: (node.likeness, bool(after[node.id])),
        lambda node: node.likeness,
        lambda node: node.tag,
        lambda node: node.side,
    )
    found: list[list[Node]] = []
    columns: dict[tuple[int, Side], list[Node]] = defaultdict(list)
    for node in sorted(known.values(), key=lambda node: (node.column, node.caption, node.id)):
        columns[node.column, node.side].append(node)
    for column in columns.values():
        for key in keys:
            groups: dict[Hashable, list[Node]] = defaultdict(list)
            for node in column:
                groups[key(node)].append(node)
            if len(groups) <= _MOST_PER_COLUMN:
                break
        found += groups.values()
    return found
