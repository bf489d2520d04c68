"""`verifier example`: the bundled example, to look at and to try."""

from __future__ import annotations

from pathlib import Path

import click

from verifier.cli.common import with_errors


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--force", is_flag=True, help="Overwrite files that are there.")
@with_errors
def example(folder: Path, force: bool) -> None:
    """Write the bundled example snapshot to FOLDER.

    \b
    verifier example acme
    """
    from verifier.example import write

    for path in write(folder, force=force):
        click.echo(path)
