"""`verifier findings`: what the outside can do, without a question."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from verifier.cli.common import (
    as_of_option,
    evidence_option,
    fail_on_option,
    format_option,
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
    width,
    with_errors,
    write,
)

if TYPE_CHECKING:
    from verifier.finding import Findings


@click.command()
@snapshot_option
@format_option
@fail_on_option
@output_option
@timeout_option
@evidence_option
@no_cache_option
@jobs_option
@as_of_option("default is that of the snapshot, else today")
@reading_option
@quiet_option
@verbose_option
@with_errors
def findings(
    paths: tuple[Path, ...],
    form: str,
    fail_on: str,
    output: Path | None,
    timeout: float | None,
    evidence: Path | None,
    jobs: int,
    as_of: datetime | None,
    choices: tuple[str, ...],
    quiet: bool,
    verbose: bool,
) -> None:
    """Find all that the outside of the zone of trust can do, proved to be all.

    \b
    verifier findings -s acme
    verifier findings -s acme --fail-on high --format json -o findings.json

    What [[intended]] entries of snapshot.toml cover is shown as intended, and does not fail.

    Exit status: 0 nothing is open, 3 a finding is open, 4 something is unknown, 2 the input is
    wrong.
    """
    from verifier.report.waiting import Waiting

    snapshot = load(paths, as_of, choices)
    show_remarks(snapshot.remarks, quiet=quiet, verbose=verbose)
    with Waiting(quiet=quiet) as waiting:
        found = snapshot.findings(timeout=timeout, evidence=evidence, jobs=jobs, progress=waiting)
    show_remarks(found.unused, quiet=quiet, verbose=verbose)
    write(_rendered(found, form), output, form)
    sys.exit(status_of(found.open, fail_on, undecided=bool(found.gaps)))


def _rendered(found: Findings, form: str) -> str:
    if form == "json":
        from verifier.report.findings_document import render as render_document

        return render_document(found)
    from verifier.report.findings_text import render as render_text

    return render_text(found, width())
