"""Canonical ids: which account of the snapshot stands behind a `CanonicalUser` (R3.21)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from verifier.errors import SnapshotError
from verifier.policy.attached import AttachedPolicy
from verifier.policy.principals import AccountEntry, CanonicalUserEntry, PrincipalEntry
from verifier.policy.reading import Location
from verifier.policy.syntax import Statement
from verifier.snapshot.building import Building, Shape, validate


class Owner(Shape):
    """An account by its canonical id."""

    ID: str


def recognises(value: Any) -> bool:
    """Return whether `value` looks like the output of `aws s3api list-buckets`."""
    return isinstance(value, dict) and "Owner" in value and "Buckets" in value


def add(value: Any, location: Location, building: Building, account: str | None) -> None:
    """Read whose canonical id `aws s3api list-buckets` prints: that of the folder's account."""
    if account is None:
        raise SnapshotError(
            "whose buckets these are is not known",
            "keep the file below accounts/111122223333/",
            location.document.place(location.pointer),
        )
    found = validate(Owner, value["Owner"], location.at("Owner"))
    building.know_canonical(account, found.ID)


def resolve(building: Building) -> None:
    """Let entries with a known canonical id name the account."""
    for arn, resource in list(building.resources.items()):
        policy = resource.policy and _resolved(resource.policy, building)
        acls = resource.acls and tuple(_resolved(acl, building) for acl in resource.acls)
        building.resources[arn] = replace(resource, policy=policy, acls=acls)


def _resolved(attached: AttachedPolicy, building: Building) -> AttachedPolicy:
    if attached.policy is None or not any(map(_names_canonical, attached.statements)):
        return attached
    statements = tuple(_with_accounts(item, building) for item in attached.statements)
    return replace(attached, policy=replace(attached.policy, statements=statements))


def _names_canonical(statement: Statement) -> bool:
    entries = statement.principal.entries if statement.principal else ()
    return any(isinstance(entry, CanonicalUserEntry) for entry in entries)


def _with_accounts(statement: Statement, building: Building) -> Statement:
    element = statement.principal
    if element is None or not _names_canonical(statement):
        return statement

    def known(entry: PrincipalEntry) -> PrincipalEntry:
        account = building.account_of(entry.text) if isinstance(entry, CanonicalUserEntry) else None
        return entry if account is None else AccountEntry(entry.text, account, None)

    entries = tuple(map(known, element.entries))
    return replace(statement, principal=replace(element, entries=entries))
