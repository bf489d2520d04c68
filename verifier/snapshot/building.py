"""What the loaders of single files fill, and `load` makes a snapshot of."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from verifier.documents import Pointer
from verifier.errors import Place, SnapshotError
from verifier.policy.attached import AttachedPolicy
from verifier.policy.parse import parse_policy
from verifier.policy.reading import Location
from verifier.policy.syntax import Policy, PolicyKind
from verifier.snapshot.model import (
    Credentials,
    Group,
    ManagedPolicy,
    Remark,
    Resource,
    Role,
    Tags,
    User,
    Workload,
)

EntityT = TypeVar("EntityT", User, Role, Resource, Workload)
ShapeT = TypeVar("ShapeT", bound="Shape")

ACCOUNT_ID = re.compile(r"\d{12}")


class Shape(BaseModel):
    """Base of the shapes that files must have: strict about types, open for new members."""

    model_config = ConfigDict(extra="allow", strict=True, populate_by_name=True)


class Tag(Shape):
    """One tag as AWS lists it."""

    Key: str
    Value: str = ""


def validate(shape: type[ShapeT], value: Any, location: Location) -> ShapeT:
    """Return `value` as `shape`; raise `SnapshotError` with the place of the first fault."""
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        steps = tuple(step for step in first["loc"] if not _is_type_name(step))
        name = next((str(step) for step in reversed(steps) if isinstance(step, str)), "the value")
        if first["type"] == "missing":
            problem, remedy = f"`{name}` is missing", "is this the unedited output of the AWS CLI?"
        else:
            problem = f"`{name}` has the wrong type"
            remedy = first["msg"][0].lower() + first["msg"][1:]
        raise SnapshotError(
            problem, remedy, location.document.place(location.pointer + steps)
        ) from None


def _is_type_name(step: str | int) -> bool:
    return isinstance(step, str) and ("[" in step or step in ("str", "dict", "list", "none"))


@dataclass(frozen=True, slots=True)
class Block:
    """What Block Public Access does: close public buckets (R9.20), ignore public ACLs (R9.21)."""

    restricts: bool = False
    ignores_acls: bool = False


@dataclass
class Building:
    """What has been read so far; entities by ARN.

    `blocks` are by the account, or the ARN of the bucket, that Block Public Access is set for;
    `acls` tells where they stand, `ownership` what the bucket says of ACLs (R6.46). `grants` are by
    the ARN of the KMS key; `bucket_of` has the bucket behind each access point by its ARN,
    `of_vpcs` the access points that answer a VPC only; `open_to_public` are buckets and access
    points with a public policy that no setting given closes. `left_out` are the files of
    which not all was read.
    """

    users: dict[str, User] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    managed: dict[str, ManagedPolicy] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)
    workloads: dict[str, Workload] = field(default_factory=dict)
    endpoints: dict[str, AttachedPolicy] = field(default_factory=dict)
    accounts: dict[str, str | None] = field(default_factory=dict)
    blocks: dict[str, Block] = field(default_factory=dict)
    acls: dict[str, Location] = field(default_factory=dict)
    ownership: dict[str, str] = field(default_factory=dict)
    bucket_of: dict[str, str] = field(default_factory=dict)
    of_vpcs: set[str] = field(default_factory=set)
    open_to_public: set[str] = field(default_factory=set)
    grants: dict[str, list[AttachedPolicy]] = field(default_factory=dict)
    credentials: dict[str, tuple[Credentials, Place]] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    _policies: dict[tuple[PolicyKind, str], tuple[Policy, list[tuple[str, Pointer]]]] = field(
        default_factory=dict
    )

    _accounts: dict[str, str] = field(default_factory=dict)

    def block(self, resource: Resource) -> Block:
        """Return what account and bucket say together: the strictest counts (R9.22)."""
        said = (resource.account, resource.arn, resource.arn.partition("/")[0])
        found = [self.blocks[name] for name in said if name in self.blocks]
        return Block(
            any(block.restricts for block in found), any(block.ignores_acls for block in found)
        )

    def know_canonical(self, account: str, canonical_id: str) -> None:
        """Note the canonical id of an account (R3.21)."""
        self._accounts[canonical_id] = account

    def account_of(self, canonical_id: str) -> str | None:
        """Return the account behind a canonical id, None if it is not known."""
        return self._accounts.get(canonical_id)

    def canonical_id(self, account: str) -> str | None:
        """Return the canonical id of an account, None if it is not known."""
        return next((name for name, of in self._accounts.items() if of == account), None)

    def remark(self, text: str, location: Location | None = None) -> None:
        """Note something that the user should know of the input."""
        self.remarks.append(Remark(text, location))

    def unread(self, text: str, location: Location) -> None:
        """Note what stands in the input and counts for nothing."""
        self.remark(text, location)
        self.left_out.append(location.document.file)

    def policy(self, value: Any, kind: PolicyKind, location: Location) -> Policy:
        """Return the policy of a document; the same object for the same content."""
        key = kind, json.dumps(value, sort_keys=False)
        known = self._policies.get(key)
        if known is None:
            notes: list[tuple[str, Pointer]] = []
            base = len(location.pointer)
            policy = parse_policy(
                value, kind, location, lambda text, at: notes.append((text, at[base:]))
            )
            known = self._policies[key] = policy, notes
        for text, at in known[1]:
            self.remark(text, location.at(*at))
        return known[0]

    def add(self, table: dict[str, EntityT], entity: EntityT, what: str) -> None:
        """Add an entity to a table; one that is listed again must be the same to the letter."""
        known = table.get(entity.arn)
        if known is None:
            table[entity.arn] = entity
        elif known.location.value == entity.location.value:
            self.remark(f"the {what} `{entity.arn}` stands twice", entity.location)
        else:
            raise SnapshotError(
                f"the {what} `{entity.arn}` stands twice, first at {known.location}",
                "load one state of each account",
                entity.location.document.place(entity.location.pointer),
            )


def account_of(arn: str, location: Location) -> str:
    """Return the account in the ARN of an IAM entity; raise `SnapshotError` without one."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn" or not ACCOUNT_ID.fullmatch(parts[4]):
        raise SnapshotError(
            f"`{arn}` is not an ARN with an account id",
            "write for example arn:aws:iam::111122223333:role/name",
            location.document.place(location.pointer),
        )
    return parts[4]


def read_tags(tags: list[Tag] | Mapping[str, str] | None) -> Tags:
    """Return tags by lower-cased key; keys that differ only in case share an entry (X-12)."""
    pairs = tags.items() if isinstance(tags, Mapping) else [(t.Key, t.Value) for t in tags or ()]
    found: dict[str, tuple[str, ...]] = {}
    for key, value in pairs:
        known = found.get(key.lower(), ())
        found[key.lower()] = known if value in known else (*known, value)
    return found
