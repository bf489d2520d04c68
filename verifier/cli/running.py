"""What commands about a snapshot share: how it is loaded, what is told meanwhile, where the answer
goes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import reduce, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from verifier.cli.common import (
    as_of_option,
    jobs_option,
    known_accounts_option,
    no_cache_option,
    output_option,
    quiet_option,
    reading_option,
    show_remarks,
    snapshot_option,
    timeout_option,
    verbose_option,
    with_errors,
    write,
)

if TYPE_CHECKING:
    from verifier.api import Snapshot
    from verifier.report.waiting import Waiting

Command = Callable[..., Any]


@dataclass(frozen=True)
class Run:
    """The options that mean the same in every command."""

    paths: tuple[Path, ...]
    known_accounts: Path | None
    output: Path | None
    timeout: float | None
    jobs: int
    as_of: datetime | None
    choices: tuple[str, ...]
    quiet: bool
    verbose: bool

    @property
    def day(self) -> date | None:
        """The day from which requests are made, None where it was not said."""
        return self.as_of.date() if self.as_of else None

    def snapshot(self) -> Snapshot:
        """Load the snapshot that `--snapshot` names, and print what is odd in it."""
        if not self.paths:
            raise click.UsageError("no snapshot: name a folder or file with --snapshot")
        found = self.load(*self.paths)
        self.remark(*found.remarks)
        return found

    def load(self, *paths: Path) -> Snapshot:
        """Load the parts of a snapshot."""
        from verifier.api import Snapshot
        from verifier.disputes import read

        return Snapshot.load(
            *paths,
            as_of=self.day,
            readings=read(self.choices),
            known_accounts=self.known_accounts,
        )

    def remark(self, *remarks: str) -> None:
        """Print remarks on the input on standard error."""
        show_remarks(remarks, quiet=self.quiet, verbose=self.verbose)

    def waiting(self) -> Waiting:
        """Return what tells a waiting person how far the work is."""
        from verifier.report.waiting import Waiting

        return Waiting(quiet=self.quiet)

    def write(self, text: str, form: str | None, *, pages: bool = False) -> None:
        """Print an answer of a form, or write it to the file that `--output` names."""
        write(text, self.output, form, pages=pages)


def running(
    *, snapshot: bool = True, as_of: str = "default is that of the snapshot, else today"
) -> Callable[[Command], Command]:
    """Give a command the options of `Run`, which it gets as its first argument.

    Without `snapshot` it says itself what is loaded; `as_of` says which day counts by default.
    """
    options: tuple[Command, ...] = (
        *([snapshot_option] if snapshot else []),
        known_accounts_option,
        output_option,
        timeout_option,
        no_cache_option,
        jobs_option,
        as_of_option(as_of),
        reading_option,
        quiet_option,
        verbose_option,
    )

    def decorated(command: Command) -> Command:
        @wraps(command)
        def run(*arguments: Any, **given: Any) -> Any:
            own = {"paths": (), **given}
            shared = {field.name: own.pop(field.name) for field in fields(Run)}
            return command(Run(**shared), *arguments, **own)

        return with_options(with_errors(run), options)

    return decorated


def with_options(command: Command, options: tuple[Command, ...]) -> Command:
    """Return a command with options, in this order."""
    return reduce(lambda made, option: option(made), reversed(options), command)
