"""The review as one HTML file that loads nothing, as its content security policy says."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import TYPE_CHECKING, Any

from verifier import __version__
from verifier.catalogued_keys import key_name
from verifier.disputed_points import POINTS
from verifier.finding import Severity
from verifier.report.excerpts import Excerpts
from verifier.report.lines import OF_THE_CALLER
from verifier.report.phrases import listed, powers_in_words
from verifier.report.picture import picture
from verifier.report.plain import plain
from verifier.report.rows import listed as summarised
from verifier.report.stops import short_name
from verifier.report.words import only
from verifier.review import words
from verifier.review.chart import chart
from verifier.review.graph import neighbours
from verifier.review.model import Review, accounts_of
from verifier.review.organization import tree
from verifier.review.scope import NOT_MODELLED

if TYPE_CHECKING:
    from jinja2 import Environment

_MOST_EXPOSURES = 12
"""Exposures of one finding that are shown with their paths; the JSON has all."""


def render(review: Review, *, timings: bool = False) -> str:
    """Return the page."""
    from markupsafe import Markup

    style, script = _file("style.css"), _file("script.js")
    accounts = review.accounts
    page = _environment().get_template("page.html")
    return page.render(
        review=review,
        version=__version__,
        policy=f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}';"
        " base-uri 'none'; form-action 'none'",
        style=Markup(style),
        script=Markup(script),
        excerpts=Excerpts(review.snapshot),
        picture=lambda hops: Markup(picture(hops, accounts)),
        chart=lambda found: Markup(chart(found.graph, found.id)),
        tree=tree(review),
        severities=list(Severity),
        not_modelled=NOT_MODELLED,
        most=_MOST_EXPOSURES,
        timings=timings,
    )


def _file(name: str) -> str:
    return resources.files("verifier.review").joinpath("page", name).read_text("utf-8")


def _hash(text: str) -> str:
    """Return the hash by which the content security policy lets one inline element run."""
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    found = Environment(
        loader=FunctionLoader(_file),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["short_name"] = short_name
    found.globals.update(
        powers_in_words=powers_in_words,
        listed=listed,
        summary=words.summary,
        counted=words.counted,
        kind_name=words.kind_name,
        kinds=words.KINDS,
        accounts_of=lambda finding: list(accounts_of(finding)),
        only=only,
        key_name=key_name,
        points=POINTS,
        neighbours=neighbours,
        some=lambda names: summarised(names, 4),
        short_name=short_name,
        of_the_caller=OF_THE_CALLER,
    )
    return found


def _shown(value: Any) -> Any:
    """Return what is written for a value: its text, with what is hidden in it made visible."""
    return value if hasattr(value, "__html__") else plain(str(value))
