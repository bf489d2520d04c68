"""All paths of an answer as text: one line each, and where they begin, end and meet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from verifier.report.lines import INDENT, footer, headline
from verifier.report.plain import plain
from verifier.report.words import only
from verifier.verdict import Answer, Hop, Proviso, Verdict, Way

_COLOURS = {Verdict.YES: "red", Verdict.NO: "green", Verdict.UNKNOWN: "yellow"}
_MOST = 5


def render(answer: Answer, width: int = 100) -> str:
    """Return the paths of an answer as text; where there are none, why."""
    found = [way for way in answer.ways if way.verdict is Verdict.YES]
    count = f"{len(found)} path{'s' * (len(found) != 1)}" if found else "no path"
    verdict = answer.verdict
    text, seconds = f"{answer.question.text}: {count}", answer.effort.seconds
    lines = [headline(verdict.name, _COLOURS[verdict], text, seconds, width)]
    classes: dict[str, list[Way]] = {}
    for way in answer.ways:
        classes.setdefault(way.who, []).append(way)
    for who, ways in classes.items():
        lines += ["", f"  {plain(who)}", *_of_class(ways)]
    return "\n".join([*lines, *footer(answer.assumptions)]) + "\n"


def _of_class(ways: list[Way]) -> Iterator[str]:
    found = [way for way in ways if way.verdict is Verdict.YES]
    for number, way in enumerate(found, 1):
        yield f"{number:>3}  {_line(way)}"
    for way in ways:
        if way.verdict is Verdict.UNKNOWN:
            yield f"{INDENT}unknown: {plain(way.reason)}"
        elif way.verdict is Verdict.NO:
            yield f"{INDENT}no"
    if len(found) > 1:
        chains = [way for way in found if len(way.witness) > 1]
        yield from _counted("ways in", map(_way_in, found))
        yield from _counted("last roles", (_name(way.witness[-2].resource) for way in chains))
        hops = (hop for way in chains for hop in map(_hop, way.witness[:-1]))
        yield from _counted("shared hops", hops)
        yield from _counted("weakest hop", map(_weakest, chains))


def _line(way: Way) -> str:
    """Return a path in a line: its hops, who can take it, what it depends on."""
    hops = way.witness
    names = [_name(hop.resource) for hop in hops[:-1]]
    goal = f"{hops[-1].action} on {hops[-1].resource}"
    parts = [f"{len(hops)} hop{'s' * (len(hops) != 1)}  {' → '.join([*names, goal])}"]
    if way.whose:
        parts.append(way.whose)
    if way.provisos:
        parts.append("only " + ", ".join(only(way.provisos)))
    return plain("; ".join(parts))


def _name(arn: str) -> str:
    return arn.rpartition("/")[2] or arn


def _way_in(way: Way) -> str:
    return _name(way.witness[0].resource) if len(way.witness) > 1 else "directly"


def _hop(hop: Hop) -> str:
    caller = hop.principal.split("/")[-2] if ":assumed-role/" in hop.principal else "outside"
    return f"{caller} → {_name(hop.resource)}"


def _weakest(way: Way) -> str:
    """Return the hop of a chain on which the fewest conditions were proved to depend; of several
    the first, which is the nearest to the outside.
    """
    asked: dict[int, list[Proviso]] = {number: [] for number in range(len(way.witness) - 1)}
    for proviso in way.provisos:
        asked.get(proviso.hop, []).append(proviso)
    number = min(asked, key=lambda each: len(asked[each]))
    words = ", ".join(only(asked[number])) or "under no condition"
    return f"{_hop(way.witness[number])} ({words})"


def _counted(label: str, names: Iterable[str]) -> Iterator[str]:
    """Yield what occurs most, with how often."""
    most = Counter(names).most_common(_MOST)
    told = ", ".join(f"{name} {count}" for name, count in most)
    if told:
        yield f"{INDENT}{label:<11}  {plain(told)}"
