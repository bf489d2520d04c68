"""Reading a JSON document with the place of every complaint."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from verifier.documents import Document, Lexeme, Pointer
from verifier.errors import PolicyError
from verifier.policy.syntax import PolicyKind

Note = Callable[[str, Pointer], None]
"""Takes a remark on a document and the place that it is about."""


@dataclass(frozen=True)
class Location:
    """A place in a document that has been read: where a policy, or a part of it, stands."""

    document: Document
    pointer: Pointer = ()

    def at(self, *steps: str | int) -> Location:
        """Return the location `steps` below this one."""
        return Location(self.document, self.pointer + steps)

    @property
    def value(self) -> Any:
        """The JSON value that stands there."""
        value = self.document.value
        for step in self.pointer:
            value = value[step]
        return value

    def __str__(self) -> str:
        return str(self.document.place(self.pointer))


@dataclass
class Reading:
    """One policy document being read: its kind, where it stands, and who hears remarks.

    `variables` says whether policy variables live in it (R1.3).
    """

    kind: PolicyKind
    location: Location
    report: Note
    variables: bool = False

    def fail(self, problem: str, remedy: str, *steps: str | int) -> PolicyError:
        """Return the error for the value `steps` below the document."""
        pointer = self.location.pointer + steps
        return PolicyError(problem, remedy, self.location.document.place(pointer))

    def note(self, remark: str, *steps: str | int) -> None:
        """Pass on a remark about the value `steps` below the document."""
        self.report(remark, self.location.pointer + steps)

    def only(
        self, value: dict[str, Any], legal: tuple[str, ...], what: str, *at: str | int
    ) -> None:
        """Refuse the first key of `value` that is not `legal`, with the nearest that is.

        Names of elements are case-sensitive (R1.10, R1.25).
        """
        for key in value:
            if key not in legal:
                near = get_close_matches(key, legal, 1) or [
                    name for name in legal if name.lower() == key.lower()
                ]
                remedy = f"did you mean `{near[0]}`" if near else f"legal are {', '.join(legal)}"
                raise self.fail(f"{shown(key)} is not a {what}", remedy, *at, key)

    def string(self, value: Any, what: str, *at: str | int) -> str:
        """Return `value`, which must be text."""
        if not isinstance(value, str) or isinstance(value, Lexeme):
            raise self.fail(f"`{what}` must be text, not {kind_of(value)}", "put it in quotes", *at)
        return value

    def strings(self, value: Any, what: str, *at: str | int) -> list[tuple[tuple[int, ...], str]]:
        """Return the texts of a value or list with the step that leads to each (R1.20)."""
        texts = []
        for step, item in items(value):
            if not isinstance(item, str) or isinstance(item, Lexeme):
                raise self.fail(
                    f"{what} must be text or a list of texts, not {kind_of(item)}",
                    "put each value in quotes (R1.20)",
                    *at,
                    *step,
                )
            texts.append((step, item))
        return texts


def items(value: Any) -> list[tuple[tuple[int, ...], Any]]:
    """Return the items of a list, or one bare value, with the step that leads to each (R1.20)."""
    if isinstance(value, list):
        return [((index,), item) for index, item in enumerate(value)]
    return [((), value)]


_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "a Boolean"),
    (Lexeme, "a number"),
    (str, "text"),
    (list, "a list"),
    (dict, "an object"),
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def kind_of(value: Any) -> str:
    """Name the JSON type of `value`."""
    return next((name for kind, name in _KINDS if isinstance(value, kind)), "null")


def shown(value: Any) -> str:
    """Return a short text for `value`, as people would quote it."""
    if isinstance(value, str):
        short = value if len(value) <= 60 else value[:57] + "..."
        return f"`{_CONTROL.sub('?', short)}`"
    return kind_of(value)
