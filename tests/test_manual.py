"""The manual is true: every block of code in README.md and docs/ runs, and shows what it says.

Commands run in a folder that has the example in `acme`, and an edited copy in `proposed`. A block
of output below a command must be what the command prints; `...` stands for anything, on a line of
its own for any lines. What is only an illustration is marked as `text`.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import shlex
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from tests.test_changes import write_edited_example
from tests.test_cli import ROOT, without_seconds
from verifier.cli import cli

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
MISSION = "can any external principal reach s3:DeleteBucket via role assumption"
_FENCE = re.compile(r"```(\w*)")
_ANSWERS = (0, 3, 4)
_ELSEWHERE = {
    "aws": "asks a live account",
    "make": "sets up an environment of its own; CI runs it",
}
"""What is in blocks and is not run here, by its first word, and why."""

_DEMO = f'verifier ask "{MISSION}" --snapshot build/acme'
"""What `make demo` runs."""


@dataclass(frozen=True)
class Block:
    """A block of a page: its language, empty for plain text, or `shell` for indented commands."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    """Yield the fenced blocks of a page, and its indented lines one by one."""
    language: str | None = None
    start, kept = 0, []
    for number, line in enumerate(page.read_text("utf-8").split("\n"), 1):
        fence = _FENCE.match(line)
        if language is not None and line.startswith("```"):
            yield Block(page.name, start, language, "\n".join(kept))
            language, kept = None, []
        elif language is not None:
            kept.append(line)
        elif fence:
            language, start = fence[1], number
        elif line.startswith("    ") and line.strip():
            yield Block(page.name, number, "shell", line.strip())


BLOCKS = [block for page in PAGES for block in blocks(page)]


def _of(language: str) -> list[Block]:
    return [block for block in BLOCKS if block.language == language]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the manual speaks of."""
    found = tmp_path_factory.mktemp("manual")
    write_edited_example(found)
    shutil.copytree(found / "proposed", found / "acme-proposed")
    shutil.copytree(found / "acme", found / "build" / "acme")
    policies = ROOT / "tests" / "policies"
    for side in ("before", "after"):
        name = {"before": "old", "after": "new"}[side]
        for copy in (f"{name}.json", f"{name}-policy.json"):
            shutil.copy(policies / f"bucket-{side}.json", found / copy)
    return found


@pytest.fixture
def here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same as the current folder, in which lines have 100 columns."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "100")
    return folder


def _run(command: str) -> str:
    """Run a command as it stands in the manual; return what it prints."""
    first, *arguments = shlex.split(command.replace('"..."', f'"{MISSION}"'), comments=True)
    assert first == "verifier"
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code in _ANSWERS, f"{command}: {result.exit_code} {result.stderr}"
    return result.stdout


@pytest.mark.parametrize("block", _of("shell"), ids=str)
def test_command(block: Block, here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command is one of the tool's, and answers."""
    if block.text.startswith("verifier example"):
        monkeypatch.chdir(tmp_path)
    if block.text.split()[0] not in _ELSEWHERE:
        _run(block.text)


@pytest.mark.parametrize("block", _of("python"), ids=str)
@pytest.mark.usefixtures("here")
def test_python(block: Block) -> None:
    """The code runs; only an assertion of the reader's own may fail."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(AssertionError):
        exec(compile(block.text, str(block), "exec"), {})


@pytest.mark.parametrize("block", [*_of("json"), *_of("toml")], ids=str)
def test_data(block: Block) -> None:
    """The data are well-formed."""
    assert (json.loads if block.language == "json" else tomllib.loads)(block.text)


def _shown() -> list[tuple[Block, str]]:
    """Return each block of output with the last command before it."""
    found: list[tuple[Block, str]] = []
    command = {"README.md": _DEMO}
    for block in BLOCKS:
        if block.language == "shell" and block.text.startswith("verifier"):
            command[block.page] = block.text
        elif block.language == "":
            found.append((block, command[block.page]))
    return found


@pytest.mark.parametrize(("block", "command"), _shown(), ids=str)
@pytest.mark.usefixtures("here")
def test_output(block: Block, command: str) -> None:
    """What is shown below a command is what it prints."""
    printed = _plain(_run(command))
    assert re.search(_pattern(block.text), printed), printed


def _plain(text: str) -> str:
    return re.sub(r"[ \t]+", " ", without_seconds(text))


def _pattern(text: str) -> str:
    lines = []
    for line in _plain(text).strip("\n").split("\n"):
        if line.strip() == "...":
            lines.append("(?:.*\n)*?")
        else:
            lines.append(".*?".join(map(re.escape, line.rstrip().split("..."))) + " *\n")
    return "(?m)^" + "".join(lines)


def _commands(group: click.Group) -> Iterator[tuple[str, click.Command]]:
    yield from group.commands.items()


def _examples(command: click.Command) -> list[str]:
    lines = (line.strip() for line in (command.help or "").split("\n"))
    return [line for line in lines if line.startswith("verifier ")]


HELP = [
    pytest.param(example, id=f"{name}: {example}")
    for name, command in _commands(cli)
    for example in _examples(command)
]


def test_every_command_has_an_example() -> None:
    """The help of each command has an example."""
    assert not [name for name, command in _commands(cli) if not _examples(command)]


@pytest.mark.parametrize("example", HELP)
def test_example_of_help(
    example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    """The examples of `--help` answer."""
    monkeypatch.chdir(tmp_path if example.startswith("verifier example") else folder)
    _run(example)


@pytest.mark.parametrize("name", [name for name, _ in _commands(cli)])
def test_every_command_has_a_page(name: str) -> None:
    """Each command stands in some block of the manual."""
    used = {" ".join(block.text.split()[:2]) for block in _of("shell")}
    assert f"verifier {name}" in used
