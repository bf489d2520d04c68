"""`verifier delegate`: whether an administrator can ever exceed a boundary."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from verifier.cli.common import EXIT_STATUS, format_option, width
from verifier.cli.running import Run, running

if TYPE_CHECKING:
    from verifier.delegation import Delegation


@click.command()
@click.argument("administrator")
@click.option("--boundary", required=True, help="The ARN of the policy that bounds.")
@format_option
@running()
def delegate(run: Run, administrator: str, boundary: str, form: str) -> None:
    """Tell whether an ADMINISTRATOR, a user or role by its ARN, can ever exceed a boundary.

    \b
    verifier delegate arn:aws:iam::222233334444:role/storage/VendorBackup --boundary arn:aws:iam::222233334444:policy/VendorBoundary -s acme

    Exit status: 0 it cannot, 3 it can, 4 unknown, 2 the input or the command is wrong.
    """  # noqa: E501
    found = run.snapshot().delegate(administrator, boundary, timeout=run.timeout)
    run.write(_rendered(found, form), form)
    sys.exit(EXIT_STATUS[found.exceeds.value])


def _rendered(found: Delegation, form: str) -> str:
    if form == "json":
        from verifier.report.delegation_document import render as render_document

        return render_document(found)
    from verifier.report.delegation_text import render as render_text

    return render_text(found, width())
