"""`verifier explain`: why one caller can, or cannot."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from verifier.cli.common import EXIT_STATUS, format_option, width
from verifier.cli.running import Run, running

if TYPE_CHECKING:
    from verifier.explanation import Explanation


@click.command()
@click.argument("sentence")
@format_option
@running()
def explain(run: Run, sentence: str, form: str) -> None:
    """Tell why one caller can, or cannot, perform an action itself.

    \b
    verifier explain "can arn:aws:iam::222233334444:user/dora perform s3:DeleteBucket" -s acme

    Exit status: 0 it cannot, 3 it can, 4 unknown, 2 the input or the command is wrong.
    """
    found = run.snapshot().explain(sentence, timeout=run.timeout)
    run.write(_rendered(found, form), form)
    sys.exit(EXIT_STATUS[found.verdict.value])


def _rendered(found: Explanation, form: str) -> str:
    if form == "json":
        from verifier.report.explanation_document import render as render_document

        return render_document(found)
    from verifier.report.explanation_text import render as render_text

    return render_text(found, width())
