"""`snapshot.toml`: the zone of trust, the day, intended access, whose accounts and files are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic_core import PydanticCustomError

from verifier import tables
from verifier.disputes import choose
from verifier.errors import Place, SnapshotError
from verifier.snapshot import beside, intended, known
from verifier.snapshot.intention import Intended

NAME = "snapshot.toml"


def _account(text: str) -> str:
    if not re.fullmatch(r"\d{12}", text):
        raise PydanticCustomError("account", f"`{text}` is no account id: write 12 digits")
    return text


def _organization(text: str) -> str:
    if not re.fullmatch(r"o-[a-z0-9]{10,32}", text):
        raise PydanticCustomError("organization", f"`{text}` is no organization id as o-a1b2c3d4e5")
    return text


class ZoneTable(BaseModel):
    """Accounts and organizations that count as inside."""

    model_config = ConfigDict(extra="forbid", strict=True)
    accounts: list[Annotated[str, AfterValidator(_account)]] = []
    organizations: list[Annotated[str, AfterValidator(_organization)]] = []


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
    intended: Any = []
    readings: dict[str, str] = {}
    known_accounts: str | dict[str, str | list[str]] = {}


@dataclass(frozen=True)
class Manifest:
    """What `snapshot.toml` says; nothing where there is none."""

    as_of: date | None = None
    zone_accounts: tuple[str, ...] | None = None
    zone_organizations: tuple[str, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    owners: tuple[tuple[str, str], ...] = ()
    intended: tuple[Intended, ...] = ()
    readings: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, str] = field(default_factory=dict)
    known_files: tuple[Path, ...] = ()

    def owner(self, file: str) -> str | None:
        """Return the account that a file, named from the snapshot's folder, belongs to."""
        for pattern, account in self.owners:
            if Path(file).match(pattern):
                return account
        return None


def read(path: Path, name: str) -> Manifest:
    """Read a manifest; raise `SnapshotError` with the place."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SnapshotError(f"cannot be read: {error}", place=Place(name)) from None
    values = tables.parse(text, name, SnapshotError)
    table = _validated(values, name)
    lines = tables.lines_of(text, "intended")
    intentions = tuple(intended.read(table.intended, lines, name))
    files = beside.known_accounts(table.known_accounts, path.parent)
    said = _manifest(table, intentions, choose(table.readings, Place(name)))
    return replace(said, known=_known(table, files, name), known_files=tuple(files))


def _known(table: ManifestTable, files: Iterable[Path], name: str) -> dict[str, str]:
    """Return whose accounts are: what the manifest says itself wins over the files."""
    said = table.known_accounts if isinstance(table.known_accounts, dict) else {}
    own = {account: owner for account, owner in said.items() if account != "files"}
    found: dict[str, str] = {}
    for file in files:
        found |= known.read(file)
    return found | (known.checked(own, name) if own else {})


def _validated(values: dict[str, Any], name: str) -> ManifestTable:
    try:
        return ManifestTable.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(step) for step in first["loc"])
        if first["type"] == "extra_forbidden":
            problem, remedy = (
                f"`{key}` is not known here",
                "legal are as_of, zone, accounts, intended, readings and known_accounts",
            )
        else:
            problem = f"`{key}` is wrong"
            is_table = first["type"] == "model_type"
            remedy = f"write a table [{key}]" if is_table else first["msg"]
            remedy = remedy[0].lower() + remedy[1:]
        raise SnapshotError(problem, remedy, Place(name)) from None


def _manifest(
    table: ManifestTable, intentions: tuple[Intended, ...], readings: Mapping[str, str]
) -> Manifest:
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
        intentions,
        readings,
    )
