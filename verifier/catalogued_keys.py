"""The condition keys of services, by the service authorization reference, and the global ones."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import lru_cache

from verifier import condition_keys
from verifier.catalogue import DATA, action_name, has_key, service_of, services
from verifier.condition_keys import GLOBAL_KEYS, GLOBAL_TYPES


@lru_cache(maxsize=4096)
def key_type(key: str) -> str | None:
    """Return the type of a condition key in lower case, None if no catalogue has it.

    One of `String`, `ARN`, `Bool`, `Numeric`, `Date`, `IPAddress`, or `ArrayOf...`.
    """
    if key in GLOBAL_TYPES:
        return GLOBAL_TYPES[key]
    service = service_of(key)
    if service == "aws" or "." in service:
        return "String"
    if not DATA.services.service_exists(service):
        return None
    for name in DATA.conditions.get_condition_keys_for_service(service):
        if _key_form(name).fullmatch(key):
            return str(DATA.conditions.get_condition_key_details(service, name)["type"])
    return None


def is_multivalued(key: str) -> bool:
    """Return whether the condition key, in lower case, holds a set of values (R5.2)."""
    return condition_keys.is_multivalued(key) or (key_type(key) or "").startswith("ArrayOf")


@lru_cache(maxsize=8192)
def _key_form(name: str) -> re.Pattern[str]:
    """Return what keys look like that the catalogue lists under `name`, which may have
    placeholders: `s3:ExistingObjectTag/<key>`, `aws:RequestTag/${TagKey}`.
    """
    pieces = re.split(r"\$\{[^}]*\}|<[^>]*>", name.lower())
    return re.compile(".+".join(map(re.escape, pieces)), re.DOTALL)


@lru_cache(maxsize=1 << 14)
def comes_with(key: str, action: str) -> bool:
    """Return whether a call of an action may have a condition key, in lower case.

    A key of IAM comes with the calls of IAM that list it (R5.60, 5.3). Global keys, claims, what
    sessions carry, and whatever no catalogue has may come with any call; see `strange_to`.
    """
    if service_of(action) in strange_to(key):
        return False
    if not key.startswith("iam:") or service_of(action) != "iam" or "/" in key:
        return True
    return key_type(key) is None or action_name(action) is None or has_key(action, key)


@lru_cache(maxsize=4096)
def strange_to(key: str) -> frozenset[str]:
    """Return the services with no call of which a condition key, in lower case, comes: it is the
    key of another service, and they do not list it (R4.8).
    """
    prefix = service_of(key)
    if prefix == "aws" or "." in prefix or key in condition_keys.SERVICE_SESSION_KEYS:
        return frozenset()
    if not DATA.services.service_exists(prefix):
        return frozenset()
    return frozenset(other for other in services() if other != prefix and not _lists(other, key))


def _lists(service: str, key: str) -> bool:
    """Return whether a service lists a condition key."""
    names = DATA.conditions.get_condition_keys_for_service(service)
    prefix = service_of(key)
    return any(service_of(name) == prefix and _key_form(name).fullmatch(key) for name in names)


@lru_cache(maxsize=4096)
def is_claim(key: str) -> bool:
    """Return whether the key, in lower case, is a claim of a federated identity that AWS STS makes
    a condition key of: those of any provider, and those listed for single ones (5.3, R5.61).
    """
    issuer, _, claim = key.rpartition(":")
    if issuer != "saml" and claim in condition_keys.CLAIMS:
        return True
    listed = DATA.conditions.get_condition_keys_for_service("sts")
    return any(_key_form(name).fullmatch(key) for name in listed)


def is_key(key: str) -> bool:
    """Return whether there is a condition key of this name, in lower case."""
    service = service_of(key)
    if service == "aws":
        return condition_keys.is_global(key)
    return "." in service or service in ("saml", "sts") or key_type(key) is not None


_SPELLED_KEYS = {
    name.lower(): name
    for name in (
        *GLOBAL_KEYS,
        "aws:PrincipalTag",
        "aws:RequestTag",
        "aws:ResourceTag",
        "iam:ResourceTag",
        "sts:ExternalId",
        "sts:RoleSessionName",
        "sts:SourceIdentity",
    )
}


def key_name(key: str) -> str:
    """Return a condition key, given in lower case, as AWS spells it where that is known."""
    name, slash, rest = key.partition("/")
    if name in _SPELLED_KEYS:
        return _SPELLED_KEYS[name] + slash + rest
    service = service_of(key)
    if not slash and DATA.services.service_exists(service):
        for found in DATA.conditions.get_condition_keys_for_service(service):
            if found.lower() == key:
                return str(found)
    return key


def nearest_key(key: str) -> str | None:
    """Return the condition key that `key` most likely means."""
    names = {name.lower(): name for name in GLOBAL_KEYS}
    service = service_of(key)
    if DATA.services.service_exists(service):
        found = DATA.conditions.get_condition_keys_for_service(service)
        names |= {name.lower(): name for name in found}
    close = get_close_matches(key.lower(), names, 1, 0.6)
    return names[close[0]] if close else None
