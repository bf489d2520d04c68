"""Snapshots read before: those whose files have not changed are taken from the cache."""

from __future__ import annotations

import pickle
import tomllib
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path

from verifier import cache
from verifier.snapshot import beside
from verifier.snapshot.model import Snapshot

_LARGEST = 512 << 20
"""Bytes beyond which reading the files again is no slower than finding them unchanged."""


def load(*paths: str | Path, as_of: date | None = None) -> Snapshot:
    """Load a snapshot as `snapshot.load` does, unless the same files were loaded before.

    What is kept depends on every byte below the paths, on the day, and on the code that reads.
    """

    def read() -> Snapshot:
        from verifier.snapshot import load

        return load.load(*paths, as_of=as_of)

    content = _content(paths, as_of or date.today()) if cache.in_use() else None
    if content is None:
        return read()
    return cache.remembered("snapshot", content, read, dumps=pickle.dumps, loads=pickle.loads)


def _content(paths: tuple[str | Path, ...], day: date) -> str | None:
    """Return what tells one snapshot from another, None if it cannot or need not be told."""
    parts = [repr(paths), day.isoformat(), *_code()]
    size = 0
    try:
        for path in map(Path, paths):
            for file in _files(path):
                if not file.is_file():
                    continue
                size += file.stat().st_size
                if size > _LARGEST:
                    return None
                parts += [str(file), sha256(file.read_bytes()).hexdigest()]
    except (OSError, ValueError, TypeError):
        return None
    return "\n".join(parts)


def _files(path: Path) -> list[Path]:
    """Return the files that a snapshot is made of, with those that its manifest names."""
    if not path.is_dir():
        return [path]
    found = sorted(path.rglob("*"))
    manifest = path / "snapshot.toml"
    if manifest.is_file():
        said = tomllib.loads(manifest.read_text(encoding="utf-8"))
        found += beside.known_accounts(said.get("known_accounts"), path)
    return found


def _code() -> Iterator[str]:
    """Yield the state of the modules that read snapshots, and of the values that they make."""
    root = Path(__file__).parents[1]
    for module in sorted(
        (*root.glob("*.py"), *root.glob("snapshot/*.py"), *root.glob("policy/*.py"))
    ):
        yield f"{module.name} {module.stat().st_mtime_ns} {module.stat().st_size}"
