"""Is there one string that is in these clauses and in none of those? A string, or a conflict."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
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
    contained = _contained(literals)
    if contained is not None:
        return contained
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


def _contained(literals: tuple[Literal, ...]) -> Conflict | None:
    """Return the conflict between a clause that must hold the text and one that must not, if the
    second lists every pattern of the first.
    """
    for index, (clause, member) in enumerate(literals):
        for other, (larger, within) in enumerate(literals):
            if member and not within and clause.listed <= larger.listed:
                return Conflict(frozenset({index, other}))
    return None


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


_States = tuple[State | None, ...]
"""Where each clause stands; None once no continuation can change whether it is satisfied."""


@lru_cache(maxsize=1 << 14)
def _search(literals: tuple[Literal, ...]) -> Realized | Conflict | Exhausted:
    """Walk the product of the automata, nearest to acceptance first, until a state accepts.

    Each dead end notes one literal that made it one; if every way ends so, the noted literals
    contradict each other, for every string dies by one of them.
    """
    order = sorted(range(len(literals)), key=lambda index: not literals[index][1])
    members = [literals[index][1] for index in order]
    blamed: set[int] = set()

    def blame(places: list[int]) -> bool:
        if places and blamed.isdisjoint(order[place] for place in places):
            blamed.add(order[places[0]])
        return bool(places)

    def settled(states: Iterable[State | None]) -> _States | None:
        """Drop what is decided for good; None if that is decided against a literal."""
        kept: list[State | None] = []
        against: list[int] = []
        for place, state in enumerate(states):
            if state is None:
                kept.append(None)
            elif members[place]:
                if state.is_dead:
                    against.append(place)
                kept.append(None if state.accepts_all else state)
            else:
                if state.accepts_all:
                    against.append(place)
                kept.append(None if state.is_dead else state)
        return None if blame(against) else tuple(kept)

    start = settled(literals[index][0].start for index in order)
    if start is None:
        return Conflict(frozenset(blamed))
    came_from: dict[_States, tuple[_States, str] | None] = {start: None}
    queue = [(0, 0, 0, start)]
    count = 0
    while queue:
        _, depth, _, states = heapq.heappop(queue)
        unmet = [
            place
            for place, state in enumerate(states)
            if state is not None and state.accepts != members[place]
        ]
        if not blame(unmet):
            return Realized(_spell(states, came_from))
        forcing = min(
            (place for place, state in enumerate(states) if members[place] and _forced(state)),
            key=lambda place: len(_forced(states[place])),
            default=None,
        )
        if forcing is not None:
            blame([forcing])
        for character in _characters(states) if forcing is None else _forced(states[forcing]):
            following = settled(state and state.after(character) for state in states)
            if following is None or following in came_from:
                continue
            came_from[following] = (states, character)
            count += 1
            if count > _BUDGET:
                return Exhausted()
            distance = max(
                (
                    state.distance
                    for state, member in zip(following, members, strict=True)
                    if member and state is not None
                ),
                default=0,
            )
            heapq.heappush(queue, (distance + depth, depth + 1, count, following))
    return Conflict(frozenset(blamed))


def _forced(state: State | None) -> tuple[str, ...]:
    return () if state is None else state.forced


def _characters(states: _States) -> list[str]:
    """Return one character for each way in which the states can go on."""
    letters = frozenset().union(*(state.letters for state in states if state is not None))
    other = plain_character(ANY, letters)
    return [*sorted(letters), *([other] if other is not None else [])]


def _spell(states: _States, came_from: dict[_States, tuple[_States, str] | None]) -> str:
    characters: list[str] = []
    while (step := came_from[states]) is not None:
        states, character = step
        characters.append(character)
    return "".join(reversed(characters))
