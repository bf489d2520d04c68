"""`verifier review`: the security review report of a snapshot."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from verifier.cli.common import fail_on_option, status_of
from verifier.cli.running import Run, running

_FORMATS = ("html", "markdown", "json", "sarif", "csv")
_NAMES = ("invariants.toml", "invariants.yaml", "invariants.yml")


@click.command()
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
@running()
def review(
    run: Run,
    form: str | None,
    files: tuple[Path, ...],
    baseline: Path | None,
    title: str | None,
    timings: bool,
    fail_on: str,
) -> None:
    """Review a snapshot: findings, who can become whom, invariants, and what was assumed.

    \b
    verifier review -s acme -o report.html
    verifier review -s acme --format sarif -o verifier.sarif --fail-on high

    Exit status: 0 nothing is open, 3 a finding is open, 4 something is unknown, 2 the input or the
    command is wrong.
    """
    from verifier.review.formats import format_of, render_review

    form = form or (format_of(run.output) if run.output else "markdown")
    if form is None:
        raise click.UsageError(f"what {run.output} is to hold is not clear: give --format")
    snapshot = run.snapshot()
    with run.waiting() as waiting:
        found = snapshot.review(
            *(files or _beside(run.paths)),
            title=title or run.paths[0].resolve().name,
            baseline=baseline,
            today=run.day,
            timeout=run.timeout,
            jobs=run.jobs,
            progress=waiting,
        )
    run.remark(*found.outside.unused)
    run.write(render_review(found, form, timings=timings), form)
    sys.exit(status_of(found.open, fail_on, undecided=found.is_undecided))


def _beside(paths: tuple[Path, ...]) -> list[Path]:
    """Return the invariants that lie in the snapshot."""
    return [path / name for path in paths for name in _NAMES if (path / name).is_file()]
