"""KMS grants, as `aws kms list-grants` prints them, read as statements that allow (R6.52).

A grant admits its grantee to some operations on its key, and whoever may retire it to that. Its
constraints are condition entries.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from verifier.documents import Pointer
from verifier.errors import SnapshotError
from verifier.policy.attached import AttachedPolicy
from verifier.policy.operators import read_operator
from verifier.policy.principals import Nobody, PrincipalElement, read_entry
from verifier.policy.reading import Location, Note
from verifier.policy.syntax import (
    ActionElement,
    Condition,
    Effect,
    Policy,
    PolicyKind,
    Statement,
)
from verifier.policy.templates import template
from verifier.snapshot.building import Building, Shape, validate
from verifier.snapshot.model import Resource

_WITH_CONTEXT = frozenset(
    {
        "Decrypt",
        "Encrypt",
        "GenerateDataKey",
        "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext",
        "GenerateDataKeyWithoutPlaintext",
        "ReEncryptFrom",
        "ReEncryptTo",
    }
)
"""The operations that take an encryption context: constraints on it bind no others."""

_OPERATION = re.compile(r"[A-Za-z]+")
_KEY = re.compile(r"arn:[\w-]+:kms:[\w-]+:\d{12}:key/.+")


class GrantConstraints(Shape):
    """What the requests must carry for which the grant counts."""

    EncryptionContextEquals: dict[str, str] | None = None
    EncryptionContextSubset: dict[str, str] | None = None
    SourceArn: str | None = None


class GrantEntry(Shape):
    """One grant."""

    GrantId: str
    Operations: list[str]
    KeyId: str | None = None
    GranteePrincipal: str | None = None
    GranteeServicePrincipal: str | None = None
    RetiringPrincipal: str | None = None
    RetiringServicePrincipal: str | None = None
    IssuingAccount: str | None = None
    Constraints: GrantConstraints | None = None

    @property
    def grantees(self) -> list[str]:
        """Who may do what the grant is about."""
        return [who for who in (self.GranteePrincipal, self.GranteeServicePrincipal) if who]

    @property
    def retiring(self) -> list[str]:
        """Who may retire the grant."""
        named = (self.RetiringPrincipal, self.RetiringServicePrincipal, self.IssuingAccount)
        return [who for who in named if who]


def recognises(value: Any) -> bool:
    """Return whether `value` looks like the output of `aws kms list-grants`."""
    listed = value.get("Grants") if isinstance(value, dict) else None
    return isinstance(listed, list) and all(
        isinstance(item, dict) and "GrantId" in item for item in listed
    )


def add(value: Any, location: Location, building: Building) -> None:
    """Read the output of `aws kms list-grants`, which names the key in each grant."""
    listed, at = value["Grants"], location.at("Grants")
    by_key: dict[str, list[int]] = {}
    for index, item in enumerate(listed):
        entry = validate(GrantEntry, item, at.at(index))
        if entry.KeyId is None or not _KEY.fullmatch(entry.KeyId):
            raise SnapshotError(
                f"the key of the grant `{entry.GrantId}` is not known",
                "write the ARN of the key as `KeyId`, or keep the list as `Grants` of the key",
                at.document.place((*at.pointer, index)),
            )
        by_key.setdefault(entry.KeyId, []).append(index)
    for key, places in by_key.items():
        add_to(key, listed, at, building, places)


def add_to(
    key: str,
    value: Any,
    location: Location,
    building: Building,
    places: Iterable[int] | None = None,
) -> None:
    """Read grants of one key, by default all of the list that stands at `location`."""

    def note(text: str, position: Pointer) -> None:
        building.remark(text, location.at(*position))

    found = read_grants(key, value, location, note, places)
    building.grants.setdefault(key, []).append(found)


def attach(building: Building) -> None:
    """Attach the grants to their keys; a key that is not listed has the default key policy."""
    for key, found in building.grants.items():
        account = key.split(":", 5)[4]
        building.accounts.setdefault(account, None)
        known = building.resources.get(key)
        if known is None and found[0].location is not None:
            known = Resource(key, account, None, None, found[0].location)
        if known is not None:
            building.resources[key] = replace(known, grants=tuple(found))


def read_grants(
    key: str, value: Any, location: Location, note: Note, places: Iterable[int] | None = None
) -> AttachedPolicy:
    """Return grants of a key as statements; `value` is the list that stands at `location`.

    `places` are those of the list that are of this key, by default all.
    """
    statements: list[Statement] = []
    for index in range(len(value)) if places is None else places:
        entry = validate(GrantEntry, value[index], location.at(index))
        if not entry.grantees:
            raise SnapshotError(
                "`GranteePrincipal` is missing",
                "is this the unedited output of the AWS CLI?",
                location.document.place((*location.pointer, index)),
            )
        for number, name in enumerate(entry.Operations):
            if not _OPERATION.fullmatch(name):
                raise SnapshotError(
                    f"`{name}` is not an operation of AWS KMS",
                    "write for example Decrypt",
                    location.document.place((*location.pointer, index, "Operations", number)),
                )
        statements += _statements(entry, (index,), note)
    policy = Policy(PolicyKind.GRANT, None, None, tuple(statements))
    return AttachedPolicy(PolicyKind.GRANT, f"grants of {key.split(':', 5)[-1]}", policy, location)


def _statements(entry: GrantEntry, position: Pointer, note: Note) -> Iterator[Statement]:
    constraints = entry.Constraints or GrantConstraints()
    of_source = tuple(_of_source(constraints))
    of_context = tuple(_of_context(constraints))
    bound = [name for name in entry.Operations if name in _WITH_CONTEXT]
    others = [name for name in entry.Operations if name not in _WITH_CONTEXT]
    for operations, conditions in ((bound, of_source + of_context), (others, of_source)):
        if operations:
            who = _principal(entry.grantees, position, note)
            yield _allow(entry, position, who, operations, conditions)
    if entry.retiring:
        who = _principal(entry.retiring, position, note)
        yield _allow(entry, position, who, ["RetireGrant"], ())


def _allow(
    entry: GrantEntry,
    position: Pointer,
    principal: PrincipalElement,
    operations: Iterable[str],
    conditions: tuple[Condition, ...],
) -> Statement:
    actions = tuple(
        template(f"kms:{name}", wildcards=False, variables=False) for name in operations
    )
    return Statement(
        position, entry.GrantId, Effect.ALLOW, principal, ActionElement(actions), None, conditions
    )


def _principal(names: Iterable[str], position: Pointer, note: Note) -> PrincipalElement:
    entries = []
    for name in names:
        is_service = not name.startswith("arn:") and "." in name
        entry = read_entry("Service" if is_service else "AWS", name)
        if isinstance(entry, Nobody):
            note(f"the principal `{name}` matches nobody: {entry.reason}", position)
        entries.append(entry)
    return PrincipalElement(tuple(entries))


def _of_source(constraints: GrantConstraints) -> Iterator[Condition]:
    if constraints.SourceArn is not None:
        yield _condition("ArnLike", "aws:SourceArn", [constraints.SourceArn])


def _of_context(constraints: GrantConstraints) -> Iterator[Condition]:
    """Yield the pairs that the encryption context must have; keys ignore case, values do not."""
    whole, part = constraints.EncryptionContextEquals, constraints.EncryptionContextSubset
    for name, value in ((whole or {}) | (part or {})).items():
        yield _condition("StringEquals", f"kms:EncryptionContext:{name}", [value])
    if whole:
        yield _condition("ForAllValues:StringEqualsIgnoreCase", "kms:EncryptionContextKeys", whole)


def _condition(operator: str, key: str, values: Iterable[str]) -> Condition:
    read = read_operator(operator)
    wildcards = operator.startswith("Arn")
    texts = tuple(template(text, wildcards=wildcards, variables=False) for text in values)
    return Condition(read, key.lower(), key, texts)
