"""What is costly to make and the same in every run, kept in a file of the user's cache folder.

Off until `use` names the file: a library writes nowhere. Concurrent runs share the file; one that
is damaged, or belongs to another version, is rebuilt and never believed. What is kept is
only as safe as the folder: whoever may write there can change what is read.
"""

from __future__ import annotations

import marshal
import os
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

_TABLE = "CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, sum BLOB, value BLOB)"
_FORGET = """
DELETE FROM kept WHERE rowid IN (
    SELECT rowid FROM (
        SELECT rowid, SUM(LENGTH(value)) OVER (ORDER BY rowid DESC) AS newer FROM kept
    ) WHERE newer > ?
)
"""
_ROOM = 256 << 20
"""Bytes that are kept in all; the oldest values go first."""

_PATIENCE = 1.0
_file: Path | None = None


def use(file: Path | None) -> None:
    """Keep values in `file` from now on; nowhere if None."""
    global _file
    _file = file


def user_file() -> Path:
    """Return the file in the cache folder of the platform."""
    if sys.platform == "win32":
        folder = os.environ.get("LOCALAPPDATA") or "~/AppData/Local"
    elif sys.platform == "darwin":
        folder = "~/Library/Caches"
    else:
        folder = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(folder).expanduser() / "iam-verifier" / "cache.sqlite3"


def in_use() -> bool:
    """Return whether anything is kept."""
    return _file is not None


def remembered(
    name: str,
    content: str,
    make: Callable[[], T],
    *,
    dumps: Callable[[Any], bytes] = marshal.dumps,
    loads: Callable[[bytes], Any] = marshal.loads,
) -> T:
    """Return what `make` makes of `content`, from an earlier run if it was kept.

    `name` says what it is; `content` is everything that the value depends on. `dumps` and `loads`
    turn the value into bytes and back: by default plain data only.
    """
    if _file is None:
        return make()
    key = f"{name} {sha256(content.encode()).hexdigest()} {marshal.version} {sys.version_info[:2]}"
    found = _read(_file, key, loads)
    if found is None:
        value = make()
        _write(_file, key, dumps(value))
        return value
    kept: T = found[0]
    return kept


def _read(file: Path, key: str, loads: Callable[[bytes], Any]) -> tuple[Any] | None:
    if not file.is_file():
        return None
    try:
        with closing(sqlite3.connect(file, timeout=_PATIENCE)) as connection:
            row = connection.execute("SELECT sum, value FROM kept WHERE key = ?", [key]).fetchone()
        if row is None or sha256(row[1]).digest() != row[0]:
            return None
        return (loads(row[1]),)
    except Exception:
        # Whatever is wrong with what was kept, it can be made again.
        return None


def _write(file: Path, key: str, data: bytes) -> None:
    """Keep a value; whatever prevents it costs time in the next run, and nothing else."""
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            _insert(file, key, data)
        except sqlite3.OperationalError:
            return
        except sqlite3.DatabaseError:
            file.unlink(missing_ok=True)
            with suppress(sqlite3.Error):
                _insert(file, key, data)


def _insert(file: Path, key: str, data: bytes) -> None:
    with closing(sqlite3.connect(file, timeout=_PATIENCE)) as connection, connection:
        connection.execute(_TABLE)
        row = (key, sha256(data).digest(), data)
        connection.execute("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", row)
        connection.execute(_FORGET, [_ROOM])
