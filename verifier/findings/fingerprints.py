"""What stays the same of a finding from run to run: what is written, not where it stands."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from verifier.finding import WayIn
from verifier.policy.syntax import ActionElement, ResourceElement, Statement
from verifier.snapshot.intention import Intended


def fingerprint(
    kind: str,
    who: WayIn,
    resource: str,
    statements: Iterable[Statement],
    intended: Iterable[Intended] = (),
) -> str:
    """Return 32 hexadecimal digits that depend on who comes in, the resource, and what the
    statements say: not on Sids, on lines, or on the order of what is written in lists.

    `intended` are the entries of the allow list behind a finding that is only the intended part of
    what the statements open: the rest keeps the fingerprint of the whole.
    """
    contents = sorted({_text(_content(statement)) for statement in statements})
    parts = sorted(_text([*entry.who, *entry.actions, *entry.resources]) for entry in intended)
    found: list[Any] = [kind, who.kind.value, sorted(who.names), resource, contents]
    return _digest([*found, parts] if parts else found)


def combined(kind: str, fingerprints: Iterable[str]) -> str:
    """Return the fingerprint of a finding about several resources."""
    found = sorted(set(fingerprints))
    return found[0] if len(found) == 1 else _digest([kind, found])


def _digest(value: Any) -> str:
    return hashlib.sha256(_text(value).encode()).hexdigest()[:32]


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=True)


def _content(statement: Statement) -> list[Any]:
    principal = statement.principal
    return [
        statement.effect.value,
        principal and [principal.negated, sorted({entry.text for entry in principal.entries})],
        _patterns(statement.actions, fold=True),
        statement.resources and _patterns(statement.resources, fold=False),
        sorted(
            [item.operator.canonical, item.key, sorted({value.text for value in item.values})]
            for item in statement.conditions
        ),
    ]


def _patterns(element: ActionElement | ResourceElement, *, fold: bool) -> list[Any]:
    texts = {pattern.text.lower() if fold else pattern.text for pattern in element.patterns}
    return [element.negated, sorted(texts)]
