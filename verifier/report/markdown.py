"""Markdown that shows names as they are: nothing in them is a link, a picture, or HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from verifier.report.plain import plain
from verifier.report.stops import stops
from verifier.verdict import Hop

_SPECIAL = re.compile(
    r"[\\`*{}\[\]|~$>]|(?<![^\W_])_|_(?![^\W_])|:(?=//)|(?<=www)\.|^\s*(?:[-+#=]|\d+(?=[.)]))"
)
_MENTION = re.compile(r"(?<!\w)@(?=\w)")
_HTML = {"&": "&amp;", "<": "&lt;"}
_UNSAFE = re.compile(r"[^A-Za-z0-9 ./_,-]")


def escaped(text: str) -> str:
    """Return text that reads as it is in a paragraph, a heading, an item or a cell.

    Every mark of Markdown is escaped, and so are mentions and addresses that pages link by
    themselves.
    """
    marked = _SPECIAL.sub(_with_backslash, plain(text))
    shown = "".join(_HTML.get(character, character) for character in marked)
    return _MENTION.sub("@<!-- -->", shown)


def _with_backslash(match: re.Match[str]) -> str:
    found = match[0]
    return found + "\\" if found[-1].isdigit() else found[:-1] + "\\" + found[-1]


def code(text: str) -> str:
    """Return text as code; what would end the code, or a cell, is escaped or fenced off."""
    shown = plain(text) or " "
    longest = max(map(len, re.findall(r"`+", shown)), default=0)
    fence = "`" * (longest + 1)
    blank = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{blank}{shown}{blank}{fence}".replace("|", "\\|")


def fenced(lines: Iterable[str], language: str = "") -> list[str]:
    """Return lines as a block of code that nothing in them ends."""
    shown = [plain(line) for line in lines]
    longest = max((len(mark) for line in shown for mark in re.findall(r"`+", line)), default=2)
    fence = "`" * max(3, longest + 1)
    return [fence + language, *shown, fence]


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return a table; cells are Markdown already."""
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return [*lines, *("| " + " | ".join(row) + " |" for row in rows)]


def mermaid(hops: Sequence[Hop], accounts: Mapping[str, str | None]) -> list[str]:
    """Return a path as a picture in the language of Mermaid, fenced for a page of Markdown.

    `accounts` has the accounts of the zone of trust with their names.
    """
    boxes = list(stops(hops, accounts))
    lines = ["flowchart LR"]
    for number, stop in enumerate(boxes):
        label = f"{_quoted(stop.caption)}<br/>{_quoted(stop.name)}<br/>{_quoted(stop.place)}"
        lines.append(f'  s{number}["{label}"]')
    for number, hop in enumerate(hops):
        lines.append(f'  s{number} -->|"{number + 1} {_quoted(hop.action)}"| s{number + 1}')
    return fenced(lines, "mermaid") if boxes else []


def _quoted(text: str) -> str:
    """Return text for a label of Mermaid: anything but plain characters as entity codes."""
    return _UNSAFE.sub(lambda match: f"#{ord(match[0])};", plain(text))
