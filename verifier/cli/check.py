"""`verifier check`: access invariants as code, for CI."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from verifier.cli.common import NO, UNKNOWN, YES, width, write
from verifier.cli.running import Run, running

if TYPE_CHECKING:
    from verifier.check.run import Checked


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "junit", "sarif"]),
    default="text",
    show_default=True,
    help="How to print what was found.",
)
@click.option(
    "--baseline",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Violations that were accepted: shown, but no failure.",
)
@click.option(
    "--write-baseline",
    "new_baseline",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Accept every violation from now on: write them to this file.",
)
@click.option("--reason", help="Why they are accepted; goes with --write-baseline.")
@running()
def check(
    run: Run,
    files: tuple[Path, ...],
    form: str,
    baseline: Path | None,
    new_baseline: Path | None,
    reason: str | None,
) -> None:
    """Check that invariants hold: sentences with the expected answer, in TOML or YAML.

    \b
    verifier check acme/invariants.toml -s acme
    verifier check acme/invariants.toml -s acme --format junit -o verifier.xml

    Exit status: 0 all hold, 3 some invariant is violated, 4 some is unknown, 2 the input is wrong.
    """
    if bool(new_baseline) != bool(reason):
        raise click.UsageError("--write-baseline and --reason go together")
    from verifier.check import baseline as baselines
    from verifier.check.invariants import read
    from verifier.check.run import Status
    from verifier.check.run import check as checked

    started = time.perf_counter()
    invariants = [invariant for file in files for invariant in read(file)]
    accepted = baselines.read(baseline) if baseline else baselines.Baseline()
    contents = run.snapshot().contents
    with run.waiting() as waiting:
        answers = checked(
            contents, invariants, timeout=run.timeout, jobs=run.jobs, progress=waiting
        )
        found = list(accepted.apply(answers, date.today()))
    for entry in accepted.stale(found):
        run.remark(f"{baseline}: nothing violates `{entry.sentence}` any more: remove the entry")
    if new_baseline and reason:
        write(baselines.baseline_of(found, reason), new_baseline, "toml")
    run.write(_rendered(found, form, time.perf_counter() - started), form)
    statuses = {item.status for item in found}
    violated = Status.VIOLATED in statuses and not new_baseline
    sys.exit(YES if violated else UNKNOWN if Status.UNKNOWN in statuses else NO)


def _rendered(found: Sequence[Checked], form: str, seconds: float) -> str:
    match form:
        case "json":
            from verifier.check.document import render as render_document

            return render_document(found)
        case "junit":
            from verifier.check.junit import render as render_junit

            return render_junit(found)
        case "sarif":
            from verifier.check.sarif import render as render_sarif

            return render_sarif(found)
    from verifier.check.text import render as render_text

    return render_text(found, seconds, width())
