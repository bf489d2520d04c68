"""`verifier compare`: what one policy allows that another does not."""

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
    no_cache_option,
    output_option,
    quiet_option,
    reading_option,
    show_remarks,
    timeout_option,
    verbose_option,
    width,
    with_errors,
    write,
)

if TYPE_CHECKING:
    from verifier.comparison import Comparison

_KINDS = ["identity", "resource", "trust", "scp", "rcp", "boundary", "session", "endpoint"]


@click.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option(
    "--kind",
    type=click.Choice(_KINDS),
    help="The kind of the policies; default is what their elements tell.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["new", "any"]),
    default="new",
    show_default=True,
    help="Exit with 3 if anything is newly allowed, or if anything changes at all.",
)
@click.option(
    "--any-action",
    is_flag=True,
    help="Let actions be any strings, not only those that exist or that a policy names.",
)
@format_option
@output_option
@timeout_option
@evidence_option
@no_cache_option
@as_of_option("default is that requests may be made at any time")
@reading_option
@quiet_option
@verbose_option
@with_errors
def compare(
    old: Path,
    new: Path,
    kind: str | None,
    fail_on: str,
    any_action: bool,
    form: str,
    output: Path | None,
    timeout: float | None,
    evidence: Path | None,
    as_of: datetime | None,
    choices: tuple[str, ...],
    quiet: bool,
    verbose: bool,
) -> None:
    """Tell what policy NEW allows that policy OLD does not, and the other way round.

    A file holds a policy, or what the AWS CLI prints of one. The kind decides which elements are
    legal and who may be the caller: for resource and trust policies anyone, the outside included.

    \b
    verifier compare old.json new.json
    verifier compare old.json new.json --kind scp --fail-on any
    """
    from verifier.compare import compare as compare_policies
    from verifier.disputes import read
    from verifier.policy.files import read_policies

    remarks: list[str] = []
    before, after = read_policies((old, new), kind, remarks.append)
    show_remarks(tuple(remarks), quiet=quiet, verbose=verbose)
    found = compare_policies(
        before,
        after,
        as_of=as_of.date() if as_of else None,
        timeout=timeout,
        evidence=evidence,
        any_action=any_action,
        readings=read(choices),
    )
    write(_rendered(found, form), output)
    sys.exit(_status(found, fail_on))


def _status(found: Comparison, fail_on: str) -> int:
    changes = found.newly if fail_on == "new" else (*found.newly, *found.lost)
    if any(change.request is not None for change in changes):
        return YES
    return UNKNOWN if changes else NO


def _rendered(found: Comparison, form: str) -> str:
    if form == "json":
        from verifier.report.comparison_document import render as render_document

        return render_document(found)
    from verifier.report.comparison_text import render as render_text

    return render_text(found, width())
