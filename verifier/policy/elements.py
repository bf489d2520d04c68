"""The elements of a statement: who, what, where and when, from JSON to syntax."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from verifier.documents import Pointer
from verifier.policy.operators import OPERATORS, Operator, Values, read_operator
from verifier.policy.principals import (
    ENTRY_KEYS,
    Everyone,
    Nobody,
    PrincipalElement,
    PrincipalEntry,
    read_entry,
)
from verifier.policy.reading import Reading, items, kind_of, shown
from verifier.policy.syntax import ActionElement, Condition, PolicyKind, ResourceElement
from verifier.policy.templates import Template, template

_WITH_PRINCIPAL = {PolicyKind.RESOURCE, PolicyKind.TRUST, PolicyKind.RCP, PolicyKind.ENDPOINT}
_WITHOUT_NOT_PRINCIPAL = {PolicyKind.TRUST, PolicyKind.RCP}
_RESOURCE_OPTIONAL = {PolicyKind.RESOURCE, PolicyKind.TRUST, PolicyKind.ENDPOINT}
_COLONS_OF_AN_ARN = 5


def _member(value: dict[str, Any], *names: str) -> str | None:
    return next((name for name in names if name in value), None)


def principal(
    reading: Reading, value: dict[str, Any], position: Pointer
) -> PrincipalElement | None:
    """Read `Principal` or `NotPrincipal`; the kind of policy decides what is legal (R1.14,
    R3.50).
    """
    name = _member(value, "Principal", "NotPrincipal")
    if reading.kind not in _WITH_PRINCIPAL:
        if name:
            raise reading.fail(
                f"`{name}` is not legal in {reading.kind.with_article}",
                "leave it out: the policy applies to who carries it (R1.14)",
                *position,
                name,
            )
        return None
    if name is None:
        raise reading.fail(
            f"a statement of {reading.kind.with_article} needs a `Principal`",
            'add one, for example {"AWS": "111122223333"} (R1.14)',
            *position,
        )
    if name == "NotPrincipal" and reading.kind in _WITHOUT_NOT_PRINCIPAL:
        raise reading.fail(
            f"`NotPrincipal` is not legal in {reading.kind.with_article}",
            "name who is meant with `Principal` (R1.14)",
            *position,
            name,
        )
    entries = _entries(reading, value[name], (*position, name))
    return PrincipalElement(tuple(entries), negated=name == "NotPrincipal")


def _entries(reading: Reading, value: Any, at: Pointer) -> list[PrincipalEntry]:
    if value == "*":
        return [Everyone()]
    if not isinstance(value, dict):
        raise reading.fail(
            f"a principal is `*` or an object, not {shown(value)}",
            'write {"AWS": ...}, {"Service": ...} or {"Federated": ...} (R3.10)',
            *at,
        )
    reading.only(value, ENTRY_KEYS, "kind of principal", *at)
    entries = []
    for key, written in value.items():
        for step, text in reading.strings(written, f"`{key}` principal", *at, key):
            entry = read_entry(key, text)
            if isinstance(entry, Nobody):
                remark = f"the principal {shown(text)} matches nobody: {entry.reason}"
                reading.note(remark, *at, key, *step)
            entries.append(entry)
    return entries


def actions(reading: Reading, value: dict[str, Any], position: Pointer) -> ActionElement:
    """Read `Action` or `NotAction` (R1.11); variables are plain text there (R2.5)."""
    name = _member(value, "Action", "NotAction")
    if name is None:
        raise reading.fail(
            "the statement has neither `Action` nor `NotAction`", "add one (R1.11)", *position
        )
    patterns = []
    for step, text in reading.strings(value[name], f"`{name}`", *position, name):
        if text != "*" and ":" not in text:
            remark = f"the action {shown(text)} has no service, so it matches nothing (R2.1)"
            reading.note(remark, *position, name, *step)
        patterns.append(template(text, wildcards=True, variables=False))
    return ActionElement(tuple(patterns), negated=name == "NotAction")


def resources(reading: Reading, value: dict[str, Any], position: Pointer) -> ResourceElement | None:
    """Read `Resource` or `NotResource`; None means the attached resource (R1.15)."""
    name = _member(value, "Resource", "NotResource")
    if name is None:
        if reading.kind in _RESOURCE_OPTIONAL:
            return None
        raise reading.fail(
            f"a statement of {reading.kind.with_article} needs a `Resource`",
            'add one, `"*"` for all (R1.14)',
            *position,
        )
    if reading.kind is PolicyKind.TRUST:
        raise reading.fail(
            f"`{name}` is not legal in a trust policy",
            "leave it out: the role itself is meant (R1.14)",
            *position,
            name,
        )
    patterns = []
    for step, text in reading.strings(value[name], f"`{name}`", *position, name):
        pattern = template(text, wildcards=True, variables=reading.variables, arn=True)
        if remark := _oddity(text, pattern, reading.variables):
            reading.note(remark, *position, name, *step)
        patterns.append(pattern)
    return ResourceElement(tuple(patterns), negated=name == "NotResource")


def _oddity(text: str, pattern: Template, variables: bool) -> str:
    if variables and "${" in text and not pattern.variables:
        live = template(text, wildcards=True, variables=True)
        if live.variables:
            return (
                f"the resource {shown(text)} has a variable before its fifth colon, where it is"
                " plain text (R2.41)"
            )
    if text != "*" and text.count(":") < _COLONS_OF_AN_ARN:
        return f"the resource {shown(text)} is not a whole ARN; it is a plain pattern (R2.26)"
    return ""


def conditions(reading: Reading, value: dict[str, Any], position: Pointer) -> tuple[Condition, ...]:
    """Read `Condition`: a map from operator to a map from key to values (R4.1)."""
    if "Condition" not in value:
        return ()
    at = (*position, "Condition")
    operators = value["Condition"]
    if not isinstance(operators, dict):
        raise reading.fail(
            f"`Condition` must be an object, not {shown(operators)}",
            'write {"StringEquals": {"aws:PrincipalOrgID": "o-..."}} (R4.1)',
            *at,
        )
    found = []
    for text, keys in operators.items():
        operator = _operator(reading, text, at)
        if not isinstance(keys, dict):
            raise reading.fail(
                f"{shown(text)} must hold an object of condition keys, not {shown(keys)}",
                'write {"key": "value"} (R4.1)',
                *at,
                text,
            )
        seen: dict[str, str] = {}
        for key, values in keys.items():
            if key.lower() in seen:
                raise reading.fail(
                    f"{shown(seen[key.lower()])} and {shown(key)} are the same condition key",
                    "join their values in one list (R1.22)",
                    *at,
                    text,
                    key,
                )
            seen[key.lower()] = key
            found.append(_condition(reading, operator, key, values, (*at, text, key)))
    return tuple(found)


def _operator(reading: Reading, text: str, at: Pointer) -> Operator:
    operator = read_operator(text)
    if operator.name is None:
        near = get_close_matches(text, OPERATORS, 1)
        hint = f", did you mean `{near[0]}`" if near else ""
        remark = f"{shown(text)} is not a condition operator{hint}; it is never true (R4.6)"
        reading.note(remark, *at, text)
    elif operator.canonical != text:
        reading.note(f"{shown(text)} is written `{operator.canonical}` (R1.26)", *at, text)
    return operator


def _condition(
    reading: Reading, operator: Operator, key: str, values: Any, at: Pointer
) -> Condition:
    texts: list[Template] = []
    for step, item in items(values):
        if item is None or isinstance(item, dict | list):
            raise reading.fail(
                f"a condition value must be text, a number or a Boolean, not {kind_of(item)}",
                "write a value or a flat list of values (R1.24)",
                *at,
                *step,
            )
        text = str(item).lower() if isinstance(item, bool) else str(item)
        texts.append(
            template(
                text,
                wildcards=operator.values is Values.PATTERN,
                variables=reading.variables and operator.values is not Values.LITERAL,
            )
        )
    return Condition(operator, key.lower(), key, tuple(texts))
