"""Lines that every text for people has: the headline, labelled statements, the assumptions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from textwrap import wrap

import click

from verifier.catalogued_keys import key_name
from verifier.report.plain import plain
from verifier.verdict import Cause, Dependence, Way

INDENT = " " * 5
_MARGIN, _NARROWEST = 14, 20
_MOST_NAMES = 4
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


def footer(
    assumptions: Iterable[str],
    depends_on: Iterable[str] | None = None,
    width: int | None = None,
) -> Iterator[str]:
    """Yield what was assumed, and where that was looked at on which disputed points it depends,
    below an empty line; longer lines than `width` go on below.
    """
    yield ""
    told = [] if depends_on is None else list(depends_on) or ["nothing disputed"]
    for label, texts in (("assumes", assumptions), ("depends on", told)):
        lead = label
        for text in map(plain, texts):
            for line in wrap(text, max(width - _MARGIN, _NARROWEST)) if width else [text]:
                yield f"  {lead:<11} {line}"
                lead = ""


def dependences(ways: Sequence[Way]) -> Iterator[str]:
    """Yield on which disputed points an answer depends, each once, with whom it is about if there
    are several.
    """
    about: dict[Dependence, dict[str, None]] = {}
    for way in ways:
        for found in way.depends_on:
            about.setdefault(found, {})[way.what or way.who] = None
    for found, named in about.items():
        names = list(named)
        more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
        whom = f"   ({', '.join(names[:_MOST_NAMES])}{more})" if len(ways) > 1 else ""
        yield f"{found}{whom}"
