"""The table of primitives (section 8), read from `primitives.toml` and checked."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from importlib import resources

from pydantic import ConfigDict, TypeAdapter, with_config


class Over(Enum):
    """What an entry is tried on."""

    USER = "user"
    ROLE = "role"
    GROUP = "group"
    POLICY = "policy"
    ACCOUNT = "account"
    PASSED = "passed"
    WORKLOAD = "workload"
    SAML = "SAML provider"
    OIDC = "OIDC provider"
    PERMISSION_SET = "permission set"
    MEMBER = "member account"
    ORGANIZATION = "organization"


class Effect(Enum):
    """What an entry brings."""

    ASSUMES_ROLE = "role assumption"
    BECOMES_ROLE = "becomes role"
    BECOMES_USER = "becomes user"
    IDENTITIES = "identities"
    ROOT = "root user"
    NEW_USER = "new user"
    NEW_ROLE = "new role"
    NEW_POLICY = "new policy"
    INLINE = "inline policy"
    MANAGED = "managed policy"
    VERSION = "policy version"
    OTHER_VERSION = "other version"
    JOINS = "joins group"
    LEAVES = "leaves group"
    LOSES_POLICY = "loses policy"
    LOSES_BOUNDARY = "loses boundary"
    BOUNDARY = "gets boundary"
    TRUST = "trust"
    TAGS = "tags"
    NO_TAGS = "no tags"
    MFA = "MFA"
    PROFILE = "instance profile"
    GUARDRAILS = "guardrails"


class Choice(Enum):
    """Which policies a call names besides its target."""

    ATTACHABLE = "attachable"
    DENYING = "denying"
    DENYING_INLINE = "denying inline"
    BOUNDARY = "boundary"
    FIRST_BOUNDARY = "first boundary"


class Shown(Enum):
    """What a snapshot shows of a user or role."""

    PROFILE = "instance profile"
    NO_PROFILE = "no instance profile"
    ROOM_FOR_KEY = "room for a key"
    PASSWORD = "a password"
    NO_PASSWORD = "no password"
    FULL = "no room for a key"


@dataclass(frozen=True, slots=True)
class Alternative:
    """Calls by one caller that fulfil a stage; `needs` is what no snapshot shows besides.

    `shown` is what the snapshot must show of the target or role, `unless` what it must not.
    """

    calls: tuple[str, ...] = ()
    needs: str = ""
    shown: Shown | None = None
    unless: Shown | None = None


Stage = tuple[Alternative, ...]
"""Ways to fulfil one stage, any of which is enough."""


@dataclass(frozen=True, slots=True, eq=False)
class Primitive:
    """One entry of the table; `primitives.toml` says what the members mean."""

    rule: str
    name: str
    over: Over
    effect: Effect
    stages: tuple[Stage, ...]
    needs: str = ""
    exists: str = ""
    service: str = ""
    passed_to: tuple[str, ...] = ()
    policy: Choice | None = None
    workload: str = ""
    only: tuple[str, ...] = ()
    alongside: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()

    @property
    def services(self) -> tuple[str, ...]:
        """What `iam:PassedToService` may say (R7.52)."""
        return self.passed_to or (self.service,)


@lru_cache(maxsize=1)
def primitives() -> tuple[Primitive, ...]:
    """Return the whole table in its order."""
    text = resources.files("verifier.escalation").joinpath("primitives.toml").read_text("utf-8")
    return read(text)


@lru_cache(maxsize=1)
def assumption() -> Primitive:
    """Return the entry of role assumption, which is tried on what trust policies name."""
    return next(item for item in primitives() if item.effect is Effect.ASSUMES_ROLE)


def read(text: str) -> tuple[Primitive, ...]:
    """Read a table; raises `pydantic.ValidationError` with the entry and the member at fault."""
    rows = tomllib.loads(text)["primitive"]
    for row in rows:
        row["stages"] = [list(map(_alternative, stage)) for stage in row["stages"]]
    return _TABLE.validate_python(rows)


def _alternative(written: str | dict[str, str]) -> dict[str, object]:
    found: dict[str, object] = {"calls": written} if isinstance(written, str) else dict(written)
    if "calls" in found:
        found["calls"] = str(found["calls"]).split(" + ")
    return found


_STRICT = ConfigDict(extra="forbid")
for _shape in (Alternative, Primitive):
    with_config(_STRICT)(_shape)
_TABLE = TypeAdapter(tuple[Primitive, ...])
