"""What no answer takes into account, each with the rules that it is about."""

from __future__ import annotations

NOT_MODELLED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("what a service does with a role that was passed to it", ("R7.54",)),
    ("forward access sessions: calls that a service makes for its caller", ("R6.62",)),
    ("calls that are authorized on several resources at once", ("R6.60",)),
    ("the root sessions of sts:AssumeRoot", ("R7.70", "R7.71")),
    ("services whose resource policies decide by a stricter rule: no list of them", ("R6.55",)),
)
"""In words, and by rule; `docs/semantics.md` has the reasons."""
