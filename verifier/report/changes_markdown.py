"""A comparison of snapshots as Markdown for a comment on a pull request, with paths as pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from verifier.catalogued_keys import key_name
from verifier.comparison import Relation
from verifier.report.changes_text import by_edits, reaching, without_effect
from verifier.report.lines import OF_THE_CALLER
from verifier.report.mermaid import flowchart
from verifier.report.plain import plain
from verifier.snapshot_comparison import AccessChange, Direction, Edit, SnapshotComparison
from verifier.verdict import Hop, Way

TITLES = {
    Relation.EQUIVALENT: "Access does not change",
    Relation.NARROWER: "Access becomes narrower",
    Relation.WIDER: "Access becomes wider",
    Relation.INCOMPARABLE: "Access becomes wider and narrower",
    Relation.UNKNOWN: "What becomes of access is not fully known",
}
MOST_CHANGES = 20
_MOST_PICTURES = 5
_OUTSIDERS = (
    "AWS principals outside the zone of trust",
    "federated identities",
    "anonymous callers",
)
_MOST_NAMES = 5
_LONGEST = 60_000
"""Comments on pull requests hold 65,536 characters."""


def render(found: SnapshotComparison) -> str:
    """Return the comparison as Markdown."""
    parts = [f"### {TITLES[found.relation]}", ""]
    parts += _direction("Newly allowed", found.newly_allowed)
    parts += _direction("No longer allowed", found.no_longer)
    silent = without_effect(found)
    if silent:
        parts += ["<details><summary>Edited, and no difference seen by this alone</summary>", ""]
        parts += [f"- {code(edit.what)} {edit.kind.value}" for edit, _ in silent[:MOST_CHANGES]]
        parts += more(len(silent))
        parts += ["", "</details>", ""]
    parts.append(
        f"Compared {found.asked} of {found.callers} callers; of the others nothing changed."
        " Each request was replayed under both snapshots."
    )
    parts += ["", "<details><summary>Assumptions</summary>", ""]
    parts += [f"- {code(text)}" for text in found.assumptions]
    parts += ["", "</details>", ""]
    whole = "\n".join(parts)
    if len(whole) <= _LONGEST:
        return whole
    return whole[:_LONGEST].rpartition("\n")[0] + "\n\nThe rest is in the JSON format.\n"


def _direction(title: str, found: Direction) -> Iterator[str]:
    if not (found.changes or found.reached or found.unknown):
        return
    yield f"#### {title}"
    yield ""
    pictures = 0
    for edits, changes in by_edits(found.changes[:MOST_CHANGES]):
        yield f"**{_since(edits)}**"
        yield ""
        for change in changes:
            yield from _change(change)
            outside = next(reaching(change, found.ways_in), None)
            if pictures < _MOST_PICTURES and (outside or change.callers[0].who in _OUTSIDERS):
                pictures += 1
                before = outside.witness if outside else ()
                yield from _picture((*before, _last(change, outside)))
        yield ""
    yield from more(len(found.changes))
    for way in found.reached:
        whose = f": {code(way.whose)}" if way.whose else ""
        yield f"- {code(way.who)} become {code(way.what)}{whose}"
        if pictures < _MOST_PICTURES:
            pictures += 1
            yield from _picture(way.witness)
    for point in found.unknown:
        yield f"- **unknown:** {code(point.who)}: {code(point.reason)}"
    yield ""


def _last(change: AccessChange, way: Way | None) -> Hop:
    found = (access.hop for access in change.callers if way and access.who == way.what)
    return next(found, change.hop)


def _since(edits: Sequence[Edit]) -> str:
    if not edits:
        return "Without an edit of a policy"
    return " and ".join(
        f"{code(edit.what)} {edit.kind.value}"
        + (f" ({code(edit.new or edit.old)})" if edit.new or edit.old else "")
        for edit in edits
    )


def _change(change: AccessChange) -> Iterator[str]:
    hop = change.hop
    names = [code(access.who) for access in change.callers]
    more = f" and {len(names) - _MOST_NAMES:,} more" if len(names) > _MOST_NAMES else ""
    yield f"- {code(hop.action)} on {code(hop.resource)}"
    yield f"  - for {', '.join(names[:_MOST_NAMES])}{more}"
    chosen = [
        f"{key_name(key)} = {', '.join(hop.context[key])}"
        for key in hop.chosen
        if key not in OF_THE_CALLER
    ]
    if chosen:
        yield f"  - with {', '.join(map(code, chosen))}"
    for cause in hop.by:
        yield f"  - by {code(str(cause))}" + (f" {code(cause.place)}" if cause.place else "")


def _picture(hops: Sequence[Hop]) -> Iterator[str]:
    yield ""
    yield "  ```mermaid"
    yield from (f"  {line}" for line in flowchart(hops).split("\n"))
    yield "  ```"
    yield ""


def more(count: int) -> Iterator[str]:
    if count > MOST_CHANGES:
        yield f"- and {count - MOST_CHANGES:,} more, all in the JSON format"


def code(text: str) -> str:
    """Return text as a code span, whatever backquotes it has."""
    shown = plain(text)
    longest = max(map(len, re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    edge = " " if longest or not shown else ""
    return f"{fence}{edge}{shown}{edge}{fence}"
