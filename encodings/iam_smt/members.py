"""Members for a set: one for each that must exist, all within what every member must satisfy."""

from __future__ import annotations

from iam_smt.automata import exactly
from iam_smt.found import Chosen, Clash, GaveUp
from iam_smt.holes import ValueOf
from iam_smt.realize import Exhausted, Literal, Realized, realize
from iam_smt.sets import SetVariable, Several, Some


def members(
    variable: SetVariable,
    literals: list[tuple[Some | Several, bool]],
    value_of: ValueOf,
    taken: tuple[str, ...] = (),
) -> tuple[str, ...] | Clash | GaveUp:
    """Choose members of a set, or show that there are none; `value_of` fills holes.

    Those that are `taken` are left to other sets: where that matters, there is no answer.
    """
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
    found: list[str] = []
    for group in groups:
        outcome = _member(variable, every, group, several, list(taken), value_of)
        if isinstance(outcome, Clash) and taken:
            alone = _member(variable, every, group, several, [], value_of)
            return alone if isinstance(alone, Clash) else GaveUp(variable.name)
        if not isinstance(outcome, str):
            return outcome
        found.append(outcome)
    found = list(dict.fromkeys(found))
    while several and several[1] and len(found) < 2:
        outcome = _member(variable, every, [], several, [*found, *taken], value_of)
        if not isinstance(outcome, str):
            return outcome
        found.append(outcome)
    return tuple(found)


def _member(
    variable: SetVariable,
    every: list[tuple[Some, bool]],
    group: list[tuple[Some, bool]],
    several: tuple[Several, bool] | None,
    different_from: list[str],
    value_of: ValueOf,
) -> str | Clash | GaveUp:
    choices = [*every, *group]
    literals: list[Literal] = [_literal(atom, value, value_of) for atom, value in choices]
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


def _literal(atom: Some, value: bool, value_of: ValueOf) -> Literal:
    """Return what a member must satisfy: that exists if `value`, else that all must."""
    inside = not atom.outside
    return atom.filled(value_of), inside if value else not inside
