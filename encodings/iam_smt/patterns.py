"""Patterns: sequences of characters and runs, of which `*` and `?` are the plainest.

An item of a pattern is a text, one character of a set, or a run of characters of a set. Sets let a
pattern say "digits" or "anything but a colon", which ARNs and account ids need (R4.51, R2.4).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar


@dataclass(frozen=True, slots=True)
class Characters:
    """The `listed` characters, or with `others` every character but these."""

    listed: frozenset[str]
    others: bool = False

    def __contains__(self, character: object) -> bool:
        return (character in self.listed) != self.others

    def __repr__(self) -> str:
        return f"[{'^' if self.others else ''}{''.join(sorted(self.listed))}]"

    def __and__(self, other: Characters) -> Characters:
        if self.others and other.others:
            return Characters(self.listed | other.listed, True)
        if self.others or other.others:
            plain, rest = (other, self) if self.others else (self, other)
            return Characters(plain.listed - rest.listed)
        return Characters(self.listed & other.listed)

    @property
    def is_empty(self) -> bool:
        """Whether no character is in the set."""
        return not self.others and not self.listed


@dataclass(frozen=True, slots=True)
class Run:
    """Any number of characters of the set, none included."""

    of: Characters

    def __repr__(self) -> str:
        return f"{self.of}*"


ANY = Characters(frozenset(), True)
ANYTHING = Run(ANY)
DIGIT = Characters(frozenset("0123456789"))
NOT_COLON = Characters(frozenset(":"), True)

Item = str | Characters | Run
Pattern = tuple[Item, ...]
"""Items in order; a text stands for its characters one after the other."""


def fold_case(pattern: Pattern) -> Pattern:
    """Return the pattern with both cases of every ASCII letter (R2.2, R4.41)."""
    items: list[Item] = []
    for item in pattern:
        if not isinstance(item, str) or item.lower() == item.upper():
            items.append(item)
            continue
        for character in item:
            both = frozenset({character.lower(), character.upper()})
            is_letter = character.isascii() and len(both) > 1
            items.append(Characters(both) if is_letter else character)
    return merged(items)


def merged(items: Iterable[Item]) -> Pattern:
    """Return the pattern with adjacent texts joined and a run that follows itself dropped."""
    result: list[Item] = []
    for item in items:
        last = result[-1] if result else None
        if isinstance(item, str) and isinstance(last, str):
            result[-1] = last + item
        elif item != "" and not (isinstance(item, Run) and item == last):
            result.append(item)
    return tuple(result)


def split_at_colons(pattern: Pattern, parts: int) -> list[Pattern]:
    """Split at the first `parts - 1` colons that stand in the texts of the pattern (R4.51)."""
    found: list[list[Item]] = [[]]
    for item in pattern:
        if not isinstance(item, str):
            found[-1].append(item)
            continue
        head, *tail = item.split(":", parts - len(found))
        found[-1].append(head)
        found += [[text] for text in tail]
    return [merged(part) for part in found]


Holed = TypeVar("Holed")
"""What may stand between the items of a pattern that has holes."""


def narrowed(
    items: Sequence[Item | Holed], colons: int = 5, *, ends_cross: bool = False
) -> tuple[Item | Holed, ...]:
    """Return the items with every wildcard before the given number of colons stopped at colons
    (R4.51); with `ends_cross` a run that a colon follows is not.
    """
    found: list[Item | Holed] = []
    for item, following in zip(items, (*items[1:], ""), strict=True):
        if colons > 0 and isinstance(item, Run):
            crosses = ends_cross and isinstance(following, str) and following.startswith(":")
            found.append(item if crosses else Run(item.of & NOT_COLON))
        elif colons > 0 and isinstance(item, Characters):
            found.append(item & NOT_COLON)
        else:
            colons -= item.count(":") if isinstance(item, str) else 0
            found.append(item)
    return tuple(found)


def within(pattern: Pattern, characters: Characters) -> Pattern | None:
    """Return the strings of `pattern` made of `characters` only; None if there are none."""
    items: list[Item] = []
    for item in pattern:
        if isinstance(item, str):
            if any(character not in characters for character in item):
                return None
            items.append(item)
        elif isinstance(item, Run):
            items.append(Run(item.of & characters))
        else:
            both = item & characters
            if both.is_empty:
                return None
            items.append(both)
    return merged(items)


def units(pattern: Pattern) -> Iterator[Characters | Run]:
    """Yield the pattern character by character."""
    for item in pattern:
        if isinstance(item, str):
            yield from map(_just, item)
        else:
            yield item


@lru_cache(maxsize=4096)
def _just(character: str) -> Characters:
    return Characters(frozenset({character}))


def after(pattern: Pattern, prefix: str) -> list[Pattern]:
    """Return patterns whose union is every string that completes `prefix` to a match."""
    rest: set[Pattern] = {pattern}
    for character in prefix:
        rest = {suffix for start in rest for suffix in _after_one(start, character)}
    return sorted(rest, key=repr)


def _after_one(pattern: Pattern, character: str) -> Iterator[Pattern]:
    for index, item in enumerate(pattern):
        if isinstance(item, str):
            if item[0] == character:
                yield merged((item[1:], *pattern[index + 1 :]))
            return
        if isinstance(item, Run):
            if character in item.of:
                yield pattern[index:]
            continue
        if character in item:
            yield pattern[index + 1 :]
        return


def reverse(pattern: Pattern) -> Pattern:
    """Return the pattern of the reversed strings."""
    return tuple(item[::-1] if isinstance(item, str) else item for item in reversed(pattern))


def before(pattern: Pattern, suffix: str) -> list[Pattern]:
    """Return patterns whose union is every string that `suffix` completes to a match."""
    return [reverse(rest) for rest in after(reverse(pattern), suffix[::-1])]


def sample(pattern: Pattern, filling: str) -> str | None:
    """Return a plain member: runs become `filling` where they may, else nothing.

    None if the pattern asks for a character of an empty set.
    """
    parts: list[str] = []
    for item in pattern:
        if isinstance(item, str):
            parts.append(item)
        elif isinstance(item, Run):
            parts.append(filling if all(character in item.of for character in filling) else "")
        else:
            character = plain_character(item)
            if character is None:
                return None
            parts.append(character)
    return "".join(parts)


_PLAIN = "example0123456789bcdfghijknoqrstuvwyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_./:=+@, "


def plain_character(characters: Characters, avoid: frozenset[str] = frozenset()) -> str | None:
    """Return a readable character of the set that is not to `avoid`, else any, else None."""
    for character in _PLAIN:
        if character in characters and character not in avoid:
            return character
    if not characters.others:
        return min(characters.listed - avoid, default=None)
    code = 0x21
    while (character := chr(code)) in avoid or character not in characters:
        code += 1
    return character
