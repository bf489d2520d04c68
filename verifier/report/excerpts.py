"""The text of statements, as it stands in the files: with its lines, and without their indent."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from verifier.documents import Document
from verifier.policy.attached import AttachedPolicy
from verifier.snapshot.model import Snapshot

_PLACE = re.compile(r"(?P<file>.+):(?P<line>\d+):(?P<column>\d+)", re.S)
_MOST_LINES = 40
_LONGEST = 400
_WIDEST = 240
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Lines of a file from line `first` on; `omitted` of them are left out at the end.

    Unless `verbatim`, the text is laid out anew, and all of it stands in line `first`.
    """

    first: int
    lines: tuple[str, ...]
    omitted: int = 0
    verbatim: bool = True

    @property
    def numbered(self) -> Iterator[tuple[str, str]]:
        """Each line with its number, "" where it has none."""
        for index, line in enumerate(self.lines):
            yield str(self.first + index) if self.verbatim or not index else "", line


class Excerpts:
    """The statements of a snapshot by their place, `file:line:column`."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._texts = {document.file: document.text for document in _documents(snapshot)}
        self._lines: dict[str, list[str]] = {}

    def at(self, place: str) -> Excerpt | None:
        """Return the lines of the JSON value that stands at a place, None if it is not known."""
        found = _PLACE.fullmatch(place)
        if found is None or found["file"] not in self._texts:
            return None
        file, line = found["file"], int(found["line"])
        if file not in self._lines:
            self._lines[file] = self._texts[file].split("\n")
        lines, column = self._lines[file], int(found["column"]) - 1
        for count in range(1, _LONGEST):
            written = "\n".join(lines[line - 1 : line - 1 + count])
            try:
                value, end = _DECODER.raw_decode(written, column)
            except ValueError:
                continue
            if isinstance(value, str) or len(lines[line - 1]) > _WIDEST:
                return _laid_out(line, value)
            text = textwrap.dedent(" " * column + written[column:end])
            return _cut(line, text.split("\n"), verbatim=True)
        return None


def _laid_out(line: int, value: Any) -> Excerpt:
    """Return a value of one long line in many; a policy that is kept as text is unpacked."""
    with suppress(ValueError):
        if isinstance(value, str):
            value = json.loads(unquote(value) if value.lstrip().startswith("%") else value)
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return _cut(line, text.split("\n"), verbatim=False)


def _cut(line: int, lines: list[str], *, verbatim: bool) -> Excerpt:
    kept = tuple(item.rstrip() for item in lines[:_MOST_LINES])
    return Excerpt(line, kept, len(lines) - len(kept), verbatim)


def _documents(snapshot: Snapshot) -> Iterator[Document]:
    for policy in policies(snapshot):
        if policy.location is not None:
            yield policy.location.document


def policies(snapshot: Snapshot) -> Iterator[AttachedPolicy]:
    """Yield every policy that is attached somewhere, once for each place."""
    for user in snapshot.users():
        yield from _held(user.policies, user.boundary)
    for role in snapshot.roles():
        yield from _held((role.trust, *role.policies), role.boundary)
    for resource in snapshot.resources.values():
        yield from _held((), resource.policy)
    yield from snapshot.endpoints.values()
    for place in snapshot.organization.places.values() if snapshot.organization else ():
        for level in (*(place.scps or ()), *(place.rcps or ())):
            yield from level


def _held(
    held: Iterable[AttachedPolicy], another: AttachedPolicy | None
) -> Iterator[AttachedPolicy]:
    yield from held
    if another is not None:
        yield another
