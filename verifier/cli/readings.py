"""`verifier readings`: the disputed points, and how each may be read."""

from __future__ import annotations

import json
from pathlib import Path

import click

from verifier.cli.common import format_option, output_option, width, with_errors, write


@click.command()
@click.argument("points", nargs=-1)
@format_option
@output_option
@with_errors
def readings(points: tuple[str, ...], form: str, output: Path | None) -> None:
    """List the points that AWS's documentation leaves disputed, all or those named.

    \b
    verifier readings
    verifier readings X-16
    verifier ask "..." -s acme --reading X-16=simulator
    """
    from verifier.disputed_points import POINTS
    from verifier.disputes import point

    chosen = [point(name) for name in points] or list(POINTS.values())
    if form == "json":
        listed = [
            {
                "id": item.id,
                "question": item.question,
                "default": item.default,
                "readings": dict(item.readings),
                "protection": item.protection.name.lower(),
            }
            for item in chosen
        ]
        write(json.dumps(listed, indent=2) + "\n", output, "json")
        return
    from verifier.report.readings_text import render

    write(render(chosen, width()), output, None)
