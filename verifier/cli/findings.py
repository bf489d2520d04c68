"""`verifier findings`: what the outside can do, without a question."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from verifier.cli.common import (
    evidence_option,
    fail_on_option,
    format_option,
    status_of,
    width,
)
from verifier.cli.running import Run, running

if TYPE_CHECKING:
    from verifier.finding import Findings


@click.command()
@format_option
@fail_on_option
@evidence_option
@running()
def findings(run: Run, form: str, fail_on: str, evidence: Path | None) -> None:
    """Find all that the outside of the zone of trust can do, proved to be all.

    \b
    verifier findings -s acme
    verifier findings -s acme --fail-on high --format json -o findings.json

    What [[intended]] entries of snapshot.toml cover is shown as intended, and does not fail.

    Exit status: 0 nothing is open, 3 a finding is open, 4 something is unknown, 2 the input is
    wrong.
    """
    snapshot = run.snapshot()
    with run.waiting() as waiting:
        found = snapshot.findings(
            timeout=run.timeout, evidence=evidence, jobs=run.jobs, progress=waiting
        )
    run.remark(*found.unused)
    run.write(_rendered(found, form), form)
    sys.exit(status_of(found.open, fail_on, undecided=bool(found.gaps)))


def _rendered(found: Findings, form: str) -> str:
    if form == "json":
        from verifier.report.findings_document import render as render_document

        return render_document(found)
    from verifier.report.findings_text import render as render_text

    return render_text(found, width())
