"""The cache: what is kept is used again, what is damaged is made again."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from verifier import cache

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
