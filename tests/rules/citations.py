"""Where the rules of the semantics are cited: by functions of the product, and by tests."""

from __future__ import annotations

import ast
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from tests.casefiles import FOLDER, rows

ROOT = Path(__file__).parents[2]
_RULE = re.compile(r"\bR(\d+)\.(\d+)(?:\s*[-–]\s*R(\d+)\.(\d+))?\b")
_TREES = {
    "evaluator": ("verifier/semantics",),
    "encoding": ("verifier/compile", "encodings/iam_smt"),
    "shared": ("verifier",),
}
"""Where each reading of the rules lives; what both use is the rest of the product."""

Citations = dict[str, set[str]]
"""For each rule, who cites it."""


def cited_in(text: str, known: Iterable[str]) -> set[str]:
    """Return the rules that a text names; a range names those of `known` that lie in it.

    The ends of a range are named even if no such rule is known, so that a test can tell.
    """
    found: set[str] = set()
    for chapter, first, last_chapter, last in _RULE.findall(text):
        found.add(f"R{chapter}.{first}")
        if last:
            found.add(f"R{last_chapter}.{last}")
            found |= {
                rule
                for rule in known
                if (int(chapter), int(first)) <= number(rule) <= (int(last_chapter), int(last))
            }
    return found


def number(rule: str) -> tuple[int, int]:
    """Return chapter and number of a rule, by which rules are sorted."""
    chapter, _, place = rule[1:].partition(".")
    return int(chapter), int(place)


def in_product(known: Iterable[str]) -> dict[str, Citations]:
    """Return, for each of `evaluator`, `encoding` and `shared`, who cites which rule."""
    rules = list(known)
    found: dict[str, Citations] = {name: defaultdict(set) for name in _TREES}
    for path in sorted([*(ROOT / "verifier").rglob("*.py"), *(ROOT / "encodings").rglob("*.py")]):
        place = path.relative_to(ROOT).as_posix()
        reading = next(name for name, trees in _TREES.items() if place.startswith(trees))
        for name, text in _texts(place):
            for rule in cited_in(text, rules):
                found[reading][rule].add(f"{_module(place)}.{name}" if name else _module(place))
    return found


def in_tests(known: Iterable[str]) -> Citations:
    """Return the cases, by file and id, and the test functions that cite each rule."""
    rules = list(known)
    found: Citations = defaultdict(set)
    for case, text in (*_cases(), *_tests()):
        for rule in cited_in(text, rules):
            found[rule].add(case)
    return found


def names_of_cases() -> Iterator[str]:
    """Yield the id of every case kept as data, those of escalation among them."""
    yield from (case for case, _ in _cases())
    paths = (ROOT / "tests" / "escalation" / "paths.jsonl").read_text("utf-8")
    yield from (str(json.loads(line)["id"]) for line in paths.splitlines())


def names_of_tests() -> Iterator[str]:
    """Yield every test function as `module.function`."""
    return (name for name, _ in _tests())


def _tests() -> Iterator[tuple[str, str]]:
    """Yield every test function with its text."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for name, text in _texts(path.relative_to(ROOT).as_posix()):
            if name.rpartition(".")[2].startswith("test_"):
                yield f"{path.stem}.{name}", text


def _cases() -> Iterator[tuple[str, str]]:
    """Yield every case kept as data with what it says of rules."""
    for path in sorted(FOLDER.glob("*.jsonl")):
        for row in rows(path.name):
            yield str(row["id"]), str(row["rule"])
    for path in sorted([*FOLDER.glob("*.json"), *(ROOT / "tests" / "bad").glob("*.json")]):
        for index, case in enumerate(json.loads(path.read_text("utf-8")), start=1):
            yield f"{path.stem} {index}", _said(case)


def _said(case: dict[str, Any]) -> str:
    parts = [case.get("rule", ""), *case.get("rules", ()), case.get("message", "")]
    return " ".join(map(str, parts))


@cache
def _texts(place: str) -> tuple[tuple[str, str], ...]:
    """Return the texts of a module: of each function, class and documented name, and its own."""
    tree = ast.parse((ROOT / place).read_text("utf-8"))
    return tuple(_of_body(tree, ""))


def _of_body(node: ast.Module | ast.ClassDef, prefix: str) -> Iterator[tuple[str, str]]:
    before = prefix.rstrip(".")
    for item in node.body:
        match item:
            case ast.FunctionDef(name=name):
                yield prefix + name, _strings(item)
            case ast.ClassDef(name=name):
                yield from _of_body(item, f"{prefix}{name}.")
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                before = prefix + name
            case ast.Expr(value=ast.Constant(value=str(text))):
                yield before, text


def _strings(node: ast.AST) -> str:
    """Return every text that stands inside a function, its docstring and its messages."""
    return "\n".join(
        part.value
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    )


def _module(place: str) -> str:
    return place.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
