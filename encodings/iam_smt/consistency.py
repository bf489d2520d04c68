"""Do strings exist that make a choice of string atoms true? They, or the atoms that clash."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from iam_smt.automata import Clause, exactly
from iam_smt.realize import Conflict, Exhausted, Literal, Realized, realize
from iam_smt.terms import Atom
from iam_smt.texts import Member, Same, SetVariable, Several, Some, StringVariable

Chosen = tuple[Atom, bool]
"""An atom and the truth that was chosen for it."""


@dataclass
class Strings:
    """Values for the variables and sets that the chosen atoms are about."""

    texts: dict[StringVariable, str] = field(default_factory=dict)
    sets: dict[SetVariable, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Clash:
    """No strings satisfy these choices together."""

    chosen: frozenset[Chosen]


@dataclass(frozen=True, slots=True)
class GaveUp:
    """Nothing is known of `variable`: the search for a string ran out of its budget."""

    variable: str


_ROUNDS = 40


def find_strings(chosen: Iterable[Chosen]) -> Strings | list[Clash] | GaveUp:
    """Find values for every variable that `chosen` is about, or every clash met on the way."""
    by_variable: dict[StringVariable, list[tuple[Member, bool]]] = {}
    by_set: dict[SetVariable, list[tuple[Some | Several, bool]]] = {}
    links: list[tuple[Same, bool]] = []
    for atom, value in chosen:
        match atom:
            case Member():
                by_variable.setdefault(atom.variable, []).append((atom, value))
            case Same():
                links.append((atom, value))
                by_variable.setdefault(atom.left, [])
                by_variable.setdefault(atom.right, [])
            case Some() | Several():
                by_set.setdefault(atom.variable, []).append((atom, value))
    found = Strings()
    clashes: list[Clash] = []
    for group in _groups(by_variable, links):
        outcome = _solve_group(group)
        if isinstance(outcome, GaveUp):
            return outcome
        if isinstance(outcome, Clash):
            clashes.append(outcome)
        else:
            found.texts.update(outcome)
    for variable, literals in by_set.items():
        members = _members(variable, literals)
        if isinstance(members, GaveUp):
            return members
        if isinstance(members, Clash):
            clashes.append(members)
        else:
            found.sets[variable] = members
    return clashes or found


@dataclass
class _Class:
    """Variables that must be equal, and what is chosen of them."""

    variables: list[StringVariable]
    literals: list[tuple[Member, bool]]
    equalities: list[Same] = field(default_factory=list)
    apart: list[tuple[Same, _Class]] = field(default_factory=list)
    text: str | None = None

    def find(self, forbidden: Sequence[str]) -> Realized | Conflict | Exhausted:
        domains: list[Literal] = [(variable.domain, True) for variable in self.variables]
        chosen: list[Literal] = [(atom.clause, value) for atom, value in self.literals]
        excluded: list[Literal] = [(exactly(text), False) for text in forbidden]
        suggestions = [text for variable in self.variables for text in variable.suggestions]
        return realize([*chosen, *excluded, *domains], suggestions)

    def blamed(self, conflict: Conflict) -> frozenset[Chosen]:
        """Return the choices behind a conflict, the merging equalities included."""
        count = len(self.literals)
        members = [self.literals[index] for index in conflict.literals if index < count]
        return frozenset([*members, *((same, True) for same in self.equalities)])

    def forbids(self, conflict: Conflict, forbidden: Sequence[str]) -> bool:
        """Return whether the conflict leans on a forbidden text."""
        count = len(self.literals)
        return any(count <= index < count + len(forbidden) for index in conflict.literals)


def _groups(
    by_variable: dict[StringVariable, list[tuple[Member, bool]]], links: list[tuple[Same, bool]]
) -> list[list[_Class] | Clash]:
    """Merge equal variables into classes, and classes that must differ into groups."""
    owner = {variable: _Class([variable], literals) for variable, literals in by_variable.items()}
    for same, value in links:
        if not value:
            continue
        one, other = owner[same.left], owner[same.right]
        if one is not other:
            one.variables += other.variables
            one.literals += other.literals
            one.equalities += other.equalities
            for variable in other.variables:
                owner[variable] = one
        one.equalities.append(same)
    group_of: dict[int, list[_Class]] = {id(item): [item] for item in owner.values()}
    groups: list[list[_Class] | Clash] = []
    for same, value in links:
        if value:
            continue
        one, other = owner[same.left], owner[same.right]
        if one is other:
            equal: list[Chosen] = [(item, True) for item in one.equalities]
            groups.append(Clash(frozenset([(same, False), *equal])))
            continue
        one.apart.append((same, other))
        other.apart.append((same, one))
        first, second = group_of[id(one)], group_of[id(other)]
        if first is not second:
            first += second
            for item in second:
                group_of[id(item)] = first
    unique = {id(group): group for group in group_of.values()}
    return [*groups, *unique.values()]


def _solve_group(group: list[_Class] | Clash) -> dict[StringVariable, str] | Clash | GaveUp:
    """Choose a text for each class, different where they must differ."""
    if isinstance(group, Clash):
        return group
    waiting = list(group)
    for _ in range(_ROUNDS + len(group)):
        if not waiting:
            return {variable: item.text or "" for item in group for variable in item.variables}
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
    item: _Class,
    conflict: Conflict,
    taken: list[tuple[Same, _Class]],
    waiting: list[_Class],
) -> Clash | GaveUp | None:
    """Give another text to a class that stands in the way of `item`, or show that none can move.

    If every class in the way is forced to its text, these choices clash.
    """
    blamed = set(item.blamed(conflict))
    count = len(item.literals)
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


def _members(
    variable: SetVariable, literals: list[tuple[Some | Several, bool]]
) -> tuple[str, ...] | Clash | GaveUp:
    """Choose members: one for each that must exist, all within what every member must satisfy."""
    every: list[tuple[Some, bool]] = []
    exist: list[tuple[Some, bool]] = []
    several: tuple[Several, bool] | None = None
    for atom, value in literals:
        if isinstance(atom, Several):
            several = atom, value
        else:
            (exist if value else every).append((atom, value))
    if several and not several[1]:
        groups = [exist] if exist else []
    else:
        groups = [[item] for item in exist]
    members: list[str] = []
    for group in groups:
        outcome = _member(variable, every, group, several, [])
        if not isinstance(outcome, str):
            return outcome
        members.append(outcome)
    members = list(dict.fromkeys(members))
    while several and several[1] and len(members) < 2:
        outcome = _member(variable, every, [], several, members)
        if not isinstance(outcome, str):
            return outcome
        members.append(outcome)
    return tuple(members)


def _member(
    variable: SetVariable,
    every: list[tuple[Some, bool]],
    group: list[tuple[Some, bool]],
    several: tuple[Several, bool] | None,
    different_from: list[str],
) -> str | Clash | GaveUp:
    choices = [*every, *group]
    literals: list[Literal] = [_literal(atom, value) for atom, value in choices]
    excluded: list[Literal] = [(exactly(text), False) for text in different_from]
    outcome = realize([*literals, *excluded, (variable.domain, True)])
    match outcome:
        case Realized(text=text):
            return text
        case Exhausted():
            return GaveUp(variable.name)
    blamed: set[Chosen] = {choices[index] for index in outcome.literals if index < len(choices)}
    if blamed.isdisjoint(group):
        # What every member must satisfy clashes only if some member must exist.
        blamed |= set(group[:1])
    if several and (len(group) > 1 or different_from):
        blamed.add(several)
    return Clash(frozenset(blamed))


def _literal(atom: Some, value: bool) -> tuple[Clause, bool]:
    """Return what a member must satisfy: that exists if `value`, else that all must."""
    inside = not atom.outside
    return atom.clause, inside if value else not inside
