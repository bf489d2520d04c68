"""The condition keys of services, by the service authorization reference, and the global ones."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import lru_cache

from verifier import condition_keys
from verifier.catalogue import DATA, service_of
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
