"""Values that a notebook shows: each kind as whoever renders it has said."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Renderer:
    """How a kind of value is shown: as HTML, and as plain text."""

    html: Callable[[Any], str]
    text: Callable[[Any], str]


_renderers: dict[str, Renderer] = {}


def show(kind: str, renderer: Renderer) -> None:
    """Let notebooks show values of a kind, by the name of its class, by `renderer`."""
    _renderers[kind] = renderer


class Shown:
    """A value that a notebook shows as HTML, and that prints as text."""

    __slots__ = ()

    def _repr_html_(self) -> str | None:
        renderer = _renderers.get(type(self).__name__)
        return renderer.html(self) if renderer else None

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        """Return what the value looks like by media type, as IPython asks for it."""
        renderer = _renderers.get(type(self).__name__)
        if renderer is None:
            return {"text/plain": repr(self)}
        made = {"text/plain": renderer.text, "text/html": renderer.html}
        wanted = (set(include) if include else made.keys()) - set(exclude or ())
        return {name: make(self) for name, make in made.items() if name in wanted}

    def __str__(self) -> str:
        renderer = _renderers.get(type(self).__name__)
        return renderer.text(self) if renderer else repr(self)
