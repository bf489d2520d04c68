"""The page `docs/mistakes.md`: what other tools decide wrongly, and where it is shown."""

from __future__ import annotations

import json
from dataclasses import dataclass

from tests.rules.citations import ROOT

MISTAKES = ROOT / "tests" / "mistakes.json"
PAGE = ROOT / "docs" / "mistakes.md"
_HEAD = """\
# Mistakes of other tools

Public tools that answer who can do what in AWS were seen to decide these points wrongly. Each is
decided here by rule, and shown by a case of `tests/cases/` or `tests/escalation/`, or by a test.
This page is generated: `python -m tests.rules`, and a test fails when it is stale.

| tool | mistake | shown by |
|---|---|---|
"""


@dataclass(frozen=True)
class Mistake:
    """One mistake; `shown` are ids of cases and names of tests that decide the point."""

    tool: str
    mistake: str
    shown: tuple[str, ...]


def mistakes() -> list[Mistake]:
    """Return every mistake that is listed."""
    return [
        Mistake(item["tool"], item["mistake"], tuple(item["shown"]))
        for item in json.loads(MISTAKES.read_text("utf-8"))
    ]


def page() -> str:
    """Return the page as it must be."""
    lines = [f"| {item.tool} | {item.mistake} | {', '.join(item.shown)} |" for item in mistakes()]
    return _HEAD + "\n".join(lines) + "\n"
