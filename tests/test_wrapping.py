"""Answers on a narrow terminal: lines break between words, and nothing is lost."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import click
from hypothesis import given
from hypothesis import strategies as st

from verifier.example import write
from verifier.report.wrapping import fitted

LINES = {
    "     by    trust policy of StorageAdmin   acme/details.json:46:11": [
        "     by    trust policy of",
        "           StorageAdmin",
        "           acme/details.json:46:11",
    ],
    "     closes it trust policy of Deploy": [
        "     closes it trust policy",
        "               of Deploy",
    ],
    "  anonymous callers have no way in": ["  anonymous callers have no", "      way in"],
    "     becomes   arn:aws:iam::111122223333:role/x, y": [
        "     becomes   arn:aws:iam::111122223333:role/x,",
        "               y",
    ],
}


def test_lines_break_below_where_they_begin() -> None:
    """What follows stands below the text, not below its label; a long name stays whole."""
    for line, broken in LINES.items():
        assert fitted(line, 28).split("\n") == broken


@given(st.text("ab c\n", max_size=200), st.integers(1, 60))
def test_nothing_is_lost(text: str, width: int) -> None:
    """The words stay the same, and a line that is too long is one word, below a label or not."""
    found = fitted(text, width)
    assert found.split() == text.split()
    for line in found.split("\n"):
        assert len(line) <= width or _is_one_word(line)


def _is_one_word(line: str) -> bool:
    return "  " in line.strip() or " " not in line.strip()


def test_colours_take_no_room() -> None:
    """A line that fits without its colours is left as it is."""
    line = f"  outside: {click.style('yes', fg='red')}"
    assert fitted(line, 14) == line


def test_terminal(tmp_path: Path) -> None:
    """On a terminal of 60 columns no line of several words is longer; JSON is left as it is."""
    list(write(tmp_path / "acme"))
    question = "can any external principal reach s3:DeleteBucket via role assumption"
    for form in ("text", "json"):
        command = ["-m", "verifier", "ask", question, "-s", "acme", "--format", form]
        ours, theirs = pty.openpty()
        with subprocess.Popen(
            [sys.executable, *command],
            cwd=tmp_path,
            stdout=theirs,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "COLUMNS": "60", "PAGER": "cat"},
        ) as process:
            os.close(theirs)
            shown = _read(ours)
        assert process.returncode == 3
        lines = [click.unstyle(line) for line in shown.splitlines()]
        fits = all(len(line) <= 60 or _is_one_word(line) for line in lines)
        assert fits == (form == "text")


def _read(terminal: int) -> str:
    found = b""
    while True:
        try:
            part = os.read(terminal, 1 << 16)
        except OSError:
            break
        if not part:
            break
        found += part
    os.close(terminal)
    return found.decode()
