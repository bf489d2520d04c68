"""JSON files, read strictly, whose values know the line they stand on.

The standard parser reads; only when a place is wanted is the text walked a second time, down the
one path that leads there.
"""

from __future__ import annotations

import gzip
import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from verifier.errors import InputError, Place

Pointer = tuple[str | int, ...]
"""The keys and indices that lead from the top of a document to a value."""

_LARGEST = 1 << 30
_LINE = re.compile("\n")
_BLANKS = re.compile(r"[ \t\n\r]*")
_SKIM = json.JSONDecoder(parse_int=str, strict=False).raw_decode


class Lexeme(str):
    """A JSON number, kept as it was written (R1.23)."""

    __slots__ = ()


class _DuplicateKeyError(ValueError):
    """An object repeats a key (R1.21)."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the object of `pairs`; refuse a repeated key (R1.21)."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _DuplicateKeyError
    return members


def _constant(name: str) -> Any:
    raise ValueError(f"`{name}` is not a JSON value")


def _decoder() -> json.JSONDecoder:
    return json.JSONDecoder(
        object_pairs_hook=_object,
        parse_int=Lexeme,
        parse_float=Lexeme,
        parse_constant=_constant,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A JSON text with its parsed `value`; `file` is the name to show."""

    file: str
    text: str = field(repr=False)
    value: Any = field(repr=False)
    _members: dict[int, dict[str | int, int]] = field(default_factory=dict, init=False, repr=False)
    _lines: list[int] = field(default_factory=list, init=False, repr=False)

    def place(self, pointer: Pointer = ()) -> Place:
        """Return where the value at `pointer` starts, or the nearest enclosing value.

        What was walked on the way is kept: a large document is asked for thousands of places.
        """
        index = _skip_blanks(self.text, 0)
        for step in pointer:
            members = self._members.get(index)
            if members is None:
                members = self._members[index] = dict(_members(self.text, index))
            if step not in members:
                break
            index = members[step]
        if not self._lines:
            self._lines.extend([0, *(match.end() for match in _LINE.finditer(self.text))])
        line = bisect_right(self._lines, index)
        return Place(self.file, line, index - self._lines[line - 1] + 1)


def place_at(file: str, text: str, offset: int) -> Place:
    """Return the line and column of `offset` in `text`."""
    line_start = text.rfind("\n", 0, offset) + 1
    return Place(file, text.count("\n", 0, offset) + 1, offset - line_start + 1)


def read(path: Path, name: str | None = None) -> Document:
    """Read the JSON file at `path`, gzipped or plain; raise `InputError` with the place."""
    file = name or str(path)
    try:
        raw = path.read_bytes()
        if raw[:2] == b"\x1f\x8b":
            raw = gzip.decompress(raw)
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot be read: {reason}", place=Place(file)) from None
    if len(raw) > _LARGEST:
        raise InputError("is larger than 1 GiB", "split the file by account", Place(file))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        place = Place(file, before.count(b"\n") + 1, error.start - before.rfind(b"\n"))
        raise InputError("is not UTF-8 text", "save it as UTF-8", place) from None
    return parse(text, file)


def parse(text: str, file: str) -> Document:
    """Parse `text` as one JSON value; raise `InputError` with line and column."""
    try:
        return Document(file, text, _decoder().decode(text))
    except json.JSONDecodeError as error:
        place = place_at(file, text, error.pos)
        if not text.strip():
            raise InputError("is empty", "a JSON document is due", Place(file)) from None
        raise InputError(f"is not valid JSON: {_reason(error)}", place=place) from None
    except _DuplicateKeyError:
        key, offset = _second_occurrence(text, _skip_blanks(text, 0)) or ("", 0)
        raise InputError(
            f"the key `{key}` stands twice in one object",
            "keep one of them: readers of JSON disagree on which counts (R1.21)",
            place_at(file, text, offset),
        ) from None
    except RecursionError:
        raise InputError("is nested too deeply", place=Place(file)) from None
    except ValueError as error:
        raise InputError(f"is not valid JSON: {error}", place=Place(file)) from None


def _reason(error: json.JSONDecodeError) -> str:
    return error.msg[0].lower() + error.msg[1:]


def _members(text: str, index: int) -> Iterator[tuple[str | int, int]]:
    """Yield key or position, and offset, of each value in the object or array at `index`."""
    opening = text[index]
    if opening not in "{[":
        return
    index = _skip_blanks(text, index + 1)
    position = 0
    while text[index] not in "}]":
        key: str | int = position
        if opening == "{":
            key, index = _SKIM(text, index)
            index = _skip_blanks(text, _skip_blanks(text, index) + 1)
        yield key, index
        _, index = _SKIM(text, index)
        index = _skip_blanks(text, index)
        if text[index] == ",":
            index = _skip_blanks(text, index + 1)
        position += 1


def _skip_blanks(text: str, index: int) -> int:
    return _BLANKS.match(text, index).end()  # type: ignore[union-attr]


def _second_occurrence(text: str, index: int) -> tuple[str, int] | None:
    """Return the first key below `index` that its object repeats, and where it does."""
    seen: set[str | int] = set()
    for key, start in _members(text, index):
        if key in seen:
            return str(key), start
        seen.add(key)
        if found := _second_occurrence(text, start):
            return found
    return None
