"""An explanation as text: what an answer stands on, or what would have to change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from verifier.disputes import told
from verifier.explanation import Change, Explanation, Grounds, Kind, Remedy
from verifier.report.lines import INDENT, chosen_keys, footer, headline
from verifier.report.plain import plain
from verifier.verdict import Cause, Verdict

_COLOURS = {Verdict.YES: "red", Verdict.NO: "green", Verdict.UNKNOWN: "yellow"}


def render(found: Explanation, width: int = 100) -> str:
    """Return the explanation as text of about `width` columns; colours are escape sequences."""
    question = found.question
    verb = {Verdict.YES: "can", Verdict.NO: "cannot", Verdict.UNKNOWN: "may or may not"}
    text = f"{question.who} {verb[found.verdict]} perform {question.actions[0]}"
    if question.resource:
        text += f" on {question.resource}"
    lines = [headline(found.verdict.name, _COLOURS[found.verdict], text, found.seconds, width), ""]
    for grounds in found.grounds:
        lines += _grounds(grounds)
    if found.remedies:
        lines += ["  would be allowed by any of:", ""]
    for number, remedy in enumerate(found.remedies, 1):
        lines += _remedy(number, remedy)
    if found.reason:
        lines.append(f"  open      {plain(found.reason)}")
    lines = "\n".join(lines).rstrip().split("\n")
    return "\n".join([*lines, *footer(told(found.readings), map(str, found.depends_on))]) + "\n"


def _grounds(grounds: Grounds) -> Iterator[str]:
    hop = grounds.hop
    yield f"  1  {plain(hop.principal)}"
    yield f"{INDENT}{hop.action}  →  {plain(hop.resource)}"
    yield from chosen_keys(hop.context, hop.chosen)
    yield from _sets("suffices", grounds.suffices, "it needs no statement")
    yield from _sets("closes it", grounds.closes, "no removal of statements does")


def _sets(label: str, sets: Sequence[tuple[Cause, ...]], none: str) -> Iterator[str]:
    """Yield each set, its statements below each other; what reads the same once."""
    different = list(dict.fromkeys(tuple(map(_named, causes)) for causes in sets))
    if not any(different):
        yield f"{INDENT}{label:<9}  {none}"
    for number, names in enumerate(filter(None, different)):
        for place, (name, count) in enumerate(Counter(names).items()):
            first = (label if number == 0 else "or") if place == 0 else "and"
            yield f"{INDENT}{first:<9}  {name}" + (f"   at {count} levels" if count > 1 else "")


def _remedy(number: int, remedy: Remedy) -> Iterator[str]:
    lead = f"{number:>3}  "
    for change in remedy.changes:
        for line in _change(change):
            yield f"{lead}{line}"
            lead = INDENT
        lead = f"{INDENT}and "
    hop = remedy.hop
    yield f"{INDENT}then  {plain(hop.principal)}  →  {plain(hop.resource)}"
    yield from chosen_keys(hop.context, hop.chosen)
    yield ""


def _change(change: Change) -> Iterator[str]:
    if change.kind is Kind.REMOVE:
        yield f"remove  {_named(change.where[0])}"
        return
    yield f"allow it in the {change.layer}"
    for cause in change.where:
        yield f"        now  {_named(cause)}"


def _named(cause: Cause) -> str:
    return plain(str(cause)) + (f"   {plain(cause.place)}" if cause.place else "")
