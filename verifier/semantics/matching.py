"""Patterns held against text: actions, resources, ARNs (section 2 of the semantics)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from verifier.catalogued_keys import is_multivalued
from verifier.disputes import DEFAULT, Readings
from verifier.policy.templates import Template, Token, Variable, Wildcard, template
from verifier.request import Context

_PARTS_OF_AN_ARN = 6

Segment = tuple[str | None, ...]
"""Text and single-character wildcards (None) between two `*`."""


@lru_cache(maxsize=65536)
def _segments(tokens: tuple[Token, ...]) -> tuple[Segment, ...]:
    segments: list[list[str | None]] = [[]]
    for token in tokens:
        if token is Wildcard.RUN:
            segments.append([])
        else:
            segments[-1].append(None if token is Wildcard.ONE else str(token))
    return tuple(tuple(segment) for segment in segments)


def _at(segment: Segment, text: str, start: int) -> int:
    """Return where `segment` ends if it stands in `text` at `start`, else -1."""
    for part in segment:
        if part is None:
            start += 1
        elif text.startswith(part, start):
            start += len(part)
        else:
            return -1
    return start if start <= len(text) else -1


def _length(segment: Segment) -> int:
    return sum(1 if part is None else len(part) for part in segment)


def glob(tokens: tuple[Token, ...], text: str) -> bool:
    """Return whether the pattern matches the whole of `text` (R2.3, R2.21, R4.42).

    The leftmost place for each piece between two `*` is as good as any, so that the work is at
    most the product of the lengths whatever the pattern.
    """
    first, *rest = _segments(tokens)
    position = _at(first, text, 0)
    if position < 0:
        return False
    if not rest:
        return position == len(text)
    *middle, last = rest
    for segment in middle:
        start = position
        while (position := _at(segment, text, start)) < 0:
            start += 1
            if start > len(text):
                return False
    tail = len(text) - _length(last)
    return tail >= position and _at(last, text, tail) == len(text)


def substitute(template: Template, context: Context) -> tuple[Token, ...] | None:
    """Return the tokens with every variable replaced by its value, which is plain text (R2.47).

    None if a variable has neither a value nor a default (R2.45, R2.48, R2.49). A multivalued key
    gives no value (R2.44); the empty string is a value (R2.50).
    """
    tokens: list[Token] = []
    for token in template.tokens:
        if not isinstance(token, Variable):
            tokens.append(token)
            continue
        values = () if is_multivalued(token.key) else context.get(token.key, ())
        value = values[0] if len(values) == 1 else token.default
        if value is None:
            return None
        tokens.append(value)
    return tuple(tokens)


class ActionList:
    """The actions that a list of patterns names, ignoring case (R2.1-R2.4).

    `*` names every action. Wildcards in the service prefix do not swallow the colon (R2.4), so
    that a pattern without a colon names nothing; or with `wild_prefixes` off they name nothing at
    all (X-10).
    """

    def __init__(self, patterns: Iterable[str], *, wild_prefixes: bool = True) -> None:
        texts = [pattern.lower() for pattern in patterns]
        self._all = any(text and not text.strip("*") for text in texts)
        self._names = frozenset(text for text in texts if ":" in text and not _is_wild(text))
        self._globs = [
            (_text_tokens(prefix), _text_tokens(name))
            for prefix, colon, name in (text.partition(":") for text in texts if _is_wild(text))
            if colon and (wild_prefixes or not _is_wild(prefix))
        ]

    def __contains__(self, action: object) -> bool:
        if self._all or not isinstance(action, str):
            return self._all
        text = action.lower()
        if text in self._names:
            return True
        service, _, action_name = text.partition(":")
        return any(
            glob(prefix, service) and glob(name, action_name) for prefix, name in self._globs
        )


def _is_wild(text: str) -> bool:
    return "*" in text or "?" in text


def _text_tokens(pattern: str) -> tuple[Token, ...]:
    return template(pattern, wildcards=True, variables=False).tokens


def resource_matches(
    pattern: Template, resource: str, context: Context, readings: Readings = DEFAULT
) -> bool:
    """Return whether the pattern covers `resource` as one case-sensitive glob (R2.22-R2.25).

    A pattern whose variable has no value covers nothing (R2.48). What is shorter than an ARN is a
    glob, too (R2.26, X-2), but for `*`, which every reading takes to cover everything (R2.20).
    """
    tokens = substitute(pattern, context) if pattern.variables else pattern.tokens
    if tokens is None:
        return False
    missing = _PARTS_OF_AN_ARN - len(_split(tokens))
    if not missing:
        return _covers(tokens, resource, readings)
    plain = glob(tokens, resource)
    if tokens == (Wildcard.RUN,):
        return plain
    padded = _covers((*tokens, *(":", Wildcard.RUN) * missing), resource, readings)
    if plain != padded and readings.says("X-2", "padded"):
        return padded
    return plain and not readings.says("X-2", "nothing")


def _covers(tokens: tuple[Token, ...], resource: str, readings: Readings) -> bool:
    """Return whether a whole ARN pattern covers `resource`; stricter readings of its wildcards
    may take away (R2.23, R2.27, X-1).
    """
    if not glob(tokens, resource):
        return False
    if not _has_early_wildcard(tokens) or _part_by_part(tokens, resource):
        return True
    if readings.says("X-1", "parts"):
        return False
    return _ends_cross(tokens, resource) or not readings.says("X-1", "part-ends")


@lru_cache(maxsize=65536)
def _has_early_wildcard(tokens: tuple[Token, ...]) -> bool:
    return any(isinstance(token, Wildcard) for part in _split(tokens)[:-1] for token in part)


def _ends_cross(tokens: tuple[Token, ...], text: str) -> bool:
    """Return whether the pattern matches `text` if before its fifth colon only such `*` cross
    colons as a colon follows.
    """
    colons = 0
    places = {0}
    for token, following in zip(tokens, (*tokens[1:], ""), strict=True):
        if isinstance(token, str):
            places = {place + len(token) for place in places if text.startswith(token, place)}
            colons += token.count(":")
            continue
        crosses = colons >= _PARTS_OF_AN_ARN - 1
        if token is Wildcard.ONE:
            places = {
                place + 1
                for place in places
                if place < len(text) and (crosses or text[place] != ":")
            }
        else:
            crosses |= isinstance(following, str) and following.startswith(":")
            places = _after_run(text, places, crosses)
    return len(text) in places


def _after_run(text: str, starts: set[int], crosses: bool) -> set[int]:
    """Return where a run of characters may end that begins at one of the places."""
    found: set[int] = set()
    inside = False
    for place in range(len(text) + 1):
        inside = place in starts or (inside and (crosses or text[place - 1] != ":"))
        if inside:
            found.add(place)
    return found


def arn_matches(tokens: tuple[Token, ...], text: str, readings: Readings = DEFAULT) -> bool:
    """Return whether an ARN pattern matches an ARN part by part (R4.51).

    Both are split at their first five colons; `*` never crosses a colon in parts 1 to 5. With
    fewer than six parts on either side there is no match (R4.52), or a shorter pattern is a glob
    (X-8).
    """
    if len(_split(tokens)) != _PARTS_OF_AN_ARN:
        return glob(tokens, text) and readings.says("X-8", "glob")
    return _part_by_part(tokens, text)


def _part_by_part(tokens: tuple[Token, ...], text: str) -> bool:
    parts = text.split(":", _PARTS_OF_AN_ARN - 1)
    patterns = _split(tokens)
    return len(parts) == len(patterns) and all(map(glob, patterns, parts))


@lru_cache(maxsize=65536)
def _split(tokens: tuple[Token, ...]) -> tuple[tuple[Token, ...], ...]:
    parts: list[list[Token]] = [[]]
    for token in tokens:
        if not isinstance(token, str):
            parts[-1].append(token)
            continue
        head, *tail = token.split(":", _PARTS_OF_AN_ARN - len(parts))
        parts[-1].append(head)
        parts += [[part] for part in tail]
    return tuple(map(tuple, parts))
