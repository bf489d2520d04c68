"""What every command shares: errors as messages, remarks, output, and the exit statuses."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from verifier.errors import ReplayError, VerifierError

if TYPE_CHECKING:
    from verifier.finding import Finding

NO, WRONG, YES, UNKNOWN = 0, 2, 3, 4
"""Exit statuses: 1 never means an answer."""

EXIT_STATUS = {"no": NO, "yes": YES, "unknown": UNKNOWN}
"""Exit statuses by verdict."""

_DEFECT = 70
_MOST_REMARKS = 10
_WIDEST = 120

format_option = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print the answer.",
)


def _writable(context: click.Context, parameter: click.Parameter, path: Path | None) -> Path | None:
    """Refuse a file that cannot be written before the work is done, not after."""
    place = path if path is None or path.exists() else path.absolute().parent
    if path is not None and place is not None and not os.access(place, os.W_OK):
        reason = "it may not be written" if place.exists() else f"there is no folder {path.parent}"
        raise click.UsageError(f"{path} cannot be written: {reason}")
    return path


output_option = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=_writable,
    help="Write the answer to a file instead of the standard output.",
)
timeout_option = click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    help="Seconds for each question to the solver; running out is an unknown.",
)
evidence_option = click.option(
    "--evidence",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write each question that was refuted to this folder as an SMT-LIB script.",
)
snapshot_option = click.option(
    "-s",
    "--snapshot",
    "paths",
    multiple=True,
    envvar="VERIFIER_SNAPSHOT",
    type=click.Path(path_type=Path),
    help="A snapshot folder or file; may repeat for parts of one snapshot.",
)
jobs_option = click.option(
    "-j",
    "--jobs",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Processes that what is asked about many is spread over.",
)
pager_option = click.option(
    "--pager/--no-pager",
    "pages",
    default=True,
    help="Show what is longer than the terminal in a pager, the default.",
)
SEVERITIES = ("critical", "high", "medium", "low")
fail_on_option = click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    default="low",
    show_default=True,
    help="Exit with status 3 for open findings of this severity or worse only.",
)
reading_option = click.option(
    "--reading",
    "choices",
    multiple=True,
    metavar="POINT=NAME",
    help="How a disputed point is read, as X-16=simulator; `verifier readings` lists them.",
)
known_accounts_option = click.option(
    "--known-accounts",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file that says whose accounts are, to be named in answers.",
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="No remarks and no progress.")
verbose_option = click.option("-v", "--verbose", is_flag=True, help="Every remark on the input.")


def _use_cache(context: click.Context, parameter: click.Parameter, without: bool) -> None:
    from verifier import cache

    cache.use(None if without else cache.user_file())


no_cache_option = click.option(
    "--no-cache",
    is_flag=True,
    expose_value=False,
    callback=_use_cache,
    help="Keep nothing in the user's cache folder, and take nothing from it.",
)


def as_of_option(default: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return the option for the day of the question; `default` says what holds without it."""
    return click.option(
        "--as-of",
        type=click.DateTime(["%Y-%m-%d"]),
        help=f"The day from which requests are made; {default}.",
    )


def status_of(findings: Iterable[Finding], fail_on: str, *, undecided: bool) -> int:
    """Return the exit status for open findings, of which those that are less bad do not fail."""
    limit = SEVERITIES.index(fail_on)
    if any(finding.severity.rank <= limit for finding in findings):
        return YES
    return UNKNOWN if undecided else NO


def width() -> int:
    """Return the columns to write in."""
    return min(shutil.get_terminal_size((100, 24)).columns, _WIDEST)


def with_errors(command: Callable[..., Any]) -> Callable[..., Any]:
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
            sys.exit(WRONG)

    return run


def _plain(text: str) -> str:
    from verifier.report.plain import plain

    return "\n".join(plain(line) for line in text.split("\n"))


def show_remarks(remarks: tuple[str, ...], *, quiet: bool, verbose: bool) -> None:
    """Print what is odd in the input on standard error."""
    if quiet:
        return
    shown = remarks if verbose else remarks[:_MOST_REMARKS]
    for remark in shown:
        click.echo(f"warning: {_plain(remark)}", err=True)
    if len(remarks) > len(shown):
        more = len(remarks) - len(shown)
        click.echo(f"warning: and {more} more remarks, shown with --verbose", err=True)


def is_terminal(output: Path | None) -> bool:
    """Return whether the answer is read on a terminal."""
    return output is None and sys.stdout.isatty()


def write(text: str, output: Path | None, form: str | None, *, pages: bool = False) -> None:
    """Print an answer, with `pages` in a pager if it is longer than the terminal; or write it to a
    file without colours. What people read is broken into lines that fit the terminal.
    """
    if is_terminal(output) and form in (None, "text", "table"):
        from verifier.report.wrapping import fitted

        text = fitted(text, shutil.get_terminal_size().columns)
    if output is not None:
        try:
            output.write_text(click.unstyle(text), encoding="utf-8")
        except OSError as error:
            raise click.UsageError(f"{output} cannot be written: {error.strerror}") from None
    elif pages and is_terminal(output) and text.count("\n") >= shutil.get_terminal_size().lines:
        click.echo_via_pager(text, color=_in_colour())
    else:
        click.echo(text, nl=False, color=_in_colour())


def _in_colour() -> bool | None:
    """Return False where the user wants no colours, else None: those that the terminal has."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return None
