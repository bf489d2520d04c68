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
    return _Walk(literals).run()


class _Walk:
    """One walk; literals that want a member stand first, and are meant by their places."""

    def __init__(self, literals: tuple[Literal, ...]) -> None:
        self._order = sorted(range(len(literals)), key=lambda index: not literals[index][1])
        self._members = [literals[index][1] for index in self._order]
        self._starts = [literals[index][0].start for index in self._order]
        self._blamed: set[int] = set()
        self._came_from: dict[_States, tuple[_States, str] | None] = {}
        self._queue: list[tuple[int, int, int, _States]] = []

    def run(self) -> Realized | Conflict | Exhausted:
        """Return where the walk ends."""
        start = self._settled(self._starts)
        if start is not None:
            self._came_from[start] = None
            self._queue.append((0, 0, 0, start))
        while self._queue:
            _, depth, _, states = heapq.heappop(self._queue)
            if not self._blame(self._unmet(states)):
                return Realized(_spell(states, self._came_from))
            for character in self._following(states):
                self._go_on(states, character, depth)
                if len(self._came_from) > _BUDGET:
                    return Exhausted()
        return Conflict(frozenset(self._blamed))

    def _blame(self, places: list[int]) -> bool:
        """Note one of the literals at these places; return whether there is any."""
        if places and self._blamed.isdisjoint(self._order[place] for place in places):
            self._blamed.add(self._order[places[0]])
        return bool(places)

    def _settled(self, states: Iterable[State | None]) -> _States | None:
        """Drop what is decided for good; None if that is decided against a literal."""
        kept: list[State | None] = []
        against: list[int] = []
        for place, state in enumerate(states):
            if state is None:
                kept.append(None)
            elif self._members[place]:
                if state.is_dead:
                    against.append(place)
                kept.append(None if state.accepts_all else state)
            else:
                if state.accepts_all:
                    against.append(place)
                kept.append(None if state.is_dead else state)
        return None if self._blame(against) else tuple(kept)

    def _unmet(self, states: _States) -> list[int]:
        return [
            place
            for place, state in enumerate(states)
            if state is not None and state.accepts != self._members[place]
        ]

    def _following(self, states: _States) -> Iterable[str]:
        """Return the characters to go on with: where a literal leaves few, only these."""
        forcing = min(
            (at for at, state in enumerate(states) if self._members[at] and _forced(state)),
            key=lambda at: len(_forced(states[at])),
            default=None,
        )
        if forcing is None:
            return _characters(states)
        self._blame([forcing])
        return _forced(states[forcing])

    def _go_on(self, states: _States, character: str, depth: int) -> None:
        following = self._settled(state and state.after(character) for state in states)
        if following is None or following in self._came_from:
            return
        self._came_from[following] = (states, character)
        distance = max(
            (
                state.distance
                for state, member in zip(following, self._members, strict=True)
                if member and state is not None
            ),
            default=0,
        )
        count = len(self._came_from)
        heapq.heappush(self._queue, (distance + depth, depth + 1, count, following))


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
