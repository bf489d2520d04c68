"""Is there one string that is in these clauses and in none of those? A string, or a conflict."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from iam_smt.automata import Clause, State
from iam_smt.patterns import ANY, plain_character, sample

_BUDGET = 50_000
_FILLINGS = ("example", "", "1", "111122223333", "a")
_PATTERNS_TRIED = 6
_SHRINK_UP_TO = 12


@dataclass(frozen=True, slots=True)
class Realized:
    """`text` is in every clause that must hold it and in no other."""

    text: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """No string satisfies the literals at these positions together."""

    literals: frozenset[int]


@dataclass(frozen=True, slots=True)
class Exhausted:
    """The budget ran out: nothing is known."""


Literal = tuple[Clause, bool]
"""A clause and whether the string is to be a member."""


def realize(
    literals: Sequence[Literal], suggestions: Sequence[str] = ()
) -> Realized | Conflict | Exhausted:
    """Find a string that satisfies all `literals`, preferring a suggestion or a plain filling.

    A conflict names literals that no string satisfies together, shrunk where that is cheap.
    """
    for text in suggestions:
        if _satisfies(text, literals):
            return Realized(text)
    return _realize(tuple(literals))


@lru_cache(maxsize=1 << 16)
def _realize(literals: tuple[Literal, ...]) -> Realized | Conflict | Exhausted:
    for text in _plain_candidates(literals):
        if _satisfies(text, literals):
            return Realized(text)
    outcome = _search(literals)
    if not isinstance(outcome, Conflict) or not 2 < len(outcome.literals) <= _SHRINK_UP_TO:
        return outcome
    core = sorted(outcome.literals)
    for index in list(core):
        fewer = [other for other in core if other != index]
        again = _search(tuple(literals[other] for other in fewer))
        if isinstance(again, Conflict):
            core = sorted(fewer[position] for position in again.literals)
            if len(core) <= 2:
                break
    return Conflict(frozenset(core))


def _satisfies(text: str, literals: Sequence[Literal]) -> bool:
    return all((text in clause) == member for clause, member in literals)


def _plain_candidates(literals: Sequence[Literal]) -> Iterator[str]:
    """Yield texts that a person would write for one of the patterns that must match."""
    positive = [clause for clause, member in literals if member]
    positive.sort(key=lambda clause: len(clause.patterns))
    for filling in _FILLINGS:
        for clause in positive[:3]:
            for pattern in clause.patterns[:_PATTERNS_TRIED]:
                text = sample(pattern, filling)
                if text is not None:
                    yield text
        if not positive:
            yield filling


def _search(literals: tuple[Literal, ...]) -> Realized | Conflict | Exhausted:
    """Walk the product of the automata, nearest to acceptance first, until a state accepts.

    Each dead end notes one literal that made it one; if every way ends so, the noted literals
    contradict each other, for every string dies by one of them.
    """
    wanted = [index for index, (_, member) in enumerate(literals) if member]
    unwanted = [index for index, (_, member) in enumerate(literals) if not member]
    blamed: set[int] = set()

    def blame(indices: Iterator[int]) -> bool:
        first = next(indices, None)
        if first is None:
            return False
        if first not in blamed and not any(index in blamed for index in indices):
            blamed.add(first)
        return True

    def is_dead(states: tuple[State, ...]) -> bool:
        return blame(
            index
            for index in (*wanted, *unwanted)
            if (states[index].is_dead if literals[index][1] else states[index].accepts_all)
        )

    start = tuple(clause.start for clause, _ in literals)
    if is_dead(start):
        return Conflict(frozenset(blamed))
    came_from: dict[tuple[State, ...], tuple[tuple[State, ...], str] | None] = {start: None}
    queue = [(0, 0, 0, start)]
    count = 0
    while queue:
        _, depth, _, states = heapq.heappop(queue)
        if not blame(
            index for index in (*wanted, *unwanted) if states[index].accepts != literals[index][1]
        ):
            return Realized(_spell(states, came_from))
        for character in _characters(states):
            following = tuple(state.after(character) for state in states)
            if following in came_from or is_dead(following):
                continue
            came_from[following] = (states, character)
            count += 1
            if count > _BUDGET:
                return Exhausted()
            distance = max((following[index].distance for index in wanted), default=0)
            heapq.heappush(queue, (distance + depth, depth + 1, count, following))
    return Conflict(frozenset(blamed))


def _characters(states: tuple[State, ...]) -> list[str]:
    """Return one character for each way in which the states can go on."""
    letters = frozenset().union(*(state.letters for state in states))
    other = plain_character(ANY, letters)
    return [*sorted(letters), *([other] if other is not None else [])]


def _spell(
    states: tuple[State, ...],
    came_from: dict[tuple[State, ...], tuple[tuple[State, ...], str] | None],
) -> str:
    characters: list[str] = []
    while (step := came_from[states]) is not None:
        states, character = step
        characters.append(character)
    return "".join(reversed(characters))
