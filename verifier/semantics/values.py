"""Condition values read as numbers, moments, addresses and bytes (R4.43-R4.49)."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

_NUMBER = re.compile(r"[+-]?(\d{1,400}(\.\d{0,400})?|\.\d{1,400})([eE][+-]?\d{1,3})?", re.ASCII)
_MOMENT = re.compile(
    r"(?P<year>\d{4})(-(?P<month>\d\d)(-(?P<day>\d\d)"
    r"(T(?P<hour>\d\d):(?P<minute>\d\d)(:(?P<second>\d\d)(?P<fraction>\.\d{1,12})?)?"
    r"(?P<zone>Z|[+-]\d\d:\d\d))?)?)?",
    re.ASCII,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


@lru_cache(maxsize=4096)
def number(text: str) -> Fraction | None:
    """Return the decimal number that `text` is, None if it is not one (R4.43)."""
    return Fraction(text) if _NUMBER.fullmatch(text) else None


@lru_cache(maxsize=4096)
def is_year(text: str) -> bool:
    """Return whether a date has four digits only (X-13)."""
    return len(text) == 4 and text.isascii() and text.isdigit()


def moment(text: str, *, years: bool = True) -> Fraction | None:
    """Return seconds since 1970 for an ISO 8601 form or epoch seconds, else None (R4.45).

    Missing parts mean the start of the period, in UTC. Four digits are a year, or else without
    `years` epoch seconds (X-13).
    """
    match = _MOMENT.fullmatch(text)
    if not match or not (match["month"] or years):
        return number(text)
    parts = match.groupdict()
    try:
        date = datetime(
            int(parts["year"]),
            int(parts["month"] or 1),
            int(parts["day"] or 1),
            int(parts["hour"] or 0),
            int(parts["minute"] or 0),
            int(parts["second"] or 0),
            tzinfo=_zone(parts["zone"]),
        )
    except ValueError:
        return None
    whole = (date - _EPOCH) // timedelta(seconds=1)
    return Fraction(whole) + Fraction(parts["fraction"] or 0)


def _zone(text: str | None) -> timezone:
    if not text or text == "Z":
        return UTC
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[4:6])))


@lru_cache(maxsize=4096)
@lru_cache(maxsize=1 << 14)
def address(text: str) -> Address | None:
    """Return the IPv4 or IPv6 address that `text` is, else None."""
    try:
        return ip_address(text)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
@lru_cache(maxsize=1 << 14)
def network(text: str) -> Network | None:
    """Return the CIDR block; host bits are ignored, a bare address is one host (R4.49)."""
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def binary(text: str) -> bytes | None:
    """Return the bytes of base64 text, else None (R4.48)."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
