"""What a waiting person sees on standard error."""

from __future__ import annotations

import time
from io import StringIO

from rich.console import Console

from verifier.report.waiting import Waiting


def _screen() -> Console:
    return Console(file=StringIO(), force_terminal=True, width=60)


def _seen(console: Console) -> str:
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_shows_what_is_asked_about() -> None:
    """Long work shows its subject, with what would steer a terminal made harmless."""
    console = _screen()
    with Waiting(patience=0, console=console) as waiting:
        waiting("role \x1b[2Jone")
        while "role" not in _seen(console):
            time.sleep(0.01)
    assert "role \\u001b[2Jone" in _seen(console)


def test_short_work_shows_nothing() -> None:
    """Work that ends in time leaves no trace."""
    console = _screen()
    with Waiting(patience=3600, console=console) as waiting:
        waiting("role one")
    assert _seen(console) == ""


def test_quiet_shows_nothing() -> None:
    """`--quiet` shows nothing, however long the work lasts."""
    console = _screen()
    with Waiting(quiet=True, patience=0, console=console) as waiting:
        waiting("role one")
        time.sleep(0.05)
    assert _seen(console) == ""
