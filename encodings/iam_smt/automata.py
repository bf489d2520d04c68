"""Unions of patterns as automata, simulated on bits and made deterministic as far as they are used.

A clause is compiled once by content; its states and moves are kept, so that the hundredth
question about the same list of patterns finds them there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from iam_smt.patterns import ANY, Characters, Pattern, Run, units

_OTHER: Final = ""
"""Stands for every character that no pattern of the clause mentions."""


class State:
    """A set of positions in the patterns of a clause.

    `accepts`: the text read so far is a member. `accepts_all`: so is every continuation.
    """

    __slots__ = (
        "_distance",
        "_forced",
        "_letters",
        "accepts",
        "accepts_all",
        "bits",
        "clause",
        "moves",
    )

    def __init__(self, clause: Clause, bits: int) -> None:
        self.clause = clause
        self.bits = bits
        self.accepts = bool(bits & clause.final)
        self.accepts_all = bool(bits & clause.final_for_good)
        self.moves: dict[str, State] = {}
        self._letters: frozenset[str] | None = None
        self._forced: tuple[str, ...] | None = None
        self._distance: int | None = None

    @property
    def is_dead(self) -> bool:
        """Whether no continuation is a member."""
        return not self.bits

    def after(self, character: str) -> State:
        """Return the state after reading `character`."""
        state = self.moves.get(character)
        if state is None:
            state = self.clause.move(self, character)
            self.moves[character] = state
        return state

    @property
    def letters(self) -> frozenset[str]:
        """The characters after which the state differs from that after any other character."""
        if self._letters is None:
            other = self.clause.step(self.bits, _OTHER)
            step = self.clause.step
            self._letters = frozenset(
                letter for letter in self.clause.alphabet if step(self.bits, letter) != other
            )
        return self._letters

    @property
    def forced(self) -> tuple[str, ...]:
        """The only characters that do not lead to a dead state; empty where most do not."""
        if self._forced is None:
            step = self.clause.step
            dead = not step(self.bits, _OTHER)
            self._forced = tuple(
                letter for letter in sorted(self.letters) if dead and step(self.bits, letter)
            )
        return self._forced

    @property
    def distance(self) -> int:
        """The least number of characters that lead to acceptance."""
        if self._distance is None:
            remaining, bits, index = self.clause.remaining, self.bits, 0
            best = 1 << 30
            while bits:
                low = (bits & -bits).bit_length() - 1
                index += low
                best = min(best, remaining[index])
                bits >>= low + 1
                index += 1
            self._distance = best
        return self._distance


class Clause:
    """The strings that match at least one of `patterns`. Made by `clause`, one for each content."""

    __slots__ = (
        "_advance",
        "_advance_other",
        "_loop",
        "_loop_other",
        "_skips",
        "_states",
        "alphabet",
        "final",
        "final_for_good",
        "is_universal",
        "listed",
        "number",
        "patterns",
        "remaining",
        "start",
    )

    def __init__(self, patterns: tuple[Pattern, ...], number: int) -> None:
        self.patterns = patterns
        self.listed = frozenset(patterns)
        self.number = number
        self.is_universal = (Run(ANY),) in patterns
        self._states: dict[int, State] = {}
        self._compile()

    def _compile(self) -> None:
        advance = _Masks()
        loop = _Masks()
        starts: list[int] = []
        finals: list[int] = []
        for_good: list[int] = []
        skips: list[int] = []
        remaining: list[int] = []
        position = 0
        for pattern in self.patterns:
            starts.append(position)
            begin = position
            looped = False
            for unit in units(pattern):
                if isinstance(unit, Run):
                    if looped:
                        skips.append(position)
                        position += 1
                    loop.add(position, unit.of)
                    looped = True
                else:
                    advance.add(position, unit)
                    position += 1
                    looped = False
            finals.append(position)
            if looped and isinstance(pattern[-1], Run) and pattern[-1].of == ANY:
                for_good.append(position)
            position += 1
            remaining += range(position - begin - 1, -1, -1)
        size = position
        self.remaining = remaining
        self.alphabet = frozenset(advance.letters() | loop.letters())
        self._advance_other = advance.other(size)
        self._loop_other = loop.other(size)
        self._advance = {letter: advance.mask(letter, size) for letter in advance.letters()}
        self._loop = {letter: loop.mask(letter, size) for letter in loop.letters()}
        self._skips = _bits(skips, size)
        self.final = _bits(finals, size)
        self.final_for_good = _bits(for_good, size)
        self.start = self._state(self._closed(_bits(starts, size)))

    def _closed(self, bits: int) -> int:
        """Follow the moves that read nothing: between two runs that stand side by side."""
        while skipped := (bits & self._skips) << 1 & ~bits:
            bits |= skipped
        return bits

    def _state(self, bits: int) -> State:
        state = self._states.get(bits)
        if state is None:
            state = self._states[bits] = State(self, bits)
        return state

    def step(self, bits: int, character: str) -> int:
        """Return the positions after reading `character` from the positions `bits`."""
        moved = (bits & self._advance.get(character, self._advance_other)) << 1
        stayed = bits & self._loop.get(character, self._loop_other)
        return self._closed(moved | stayed) if self._skips else moved | stayed

    def move(self, state: State, character: str) -> State:
        """Return the state after reading `character`; kept for every unmentioned one at once."""
        if character in self.alphabet:
            return self._state(self.step(state.bits, character))
        known = state.moves.get(_OTHER)
        if known is None:
            known = state.moves[_OTHER] = self._state(self.step(state.bits, _OTHER))
        return known

    def __contains__(self, text: object) -> bool:
        if not isinstance(text, str):
            return False
        state = self.start
        for character in text:
            if state.accepts_all:
                return True
            state = state.after(character)
            if not state.bits:
                return False
        return state.accepts

    @property
    def is_empty(self) -> bool:
        """Whether no string is a member for want of patterns."""
        return self.start.is_dead

    @property
    def texts(self) -> tuple[str, ...] | None:
        """The members, where each pattern is a plain text; else None."""
        found: list[str] = []
        for pattern in self.patterns:
            plain = [item for item in pattern if isinstance(item, str)]
            if len(plain) < len(pattern):
                return None
            found.append("".join(plain))
        return tuple(found)


class _Masks:
    """For each character, the positions that read it; collected before any big integer is made."""

    def __init__(self) -> None:
        self._others: list[int] = []
        self._listed: dict[str, list[int]] = {}
        self._excluded: dict[str, list[int]] = {}

    def add(self, position: int, characters: Characters) -> None:
        if characters.others:
            self._others.append(position)
        table = self._excluded if characters.others else self._listed
        for character in characters.listed:
            table.setdefault(character, []).append(position)

    def letters(self) -> set[str]:
        return self._listed.keys() | self._excluded.keys()

    def other(self, size: int) -> int:
        return _bits(self._others, size)

    def mask(self, letter: str, size: int) -> int:
        excluded = _bits(self._excluded.get(letter, ()), size)
        return (self.other(size) & ~excluded) | _bits(self._listed.get(letter, ()), size)


def _bits(positions: Iterable[int], size: int) -> int:
    """Return the integer with these bits set."""
    buffer = bytearray(size // 8 + 1)
    for position in positions:
        buffer[position >> 3] |= 1 << (position & 7)
    return int.from_bytes(buffer, "little")


_CLAUSES: dict[frozenset[Pattern], Clause] = {}


def clause(patterns: Iterable[Pattern]) -> Clause:
    """Return the clause of these patterns, the same object for the same content."""
    content = frozenset(patterns)
    found = _CLAUSES.get(content)
    if found is None:
        ordered = tuple(sorted(content, key=_order))
        found = _CLAUSES[content] = Clause(ordered, len(_CLAUSES))
    return found


def _order(pattern: Pattern) -> tuple[str, ...]:
    return tuple(item if isinstance(item, str) else repr(item) for item in pattern)


def exactly(*texts: str) -> Clause:
    """Return the clause whose members are just these texts."""
    return clause((text,) if text else () for text in texts)


EVERYTHING = clause([(Run(ANY),)])
NOTHING = clause([])
