"""`snapshot.toml`: the zone of trust, the day, and which account a file belongs to."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from verifier.errors import Place, SnapshotError

NAME = "snapshot.toml"
_AT = re.compile(r" \(at line (\d+), column (\d+)\)")


class ZoneTable(BaseModel):
    """Accounts and organizations that count as inside."""

    model_config = ConfigDict(extra="forbid", strict=True)
    accounts: list[str] = []
    organizations: list[str] = []


class AccountTable(BaseModel):
    """What is said of one account: its name, and the files that belong to it."""

    model_config = ConfigDict(extra="forbid", strict=True)
    name: str | None = None
    files: list[str] = []


class ManifestTable(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", strict=True)
    as_of: date | None = None
    zone: ZoneTable | None = None
    accounts: dict[str, AccountTable] = {}


@dataclass(frozen=True)
class Manifest:
    """What `snapshot.toml` says; nothing where there is none."""

    as_of: date | None = None
    zone_accounts: tuple[str, ...] | None = None
    zone_organizations: tuple[str, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    owners: tuple[tuple[str, str], ...] = ()

    def owner(self, file: str) -> str | None:
        """Return the account that a file, named from the snapshot's folder, belongs to."""
        for pattern, account in self.owners:
            if Path(file).match(pattern):
                return account
        return None


def read(path: Path, name: str) -> Manifest:
    """Read a manifest; raise `SnapshotError` with the place."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        text = str(error)
        at = _AT.search(text)
        place = Place(name, int(at[1]), int(at[2])) if at else Place(name)
        problem = _AT.sub("", text)
        raise SnapshotError(f"is not valid TOML: {problem}", place=place) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SnapshotError(f"cannot be read: {error}", place=Place(name)) from None
    return _manifest(_validated(values, name))


def _validated(values: dict[str, Any], name: str) -> ManifestTable:
    try:
        return ManifestTable.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(step) for step in first["loc"])
        if first["type"] == "extra_forbidden":
            problem, remedy = f"`{key}` is not known here", "legal are as_of, zone and accounts"
        else:
            problem = f"`{key}` is wrong"
            remedy = first["msg"][0].lower() + first["msg"][1:]
        raise SnapshotError(problem, remedy, Place(name)) from None


def _manifest(table: ManifestTable) -> Manifest:
    return Manifest(
        table.as_of,
        tuple(table.zone.accounts) if table.zone else None,
        tuple(table.zone.organizations) if table.zone else (),
        {account: entry.name for account, entry in table.accounts.items() if entry.name},
        tuple(
            (pattern, account)
            for account, entry in table.accounts.items()
            for pattern in entry.files
        ),
    )
