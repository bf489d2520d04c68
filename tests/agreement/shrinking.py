"""A case on which the readings differ, made small enough to read."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from tests.generation import bearing
from verifier.errors import InputError
from verifier.policy.attached import ApplicablePolicies
from verifier.request import Request

Documents = dict[str, Any]
Differs = Callable[[Request, ApplicablePolicies], bool]


def shrunk(documents: Documents, request: Request, action: str, differs: Differs) -> str:
    """Return the case in the form of `tests/cases/`, without what is not needed to differ.

    Parts of the policies and keys of the context are left out for as long as `differs` holds.
    """

    def holds(less: Documents, asked: Request) -> bool:
        try:
            return differs(asked, bearing(less, action))
        except (InputError, KeyError, TypeError, AttributeError):
            return False

    smaller = True
    while smaller:
        smaller = False
        for less in _without_a_part(documents):
            if holds(less, request):
                documents, smaller = less, True
                break
        for key in request.context:
            kept = {name: values for name, values in request.context.items() if name != key}
            asked = replace(request, context=kept)
            if holds(documents, asked):
                request, smaller = asked, True
                break
    return json.dumps(_case(documents, request), ensure_ascii=False)


def _without_a_part(value: Any) -> Iterator[Any]:
    """Yield `value` without one of its parts, larger parts first."""
    places: list[Any] = list(value) if isinstance(value, dict) else []
    if isinstance(value, list):
        places = list(range(len(value)))
    for place in places:
        less = copy.copy(value)
        del less[place]
        yield less
    for place in places:
        for part in _without_a_part(value[place]):
            less = copy.copy(value)
            less[place] = part
            yield less
    if isinstance(value, list) and len(value) == 1:
        yield value[0]


def _case(documents: Documents, request: Request) -> dict[str, Any]:
    principal = request.principal
    behind = {
        "role": principal.role,
        "parent": principal.parent,
        "canonical_user": principal.canonical_user,
    }
    return {
        "principal": principal.name,
        **{name: value for name, value in behind.items() if value},
        "principal_account": principal.account,
        "action": request.action,
        "resource": request.resource,
        "resource_account": request.resource_account,
        "context": {key: list(values) for key, values in request.context.items()},
        "policies": documents,
    }
