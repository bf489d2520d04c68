"""The bundled example: a company of three accounts, with ways in that are open and ways that only
look it.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from verifier.errors import Place, SnapshotError

NAME = "acme"


def files() -> Iterator[tuple[Path, str]]:
    """Yield the path inside the example, and the text, of each of its files."""
    yield from _below(resources.files("verifier.example").joinpath(NAME), Path())


def _below(folder: Traversable, at: Path) -> Iterator[tuple[Path, str]]:
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.is_dir():
            yield from _below(entry, at / entry.name)
        else:
            yield at / entry.name, entry.read_text("utf-8")


def write(folder: Path, *, force: bool = False) -> Iterator[Path]:
    """Write the example to `folder`; refuse to overwrite files unless `force`."""
    found = list(files())
    present = [folder / path for path, _ in found if (folder / path).exists()]
    if present and not force:
        raise SnapshotError(
            "is there already", "choose another folder, or add --force", Place(str(present[0]))
        )
    for path, text in found:
        target = folder / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        except OSError as error:
            reason = error.strerror or str(error)
            raise SnapshotError(f"cannot be written: {reason}", place=Place(str(target))) from None
        yield target


def write_example(folder: str | Path, *, force: bool = False) -> list[Path]:
    """Write the example to a folder and return its files; see `write`."""
    return list(write(Path(folder), force=force))
