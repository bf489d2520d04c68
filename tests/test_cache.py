"""The cache: what is kept is used again, what is damaged is made again."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from verifier import cache
from verifier.cli import cli
from verifier.example import write

ROOT = Path(__file__).parents[1]


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    """A cache in use, in a folder that is not there yet."""
    found = tmp_path / "folder" / "cache.sqlite3"
    cache.use(found)
    yield found
    cache.use(None)


class _Maker:
    def __init__(self) -> None:
        self.made = 0

    def __call__(self) -> tuple[int, list[str]]:
        self.made += 1
        return 7, ["a"]


def test_made_once(file: Path) -> None:
    """The same content is made once; other content is made anew."""
    make = _Maker()
    assert [cache.remembered("x", "one", make) for _ in range(3)] == [(7, ["a"])] * 3
    assert make.made == 1
    cache.remembered("x", "two", make)
    cache.remembered("y", "one", make)
    assert make.made == 3


def test_nothing_is_written_unless_asked(tmp_path: Path) -> None:
    """Without `use`, everything is made and nothing is kept."""
    make = _Maker()
    cache.remembered("x", "one", make)
    cache.remembered("x", "one", make)
    assert make.made == 2


@pytest.mark.parametrize("damage", [b"", b"no database", b"SQLite format 3\x00" + bytes(200)])
def test_damaged_file_is_rebuilt(file: Path, damage: bytes) -> None:
    """A file that is no database is replaced, and works again."""
    make = _Maker()
    cache.remembered("x", "one", make)
    file.write_bytes(damage)
    assert cache.remembered("x", "one", make) == (7, ["a"])
    assert cache.remembered("x", "one", make) == (7, ["a"])
    assert make.made == 2


def test_changed_value_is_not_believed(file: Path) -> None:
    """A value whose checksum is wrong is made again."""
    make = _Maker()
    cache.remembered("x", "one", make)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE kept SET value = X'4E'")
    assert cache.remembered("x", "one", make) == (7, ["a"])
    assert make.made == 2


def test_unwritable_folder_is_no_error(tmp_path: Path) -> None:
    """Where nothing can be kept, everything still works."""
    (tmp_path / "file").write_text("")
    cache.use(tmp_path / "file" / "cache.sqlite3")
    try:
        assert cache.remembered("x", "one", _Maker()) == (7, ["a"])
    finally:
        cache.use(None)


def test_concurrent_runs(file: Path) -> None:
    """Processes that fill one cache at once all succeed, and leave it whole."""
    program = (
        "import sys; from pathlib import Path; from verifier import cache;"
        "cache.use(Path(sys.argv[1]));"
        "assert all(cache.remembered('n', str(i), lambda: i) == i for i in range(40))"
    )
    command = [sys.executable, "-c", program, str(file)]
    running = [subprocess.Popen(command, cwd=ROOT) for _ in range(4)]
    assert [process.wait() for process in running] == [0, 0, 0, 0]
    make = _Maker()
    assert cache.remembered("n", "39", make) == 39
    assert make.made == 0


def test_changed_snapshot_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second run takes the snapshot from the cache, and says the same; a change is seen."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    list(write(tmp_path / "acme"))
    arguments = ["ask", "who can s3:DeleteBucket", "-s", str(tmp_path / "acme"), "--format", "json"]
    said = [json.loads(CliRunner().invoke(cli, arguments).stdout) for _ in range(2)]
    for answer in said:
        answer["seconds"] = 0
    assert said[0] == said[1]
    assert cache.user_file().stat().st_size > 0
    details = tmp_path / "acme/accounts/222233334444/authorization-details.json"
    text = details.read_text("utf-8").replace('"s3:DeleteBucket"', '"s3:GetBucketAcl"')
    details.write_text(text, encoding="utf-8")
    changed = json.loads(CliRunner().invoke(cli, arguments).stdout)
    assert len(changed["ways"]) == len(said[0]["ways"])
    assert changed["ways"] != said[0]["ways"]


def test_oldest_values_go_first(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file does not grow without end."""
    monkeypatch.setattr(cache, "_ROOM", 5000)
    for number in range(10):
        cache.remembered("n", str(number), lambda: "x" * 2000)
    make = _Maker()
    cache.remembered("n", "9", make)
    assert make.made == 0
    cache.remembered("n", "0", make)
    assert make.made == 1


def test_readers_are_not_loaded_for_what_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second question about an unchanged snapshot needs nothing that reads files: it starts
    without pydantic.
    """
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    list(write(tmp_path / "acme"))
    script = (
        "import sys; from verifier.cli import cli; cli(standalone_mode=False, args="
        f"['ask', 'can anonymous s3:GetObject', '-s', {str(tmp_path / 'acme')!r}, '-o', 'answer'])"
    )
    told = "print('pydantic' in sys.modules)"
    script = f"import atexit, sys; atexit.register(lambda: {told}); {script}"
    runs = [
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        for _ in range(2)
    ]
    assert runs == ["True\n", "False\n"]
