"""ACLs of buckets and objects, as `aws s3api get-bucket-acl` prints them, read as statements.

They count where Object Ownership leaves them on, and grant to other accounts and to groups (R6.45,
R6.46). An object may belong to another account than its bucket (R6.47).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Literal

from verifier.documents import Pointer
from verifier.errors import SnapshotError
from verifier.policy.attached import AttachedPolicy, Level
from verifier.policy.principals import (
    AccountEntry,
    AuthenticatedUsers,
    CanonicalUserEntry,
    Everyone,
    PrincipalElement,
    PrincipalEntry,
    ServiceEntry,
)
from verifier.policy.reading import Location
from verifier.policy.syntax import (
    ActionElement,
    Effect,
    Policy,
    PolicyKind,
    ResourceElement,
    Statement,
)
from verifier.policy.templates import Template, template
from verifier.snapshot.acl_permissions import OF_BUCKET, OF_OBJECT, is_of_bucket
from verifier.snapshot.building import Building, Shape, validate
from verifier.snapshot.model import Resource

_ENFORCED = "BucketOwnerEnforced"
_GROUPS: dict[str, PrincipalEntry] = {
    "http://acs.amazonaws.com/groups/global/AllUsers": Everyone("AllUsers"),
    "http://acs.amazonaws.com/groups/global/AuthenticatedUsers": AuthenticatedUsers(),
    "http://acs.amazonaws.com/groups/s3/LogDelivery": ServiceEntry("logging.s3.amazonaws.com"),
}
_PERMISSIONS = ("READ", "WRITE", "READ_ACP", "WRITE_ACP")
_DELETES = ("s3:DeleteObject", "s3:DeleteObjectVersion")


class AclOwner(Shape):
    """The account that a bucket or object belongs to, by its canonical id."""

    ID: str


class AclGrantee(Shape):
    """To whom a grant of an ACL is made."""

    Type: Literal["CanonicalUser", "Group"]
    ID: str | None = None
    URI: str | None = None


class AclGrant(Shape):
    """One grant of an ACL."""

    Grantee: AclGrantee
    Permission: Literal["FULL_CONTROL", "READ", "WRITE", "READ_ACP", "WRITE_ACP"]


class Acl(Shape):
    """An ACL with the owner of what it is about."""

    Owner: AclOwner
    Grants: list[AclGrant]


def attach(building: Building) -> None:
    """Give buckets and objects their ACLs, and objects the policy of their bucket."""
    acls = {arn: validate(Acl, at.value, at) for arn, at in building.acls.items()}
    for arn, acl in acls.items():
        if "/" not in arn:
            building.know_canonical(building.resources[arn].account, acl.Owner.ID)
    for arn, resource in list(building.resources.items()):
        if not is_of_bucket(arn):
            continue
        found: Level | None = None
        enforced = building.ownership.get(arn.partition("/")[0]) == _ENFORCED
        if enforced:
            found = ()
        elif arn in acls:
            ignores_public = building.block(resource).ignores_acls
            found = read_acl(arn, acls[arn], building.acls[arn], ignores_public)
        building.resources[arn] = replace(resource, acls=found, owns_objects=enforced)
    for arn, resource in list(building.resources.items()):
        bucket = building.resources.get(arn.partition("/")[0])
        if is_of_bucket(arn) and "/" in arn and bucket is not None:
            owner = acls[arn].Owner.ID if resource.acls and arn in acls else None
            building.resources[arn] = _in_bucket(resource, bucket, owner, building)


def _in_bucket(
    resource: Resource, bucket: Resource, owner: str | None, building: Building
) -> Resource:
    """Return an object, guarded by the policy of its bucket.

    Where the object belongs to another account than the bucket, the policy of the bucket can deny
    it but not grant it, and the bucket's account may delete it (R6.47).
    """
    policy = resource.policy or bucket.policy
    resource = replace(resource, inherited=bucket.acls or ())
    account = bucket.account if owner is None else building.account_of(owner)
    if account == bucket.account:
        return replace(resource, policy=policy, account=account)
    if account is None:
        title = f"rights of the account that owns {resource.arn}"
        return replace(resource, policy=AttachedPolicy(PolicyKind.RESOURCE, title, None))
    kept = [item for item in (policy.statements if policy else ()) if item.effect is Effect.DENY]
    entry = AccountEntry(bucket.account, bucket.account, None)
    kept.append(_allow("BucketOwner", (), entry, _DELETES, resource.arn))
    guarding = AttachedPolicy(
        PolicyKind.RESOURCE,
        policy.title if policy else f"ownership of {bucket.arn}",
        Policy(PolicyKind.RESOURCE, None, None, tuple(kept)),
        policy.location if policy else bucket.location,
    )
    return replace(resource, policy=guarding, account=account)


def read_acl(arn: str, acl: Acl, location: Location, ignores_public: bool) -> Level:
    """Return an ACL as statements, and apart from them what it is not certain to grant.

    Public grants have no effect where Block Public Access ignores them (R9.21); whether the other
    grants of such an ACL have is not documented. Who may write to a bucket may delete the objects
    that it owns.
    """
    ignored = ignores_public and is_public(acl)
    kept = [
        (index, grant)
        for index, grant in enumerate(acl.Grants)
        if not (ignores_public and _is_public(grant))
    ]
    title = f"ACL of {arn.split(':', 5)[5]}"
    granted = [item for index, grant in kept for item in _statements(arn, grant, index, location)]
    doubt = f"the rest of the public {title}, which is ignored, may count or not"
    found = [_as_policy(title, granted, location, doubt if ignored else "")]
    if "/" not in arn:
        deleting = [
            _allow(_label(grant), ("Grants", index), _entry(grant, location), _DELETES, f"{arn}/*")
            for index, grant in kept
            if grant.Permission in ("WRITE", "FULL_CONTROL")
        ]
        doubt = f"who may write by the {title} may delete the objects that it owns, and no others"
        found.append(_as_policy(title, deleting, location, doubt))
    return tuple(policy for policy in found if policy.statements)


def is_public(acl: Acl) -> bool:
    """Return whether an ACL grants anything to everybody, or to every AWS account (R9.7)."""
    return any(map(_is_public, acl.Grants))


def _is_public(grant: AclGrant) -> bool:
    entry = _GROUPS.get(grant.Grantee.URI or "")
    return isinstance(entry, Everyone | AuthenticatedUsers)


def _as_policy(
    title: str, statements: list[Statement], location: Location, doubt: str
) -> AttachedPolicy:
    policy = Policy(PolicyKind.ACL, None, None, tuple(statements))
    return AttachedPolicy(PolicyKind.ACL, title, policy, location, doubt=doubt)


def _statements(arn: str, grant: AclGrant, index: int, location: Location) -> Iterator[Statement]:
    in_bucket = "/" not in arn
    meaning = OF_BUCKET if in_bucket else OF_OBJECT
    entry = _entry(grant, location.at("Grants", index))
    for permission in _PERMISSIONS:
        if grant.Permission in (permission, "FULL_CONTROL") and permission in meaning:
            about = f"{arn}/*" if in_bucket and permission == "WRITE" else arn
            position = ("Grants", index)
            yield _allow(_label(grant), position, entry, meaning[permission], about)


def _label(grant: AclGrant) -> str:
    who = grant.Grantee.ID or (grant.Grantee.URI or "").rpartition("/")[2]
    return f"{grant.Permission} for {who}"


def _entry(grant: AclGrant, location: Location) -> PrincipalEntry:
    grantee = grant.Grantee
    if grantee.ID and grantee.Type == "CanonicalUser":
        return CanonicalUserEntry(grantee.ID)
    entry = _GROUPS.get(grantee.URI or "")
    if entry is None:
        raise SnapshotError(
            f"`{grantee.URI or grantee.Type}` is not a grantee",
            "is this the unedited output of the AWS CLI?",
            location.document.place((*location.pointer, "Grantee")),
        )
    return entry


def _allow(
    label: str, position: Pointer, entry: PrincipalEntry, actions: Iterable[str], about: str
) -> Statement:
    return Statement(
        position,
        label,
        Effect.ALLOW,
        PrincipalElement((entry,)),
        ActionElement(tuple(map(_plain, actions))),
        ResourceElement((template(about, wildcards=True, variables=False),)),
        (),
    )


def _plain(text: str) -> Template:
    return template(text, wildcards=False, variables=False)
