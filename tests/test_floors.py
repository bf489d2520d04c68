"""The house: each room imports only from the floors below it, and no module is in a circle."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

FLOORS = (
    (
        "iam_smt",
        "verifier.errors",
        "verifier.condition_keys",
        "verifier.disputed_points",
        "verifier.facts",
        "verifier.dependent_actions",
        "verifier.request",
        "verifier.cache",
        "verifier.parallel",
        "verifier.shown",
    ),
    (
        "verifier.documents",
        "verifier.tables",
        "verifier.catalogue",
        "verifier.disputes",
        "verifier.example",
    ),
    ("verifier.policy", "verifier.catalogued_keys"),
    ("verifier.question", "verifier.snapshot", "verifier.semantics"),
    ("verifier.verdict", "verifier.compile"),
    ("verifier.explanation", "verifier.finding", "verifier.delegation"),
    ("verifier.comparison",),
    ("verifier.snapshot_comparison", "verifier.queries"),
    ("verifier.escalation",),
    ("verifier.report", "verifier.evidence", "verifier.inquiry"),
    (
        "verifier.ask",
        "verifier.compare",
        "verifier.delegate",
        "verifier.explain",
        "verifier.findings",
    ),
    ("verifier.check", "verifier.comparing"),
    ("verifier.review", "verifier.rendering"),
    ("verifier.api",),
    ("verifier.cli",),
    ("verifier.__main__",),
)
"""Rooms from the ground up; the package `verifier` itself only names what is public."""

_LEVEL = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}


def _room(module: str) -> str | None:
    parts = module.split(".")
    if parts[0] == "iam_smt":
        return "iam_smt"
    return ".".join(parts[:2]) if parts[0] == "verifier" and len(parts) > 1 else None


def _modules() -> Iterator[tuple[str, Path]]:
    for root in (ROOT, ROOT / "encodings"):
        for package in ("verifier", "iam_smt"):
            for path in sorted((root / package).rglob("*.py")):
                name = ".".join(path.relative_to(root).with_suffix("").parts)
                yield name.removesuffix(".__init__"), path


def _imports(path: Path) -> set[str]:
    """Return the modules that a file imports when it is loaded, or later inside a function."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


MODULES = dict(_modules())


@pytest.mark.parametrize("module", [name for name in MODULES if _room(name)])
def test_arrows_lead_down(module: str) -> None:
    """A module imports only its own room and rooms on lower floors."""
    room = _room(module)
    assert room in _LEVEL, f"{room} has no floor"
    for imported in _imports(MODULES[module]):
        other = _room(imported)
        if other in _LEVEL and other != room:
            assert _LEVEL[other] < _LEVEL[room], f"{module} imports {imported}"


def test_no_circles() -> None:
    """No module imports itself through others."""
    graph = {
        name: {found for found in _imports(path) if found in MODULES and found != name}
        for name, path in MODULES.items()
        if _room(name)
    }
    done: set[str] = set()

    def visit(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, f"circle: {' → '.join([*above, name])}"
        if name not in done:
            for found in sorted(graph.get(name, ())):
                visit(found, (*above, name))
            done.add(name)

    for name in graph:
        visit(name, ())
