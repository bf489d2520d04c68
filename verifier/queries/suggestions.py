"""The nearest sentence that reads: words are replaced, put in or left out where reading stops."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from difflib import SequenceMatcher

NOT_WORDS = {
    "ACCOUNT_ID": "an account id",
    "ACTION": "an action such as s3:DeleteBucket",
    "ARN": "an ARN",
    "COMMA": "`,`",
    "HOPS": "`hops`",
    "NAME": "a name",
    "KEY": "a condition key such as aws:SourceIp",
    "NUMBER": "a number",
    "ORGANIZATION": "an organization id",
    "PLAIN": "a value",
    "PROVIDER": "an identity provider",
    "QUOTED": "",
    "SLASH": "",
    "STAR": "`*`",
    "$END": "the end",
}
"""What may stand in a sentence that is no fixed word, as people call it."""

_FILLINGS = {
    "HOPS": "hops",
    "NUMBER": "3",
    "STAR": "*",
}
_MOST_TRIED = 400
_FARTHEST = 6.0
_FOR_A_MISSING_WORD = 1.0
_FOR_A_WRONG_WORD = 2.0


def spelled(expected: Iterable[str]) -> list[str]:
    """Return what was due, as people would say it: words in backquotes."""
    texts = [NOT_WORDS.get(name, f"`{name.lower()}`") for name in sorted(expected)]
    return [text for text in texts if text]


def nearest_sentence(
    sentence: str, expectation: Callable[[str], tuple[int, set[str]] | None]
) -> str | None:
    """Return the sentence nearest to `sentence` that reads, None if none is near.

    `expectation` tells where a sentence stops being one, and what was due there.
    """
    queue: list[tuple[float, str]] = [(0.0, " ".join(sentence.split()))]
    seen: set[str] = set()
    while queue and len(seen) < _MOST_TRIED:
        cost, text = heapq.heappop(queue)
        if text in seen:
            continue
        seen.add(text)
        stop = expectation(text)
        if stop is None:
            return text
        for extra, changed in _changes(text, *stop):
            if cost + extra <= _FARTHEST and changed not in seen:
                heapq.heappush(queue, (cost + extra, changed))
    return None


def _changes(text: str, position: int, expected: set[str]) -> list[tuple[float, str]]:
    before, rest = text[:position].rstrip(), text[position:].lstrip()
    word, _, after = rest.partition(" ")
    found: list[tuple[float, str]] = []
    for name in expected:
        due = _FILLINGS.get(name, "" if name in NOT_WORDS else name.lower())
        if not due:
            continue
        if word:
            distance = 1 - SequenceMatcher(None, word.lower(), due).ratio()
            found.append((_FOR_A_WRONG_WORD * distance + 0.1, _joined(before, due, after)))
        found.append((_FOR_A_MISSING_WORD, _joined(before, due, rest)))
    if word:
        found.append((_FOR_A_WRONG_WORD, _joined(before, "", after)))
    return found


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)
