"""What no answer takes into account, each with the rules that it is about."""

from __future__ import annotations

NOT_MODELLED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("forward access sessions: calls that a service makes for its caller", ("R6.62",)),
    ("what the root sessions of sts:AssumeRoot go on to do", ("R7.71",)),
    ("services whose resource policies decide by a stricter rule: no list of them", ("R6.55",)),
)
"""In words, and by rule; `docs/semantics.md` has the reasons."""
