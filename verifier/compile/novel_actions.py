"""Actions that no catalogue has: one of each kind that policies can tell apart (R2.8)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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
        pattern.text.lower(): pattern for element in elements for pattern in _unknown(element)
    }
    if not unknown:
        return space
    found = dict.fromkeys(
        name
        for text, pattern in unknown.items()
        for name in _inside(pattern, frozenset(_meeting(text, elements)))
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


@lru_cache(maxsize=1 << 12)
def _inside(pattern: Template, others: frozenset[frozenset[str]]) -> tuple[str, ...]:
    """Return an action of each kind that lists of patterns tell apart, among those that a pattern
    fits.
    """
    example = pattern.text.replace("*", "Example").replace("?", "x")
    elements = [_of(texts) for texts in sorted(map(sorted, others))]
    kinds = AnyActions([_alone(pattern), *elements], actions().has, [example])
    fitting = kinds.of(_alone(pattern))
    return tuple(name for place, name in enumerate(kinds.names) if fitting >> place & 1)


@lru_cache(maxsize=1 << 12)
def _unknown(element: ActionElement) -> tuple[Template, ...]:
    """Return the wild patterns of an element that fit no action of the catalogue."""
    return tuple(
        pattern
        for pattern in element.patterns
        if _WILD & set(pattern.text) and not fits_any(pattern.text)
    )


@lru_cache(maxsize=1 << 12)
def _wild_texts(element: ActionElement) -> Mapping[str, frozenset[str]]:
    """Return the wild patterns of an element, in lower case, by service; "" where that is wild."""
    found: dict[str, set[str]] = {}
    for pattern in element.patterns:
        if _WILD & set(pattern.text):
            text = pattern.text.lower()
            found.setdefault(_service(text), set()).add(text)
    return {service: frozenset(texts) for service, texts in found.items()}


def _service(text: str) -> str:
    service = text.partition(":")[0]
    return "" if _WILD & set(service) else service


def _meeting(text: str, elements: Iterable[ActionElement]) -> Iterator[frozenset[str]]:
    """Yield the wild patterns of each element that may fit what a pattern in lower case fits."""
    service = _service(text)
    for element in elements:
        by_service = _wild_texts(element)
        services = ("", service) if service else by_service
        found = frozenset().union(*(by_service.get(name, ()) for name in services))
        if found:
            yield found


def _of(texts: Iterable[str]) -> ActionElement:
    return ActionElement(tuple(Template(text, (text,)) for text in texts))


def _alone(pattern: Template) -> ActionElement:
    return ActionElement((pattern,))


@lru_cache(maxsize=1 << 12)
def _wild(element: ActionElement) -> ActionElement:
    """Return an element with its wild patterns only."""
    kept = tuple(item for item in element.patterns if _WILD & set(item.text))
    return replace(element, patterns=kept)
