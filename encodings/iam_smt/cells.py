"""Variables that must be equal or must differ, and a text for each of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from iam_smt.automata import exactly
from iam_smt.found import Chosen, Clash, GaveUp
from iam_smt.realize import Conflict, Exhausted, Literal, Realized, realize
from iam_smt.texts import Same, StringVariable

Choice = tuple[Chosen, Literal]
"""What is chosen of an atom, and what that says of the string."""

_ROUNDS = 40


@dataclass
class Cell:
    """Variables that must be equal, and what is chosen of them; `facts` hold without a choice.

    A text of the `suggestions`, or of those of the variables, is taken where one will do.
    """

    variables: list[StringVariable]
    choices: list[Choice] = field(default_factory=list)
    facts: list[Literal] = field(default_factory=list)
    suggestions: list[str] = field(default_factory=list)
    equalities: list[Same] = field(default_factory=list)
    apart: list[tuple[Same, Cell]] = field(default_factory=list)
    text: str | None = None

    def find(self, forbidden: Sequence[str]) -> Realized | Conflict | Exhausted:
        """Find a text that is none of the forbidden."""
        chosen = [literal for _, literal in self.choices]
        excluded: list[Literal] = [(exactly(text), False) for text in forbidden]
        domains: list[Literal] = [(variable.domain, True) for variable in self.variables]
        plain = [text for variable in self.variables for text in variable.suggestions]
        return realize([*chosen, *excluded, *domains, *self.facts], [*plain, *self.suggestions])

    def blamed(self, conflict: Conflict) -> frozenset[Chosen]:
        """Return the choices behind a conflict, the merging equalities included."""
        count = len(self.choices)
        members = [self.choices[index][0] for index in conflict.literals if index < count]
        return frozenset([*members, *((same, True) for same in self.equalities)])

    def forbids(self, conflict: Conflict, forbidden: Sequence[str]) -> bool:
        """Return whether the conflict leans on a forbidden text."""
        count = len(self.choices)
        return any(count <= index < count + len(forbidden) for index in conflict.literals)


Group = list[Cell]
"""Cells that must differ from each other, directly or through others."""


def groups(
    choices: Mapping[StringVariable, list[Choice]], links: Iterable[tuple[Same, bool]]
) -> tuple[list[Group], list[Clash]]:
    """Merge equal variables into cells, and cells that must differ into groups."""
    links = list(links)
    owner = {variable: Cell([variable], found) for variable, found in choices.items()}
    for same, value in links:
        if not value:
            continue
        one, other = owner[same.left], owner[same.right]
        if one is not other:
            one.variables += other.variables
            one.choices += other.choices
            one.equalities += other.equalities
            for variable in other.variables:
                owner[variable] = one
        one.equalities.append(same)
    group_of: dict[int, Group] = {id(item): [item] for item in owner.values()}
    clashes: list[Clash] = []
    for same, value in links:
        if value:
            continue
        one, other = owner[same.left], owner[same.right]
        if one is other:
            equal: list[Chosen] = [(item, True) for item in one.equalities]
            clashes.append(Clash(frozenset([(same, False), *equal])))
            continue
        one.apart.append((same, other))
        other.apart.append((same, one))
        first, second = group_of[id(one)], group_of[id(other)]
        if first is not second:
            first += second
            for item in second:
                group_of[id(item)] = first
    unique = {id(group): group for group in group_of.values()}
    return list(unique.values()), clashes


def solve(group: Group) -> Clash | GaveUp | None:
    """Choose a text for each cell, different where they must differ."""
    for item in group:
        item.text = None
    waiting = list(group)
    for _ in range(_ROUNDS + len(group)):
        if not waiting:
            return None
        item = waiting.pop(0)
        taken = [(same, other) for same, other in item.apart if other.text is not None]
        forbidden = [other.text or "" for _, other in taken]
        outcome = item.find(forbidden)
        match outcome:
            case Exhausted():
                return GaveUp(item.variables[0].name)
            case Realized(text=text):
                item.text = text
            case Conflict() if not item.forbids(outcome, forbidden):
                return Clash(item.blamed(outcome))
            case Conflict():
                clash = _make_room(item, outcome, taken, waiting)
                if clash is not None:
                    return clash
    return GaveUp(group[0].variables[0].name)


def _make_room(
    item: Cell,
    conflict: Conflict,
    taken: list[tuple[Same, Cell]],
    waiting: list[Cell],
) -> Clash | GaveUp | None:
    """Give another text to a class that stands in the way of `item`, or show that none can move.

    If every class in the way is forced to its text, these choices clash.
    """
    blamed = set(item.blamed(conflict))
    count = len(item.choices)
    for index in conflict.literals:
        if not count <= index < count + len(taken):
            continue
        same, other = taken[index - count]
        others = [
            neighbour.text or "" for _, neighbour in other.apart if neighbour.text is not None
        ]
        moved = other.find([*others, other.text or ""])
        if isinstance(moved, Exhausted):
            return GaveUp(other.variables[0].name)
        if isinstance(moved, Realized):
            other.text = moved.text
            waiting.insert(0, item)
            return None
        if other.forbids(moved, others):
            return GaveUp(other.variables[0].name)
        blamed |= {*other.blamed(moved), (same, False)}
    return Clash(frozenset(blamed))
