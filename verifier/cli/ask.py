"""`verifier ask`: a question as a sentence or as options."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from verifier.cli.common import (
    NO,
    UNKNOWN,
    YES,
    as_of_option,
    evidence_option,
    format_option,
    jobs_option,
    load,
    no_cache_option,
    output_option,
    quiet_option,
    show_remarks,
    snapshot_option,
    timeout_option,
    verbose_option,
    width,
    with_errors,
    write,
)

if TYPE_CHECKING:
    from verifier.verdict import Answer


def _complete(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[click.shell_completion.CompletionItem]:
    """Complete the sentence word by word from the grammar."""
    from click.shell_completion import CompletionItem

    from verifier.queries.grammar import next_words

    return [CompletionItem(text) for text in next_words(incomplete)]


@click.command()
@click.argument("sentence", required=False, shell_complete=_complete)
@snapshot_option
@click.option("--who", help="Instead of a sentence: who asks.")
@click.option("--action", help="Instead of a sentence: the action.")
@click.option("--on", "resource", help="Instead of a sentence: the resource, a pattern or *.")
@click.option("--route", help="Instead of a sentence: directly, via role assumption ...")
@click.option("--where", help="Instead of a sentence: what must hold of the requests.")
@click.option("--without", help="Instead of a sentence: what must not.")
@format_option
@output_option
@timeout_option
@evidence_option
@no_cache_option
@jobs_option
@as_of_option("default is that of the snapshot, else today")
@click.option("--grammar", is_flag=True, help="Print the grammar of the sentence, and stop.")
@quiet_option
@verbose_option
@with_errors
def ask(
    sentence: str | None,
    paths: tuple[Path, ...],
    who: str | None,
    action: str | None,
    resource: str | None,
    route: str | None,
    where: str | None,
    without: str | None,
    form: str,
    output: Path | None,
    timeout: float | None,
    evidence: Path | None,
    jobs: int,
    as_of: datetime | None,
    grammar: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Answer a question: a sentence, or the same in options.

    \b
    verifier ask "can any external principal reach s3:DeleteBucket via role assumption" -s acme
    verifier ask "who can iam:CreateAccessKey" -s acme
    verifier ask --who anonymous --action s3:GetObject --on 'arn:aws:s3:::acme-site/*' -s acme
    """
    if grammar:
        from verifier.queries.grammar import GRAMMAR

        click.echo(GRAMMAR, nl=False)
        return
    question = sentence or _sentence(who, action, resource, route, where, without)
    snapshot = load(paths, as_of)
    show_remarks(snapshot.remarks, quiet=quiet, verbose=verbose)
    from verifier.report.waiting import Waiting

    with Waiting(quiet=quiet) as waiting:
        answer = snapshot.ask(
            question, timeout=timeout, progress=waiting, evidence=evidence, jobs=jobs
        )
    write(_rendered(answer, form), output)
    sys.exit({"no": NO, "yes": YES, "unknown": UNKNOWN}[answer.verdict.value])


def _sentence(
    who: str | None,
    action: str | None,
    resource: str | None,
    route: str | None,
    where: str | None,
    without: str | None,
) -> str:
    """Put the options together to the sentence that they stand for."""
    if not action and not who:
        raise click.UsageError("no question: give a sentence, or --who and --action")
    start = f"can {who} perform" if who and action else f"what can {who} do" if who else "who can"
    parts = [start]
    if action:
        parts.append(action)
    for word, part in (("on", resource), ("", route), ("where", where), ("without", without)):
        if part:
            parts.append(f"{word} {part}".strip())
    return " ".join(parts)


def _rendered(answer: Answer, form: str) -> str:
    if form == "json":
        from verifier.report.document import render as render_document

        return render_document(answer)
    from verifier.report.text import render as render_text

    return render_text(answer, width())
