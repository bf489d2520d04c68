"""What the commands that answer a question share: their options, and how the answer is shown."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from functools import reduce, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from verifier.cli.common import (
    NO,
    UNKNOWN,
    YES,
    as_of_option,
    evidence_option,
    is_terminal,
    jobs_option,
    load,
    no_cache_option,
    output_option,
    pager_option,
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
    from verifier.api import Snapshot
    from verifier.verdict import Answer

_OPTIONS = (
    snapshot_option,
    click.option(
        "--format",
        "form",
        type=click.Choice(["text", "table", "json"]),
        help="How to print the answer; lists are tables on a terminal by default, else text.",
    ),
    click.option(
        "--margins", is_flag=True, help="Add what closes a yes, and the nearest misses of a no."
    ),
    click.option(
        "--known-accounts",
        type=click.Path(path_type=Path, dir_okay=False),
        help="A file that says whose accounts are, to be named in answers.",
    ),
    click.option("--paths", "every", is_flag=True, help="Tell all paths, not one."),
    click.option("--all", "complete", is_flag=True, help="List all, also what is alike."),
    output_option,
    timeout_option,
    evidence_option,
    no_cache_option,
    jobs_option,
    as_of_option("default is that of the snapshot, else today"),
    pager_option,
    reading_option,
    quiet_option,
    verbose_option,
)


@dataclass(frozen=True)
class Asking:
    """The options of a command that answers a question."""

    paths: tuple[Path, ...]
    form: str | None
    margins: bool
    known_accounts: Path | None
    every: bool
    complete: bool
    output: Path | None
    timeout: float | None
    evidence: Path | None
    jobs: int
    as_of: datetime | None
    pages: bool
    choices: tuple[str, ...]
    quiet: bool
    verbose: bool

    def about(
        self, principal: str, action: str, resource: str | None, **parts: str | None
    ) -> NoReturn:
        """Answer what the parts of a sentence stand for, whoever `principal` names."""

        def question(snapshot: Snapshot) -> str:
            from verifier.queries.naming import phrase
            from verifier.queries.sentences import sentence

            who = phrase(snapshot.contents, principal) if principal else ""
            return sentence(who, action, resource, **parts)

        self.answer(question)

    def answer(self, question: Callable[[Snapshot], str]) -> NoReturn:
        """Answer the question that `question` makes for the snapshot; exit with the verdict."""
        snapshot = load(self.paths, self.as_of, self.choices, self.known_accounts)
        show_remarks(snapshot.remarks, quiet=self.quiet, verbose=self.verbose)
        from verifier.report.waiting import Waiting

        with Waiting(quiet=self.quiet) as waiting:
            answer = snapshot.ask(
                question(snapshot),
                timeout=self.timeout,
                progress=waiting,
                evidence=self.evidence,
                jobs=self.jobs,
                margins=self.margins,
                paths=self.every,
            )
        write(self._rendered(answer), self.output, self.form, pages=self.pages)
        sys.exit({"no": NO, "yes": YES, "unknown": UNKNOWN}[answer.verdict.value])

    def _rendered(self, answer: Answer) -> str:
        if self.form == "json":
            from verifier.report.document import render as render_document

            return render_document(answer)
        from verifier.report.text import render as render_text

        if self.every:
            from verifier.report.paths_text import render as render_paths

            return render_paths(answer, width())
        terminal = self.form == "table" or (self.form is None and is_terminal(self.output))
        return render_text(answer, width(), terminal=terminal, complete=self.complete)


def asking(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of `Asking`, which it gets as its first argument."""

    @wraps(command)
    def run(**options: Any) -> None:
        given = {field.name: options.pop(field.name) for field in fields(Asking)}
        command(Asking(**given), **options)

    found: Callable[..., None] = with_errors(run)
    return reduce(lambda made, option: option(made), reversed(_OPTIONS), found)


_ROUTE_OPTIONS = (
    click.option("--route", help="How: directly (default), via role assumption ..."),
    click.option("--where", help="What must hold of the requests."),
    click.option("--without", help="What must not hold of the requests."),
)


def route_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options for what else is said of a question."""
    return reduce(lambda made, option: option(made), reversed(_ROUTE_OPTIONS), command)
