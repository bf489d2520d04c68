"""Answers as a notebook shows them: the verdict, tables, and the path as a picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from verifier.catalogued_keys import key_name
from verifier.question import Form
from verifier.report.lines import OF_THE_CALLER
from verifier.report.lists import is_list, table_of
from verifier.report.picture import picture
from verifier.report.plain import plain
from verifier.report.words import only
from verifier.verdict import Answer, Hop, Verdict, Way

RED, GREEN, YELLOW = "#b3261e", "#1b6e3c", "#7a5900"
COLOURS = {Verdict.YES: RED, Verdict.NO: GREEN, Verdict.UNKNOWN: YELLOW}
_CELL = "text-align:left;vertical-align:top;padding:2px 12px 2px 0;overflow-wrap:anywhere"


def html(answer: Answer) -> str:
    """Return an answer as HTML that stands alone; names are escaped, nothing is loaded."""
    parts = [headline(answer.verdict.name, COLOURS[answer.verdict], answer.question.text)]
    if answer.question.form is Form.BECOME:
        parts.append(table(("who", "becomes", "in", "only"), map(_become, answer.ways)))
    elif is_list(answer):
        parts.append(table(*table_of(answer)))
    else:
        for way in answer.ways:
            parts += _way(answer, way)
    return whole([*parts, assumed(answer.assumptions)])


def whole(parts: Iterable[str]) -> str:
    """Return the parts as one piece."""
    return f"<div>{''.join(parts)}</div>"


def headline(word: str, colour: str, words: str) -> str:
    """Return the first line: the verdict, and what it is about."""
    return f'<p><b style="color:{colour}">{text(word)}</b> {text(words)}</p>'


def assumed(assumptions: Iterable[str]) -> str:
    """Return what was assumed, folded."""
    items = "".join(f"<li>{text(item)}</li>" for item in assumptions)
    return f"<details><summary>assumes</summary><ul>{items}</ul></details>"


def preformatted(text: str) -> str:
    """Return text as HTML that keeps its lines."""
    return f"<pre>{escape(text)}</pre>"


def _become(way: Way) -> tuple[str, ...]:
    said = {Verdict.NO: "no role", Verdict.UNKNOWN: f"unknown: {way.reason}"}
    hops = f"{len(way.witness)} hops" if way.witness else said.get(way.verdict, "")
    return way.who, way.what, hops, "\n".join(only(way.provisos))


def _way(answer: Answer, way: Way) -> Iterator[str]:
    yield f"<p><b>{text(way.what or way.who)}</b>: {way.verdict.value}"
    yield f" {text(way.reason)}" if way.reason else ""
    yield "</p>"
    if way.witness:
        yield picture(way.witness, answer.zone)
        yield hop_table(way.witness)
    for words in only(way.provisos):
        yield f"<p>only {text(words)}</p>"
    if way.barriers:
        rows = (
            (item.who, ", ".join(item.what), item.stops, "\n".join(map(str, item.causes)))
            for item in way.barriers
        )
        yield table(("who", "what", "stopped", "by"), rows)


def hop_table(hops: Sequence[Hop]) -> str:
    """Return the requests of a path as a table."""
    rows = (
        (
            str(number),
            hop.principal,
            hop.action,
            hop.resource,
            "\n".join(
                f"{key_name(key)} = {', '.join(hop.context[key])}"
                for key in hop.chosen
                if key not in OF_THE_CALLER
            ),
            "\n".join(map(str, hop.by)),
        )
        for number, hop in enumerate(hops, 1)
    )
    return table(("", "caller", "action", "resource", "with", "by"), rows)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; the lines of a cell are kept."""
    head = "".join(f'<th style="{_CELL}">{text(name)}</th>' for name in columns)
    body = "".join(
        "<tr>" + "".join(f'<td style="{_CELL}">{_lines(cell)}</td>' for cell in row) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _lines(cell: str) -> str:
    return "<br>".join(map(text, cell.split("\n")))


def text(words: str) -> str:
    """Return text as HTML; what is hidden in it is shown as escapes."""
    return escape(plain(words))
