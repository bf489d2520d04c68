"""Lines that every text for people has: the headline, labelled statements, the assumptions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from textwrap import wrap

import click

from verifier.catalogue import key_name
from verifier.report.plain import plain
from verifier.verdict import Cause

INDENT = " " * 5
_MARGIN, _NARROWEST = 12, 20
OF_THE_CALLER = {"aws:principalarn", "aws:principalaccount", "aws:username", "aws:userid"}
"""Keys that the ARN of the caller tells."""


def headline(word: str, colour: str, text: str, seconds: float, width: int) -> str:
    """Return the first line: the verdict, what it is about, and the time at the right."""
    time = f"{seconds:.2f} s"
    room = max(width - len(word) - len(time) - 4, 1)
    return f"{click.style(word, fg=colour, bold=True)}  {plain(text):<{room}}  {time}"


def chosen_keys(context: Mapping[str, tuple[str, ...]], chosen: Iterable[str]) -> Iterator[str]:
    """Yield a line for each condition key that had to be chosen, with its values."""
    label = "with"
    for key in chosen:
        values = " , ".join(f'"{plain(value)}"' for value in context[key])
        yield f"{INDENT}  {label:<5} {plain(key_name(key))} = {values}"
        label = ""


def labelled(label: str, causes: Iterable[Cause]) -> Iterator[str]:
    """Yield a line for each statement, the first with the label."""
    for cause in causes:
        place = f"   {cause.place}" if cause.place else ""
        yield f"{INDENT}  {label:<5} {plain(str(cause) + place)}"
        label = ""


def footer(assumptions: Iterable[str], width: int | None = None) -> Iterator[str]:
    """Yield what was assumed, below an empty line; longer lines than `width` go on below."""
    yield ""
    label = "assumes"
    for assumption in assumptions:
        text = plain(assumption)
        for line in wrap(text, max(width - _MARGIN, _NARROWEST)) if width else [text]:
            yield f"  {label:<9} {line}"
            label = ""
