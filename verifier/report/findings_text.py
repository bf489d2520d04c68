"""Findings as text for people: the worst first, what is intended last, and how complete it is."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import click

from verifier.finding import Coverage, Exposure, Finding, Findings, Kind, Severity, Suppression
from verifier.report.lines import INDENT, OF_THE_CALLER, chosen_keys, footer, headline
from verifier.report.phrases import called, counted, powers_in_words
from verifier.report.plain import plain
from verifier.report.words import only
from verifier.verdict import Hop, Verdict

_WORDS = {
    Verdict.YES: ("FOUND", "red"),
    Verdict.NO: ("NONE", "green"),
    Verdict.UNKNOWN: ("UNKNOWN", "yellow"),
}
_COLOURS = {
    Severity.CRITICAL: "red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
}
_MOST_RESOURCES = 8
_MOST_EXCEPTIONS = 6
_LABEL = 10
_INDENTED: Any = {
    "initial_indent": "  ",
    "subsequent_indent": "  ",
    "break_long_words": False,
    "break_on_hyphens": False,
}


def render(found: Findings, width: int = 100) -> str:
    """Return the findings as text."""
    lines = [_headline(found, width), ""]
    for finding in (*found.open, *found.suppressed):
        lines += [*_finding(finding, width), ""]
    for gap in found.gaps:
        lines += _told("unknown", [f"{gap.resource}, for {gap.who}: {gap.reason}"], indent="  ")
    for gap in found.disputed:
        lines += _told("depends", [f"{gap.resource}, for {gap.who}: {gap.reason}"], indent="  ")
    lines += _told("covered", [_covered(found.coverage, bool(found.gaps))], indent="  ")
    return "\n".join([*lines, *footer(found.assumptions)]) + "\n"


def _headline(found: Findings, width: int) -> str:
    counts = Counter(finding.severity for finding in found.open)
    told = [f"{counts[severity]} {severity.value}" for severity in Severity if counts[severity]]
    text = f"{len(found.open)} open" + (f": {', '.join(told)}" if told else "")
    if found.suppressed:
        text += f"; {len(found.suppressed)} intended"
    if found.gaps:
        text += f"; {len(found.gaps)} unknown"
    word, colour = _WORDS[found.verdict]
    return headline(word, colour, text, found.effort.seconds, width)


def _finding(finding: Finding, width: int) -> Iterator[str]:
    word = finding.severity.value.upper() if finding.is_open else "INTENDED"
    colour = _COLOURS[finding.severity] if finding.is_open else "green"
    styled = click.style(f"{word:<8}", fg=colour, bold=True)
    yield f"{styled}  {plain(finding.kind)}   {finding.fingerprint[:8]}"
    yield from textwrap.wrap(plain(finding.sentence), width, **_INDENTED)
    for label, entries in (
        ("intended", finding.suppressions),
        ("exceeds", finding.exceeded),
        ("expired", finding.expired),
    ):
        yield from _told(label, map(_intention, entries))
    for exposure in finding.exposures[:_MOST_RESOURCES]:
        yield from _exposure(exposure)
    more = len(finding.exposures) - _MOST_RESOURCES
    if more > 0:
        yield f"{INDENT}and {more} more, all in the JSON format"
    if finding.is_open:
        yield from _permissions(finding)
        yield from _witness(finding.witness)
        yield from _told("closes", map(str, finding.closes))
    yield from _told("depends", map(str, finding.depends_on))
    yield from _told("note", finding.notes)


def _told(label: str, texts: Iterable[str], indent: str = INDENT) -> Iterator[str]:
    """Yield a line for each text, the first with the label."""
    for text in texts:
        room = max(_LABEL, len(label) + 1)
        yield f"{indent}{label:<{room}}{plain(text)}"
        label = ""


def _intention(entry: Suppression) -> str:
    until = f", until {entry.expires.isoformat()}" if entry.expires else ""
    return f"by {entry.owner}{until}: {entry.reason}   {entry.place}"


def _exposure(exposure: Exposure) -> Iterator[str]:
    yield from _told("on", [exposure.resource])
    if exposure.powers is not None:
        yield from _told("which can", [powers_in_words(exposure.powers)])
        if exposure.powers.becomes:
            yield from _told("becomes", [called(exposure.powers.becomes)])
    yield from _told("by", [f"{cause}   {cause.place}" for cause in exposure.by])


def _permissions(finding: Finding) -> Iterator[str]:
    for permission in finding.permissions:
        for level, patterns in permission.actions if finding.kind != Kind.ROLE else ():
            where = f" on {', '.join(permission.resources)}" if permission.resources else ""
            yield from _told(level.value, [", ".join(patterns) + where])
        shown = permission.exceptions[:_MOST_EXCEPTIONS]
        more = len(permission.exceptions) - len(shown)
        if shown:
            tail = f" and {more} more" if more else ""
            yield from _told("but not", [", ".join(shown) + tail])
        yield from _told("only", only(permission.provisos))


def _witness(hops: Iterable[Hop]) -> Iterator[str]:
    for hop in hops:
        yield from _told("replayed", [hop.principal])
        yield f"{INDENT}{'':<{_LABEL}}{plain(hop.action)}  →  {plain(hop.resource)}"
        keys = (key for key in hop.chosen if key not in OF_THE_CALLER)
        yield from chosen_keys(hop.context, keys)


def _covered(coverage: Coverage, gaps: bool) -> str:
    roles = counted(coverage.roles, "role")
    what = f"{roles} and {counted(coverage.resources, 'resource')} with a policy"
    silent = f"{coverage.by_matching} policies"
    how = f"{counted(coverage.proved, 'question')} refuted, {silent} name nobody outside"
    rest = " but for what is unknown" if gaps else ""
    return f"no request from outside is allowed that no finding covers{rest}: {what}, {how}"
