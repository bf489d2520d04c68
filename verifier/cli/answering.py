"""What the commands that answer a question share: their options, and how the answer is shown."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from verifier.cli.common import EXIT_STATUS, evidence_option, is_terminal, pager_option, width
from verifier.cli.running import Command, Run, running, with_options

if TYPE_CHECKING:
    from verifier.api import Snapshot
    from verifier.verdict import Answer

_OPTIONS = (
    click.option(
        "--format",
        "form",
        type=click.Choice(["text", "table", "json"]),
        help="How to print the answer; lists are tables on a terminal by default, else text.",
    ),
    click.option(
        "--margins", is_flag=True, help="Add what closes a yes, and the nearest misses of a no."
    ),
    click.option("--paths", "every", is_flag=True, help="Tell all paths, not one."),
    click.option("--all", "complete", is_flag=True, help="List all, also what is alike."),
    evidence_option,
    pager_option,
)


@dataclass(frozen=True)
class Asking:
    """The options of a command that answers a question."""

    run: Run
    form: str | None
    margins: bool
    every: bool
    complete: bool
    evidence: Path | None
    pages: bool

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
        run = self.run
        snapshot = run.snapshot()
        with run.waiting() as waiting:
            answer = snapshot.ask(
                question(snapshot),
                timeout=run.timeout,
                progress=waiting,
                evidence=self.evidence,
                jobs=run.jobs,
                margins=self.margins,
                paths=self.every,
            )
        run.write(self._rendered(answer), self.form, pages=self.pages)
        sys.exit(EXIT_STATUS[answer.verdict.value])

    def _rendered(self, answer: Answer) -> str:
        if self.form == "json":
            from verifier.report.document import render as render_document

            return render_document(answer)
        from verifier.report.text import render as render_text

        if self.every:
            from verifier.report.paths_text import render as render_paths

            return render_paths(answer, width())
        terminal = self.form == "table" or (self.form is None and is_terminal(self.run.output))
        return render_text(answer, width(), terminal=terminal, complete=self.complete)


def asking(command: Command) -> Command:
    """Give a command the options of `Asking`, which it gets as its first argument."""

    @wraps(command)
    def run(shared: Run, **options: Any) -> None:
        names = (field.name for field in fields(Asking) if field.name != "run")
        given = {name: options.pop(name) for name in names}
        command(Asking(shared, **given), **options)

    return with_options(running()(run), _OPTIONS)


_ROUTE_OPTIONS = (
    click.option("--route", help="How: directly (default), via role assumption ..."),
    click.option("--where", help="What must hold of the requests."),
    click.option("--without", help="What must not hold of the requests."),
    click.option(
        "--at-most",
        type=click.IntRange(1),
        metavar="N",
        help="Over N hops at most; via role assumption where no route is given.",
    ),
)


def route_options(command: Command) -> Command:
    """Give a command the options for what else is said of a question, as parts of its sentence."""

    @wraps(command)
    def run(*shared: Any, route: str | None, at_most: int | None, **options: Any) -> None:
        if at_most is not None:
            route = f"{route or 'via role assumption'} in at most {at_most} hops"
        command(*shared, route=route, **options)

    return with_options(run, _ROUTE_OPTIONS)
