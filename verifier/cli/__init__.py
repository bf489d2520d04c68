"""The command line: parses options, prints the answer, and tells the verdict by exit status.

0 no, 3 yes, 4 unknown, 2 the input or the command is wrong; 1 never means an answer.
"""

from __future__ import annotations

import gc
import os
import sys

import click

from verifier import __version__
from verifier.cli.ask import ask
from verifier.cli.check import check
from verifier.cli.common import WRONG
from verifier.cli.compare import compare
from verifier.cli.daily import can, what_can, who_can
from verifier.cli.delegate import delegate
from verifier.cli.example import example
from verifier.cli.explain import explain
from verifier.cli.findings import findings
from verifier.cli.readings import readings
from verifier.cli.review import review

_OBJECTS = 200_000


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="verifier")
def cli() -> None:
    """Who can reach what in AWS: a replayed witness, or a proof that nobody can.

    \b
    verifier example acme
    verifier ask "can any external principal reach s3:DeleteBucket via role assumption" -s acme

    Exit status: 0 no, 3 yes, 4 unknown, 2 the input or the command is wrong.
    """


_COMMANDS = (
    ask,
    can,
    check,
    compare,
    delegate,
    example,
    explain,
    findings,
    readings,
    review,
    what_can,
    who_can,
)

for command in _COMMANDS:
    cli.add_command(command)


def main() -> None:
    """Run the command line; a closed pipe is no error."""
    # Almost all that a run makes lives to its end: looking for garbage early takes a third of it.
    gc.set_threshold(_OBJECTS, 20, 100)
    try:
        cli(standalone_mode=True)
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115
        sys.exit(WRONG)
