"""ACLs of buckets and objects in a snapshot, as `aws s3api get-bucket-acl` prints them (6.6)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.test_snapshot import A, B, allow, write
from verifier import Snapshot

BUCKET = "arn:aws:s3:::site"
OBJECT = f"{BUCKET}/page"
IDS = {A: "a" * 64, B: "b" * 64}
STRANGER = "c" * 64
EVERYONE = {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"}
ENFORCED = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
WRITER = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}


def acl(*grants: tuple[Any, str], owner: str = IDS[A]) -> dict[str, Any]:
    """Return an ACL: to whom, by canonical id or as a group, and with which permission."""
    listed = [(owner, "FULL_CONTROL"), *grants]
    return {
        "Owner": {"ID": owner},
        "Grants": [
            {
                "Grantee": {"Type": "CanonicalUser", "ID": who} if isinstance(who, str) else who,
                "Permission": permission,
            }
            for who, permission in listed
        ],
    }


def load(folder: Path, *resources: dict[str, Any], **files: Any) -> Snapshot:
    """Return a snapshot of these buckets and objects, with a user who may do all in A and B."""
    users = [
        {
            "UserName": "alice",
            "Arn": f"arn:aws:iam::{account}:user/alice",
            "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": allow("s3:*")}],
        }
        for account in (A, B)
    ]
    listed = [{"Account": A, "Policy": None, **resource} for resource in resources]
    pages = {"users.json": {"UserDetailList": users}, "resources.json": {"Resources": listed}}
    return Snapshot.load(write(folder, {**pages, **files}))


def _can(who: str, action: str, resource: str = BUCKET) -> str:
    caller = f"arn:aws:iam::{who}:user/alice" if who.isdigit() else who
    return f"can {caller} perform {action} on {resource}"


@pytest.mark.parametrize(
    ("controls", "public"), [(ENFORCED, False), (WRITER, True), ({"Rules": []}, True)]
)
def test_ownership(tmp_path: Path, controls: dict[str, Any], public: bool) -> None:
    """ACLs are ignored where the bucket owner enforces its ownership (R6.46)."""
    bucket = {"Arn": BUCKET, "Acl": acl((EVERYONE, "READ")), "OwnershipControls": controls}
    answer = load(tmp_path, bucket).ask(_can("anonymous", "s3:ListBucket"))
    assert answer.yes is public


def test_ownership_not_given(tmp_path: Path) -> None:
    """A public ACL counts where nothing is said of ownership, and the answer names it (R9.7)."""
    bucket = {"Arn": BUCKET, "Acl": acl((EVERYONE, "READ"))}
    answer = load(tmp_path, bucket).ask(_can("anonymous", "s3:ListBucket"))
    (cause,) = answer.witness[0].by
    assert str(cause) == "ACL of site, statement READ for AllUsers"


def test_not_given(tmp_path: Path) -> None:
    """ACLs that were not given grant nothing; the answer says so unless they are off (R6.46)."""
    assumed = "ACLs that were not given grant nothing: of {}"
    bucket = {"Arn": BUCKET}
    for action, resource, what in (
        ("s3:ListBucket", BUCKET, BUCKET),
        ("s3:GetObject", OBJECT, f"the objects in {BUCKET}"),
    ):
        question = _can("anonymous", action, resource)
        answer = load(tmp_path, bucket).ask(question)
        assert answer.no
        assert assumed.format(what) in answer.assumptions
        off = load(tmp_path, {**bucket, "OwnershipControls": ENFORCED}).ask(question)
        assert not [line for line in off.assumptions if "ACL" in line]


@pytest.mark.parametrize("level", ["bucket", "account"])
def test_ignored(tmp_path: Path, level: str) -> None:
    """Public ACLs have no effect where bucket or account ignore them (R9.21, R9.22)."""
    settings = {"PublicAccessBlockConfiguration": {"IgnorePublicAcls": True}}
    bucket: dict[str, Any] = {"Arn": BUCKET, "Acl": acl((EVERYONE, "READ"))}
    files = {}
    if level == "bucket":
        bucket |= settings
    else:
        files = {f"accounts/{A}/block.json": settings}
    assert load(tmp_path, bucket, **files).ask(_can("anonymous", "s3:ListBucket")).no


def test_canonical_ids(tmp_path: Path) -> None:
    """The canonical id of an account is told by an ACL of its bucket, or by its list of buckets;
    where it is not told, whom an entry names is unknown (R3.21).
    """
    bucket = {"Arn": BUCKET, "Acl": acl((IDS[B], "READ"))}
    question = _can(B, "s3:ListBucket")
    answer = load(tmp_path, bucket).ask(question)
    assert answer.unknown
    assert f"the canonical id of account {B} is not in the snapshot" in answer.ways[0].reason
    mine = {"Arn": "arn:aws:s3:::b", "Account": B, "Acl": acl(owner=IDS[B])}
    assert load(tmp_path, bucket, mine).ask(question).yes
    for canonical_id, can in ((IDS[B], True), (STRANGER, False)):
        owned = {"Buckets": [], "Owner": {"ID": canonical_id}}
        snapshot = load(tmp_path, bucket, **{f"accounts/{B}/buckets.json": owned})
        assert snapshot.ask(question).yes is can


def test_canonical_id_of_a_bucket_policy(tmp_path: Path) -> None:
    """A known canonical id in a bucket policy is its account, inside or outside (R3.21)."""
    policy = allow("s3:ListBucket", BUCKET, Principal={"CanonicalUser": IDS[B]})
    files = {f"accounts/{B}/buckets.json": {"Buckets": [], "Owner": {"ID": IDS[B]}}}
    snapshot = load(tmp_path, {"Arn": BUCKET, "Policy": policy}, **files)
    assert snapshot.ask(_can(B, "s3:ListBucket")).yes
    assert snapshot.ask(_can("any external principal", "s3:ListBucket")).no
    stranger = allow("s3:ListBucket", BUCKET, Principal={"CanonicalUser": STRANGER})
    outside = load(tmp_path, {"Arn": BUCKET, "Policy": stranger}, **files)
    assert outside.ask(_can("any external principal", "s3:ListBucket")).yes


def test_owner_alone_is_no_outsider(tmp_path: Path) -> None:
    """The owner's own grant, which every ACL has, lets nobody else in (R6.45)."""
    bucket = {"Arn": BUCKET, "Acl": acl()}
    assert load(tmp_path, bucket).ask(_can("any external principal", "s3:ListBucket")).no


def test_object_of_another_account(tmp_path: Path) -> None:
    """The bucket's policy can deny an object of another account but not grant it; its owner can,
    and the bucket's account may delete it (R6.47).
    """
    bucket = {
        "Arn": BUCKET,
        "Policy": allow("s3:GetObject", f"{BUCKET}/*", Principal="*"),
        "Acl": acl(),
    }
    mine = {"Arn": "arn:aws:s3:::b", "Account": B, "Acl": acl(owner=IDS[B])}
    for grants, anonymous in (((), False), (((EVERYONE, "READ"),), True)):
        item = {"Arn": OBJECT, "Acl": acl(*grants, owner=IDS[B])}
        snapshot = load(tmp_path, bucket, item, mine)
        assert snapshot.ask(_can("anonymous", "s3:GetObject", OBJECT)).yes is anonymous
        assert snapshot.ask(_can(A, "s3:GetObject", OBJECT)).yes is anonymous
        assert snapshot.ask(_can(B, "s3:GetObject", OBJECT)).yes
        assert snapshot.ask(_can(A, "s3:DeleteObject", OBJECT)).yes
    denying = allow("s3:GetObject", f"{BUCKET}/*", Principal="*", Effect="Deny")
    item = {"Arn": OBJECT, "Acl": acl((EVERYONE, "READ"), owner=IDS[B])}
    snapshot = load(tmp_path, {**bucket, "Policy": denying}, item, mine)
    assert snapshot.ask(_can("anonymous", "s3:GetObject", OBJECT)).no


def test_object_of_an_unknown_account(tmp_path: Path) -> None:
    """Who may do what with an object of an account that is not known is unknown (R6.47)."""
    item = {"Arn": OBJECT, "Acl": acl(owner=STRANGER)}
    answer = load(tmp_path, {"Arn": BUCKET, "Acl": acl()}, item).ask(
        _can("anonymous", "s3:GetObject", OBJECT)
    )
    assert answer.unknown
    assert "rights of the account that owns" in answer.ways[0].reason


def test_object_of_the_owner(tmp_path: Path) -> None:
    """An object of the bucket's account is guarded by the bucket's policy and its own ACL."""
    policy = allow("s3:GetObjectAcl", f"{BUCKET}/*", Principal="*")
    bucket = {"Arn": BUCKET, "Policy": policy, "Acl": acl((EVERYONE, "WRITE"))}
    item = {"Arn": OBJECT, "Acl": acl((EVERYONE, "READ"))}
    snapshot = load(tmp_path, bucket, item)
    for action in ("s3:GetObject", "s3:GetObjectAcl", "s3:PutObject"):
        assert snapshot.ask(_can("anonymous", action, OBJECT)).yes, action
    assert snapshot.ask(_can("anonymous", "s3:GetObject", f"{OBJECT}s")).no
    assert snapshot.ask(_can("anonymous", "s3:DeleteObject", OBJECT)).unknown
