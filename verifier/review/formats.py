"""The forms that a review is written in, by name and by the suffix of a file."""

from __future__ import annotations

from importlib import import_module
from pathlib import PurePath

from verifier.review.model import Review

FORMATS = ("html", "markdown", "json", "sarif", "csv")
_SUFFIXES = {
    ".html": "html",
    ".htm": "html",
    ".md": "markdown",
    ".markdown": "markdown",
    ".json": "json",
    ".sarif": "sarif",
    ".csv": "csv",
}
_TIMED = ("html", "markdown", "json")


def format_of(file: PurePath) -> str | None:
    """Return the form that the name of a file asks for, None if it asks for none."""
    return "sarif" if file.name.endswith(".sarif.json") else _SUFFIXES.get(file.suffix.lower())


def render_review(review: Review, form: str, *, timings: bool = False) -> str:
    """Return the review as text in one of `FORMATS`.

    Without `timings` the same snapshot gives the same text, to the letter.
    """
    if form not in FORMATS:
        raise ValueError(f"`{form}` is no form of a review: {', '.join(FORMATS)}")
    name = "document" if form == "json" else form
    module = import_module(f"verifier.review.{name}")
    options = {"timings": timings} if form in _TIMED else {}
    text: str = module.render(review, **options)
    return text
