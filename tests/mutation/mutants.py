"""The mutants: small wrong changes of the source, as data."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]


@dataclass(frozen=True, slots=True)
class Mutant:
    """A text of a file of the source, what to put in its place, and the rule that this breaks."""

    id: str
    file: str
    text: str
    replacement: str
    breaks: str
    rule: str

    def source(self, original: str) -> str:
        """Return the file's text with the change. Raises `ValueError` if the place is not clear."""
        count = original.count(self.text)
        if count != 1:
            raise ValueError(f"{self.id}: its text stands {count} times in {self.file}")
        return original.replace(self.text, self.replacement)


def mutants(name: str) -> list[Mutant]:
    """Return the mutants of one list, by the name of its file without its ending."""
    with (FOLDER / f"{name}.toml").open("rb") as file:
        return [Mutant(**row) for row in tomllib.load(file)["mutant"]]


def lists() -> list[str]:
    """Return the names of the lists."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))
