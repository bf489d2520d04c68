"""Actions that no catalogue has: one of each kind that policies can tell apart (R2.8)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from verifier.compile.actions import Actions, actions
from verifier.compile.any_actions import AnyActions
from verifier.policy.syntax import ActionElement
from verifier.policy.templates import Template

_WILD = frozenset("*?")


def with_named(elements: Iterable[ActionElement]) -> Actions:
    """Return the actions of the catalogue, those that elements name without it, and of patterns
    that fit none of these, one action for each kind that the elements tell apart.
    """
    elements = list(elements)
    space = actions().with_those_of(elements)
    unknown = {
        pattern.text.lower(): pattern
        for element in elements
        for pattern in element.patterns
        if _WILD & set(pattern.text) and not fits_any(pattern.text)
    }
    found = dict.fromkeys(
        name
        for text, pattern in unknown.items()
        for name in _inside(pattern, (item for item in elements if _may_overlap(text, item)))
    )
    return space.with_names(name for name in found if not space.has(name))


def beyond(elements: Iterable[ActionElement]) -> list[str]:
    """Return an action that no catalogue has, and that is not named in full, of each kind that
    elements tell apart.

    Raises `QuestionError` if the patterns tell more kinds apart than can be listed.
    """
    wild = dict.fromkeys(map(_wild, elements))
    return AnyActions(wild, actions().has).names


def presumed(names: Iterable[str]) -> Iterator[str]:
    """Yield that actions which are told of exist, where no catalogue has them."""
    for name in sorted({name for name in names if not actions().has(name)}):
        yield f"there is an action `{name}`: a policy names it, or a pattern that it fits"


@lru_cache(maxsize=1 << 16)
def fits_any(text: str) -> bool:
    """Return whether a pattern fits an action of the catalogue."""
    return bool(actions().of(_alone(Template(text, (text,)))))


def _inside(pattern: Template, elements: Iterable[ActionElement]) -> Iterator[str]:
    """Yield an action of each kind that elements tell apart among those that a pattern fits."""
    example = pattern.text.replace("*", "Example").replace("?", "x")
    kinds = AnyActions([_alone(pattern), *map(_wild, elements)], actions().has, [example])
    fitting = kinds.of(_alone(pattern))
    yield from (name for place, name in enumerate(kinds.names) if fitting >> place & 1)


def _alone(pattern: Template) -> ActionElement:
    return ActionElement((pattern,))


@lru_cache(maxsize=1 << 12)
def _wild(element: ActionElement) -> ActionElement:
    """Return an element with its wild patterns only."""
    kept = tuple(item for item in element.patterns if _WILD & set(item.text))
    return replace(element, patterns=kept)


def _may_overlap(text: str, element: ActionElement) -> bool:
    """Return whether some pattern of an element may fit what a pattern in lower case fits."""
    return any(_may_meet(text, item.text.lower()) for item in element.patterns)


def _may_meet(one: str, other: str) -> bool:
    services = [text.partition(":")[0] for text in (one, other)]
    return services[0] == services[1] or any(_WILD & set(name) for name in services)
