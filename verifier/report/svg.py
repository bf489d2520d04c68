"""SVG as text: elements whose values are escaped, and names cut to the room that they have."""

from __future__ import annotations

import unicodedata
from html import escape

from verifier.report.plain import plain


def element(name: str, *children: str, **attributes: str | float) -> str:
    """Return an element; names of attributes are written with `_` for `-` and a trailing one cut.

    Children are SVG already; attributes are escaped here.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_value(value))}"'
        for key, value in attributes.items()
    )
    return f"<{name}{written}>{''.join(children)}</{name}>"


def _value(value: str | float) -> str:
    if isinstance(value, str):
        return plain(value)
    return f"{value:.1f}".removesuffix(".0")


def content(text: str) -> str:
    """Return text as the content of an element; what is hidden in it is shown as escapes."""
    return escape(plain(text), quote=False)


def shortened(text: str, cells: int) -> str:
    """Return text that takes at most `cells` columns of a fixed-width font, cut in the middle.

    Characters of East Asian scripts take two.
    """
    shown = plain(text)
    if sum(map(_cells, shown)) <= cells:
        return shown
    room = cells - 1
    head = fitting(shown, room - room // 3)
    tail = fitting(shown[::-1], room // 3)[::-1]
    return f"{head}…{tail}"


def fitting(text: str, cells: int) -> str:
    """Return the longest beginning of a text that takes at most `cells` columns."""
    used = 0
    for index, character in enumerate(text):
        used += _cells(character)
        if used > cells:
            return text[:index]
    return text


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
