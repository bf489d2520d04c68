"""`verifier review`: the security review report of a snapshot."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from verifier.cli.common import (
    as_of_option,
    fail_on_option,
    jobs_option,
    load,
    no_cache_option,
    output_option,
    quiet_option,
    reading_option,
    show_remarks,
    snapshot_option,
    status_of,
    timeout_option,
    verbose_option,
    with_errors,
    write,
)

_FORMATS = ("html", "markdown", "json", "sarif", "csv")
_NAMES = ("invariants.toml", "invariants.yaml", "invariants.yml")


@click.command()
@snapshot_option
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    help="How to write it; default is what the name of the file says, else markdown.",
)
@click.option(
    "--invariants",
    "files",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Invariants to check, too; default is invariants.toml in the snapshot.",
)
@click.option(
    "--baseline",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Violations of invariants that were accepted: shown as suppressed.",
)
@click.option("--title", help="What is reviewed; default is the name of the folder.")
@click.option("--timings", is_flag=True, help="Tell how long each question took.")
@fail_on_option
@output_option
@timeout_option
@no_cache_option
@jobs_option
@as_of_option("default is that of the snapshot, else today")
@reading_option
@quiet_option
@verbose_option
@with_errors
def review(
    paths: tuple[Path, ...],
    form: str | None,
    files: tuple[Path, ...],
    baseline: Path | None,
    title: str | None,
    timings: bool,
    fail_on: str,
    output: Path | None,
    timeout: float | None,
    jobs: int,
    as_of: datetime | None,
    choices: tuple[str, ...],
    quiet: bool,
    verbose: bool,
) -> None:
    """Review a snapshot: findings, who can become whom, invariants, and what was assumed.

    \b
    verifier review -s acme -o report.html
    verifier review -s acme --format sarif -o verifier.sarif --fail-on high

    Exit status: 0 nothing is open, 3 a finding is open, 4 something is unknown, 2 the input or the
    command is wrong.
    """
    from verifier.report.waiting import Waiting
    from verifier.review.formats import format_of, render_review

    form = form or (format_of(output) if output else "markdown")
    if form is None:
        raise click.UsageError(f"what {output} is to hold is not clear: give --format")
    snapshot = load(paths, as_of, choices)
    show_remarks(snapshot.remarks, quiet=quiet, verbose=verbose)
    with Waiting(quiet=quiet) as waiting:
        found = snapshot.review(
            *(files or _beside(paths)),
            title=title or paths[0].resolve().name,
            baseline=baseline,
            today=as_of.date() if as_of else None,
            timeout=timeout,
            jobs=jobs,
            progress=waiting,
        )
    show_remarks(found.outside.unused, quiet=quiet, verbose=verbose)
    write(render_review(found, form, timings=timings), output, form)
    sys.exit(status_of(found.open, fail_on, undecided=found.is_undecided))


def _beside(paths: tuple[Path, ...]) -> list[Path]:
    """Return the invariants that lie in the snapshot."""
    return [path / name for path in paths for name in _NAMES if (path / name).is_file()]
