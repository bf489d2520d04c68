"""An answer as text for people: the path, the statements, what stops the ways that are closed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click

from verifier.question import Form, Question, RouteKind
from verifier.report import margins
from verifier.report.lines import INDENT, chosen_keys, dependences, footer, headline, labelled
from verifier.report.lists import is_list, list_lines
from verifier.report.plain import plain
from verifier.report.words import only
from verifier.verdict import Answer, Barrier, Hop, Verdict, Way

_COLOURS = {Verdict.YES: "red", Verdict.NO: "green", Verdict.UNKNOWN: "yellow"}
_MOST_BARRIERS = 12
_MOST_NAMES = 8
_CALLERS = {
    "AWS principals outside the zone of trust": "outside the zone of trust",
    "anonymous callers": "without a signature",
}


def render(
    answer: Answer, width: int = 100, *, terminal: bool = False, complete: bool = False
) -> str:
    """Return the answer as text of about `width` columns; colours are escape sequences.

    For a terminal a list is drawn as a table, and long lines are wrapped. In a list that is not
    `complete` what is long is counted.
    """
    form = answer.question.form
    if form is Form.BECOME:
        lines = list(_become(answer, width))
    elif is_list(answer):
        lines = list(_list(answer, width, table=terminal, complete=complete))
    else:
        lines = list(_can(answer, width))
    told = footer(answer.assumptions, dependences(answer.ways), width if terminal else None)
    return "\n".join([*lines, *told]) + "\n"


def _become(answer: Answer, width: int) -> Iterator[str]:
    """Yield a table of the roles that each class of callers can become, shortest chains first."""
    able = {way.what for way in answer.ways if way.verdict is Verdict.YES}
    noun = "principal" if answer.question.route.kind is RouteKind.ESCALATION else "role"
    count = f"{len(able)} {noun}{'s' * (len(able) != 1)}" if able else f"no {noun}"
    yield _headline(answer, f"{answer.question.who} can become {count}", width)
    classes: dict[str, list[Way]] = {}
    for way in answer.ways:
        classes.setdefault(way.who, []).append(way)
    for who, found in classes.items():
        yield ""
        first = found[0]
        if first.verdict is Verdict.NO:
            yield _class_line(first)
            yield from _closed(first)
            continue
        yield f"  {plain(who)}"
        for way in found:
            if way.verdict is Verdict.YES:
                yield f"{INDENT}{plain(way.what)}{_through(way)}"
            elif way.verdict is Verdict.UNKNOWN:
                told = "; ".join(way.needs)
                told = f"only if {told}" if told else f"unknown: {way.reason}"
                yield f"{INDENT}{plain(way.what)}   {plain(told)}"


def _through(way: Way) -> str:
    """Return the roles on the way, and what the chain depends on."""
    names = [hop.resource.rpartition("/")[2] for hop in way.witness[:-1]]
    parts = [way.whose] if way.whose else []
    parts += [f"{len(way.witness)} hops, through {' → '.join(names)}"] if names else []
    if way.provisos:
        parts.append("only " + ", ".join(only(way.provisos)))
    return plain("   " + "; ".join(parts)) if parts else ""


def _headline(answer: Answer, text: str, width: int) -> str:
    verdict = answer.verdict
    return headline(verdict.name, _COLOURS[verdict], text, answer.effort.seconds, width)


def _goal(question: Question) -> str:
    """Return what is asked for, with its verb where the verb is no other."""
    if question.whom is not None:
        return f"become {question.whom}"
    actions = question.actions
    text = actions[0] if len(actions) == 1 else f"any of {len(actions)} actions"
    return f"{text} on {question.resource}" if question.resource else text


def _can(answer: Answer, width: int) -> Iterator[str]:
    question = answer.question
    who, goal = str(question.who), _goal(question)
    if question.whom is None:
        goal = f"{'perform' if question.route.kind is RouteKind.DIRECTLY else 'reach'} {goal}"
    match answer.verdict:
        case Verdict.YES:
            count = len(answer.witness)
            hops = "1 hop" if count == 1 else f"{count} hops"
            text = f"{who} can {goal}: {hops}"
        case Verdict.NO:
            text = f"{who} cannot {goal}"
        case Verdict.UNKNOWN if any(way.needs for way in answer.ways):
            text = f"{who} can {goal}, if what the snapshot does not show is so"
        case Verdict.UNKNOWN:
            text = f"whether {who} can {goal}"
    yield _headline(answer, text, width)
    for way in answer.ways:
        yield ""
        if len(answer.ways) > 1:
            yield _class_line(way)
        yield from _way(way)
    if answer.margin is not None:
        yield ""
        yield "  all of them together"
        yield from margins.closing(answer.margin)


def ways(found: Iterable[Way]) -> Iterator[str]:
    """Yield the lines of some ways of an answer, each below the name of the callers."""
    for way in found:
        yield _class_line(way)
        yield from _way(way)


def _class_line(way: Way) -> str:
    word = click.style(way.verdict.value, fg=_COLOURS[way.verdict])
    return f"  {plain(way.who)}: {word}"


def _way(way: Way) -> Iterator[str]:
    match way.verdict:
        case Verdict.YES:
            yield from _witness(way)
            yield from margins.closing(way.margin) if way.margin else ()
        case Verdict.UNKNOWN if way.needs:
            yield from _witness(way)
            yield from margins.closing(way.margin) if way.margin else ()
        case Verdict.UNKNOWN:
            yield f"{INDENT}open      {plain(way.reason)}"
        case Verdict.NO:
            yield from _closed(way)
            yield from margins.nearest(way.margin) if way.margin else ()


def _witness(way: Way) -> Iterator[str]:
    for number, hop in enumerate(way.witness, 1):
        caller = _caller(way) if number == 1 else ""
        yield f"{number:>3}  {plain(hop.principal)}" + (f"   {caller}" if caller else "")
        yield f"{INDENT}{hop.action}  →  {plain(hop.resource)}" + (
            "" if hop.known else "   (any that is not listed)"
        )
        yield from _details(hop)
    for words in only(way.provisos):
        yield f"{INDENT}only      {words}"
    for need in way.needs:
        yield f"{INDENT}only if   {plain(need)}"
    count = len(way.witness)
    if not count:
        yield f"{INDENT}nothing has to be done"
        return
    yield f"{INDENT}replayed  {count} of {count} requests are allowed by the evaluator"


def _caller(way: Way) -> str:
    """Return in words who the first caller of a path is."""
    told = _CALLERS.get(way.who, "")
    return ", ".join(filter(None, (told, plain(way.whose))))


def _details(hop: Hop) -> Iterator[str]:
    yield from chosen_keys(hop.context, hop.chosen)
    if hop.requires:
        yield f"{INDENT}  needs {', '.join(hop.requires)}"
    yield from labelled("by", hop.by)
    if hop.does:
        yield f"{INDENT}  does  {plain(hop.does)}"


def _closed(way: Way) -> Iterator[str]:
    if way.reached:
        names = ", ".join(way.reached[:_MOST_NAMES])
        more = len(way.reached) - _MOST_NAMES
        tail = f" and {more} more" if more > 0 else ""
        yield f"{INDENT}becomes   {plain(names)}{tail}"
    if not way.barriers and not way.reached:
        yield f"{INDENT}no policy names them"
    for barrier in way.barriers[:_MOST_BARRIERS]:
        yield from _barrier(barrier)
    if len(way.barriers) > _MOST_BARRIERS:
        yield f"{INDENT}and {len(way.barriers) - _MOST_BARRIERS} more, all in the JSON format"


def _barrier(barrier: Barrier) -> Iterator[str]:
    first, *others = barrier.what
    more = f" and {len(others)} more" if others else ""
    yield f"{INDENT}closed    {plain(barrier.who)}  →  {plain(first)}{more}"
    yield f"{INDENT}          {plain(barrier.stops)}"
    yield from labelled("by", barrier.causes)


def _list(answer: Answer, width: int, *, table: bool, complete: bool) -> Iterator[str]:
    """Yield who can, or what can be done, then what is unknown."""
    yield _headline(answer, summary(answer), width)
    if answer.verdict is not Verdict.NO:
        yield ""
    yield from list_lines(answer, width, table=table, complete=complete)
    for way in answer.ways:
        if way.verdict is Verdict.UNKNOWN:
            word = click.style("unknown", fg=_COLOURS[Verdict.UNKNOWN])
            why = f"only if {'; '.join(way.needs)}" if way.needs else way.reason
            yield f"  {plain(way.what or way.who)}   {word}: {plain(why)}"


def summary(answer: Answer) -> str:
    """Return how many can, and how many cannot."""
    question = answer.question
    found = {verdict: _who(answer, verdict) for verdict in Verdict}
    able, closed = len(found[Verdict.YES]), len(found[Verdict.NO])
    if question.form is Form.WHAT_CAN:
        count = len({way.what for way in answer.ways if way.verdict is Verdict.YES})
        return f"{question.who} can do {_counted(count, 'action')}"
    who = f"{question.who}: " if question.who else ""
    if not able and not found[Verdict.UNKNOWN]:
        return f"{who}nobody can {_goal(question)}, of {closed:,} that were asked about"
    return f"{who}{able:,} can {_goal(question)}, {closed:,} cannot"


def _who(answer: Answer, verdict: Verdict) -> set[str]:
    return {way.who for way in answer.ways if way.verdict is verdict}


def _counted(number: int, noun: str) -> str:
    if not number:
        return "nothing"
    return f"1 {noun}" if number == 1 else f"{number:,} {noun}s"
