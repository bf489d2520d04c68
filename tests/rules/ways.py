"""The page `docs/primitives.md`: every way of escalation, as the table has it."""

from __future__ import annotations

from collections.abc import Iterator

from tests.rules.citations import ROOT
from verifier.escalation.table import Alternative, Primitive, primitives

PAGE = ROOT / "docs" / "primitives.md"
_HEAD = """\
# The ways of escalation

One line for each entry of `verifier/escalation/primitives.toml`. This page is generated:
`python -m tests.rules`, and a test fails when it is stale. The rules P8.1-P8.81 are those of
[semantics.md](semantics.md); published paths are those of pathfinding.cloud (DataDog).

- **tried on**: each such thing of the caller's account. `passed`: each role that trusts the
  service.
- **calls**: of each stage one alternative is enough; calls joined by + are one caller's. *if* is
  what no snapshot shows.
- **brings**: what the caller has then.

| rule | way | tried on | calls | brings | published paths |
|---|---|---|---|---|---|
"""


def page() -> str:
    """Return the page as it must be."""
    return _HEAD + "".join(f"{_line(item)}\n" for item in primitives())


def _line(item: Primitive) -> str:
    stages = "; then ".join(" or ".join(map(_written, stage)) for stage in item.stages)
    needs = f" *if* {item.needs}" if item.needs else ""
    needs += f" *if* {item.exists}" if item.exists else ""
    over = f"{item.over.value} ({item.service})" if item.service else item.over.value
    brings = item.effect.value + (f", for {', '.join(item.only)} only" if item.only else "")
    cells = (item.rule, item.name, over, stages + needs, brings, ", ".join(item.paths))
    return "| " + " | ".join(cells) + " |"


def _written(item: Alternative) -> str:
    return " ".join(_parts(item))


def _parts(item: Alternative) -> Iterator[str]:
    if item.calls:
        yield " + ".join(f"`{call}`" for call in item.calls)
    if item.shown:
        yield f"where the snapshot shows {item.shown.value}"
    if item.needs:
        yield f"*if* {item.needs}"
