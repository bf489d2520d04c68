"""`verifier delegate`: whether an administrator can ever exceed a boundary."""

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
    format_option,
    load,
    no_cache_option,
    output_option,
    quiet_option,
    reading_option,
    show_remarks,
    snapshot_option,
    timeout_option,
    verbose_option,
    width,
    with_errors,
    write,
)

if TYPE_CHECKING:
    from verifier.delegation import Delegation


@click.command()
@click.argument("administrator")
@click.option("--boundary", required=True, help="The ARN of the policy that bounds.")
@snapshot_option
@format_option
@output_option
@timeout_option
@no_cache_option
@as_of_option("default is that of the snapshot, else today")
@reading_option
@quiet_option
@verbose_option
@with_errors
def delegate(
    administrator: str,
    boundary: str,
    paths: tuple[Path, ...],
    form: str,
    output: Path | None,
    timeout: float | None,
    as_of: datetime | None,
    choices: tuple[str, ...],
    quiet: bool,
    verbose: bool,
) -> None:
    """Tell whether an ADMINISTRATOR, a user or role by its ARN, can ever exceed a boundary.

    \b
    verifier delegate arn:aws:iam::222233334444:role/storage/VendorBackup --boundary arn:aws:iam::222233334444:policy/VendorBoundary -s acme

    Exit status: 0 it cannot, 3 it can, 4 unknown, 2 the input or the command is wrong.
    """  # noqa: E501
    snapshot = load(paths, as_of, choices)
    show_remarks(snapshot.remarks, quiet=quiet, verbose=verbose)
    found = snapshot.delegate(administrator, boundary, timeout=timeout)
    write(_rendered(found, form), output, form)
    sys.exit({"no": NO, "yes": YES, "unknown": UNKNOWN}[found.exceeds.value])


def _rendered(found: Delegation, form: str) -> str:
    if form == "json":
        from verifier.report.delegation_document import render as render_document

        return render_document(found)
    from verifier.report.delegation_text import render as render_text

    return render_text(found, width())
