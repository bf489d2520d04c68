"""Access from outside that somebody answers for: the `[[intended]]` entries of snapshot.toml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from verifier.errors import Place, SnapshotError
from verifier.snapshot.intention import Intended

_WHO = re.compile(
    r"anyone|anonymous|\d{12}|o-[a-z0-9]{10,32}"
    r"|arn:[\w-]+:(iam|sts)::[\d*?]+:(root|(user|role|assumed-role|federated-user)/.+"
    r"|(oidc|saml)-provider/.+)"
    r"|[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(/[^\s,]*)?"
)
_WHO_REMEDY = (
    "write `anyone`, `anonymous`, an account id, an organization id, the ARN or pattern of a"
    " principal, an identity provider or a service"
)
_ACTION = re.compile(r"\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+")
_RESOURCE = re.compile(r"\*|arn:[^:\s]+:[^:\s]+:[^:\s]*:[^:\s]*:.+")
_LEGAL = "who, action, resource, where, owner, reason and expires"


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    who: list[str] = Field(min_length=1)
    action: list[str] = Field(["*"], min_length=1)
    resource: list[str] = Field(min_length=1)
    where: str = ""
    owner: str = Field(min_length=1)
    reason: str = Field(min_length=1)
    expires: date | None = None

    @field_validator("who", "action", "resource", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @field_validator("expires", mode="before")
    @classmethod
    def _whole_day(cls, value: Any) -> Any:
        if isinstance(value, datetime):
            raise ValueError("write a day, such as 2030-01-31")
        return value

    @field_validator("who")
    @classmethod
    def _known_forms(cls, value: list[str]) -> list[str]:
        return _checked(value, _WHO, _WHO_REMEDY)

    @field_validator("action")
    @classmethod
    def _actions(cls, value: list[str]) -> list[str]:
        return _checked(value, _ACTION, "write for example s3:GetObject or s3:Get*")

    @field_validator("resource")
    @classmethod
    def _arns(cls, value: list[str]) -> list[str]:
        return _checked(value, _RESOURCE, "write an ARN, which may have * and ?")


def _checked(values: list[str], form: re.Pattern[str], remedy: str) -> list[str]:
    for value in values:
        if not form.fullmatch(value):
            raise ValueError(f"`{value}` is not legal here: {remedy}")
    return values


def read(entries: Any, lines: list[int], file: str) -> Iterator[Intended]:
    """Read the entries of a manifest that stand in these lines; raise `SnapshotError` with the
    place.
    """
    if not isinstance(entries, list):
        problem = "`intended` is not a list of tables"
        raise SnapshotError(problem, "write them below [[intended]]", Place(file))
    for number, entry in enumerate(entries):
        place = Place(file, lines[number] if number < len(lines) else 0)
        said = _validated(entry, place)
        yield Intended(
            tuple(said.who),
            tuple(said.action),
            tuple(said.resource),
            said.where,
            said.owner,
            said.reason,
            said.expires,
            place,
        )


def _validated(entry: Any, place: Place) -> _Entry:
    try:
        return _Entry.model_validate(entry)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(map(str, first["loc"])) or "the entry"
        if first["type"] == "extra_forbidden":
            raise SnapshotError(
                f"`{key}` is not known here", f"legal are {_LEGAL}", place
            ) from None
        if first["type"] == "missing":
            problem = f"the entry has no `{key}`"
            remedy = "say who may what on which resource, who answers for it, and why"
            raise SnapshotError(problem, remedy, place) from None
        message = first["msg"].removeprefix("Value error, ")
        raise SnapshotError(f"`{key}` is wrong", message[0].lower() + message[1:], place) from None
