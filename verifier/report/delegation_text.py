"""What came of the obligations of a delegated administrator, as text."""

from __future__ import annotations

from collections.abc import Iterator

import click

from verifier.delegation import Delegation, Obligation
from verifier.report.lines import INDENT, chosen_keys, footer, headline, labelled
from verifier.report.plain import plain
from verifier.verdict import Verdict

_COLOURS = {Verdict.YES: "red", Verdict.NO: "green", Verdict.UNKNOWN: "yellow"}
_WORDS = {Verdict.YES: "broken", Verdict.NO: "holds", Verdict.UNKNOWN: "open"}


def render(found: Delegation, width: int = 100) -> str:
    """Return what was found as text of about `width` columns; colours are escape sequences."""
    verdict = found.exceeds
    can = {Verdict.YES: "can", Verdict.NO: "can never", Verdict.UNKNOWN: "may or may not"}
    text = f"{found.administrator} {can[verdict]} exceed {found.boundary}"
    lines = [headline(verdict.name, _COLOURS[verdict], text, found.seconds, width), ""]
    for obligation in found.obligations:
        lines += _obligation(obligation)
    lines += [f"  besides   {plain(caveat)}" for caveat in found.caveats]
    return "\n".join([*lines, *footer(found.assumptions)]) + "\n"


def _obligation(item: Obligation) -> Iterator[str]:
    word = click.style(_WORDS[item.broken], fg=_COLOURS[item.broken])
    yield f"  {item.number}  {item.title}: {word}"
    if item.reason:
        yield f"{INDENT}{plain(item.reason)}"
    for hop in item.witness:
        yield f"{INDENT}{plain(hop.principal)}"
        yield f"{INDENT}  {hop.action}  →  {plain(hop.resource)}"
        yield from chosen_keys(hop.context, hop.chosen)
        yield from labelled("by", hop.by)
        if hop.does:
            yield f"{INDENT}  does  {plain(hop.does)}"
    for need in item.needs:
        yield f"{INDENT}only if   {plain(need)}"
