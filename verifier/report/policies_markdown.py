"""A comparison of policies as Markdown for a comment on a pull request."""

from __future__ import annotations

from verifier.comparison import Comparison
from verifier.report.changes_markdown import MOST_CHANGES, TITLES, code, more


def render(found: Comparison) -> str:
    """Return a comparison of two policies as Markdown."""
    parts = [f"### {TITLES[found.relation]}: {code(found.new)} in the place of {code(found.old)}"]
    for title, changes in (("Newly allowed", found.newly), ("No longer allowed", found.lost)):
        if changes:
            parts += ["", f"#### {title}", ""]
        for change in changes[:MOST_CHANGES]:
            request = change.request
            told = f"unknown: {code(change.reason)}"
            if request is not None:
                told = f"{code(request.action)} on {code(request.resource)}"
            place = f" {code(change.cause.place)}" if change.cause.place else ""
            parts.append(f"- {told} by {code(str(change.cause))}{place}")
        parts += more(len(changes))
    return "\n".join(parts) + "\n"
