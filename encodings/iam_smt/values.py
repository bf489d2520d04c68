"""Values of texts once those of their variables are known, and plain ones for the rest."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from iam_smt.automata import clause
from iam_smt.patterns import sample
from iam_smt.texts import Choice, Join, StringVariable, Text, View

_PLAIN_TEXT = "example"


def value(text: Text, of: Callable[[StringVariable], str]) -> str:
    """Return the value of a text without choices; `of` gives that of a variable."""
    match text:
        case str():
            return text
        case StringVariable():
            return of(text)
        case View(base=base):
            return part(text, of(base))
        case Join(prefix=prefix, middle=middle, suffix=suffix):
            return prefix + value(middle, of) + suffix
        case Choice():
            raise TypeError("which case of a choice holds is not known here")


def plain(variable: StringVariable) -> str:
    """Return the plainest text of the domain, a suggestion where there is one."""
    for text in variable.suggestions:
        if text in variable.domain:
            return text
    for pattern in variable.domain.patterns:
        example = sample(pattern, _PLAIN_TEXT)
        if example is not None and example in variable.domain:
            return example
    return _PLAIN_TEXT


@lru_cache(maxsize=1 << 12)
def part(view: View, whole: str) -> str:
    """Return the part of `whole` that a view shows."""
    head, tail = clause([view.head]), clause([view.tail])
    for start in range(len(whole) + 1):
        if whole[:start] not in head:
            continue
        end = start
        while True:
            if whole[end:] in tail:
                return whole[start:end]
            if end == len(whole) or whole[end] not in view.characters:
                break
            end += 1
    return ""
