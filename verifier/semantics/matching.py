"""Patterns held against text: actions, resources, ARNs (section 2 of the semantics)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from verifier.facts import is_multivalued
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
    that a pattern without a colon names nothing.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        texts = [pattern.lower() for pattern in patterns]
        self._all = any(text and not text.strip("*") for text in texts)
        self._names = frozenset(text for text in texts if ":" in text and not _is_wild(text))
        self._globs = [
            (_text_tokens(prefix), _text_tokens(name))
            for prefix, colon, name in (text.partition(":") for text in texts if _is_wild(text))
            if colon
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


def resource_matches(pattern: Template, resource: str, context: Context) -> bool:
    """Return whether the pattern covers `resource` as one case-sensitive glob (R2.22-R2.25).

    A pattern whose variable has no value covers nothing (R2.48).
    """
    tokens = substitute(pattern, context) if pattern.variables else pattern.tokens
    return tokens is not None and glob(tokens, resource)


def arn_matches(tokens: Sequence[Token], text: str) -> bool:
    """Return whether an ARN pattern matches an ARN part by part (R4.51).

    Both are split at their first five colons; `*` never crosses a colon in parts 1 to 5. With
    fewer than six parts on either side there is no match (R4.52).
    """
    parts = text.split(":", _PARTS_OF_AN_ARN - 1)
    patterns = _split(tokens)
    if len(parts) != _PARTS_OF_AN_ARN or len(patterns) != _PARTS_OF_AN_ARN:
        return False
    return all(glob(pattern, part) for pattern, part in zip(patterns, parts, strict=True))


def _split(tokens: Sequence[Token]) -> list[tuple[Token, ...]]:
    parts: list[list[Token]] = [[]]
    for token in tokens:
        if not isinstance(token, str):
            parts[-1].append(token)
            continue
        head, *tail = token.split(":", _PARTS_OF_AN_ARN - len(parts))
        parts[-1].append(head)
        parts += [[part] for part in tail]
    return [tuple(part) for part in parts]
