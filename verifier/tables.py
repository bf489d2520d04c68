"""TOML files whose tables know the line they stand on."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from verifier.errors import InputError, Place

_AT = re.compile(r" \(at line (\d+), column (\d+)\)")


def parse(text: str, file: str, error: type[InputError] = InputError) -> dict[str, Any]:
    """Parse TOML text; raise `error` with the place."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        at = _AT.search(str(fault))
        place = Place(file, int(at[1]), int(at[2])) if at else Place(file)
        raise error(f"is not valid TOML: {_AT.sub('', str(fault))}", place=place) from None


def lines_of(text: str, name: str) -> list[int]:
    """Return the line of each `[[name]]` in TOML text, in order."""
    entry = re.compile(rf"^[ \t]*\[\[[ \t]*{re.escape(name)}[ \t]*\]\]", re.MULTILINE)
    return [text.count("\n", 0, found.start()) + 1 for found in entry.finditer(text)]
