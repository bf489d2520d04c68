"""`verifier compare`: what one policy, or snapshot, allows that another does not."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from verifier.cli.common import (
    NO,
    UNKNOWN,
    YES,
    evidence_option,
    is_terminal,
    pager_option,
    width,
)
from verifier.cli.running import Run, running

if TYPE_CHECKING:
    from verifier.comparison import Comparison
    from verifier.snapshot_comparison import SnapshotComparison

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
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="How to print the comparison; Markdown is made for a comment on a pull request.",
)
@evidence_option
@pager_option
@running(
    snapshot=False,
    as_of="for policies the default is any time, for snapshots the day of the new one",
)
def compare(
    run: Run,
    old: Path,
    new: Path,
    kind: str | None,
    fail_on: str,
    any_action: bool,
    form: str,
    evidence: Path | None,
    pages: bool,
) -> None:
    """Tell what NEW allows that OLD does not, and the other way round: two policies, or two
    snapshots.

    A folder, or a file with account authorization details, is a snapshot: of each principal and
    each way in it is told what changes, and since which edit. Any other file holds a policy, or
    what the AWS CLI prints of one. Its kind decides which elements are legal and who may be the
    caller: for resource and trust policies anyone, the outside included.

    \b
    verifier compare old.json new.json
    verifier compare old.json new.json --kind resource --fail-on any
    verifier compare acme acme-proposed --format markdown -o comment.md

    Exit status: 0 nothing is newly allowed (with --fail-on any: nothing changes), 3 something is,
    4 unknown, 2 the input or the command is wrong.
    """
    from verifier.snapshot.load import holds_snapshot

    if holds_snapshot(old) or holds_snapshot(new):
        if kind or any_action or evidence:
            raise click.UsageError("--kind, --any-action and --evidence are for policies")
        changes = _snapshots(run, old, new)
        text = _rendered_changes(changes, form, is_terminal(run.output))
        run.write(text, form, pages=pages)
        sys.exit(_status_of_changes(changes, fail_on))
    from verifier.compare import compare as compare_policies
    from verifier.disputes import read
    from verifier.policy.files import read_policies

    remarks: list[str] = []
    before, after = read_policies((old, new), kind, remarks.append)
    run.remark(*remarks)
    found = compare_policies(
        before,
        after,
        as_of=run.day,
        timeout=run.timeout,
        evidence=evidence,
        any_action=any_action,
        readings=read(run.choices),
    )
    run.write(_rendered(found, form), form, pages=pages)
    sys.exit(_status(found, fail_on))


def _snapshots(run: Run, old: Path, new: Path) -> SnapshotComparison:
    before, after = run.load(old), run.load(new)
    run.remark(*after.remarks)
    with run.waiting() as waiting:
        return before.compare(after, timeout=run.timeout, jobs=run.jobs, progress=waiting)


def _status(found: Comparison, fail_on: str) -> int:
    changes = found.newly if fail_on == "new" else (*found.newly, *found.lost)
    if any(change.request is not None for change in changes):
        return YES
    return UNKNOWN if changes else NO


def _status_of_changes(found: SnapshotComparison, fail_on: str) -> int:
    asked = [found.newly_allowed, *([found.no_longer] if fail_on == "any" else [])]
    if any(item.changes or item.reached for item in asked):
        return YES
    return UNKNOWN if any(item.unknown for item in asked) else NO


def _rendered(found: Comparison, form: str) -> str:
    match form:
        case "json":
            from verifier.report.comparison_document import render as render_document

            return render_document(found)
        case "markdown":
            from verifier.report.policies_markdown import render as render_markdown

            return render_markdown(found)
    from verifier.report.comparison_text import render as render_text

    return render_text(found, width())


def _rendered_changes(found: SnapshotComparison, form: str, terminal: bool) -> str:
    match form:
        case "json":
            from verifier.report.changes_document import render as render_document

            return render_document(found)
        case "markdown":
            from verifier.report.changes_markdown import render as render_markdown

            return render_markdown(found)
    from verifier.report.changes_text import render as render_text

    return render_text(found, width(), terminal=terminal)
