"""What the API returns, in the forms that the command line prints, and as notebooks show it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from click import unstyle

from verifier.shown import Renderer, show

if TYPE_CHECKING:
    from verifier.check.run import Checked

_MODULES = {
    "Answer": {"text": "report.text", "json": "report.document"},
    "Explanation": {"text": "report.explanation_text", "json": "report.explanation_document"},
    "Delegation": {"text": "report.delegation_text", "json": "report.delegation_document"},
    "Findings": {"text": "report.findings_text", "json": "report.findings_document"},
    "Comparison": {
        "text": "report.comparison_text",
        "json": "report.comparison_document",
        "markdown": "report.policies_markdown",
    },
    "SnapshotComparison": {
        "text": "report.changes_text",
        "json": "report.changes_document",
        "markdown": "report.changes_markdown",
    },
    "Checked": {
        "text": "check.text",
        "json": "check.document",
        "junit": "check.junit",
        "sarif": "check.sarif",
    },
    "Review": {
        "html": "review.html",
        "markdown": "review.markdown",
        "json": "review.document",
        "sarif": "review.sarif",
        "csv": "review.csv",
    },
}
"""The modules of `verifier` that write each kind of value, by the name of the kind and the form."""


def render(value: Any, form: str = "text", *, width: int = 100) -> str:
    """Return what the command line prints of anything that the API returns.

    As `text` of about `width` columns, as `json` by the published schema; comparisons also as
    `markdown`, what `check` returns as `junit` and `sarif`, a review as `html`, `markdown`, `json`,
    `sarif` and `csv`. Raises `ValueError` if the value has no such form.
    """
    kind = type(value[0] if isinstance(value, tuple) and value else value).__name__
    name = _MODULES.get(kind, {}).get(form)
    if name is None:
        raise ValueError(f"there is no form `{form}` of {kind}")
    write: Callable[..., str] = import_module(f"verifier.{name}").render
    if form != "text":
        return write(value)
    return unstyle(
        write(value, _seconds(value), width) if kind == "Checked" else write(value, width)
    )


def _seconds(found: Sequence[Checked]) -> float:
    return sum(item.answer.effort.seconds for item in found)


_SHOWN = {
    "Answer": ("report.notebook", "html"),
    "Findings": ("report.notebook_findings", "findings"),
    "Comparison": ("report.notebook_findings", "policies"),
    "SnapshotComparison": ("report.notebook_findings", "snapshots"),
    "Checks": ("review.notebook", "checks"),
    "Review": ("review.notebook", "review"),
}
"""The function that shows each kind of value in a notebook; what has none shows as its text."""


def _html(value: Any) -> str:
    module, name = _SHOWN.get(type(value).__name__, ("report.notebook", "preformatted"))
    write: Callable[..., str] = getattr(import_module(f"verifier.{module}"), name)
    return write(render(value) if name == "preformatted" else value)


def _plainly(value: Any) -> str:
    return render(value, "markdown" if type(value).__name__ == "Review" else "text")


def in_notebooks() -> None:
    """Let notebooks show what the API returns, by the names of its kinds: none is loaded here."""
    for kind in ("Checks", *_MODULES):
        show(kind, Renderer(_html, _plainly))
