"""What no answer takes into account, whatever the snapshot holds."""

from __future__ import annotations

NOT_MODELLED: tuple[str, ...] = (
    "ways to more permissions than those that the page on escalation lists",
    "whether packets get through: networks count where a condition asks for them",
    "what an application lets its own users do with the role that it runs as",
    "credentials that leaked, and people who hand theirs on",
)
"""In words; `docs/semantics.md` says of each rule of IAM how exact answers are."""
