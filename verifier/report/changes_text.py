"""A comparison of snapshots as text: what is newly allowed and what no longer, edit by edit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from verifier.comparison import Relation
from verifier.report.comparison_text import COLOURS
from verifier.report.lines import INDENT, OF_THE_CALLER, chosen_keys, footer, headline, labelled
from verifier.report.plain import plain
from verifier.report.rows import listed
from verifier.snapshot_comparison import AccessChange, Direction, Edit, SnapshotComparison
from verifier.verdict import Way

_TEXTS = {
    Relation.EQUIVALENT: "the new snapshot allows just what the old one does",
    Relation.NARROWER: "the new snapshot allows less than the old one",
    Relation.WIDER: "the new snapshot allows more than the old one",
    Relation.INCOMPARABLE: "each snapshot allows what the other does not",
    Relation.UNKNOWN: "how the new snapshot stands to the old one",
}
_MOST_NAMES = 4


def render(found: SnapshotComparison, width: int = 100, *, terminal: bool = False) -> str:
    """Return the comparison as text of about `width` columns; colours are escape sequences."""
    relation = found.relation
    seconds = found.effort.seconds
    lines = [headline(relation.name, COLOURS[relation], _TEXTS[relation], seconds, width)]
    lines += _direction("newly allowed", found.newly_allowed)
    lines += _direction("no longer allowed", found.no_longer)
    lines += _without_effect(found)
    shown = [change for item in (found.newly_allowed, found.no_longer) for change in item.changes]
    count = sum(len(change.callers) for change in shown)
    lines += [
        "",
        f"  compared  {found.asked} of {found.callers} callers; of the others nothing changed",
    ]
    if count:
        lines.append(f"  replayed  {count} of {count} requests by the evaluator, under both")
    lines += footer(found.assumptions, width=width if terminal else None)
    return "\n".join(lines) + "\n"


def _direction(title: str, found: Direction) -> Iterator[str]:
    if not (found.changes or found.reached or found.unknown):
        return
    yield ""
    yield f"  {title}"
    for edits, changes in by_edits(found.changes):
        yield ""
        yield from _since(edits)
        for change in changes:
            yield from _change(change, found.ways_in)
    for way in found.reached:
        yield ""
        yield f"{INDENT}{plain(f'{way.who} become {way.what}{_whose(way)}')}"
        yield from _through(way)
    for point in found.unknown:
        word = click.style("unknown", fg="yellow")
        yield f"{INDENT}{word}  {plain(point.who)}: {plain(point.reason)}"


def by_edits(
    changes: Sequence[AccessChange],
) -> Iterator[tuple[tuple[Edit, ...], list[AccessChange]]]:
    """Yield the changes that the same edits make together."""
    found: dict[tuple[Edit, ...], list[AccessChange]] = {}
    for change in changes:
        found.setdefault(change.edits, []).append(change)
    yield from found.items()


def _since(edits: Sequence[Edit]) -> Iterator[str]:
    if not edits:
        yield f"{INDENT}without an edit of a policy"
    for number, edit in enumerate(edits):
        place = edit.new or edit.old
        told = f"{'and ' * bool(number)}{plain(str(edit))}"
        yield f"{INDENT}{told}" + (f"   {plain(place)}" if place else "")


def _change(change: AccessChange, ways_in: Sequence[Way]) -> Iterator[str]:
    hop = change.hop
    yield f"{INDENT}  {hop.action}  →  {plain(hop.resource)}"
    names = [access.who for access in change.callers]
    yield f"{INDENT}    {'for':<5} {plain(listed(names, _MOST_NAMES))}"
    told = [key for key in hop.chosen if key not in OF_THE_CALLER]
    yield from (f"  {line}" for line in chosen_keys(hop.context, told))
    yield from (f"  {line}" for line in labelled("by", hop.by))
    for way in reaching(change, ways_in):
        hops = f"{len(way.witness)} hop" + "s" * (len(way.witness) != 1)
        line = f"{way.who}, as {way.what}, in {hops}{_whose(way)}"
        yield f"{INDENT}    {'from':<5} {plain(line)}"


def _whose(way: Way) -> str:
    return f"   {way.whose}" if way.whose else ""


def reaching(change: AccessChange, ways_in: Sequence[Way]) -> Iterator[Way]:
    """Yield how outsiders become one of the callers of a change, a shortest way for each class."""
    callers = {access.who for access in change.callers}
    told: set[str] = set()
    for way in sorted(ways_in, key=lambda way: len(way.witness)):
        if way.what in callers and way.who not in told:
            told.add(way.who)
            yield way


def _through(way: Way) -> Iterator[str]:
    for number, hop in enumerate(way.witness, 1):
        yield f"{INDENT}  {number}  {plain(hop.principal)}  →  {plain(hop.resource)}"
        told = [key for key in hop.chosen if key not in OF_THE_CALLER]
        yield from (f"  {line}" for line in chosen_keys(hop.context, told))


def without_effect(found: SnapshotComparison) -> list[tuple[Edit, tuple[str, ...]]]:
    """Return the edits that were not seen to make a difference, with what they touch."""
    changes = (*found.newly_allowed.changes, *found.no_longer.changes)
    effective = {edit for change in changes for edit in change.edits}
    return [(edit, names) for edit, names in found.edits if edit not in effective]


def _without_effect(found: SnapshotComparison) -> Iterator[str]:
    silent = without_effect(found)
    if silent:
        yield ""
        yield "  edited, and no difference seen by this alone"
    for edit, names in silent:
        yield f"{INDENT}{plain(str(edit))}" + (
            f"   for {plain(listed(names, _MOST_NAMES))}" if (edit.what,) != names else ""
        )
