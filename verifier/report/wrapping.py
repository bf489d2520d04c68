"""Lines that are longer than the terminal is wide, broken between words below where they begin."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click

_LABEL = re.compile(r" *(?:\d+  |[A-Z]+  |closes it |[a-z][a-z ]{0,11}?  +)?")
_BESIDES = 4
_NARROWEST = 12


def fitted(text: str, width: int) -> str:
    """Return `text` for a terminal of `width` columns; what has no blank, such as an ARN, stays
    whole, so that it can be copied.
    """
    return "\n".join(piece for line in text.split("\n") for piece in _pieces(line, width))


def _pieces(line: str, width: int) -> Iterator[str]:
    if _columns(line) <= width:
        yield line
        return
    label = _LABEL.match(line)
    start = label.end() if label else 0
    hang = start if line[:start].strip() else start + _BESIDES
    hang = min(hang, max(width - _NARROWEST, 0))
    piece, gap, is_bare = line[:start], "", True
    for word in re.split(r"( +)", line[start:]):
        if not word.strip():
            gap = word
            continue
        if not is_bare and _columns(piece + gap + word) > width:
            yield piece
            piece, gap = " " * hang, ""
        piece, gap, is_bare = piece + gap + word, "", False
    yield piece


def _columns(text: str) -> int:
    return len(click.unstyle(text))
