"""Files and folders → `Snapshot`; each file is recognised by its content, never by its name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from verifier import documents
from verifier.errors import Place, SnapshotError
from verifier.policy.reading import Location
from verifier.snapshot import (
    acls,
    authorization_details,
    canonical,
    credentials,
    endpoints,
    grants,
    manifest,
    organization,
    printed,
    public_access,
    resources,
    workloads,
)
from verifier.snapshot.building import ACCOUNT_ID, Building
from verifier.snapshot.manifest import Manifest
from verifier.snapshot.model import Account, Group, Organization, Role, Snapshot, User, Zone

_SUFFIXES = (".json", ".json.gz")
_TABLES = (".csv",)
_OTHER_FILES = (".md", ".txt", ".toml")
_IN_PATH = re.compile(r"(?:^|[/\\])(\d{12})(?:[/\\.]|$)")


@dataclass(frozen=True)
class _File:
    """A file to read: `name` is what people see, `inside` its path in the snapshot's folder."""

    path: Path
    name: str
    inside: str
    manifest: Manifest


def load(*paths: str | Path, as_of: date | None = None) -> Snapshot:
    """Load the parts of one snapshot, files or folders; raise `InputError` with the place.

    `as_of` overrules the day of the manifest, from which requests are made; default is today.
    """
    if not paths:
        raise SnapshotError("no snapshot was named", "name a folder or a file")
    building = Building()
    pages = authorization_details.Pages(building)
    organizations = organization.OrganizationReader(building)
    manifests: list[Manifest] = []
    count = 0
    for file in _files([Path(path) for path in paths], building, manifests):
        if file.name.endswith(_TABLES):
            if credentials.add_table(file.path, file.name, building):
                count += 1
            else:
                building.remark(f"{file.name}: is no credential report and was not read")
            continue
        document = documents.read(file.path, file.name)
        count += _add(document.value, Location(document), file, building, pages, organizations)
    if not count:
        named = ", ".join(str(path) for path in paths)
        raise SnapshotError(
            f"no account, resource or organization was found in {named}",
            "a snapshot holds the output of `aws iam get-account-authorization-details`",
        )
    pages.finish()
    grants.attach(building)
    organizations.block_public_access()
    public_access.restrict(building)
    acls.attach(building)
    credentials.attach(building)
    canonical.resolve(building)
    workloads.resolve_profiles(building)
    for said in manifests:
        building.accounts.update(said.names)
    found = organizations.finish()
    if not (building.users or building.roles or building.resources):
        named = ", ".join(str(path) for path in paths)
        raise SnapshotError(
            f"there is no user, role or resource in {named}",
            "an empty account answers nothing: load every page",
        )
    return _snapshot(building, found, manifests, as_of)


def holds_snapshot(path: Path) -> bool:
    """Return whether a path is a folder, or a file with the details of accounts."""
    if not path.is_file():
        return path.is_dir()
    value = documents.read(path, str(path)).value
    return authorization_details.recognises(value) or _is_by_account(value)


def _files(paths: Sequence[Path], building: Building, manifests: list[Manifest]) -> Iterator[_File]:
    for path in paths:
        if path.is_file():
            yield _File(path, str(path), path.name, Manifest())
            continue
        if not path.is_dir():
            raise SnapshotError("there is no such file or folder", place=Place(str(path)))
        said = Manifest()
        if (path / manifest.NAME).is_file():
            said = manifest.read(path / manifest.NAME, str(path / manifest.NAME))
        manifests.append(said)
        for file in sorted(path.rglob("*")):
            if any(part.startswith(".") for part in file.relative_to(path).parts):
                continue
            if not file.is_file() or any(map(file.samefile, said.known_files)):
                continue
            if file.name.endswith((*_SUFFIXES, *_TABLES)):
                inside = file.relative_to(path).as_posix()
                yield _File(file, str(file), inside, said)
            elif not file.name.endswith(_OTHER_FILES):
                building.remark(f"{file}: is no JSON file and was not read")


def _owner(file: _File) -> str | None:
    """Return the account that a file belongs to, by the manifest or by its folder."""
    in_path = _IN_PATH.search(file.inside)
    return file.manifest.owner(file.inside) or (in_path[1] if in_path else None)


def _add(
    value: Any,
    location: Location,
    file: _File,
    building: Building,
    pages: authorization_details.Pages,
    organizations: organization.OrganizationReader,
) -> int:
    """Read one file, or one part of it; return how many parts were recognised."""
    if organization.recognises(value):
        organizations.add(value, location)
    elif authorization_details.recognises(value):
        pages.add(value, location)
    elif workloads.recognises(value):
        workloads.add(value, location, building)
    elif resources.recognises(value):
        resources.add(value, location, building, _owner(file))
    elif public_access.recognises(value):
        public_access.add(value, location, building, _owner(file))
    elif canonical.recognises(value):
        canonical.add(value, location, building, _owner(file))
    elif credentials.recognises(value):
        credentials.add(value, location, building)
    elif endpoints.recognises(value):
        endpoints.add(value, location, building)
    elif grants.recognises(value):
        grants.add(value, location, building)
    elif _is_by_account(value):
        count = 0
        for account in value["accounts"]:
            at = location.at("accounts", account)
            count += _add(value["accounts"][account], at, file, building, pages, organizations)
        return count
    elif not printed.add(value, location, building, _owner(file)):
        building.unread("is nothing that a snapshot is made of, and was not read", location)
        return 0
    return 1


def _is_by_account(value: Any) -> bool:
    """Return whether this is `{"accounts": {"111122223333": ...}}`, many accounts in a file."""
    accounts = value.get("accounts") if isinstance(value, dict) else None
    return isinstance(accounts, dict) and all(map(ACCOUNT_ID.fullmatch, accounts))


def _snapshot(
    building: Building,
    found: Organization | None,
    manifests: Sequence[Manifest],
    as_of: date | None,
) -> Snapshot:
    users: dict[str, dict[str, User]] = {}
    roles: dict[str, dict[str, Role]] = {}
    groups: dict[str, dict[str, Group]] = {}
    for user in building.users.values():
        users.setdefault(user.account, {})[user.arn] = user
    for role in building.roles.values():
        roles.setdefault(role.account, {})[role.arn] = role
    for group in building.groups.values():
        groups.setdefault(group.account, {})[group.arn] = group
    owned = {resource.account: arn for arn, resource in building.resources.items()}
    accounts = {
        account: Account(
            account,
            name,
            users.get(account, {}),
            roles.get(account, {}),
            groups.get(account, {}),
            building.canonical_id(account),
            owned.get(account),
        )
        for account, name in sorted(building.accounts.items())
    }
    day = as_of or next((said.as_of for said in manifests if said.as_of), None)
    return Snapshot(
        accounts,
        dict(sorted(building.resources.items())),
        building.endpoints,
        found,
        _zone(accounts, found, manifests),
        day or datetime.now(UTC).date(),
        tuple(building.remarks),
        building.managed,
        dict(sorted(building.workloads.items())),
        tuple(entry for said in manifests for entry in said.intended),
        {point: reading for said in manifests for point, reading in said.readings.items()},
        {account: owner for said in manifests for account, owner in said.known.items()},
        unread=tuple(dict.fromkeys(building.left_out)),
        open_to_public=frozenset(building.open_to_public),
    )


def _zone(
    accounts: dict[str, Account], found: Organization | None, manifests: Sequence[Manifest]
) -> Zone:
    """Return the zone that the manifest names, else all accounts and their organization.

    An organization that is inside brings its accounts.
    """
    inside = set(accounts)
    organizations = {found.id} if found else set()
    for said in manifests:
        if said.zone_accounts is not None:
            inside, organizations = set(said.zone_accounts), set(said.zone_organizations)
    if found and found.id in organizations:
        inside |= set(found.places)
    return Zone(frozenset(inside), frozenset(organizations))
