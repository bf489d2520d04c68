"""The command line: parses options, prints the answer, and tells the verdict by exit status.

0 no, 3 yes, 4 unknown, 2 the input or the command is wrong; 1 never means an answer.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from verifier import __version__
from verifier.errors import ReplayError, VerifierError

if TYPE_CHECKING:
    from verifier.verdict import Answer

_EXIT_STATUS = {"no": 0, "yes": 3, "unknown": 4}
_WRONG = 2
_DEFECT = 70
_MOST_REMARKS = 10
_WIDEST = 120


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="verifier")
def cli() -> None:
    """Who can reach what in AWS: a replayed witness, or a proof that nobody can.

    \b
    verifier example acme
    verifier ask "can any external principal reach s3:DeleteBucket via role assumption" -s acme

    Exit status: 0 no, 3 yes, 4 unknown, 2 the input or the command is wrong.
    """


def _with_errors(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn the errors of the verifier into messages: never a traceback for a user's mistake."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except ReplayError as error:
            click.echo(f"defect of the verifier, please report it: {error}", err=True)
            sys.exit(_DEFECT)
        except VerifierError as error:
            click.echo(f"error: {_plain(str(error))}", err=True)
            sys.exit(_WRONG)

    return run


def _plain(text: str) -> str:
    from verifier.report.plain import plain

    return "\n".join(plain(line) for line in text.split("\n"))


def _complete(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[click.shell_completion.CompletionItem]:
    """Complete the sentence word by word from the grammar."""
    from click.shell_completion import CompletionItem

    from verifier.queries.grammar import next_words

    return [CompletionItem(text) for text in next_words(incomplete)]


@cli.command()
@click.argument("sentence", required=False, shell_complete=_complete)
@click.option(
    "-s",
    "--snapshot",
    "paths",
    multiple=True,
    envvar="VERIFIER_SNAPSHOT",
    type=click.Path(path_type=Path),
    help="A snapshot folder or file; may repeat for parts of one snapshot.",
)
@click.option("--who", help="Instead of a sentence: who asks.")
@click.option("--action", help="Instead of a sentence: the action.")
@click.option("--on", "resource", help="Instead of a sentence: the resource, a pattern or *.")
@click.option("--route", help="Instead of a sentence: directly, via role assumption ...")
@click.option("--where", help="Instead of a sentence: what must hold of the requests.")
@click.option("--without", help="Instead of a sentence: what must not.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print the answer.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the answer to a file instead of the standard output.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    help="Seconds for each question to the solver; running out is an unknown.",
)
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day from which requests are made; default is that of the snapshot, else today.",
)
@click.option("--grammar", is_flag=True, help="Print the grammar of the sentence, and stop.")
@click.option("-q", "--quiet", is_flag=True, help="No remarks and no progress.")
@click.option("-v", "--verbose", is_flag=True, help="Every remark on the input.")
@_with_errors
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
    if not paths:
        raise click.UsageError("no snapshot: name a folder or file with --snapshot")
    from verifier.api import Snapshot

    snapshot = Snapshot.load(*paths, as_of=as_of.date() if as_of else None)
    _show_remarks(snapshot.remarks, quiet=quiet, verbose=verbose)
    from verifier.report.waiting import Waiting

    with Waiting(quiet=quiet) as waiting:
        answer = snapshot.ask(question, timeout=timeout, progress=waiting)
    _write(_rendered(answer, form), output)
    sys.exit(_EXIT_STATUS[answer.verdict.value])


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


def _show_remarks(remarks: tuple[str, ...], *, quiet: bool, verbose: bool) -> None:
    if quiet:
        return
    shown = remarks if verbose else remarks[:_MOST_REMARKS]
    for remark in shown:
        click.echo(f"warning: {_plain(remark)}", err=True)
    if len(remarks) > len(shown):
        more = len(remarks) - len(shown)
        click.echo(f"warning: and {more} more remarks, shown with --verbose", err=True)


def _rendered(answer: Answer, form: str) -> str:
    if form == "json":
        from verifier.report.document import render as render_document

        return render_document(answer)
    from verifier.report.text import render as render_text

    return render_text(answer, min(shutil.get_terminal_size((100, 24)).columns, _WIDEST))


def _write(text: str, output: Path | None) -> None:
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(click.unstyle(text), encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"{output} cannot be written: {error.strerror}") from None


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--force", is_flag=True, help="Overwrite files that are there.")
@_with_errors
def example(folder: Path, force: bool) -> None:
    """Write the bundled example snapshot to FOLDER.

    \b
    verifier example acme
    """
    from verifier.example import write

    for path in write(folder, force=force):
        click.echo(path)


def main() -> None:
    """Run the command line; a closed pipe is no error."""
    try:
        cli(standalone_mode=True)
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115
        sys.exit(_WRONG)
