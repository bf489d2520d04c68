"""Answers that are lists, as text: who can, what somebody can do; as lines, or as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO

from verifier.question import Form, WhoKind
from verifier.report.plain import plain
from verifier.report.rows import ActionRow, CallerRow, action_rows, caller_rows, listed
from verifier.verdict import Answer

_MOST_ALIKE = 5
"""Of callers of whom the same is true, more than these are counted."""

_SHARES = {"who": 5, "actions": 5, "on": 4, "only": 3, "by": 4}
"""The width of columns that may be wide, in proportion to each other."""

_MOST_ACTIONS = 12
_MOST_SERVICES = 3


_FEW = 3
"""An answer about no more callers has the path of each."""


def is_list(answer: Answer) -> bool:
    """Return whether an answer is a list of callers or actions, not a path for each class."""
    question = answer.question
    if question.form is not Form.CAN:
        return question.form is not Form.BECOME
    by_class = question.who is not None and question.who.kind is WhoKind.EXTERNAL
    return len(answer.ways) > _FEW and not by_class


@dataclass(frozen=True, slots=True)
class _Entry:
    """A row: cells that have a column each, and others that are said with the column's name."""

    cells: tuple[tuple[str, ...], ...]
    said: dict[str, tuple[str, ...]]


def list_lines(answer: Answer, width: int, *, table: bool, complete: bool) -> Iterator[str]:
    """Yield the rows of an answer that is a list: a table of `width` columns, or lines.

    What is long is counted unless the list is to be `complete`.
    """
    columns, entries = _entries(answer, complete)
    yield from _table(columns, entries, width) if table and entries else _lines(entries)


def table_of(answer: Answer) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the columns and rows of an answer that is a list; the lines of a cell are joined."""
    columns, entries = _entries(answer, complete=False)
    said = _said(entries)
    rows = [
        tuple("\n".join(cell) for cell in (*entry.cells, *(entry.said[name] for name in said)))
        for entry in entries
    ]
    return (*columns, *said), rows


def _entries(answer: Answer, complete: bool) -> tuple[tuple[str, ...], list[_Entry]]:
    if answer.question.form is Form.WHAT_CAN:
        rows = action_rows(answer.ways, complete=complete)
        several = len({row.who for row in rows}) > 1
        columns = (*(("who",) if several else ()), "service", "access", "actions")
        entries = [_action(row, several, complete) for row in rows]
    else:
        columns = ("who",)
        entries = [_caller(row, complete) for row in caller_rows(answer.ways)]
    return columns, entries


def _said(entries: Sequence[_Entry]) -> list[str]:
    """Return what some entry says something of."""
    names = entries[0].said if entries else ()
    return [name for name in names if any(entry.said[name] for entry in entries)]


def _caller(row: CallerRow, complete: bool) -> _Entry:
    who = row.who
    if len(who) > _MOST_ALIKE + 1 and not complete:
        who = (*who[:_MOST_ALIKE], f"and {len(who) - _MOST_ALIKE:,} more, {len(who):,} in all")
    hops = (f"{row.hops} hops",) if row.hops > 1 else ()
    said = {"on": row.on, "in": hops, "only": row.only, "with": row.chosen, "by": row.by}
    return _Entry((who,), said)


def _action(row: ActionRow, several: bool, complete: bool) -> _Entry:
    service = listed(row.services, _MOST_SERVICES)
    names = [name.partition(":")[2] for name in row.actions]
    if row.level is None:
        what = f"all {len(names):,} actions"
    else:
        what = ", ".join(names) if complete else listed(names, _MOST_ACTIONS)
    level = "all" if row.level is None else row.level.value
    who = ((row.who,),) if several else ()
    return _Entry((*who, (service,), (level,), (what,)), {"on": row.on, "only": row.only})


def _lines(entries: Sequence[_Entry]) -> Iterator[str]:
    for entry in entries:
        said = "; ".join(
            f"{name} {' and '.join(values)}" for name, values in entry.said.items() if values
        )
        first, *others = entry.cells
        for text in first:
            cells = [text, *(", ".join(cell) for cell in others), said]
            yield plain("  " + "   ".join(filter(None, cells)))


def _table(columns: Sequence[str], entries: Sequence[_Entry], width: int) -> Iterator[str]:
    """Yield the lines of a table."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    said = _said(entries)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, expand=True, leading=1)
    for name in (*columns, *said):
        table.add_column(name, overflow="fold", ratio=_SHARES.get(name))
    for entry in entries:
        cells = (*entry.cells, *(entry.said[name] for name in said))
        table.add_row(*(Text("\n".join(map(plain, cell))) for cell in cells))
    out = StringIO()
    Console(file=out, width=width - 2, color_system=None, legacy_windows=False).print(table)
    for line in out.getvalue().rstrip("\n").split("\n"):
        yield f"  {line}".rstrip()
