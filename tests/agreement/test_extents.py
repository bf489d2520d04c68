"""On what somebody may act, held against every resource of a small world, decided one by one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.test_snapshot import NEW, A, B, write
from verifier import Snapshot, Verdict
from verifier.compile.actions import actions
from verifier.example import write as write_example
from verifier.policy.attached import ApplicablePolicies
from verifier.policy.templates import template
from verifier.queries import origins
from verifier.queries.abilities import abilities
from verifier.queries.action_classes import action_classes
from verifier.queries.alike_actions import AlikeActions
from verifier.queries.closure import Closure
from verifier.queries.world import World
from verifier.request import Principal, Request, context
from verifier.semantics.authorize import authorize
from verifier.semantics.matching import resource_matches
from verifier.verdict import Extent

ALICE = f"arn:aws:iam::{A}:user/alice"
OWNERS = {"data": A, "logs": A, "theirs": B}
"""The listed buckets; all others are of the first account."""

KEYS = ("a", "b", "team/a", "team/b")
BUCKETS = ("data", "logs", "theirs", "data-more", "x")
OBJECTS = [f"arn:aws:s3:::{bucket}/{key}" for bucket in BUCKETS for key in KEYS]
PATTERNS = [
    "*",
    "arn:aws:s3:::*",
    "arn:aws:s3:::data*",
    "arn:aws:s3:::data/*",
    "arn:aws:s3:::*/team/*",
    "arn:aws:s3:::*/a",
    "arn:aws:s3:::logs/team/*",
    "arn:aws:s3:::theirs/*",
    "arn:aws:s3:::theirs/team/a",
    "arn:aws:s3:::x/b",
]
_resources = st.lists(st.sampled_from(PATTERNS), min_size=1, max_size=3)


@st.composite
def _policies(draw: st.DrawFn, principal: bool = False) -> Any:
    statements = []
    for _ in range(draw(st.integers(1, 3))):
        key = draw(st.sampled_from(["Resource", "Resource", "Resource", "NotResource"]))
        effect = draw(st.sampled_from(["Allow", "Allow", "Deny"]))
        statement = {"Effect": effect, "Action": "s3:GetObject", key: draw(_resources)}
        statements.append(statement | ({"Principal": {"AWS": ALICE}} if principal else {}))
    return {"Version": NEW, "Statement": statements}


@st.composite
def _worlds(draw: st.DrawFn) -> dict[str, Any]:
    user: dict[str, Any] = {
        "UserName": "alice",
        "UserId": "AIDAALICE00000",
        "Arn": ALICE,
        "UserPolicyList": [{"PolicyName": "own", "PolicyDocument": draw(_policies())}],
    }
    page: dict[str, Any] = {"UserDetailList": [user], "Policies": []}
    if draw(st.booleans()):
        arn = f"arn:aws:iam::{A}:policy/limit"
        version = {"VersionId": "v1", "Document": draw(_policies()), "IsDefaultVersion": True}
        page["Policies"] = [{"Arn": arn, "DefaultVersionId": "v1", "PolicyVersionList": [version]}]
        user["PermissionsBoundary"] = {"PermissionsBoundaryArn": arn}
    buckets = [
        {
            "Arn": f"arn:aws:s3:::{name}",
            "Account": owner,
            "Policy": draw(st.none() | _policies(principal=True)),
        }
        for name, owner in OWNERS.items()
    ]
    return {f"{A}/a.json": page, "b.json": buckets}


def _is_allowed(snapshot: Snapshot, resource: str) -> bool:
    user = snapshot.contents.user(ALICE)
    assert user is not None
    bucket = resource.split(":")[5].partition("/")[0]
    listed = snapshot.contents.resources.get(f"arn:aws:s3:::{bucket}")
    policies = ApplicablePolicies(
        identity=user.policies,
        boundary=(user.boundary,) if user.boundary else (),
        resource=listed.policy if listed else None,
    )
    owner = OWNERS.get(bucket, A)
    request = Request(Principal.parse(ALICE), "s3:GetObject", resource, owner, context({}))
    return authorize(request, policies).allowed


def _extents(snapshot: Snapshot) -> Iterator[Extent]:
    world = World(snapshot.contents)
    user = snapshot.contents.user(ALICE)
    assert user is not None
    closure = Closure(world, origins.user(world, user), 1)
    for way in abilities(world, closure, [actions().named(["s3:GetObject"])], None):
        assert (way.what, way.verdict) == ("s3:GetObject", Verdict.YES)
        yield from way.extents


def _is_like(patterns: tuple[str, ...], resource: str) -> bool:
    read = (template(text, wildcards=True, variables=False) for text in patterns)
    return any(resource_matches(item, resource, context({})) for item in read)


@settings(max_examples=50)
@given(_worlds())
def test_extents(files: dict[str, Any]) -> None:
    """What is allowed is like a pattern of its account and no exception; an account without
    patterns has nothing that is allowed.
    """
    with tempfile.TemporaryDirectory() as folder:
        snapshot = Snapshot.load(write(Path(folder), files))
    found = {extent.account: extent for extent in _extents(snapshot)}
    for resource in OBJECTS:
        extent = found.get(OWNERS.get(resource.split(":")[5].partition("/")[0], A))
        allowed = _is_allowed(snapshot, resource)
        if extent is None:
            assert not allowed
            continue
        assert _is_like(extent.patterns, resource) or not allowed
        assert not (allowed and _is_like(extent.exceptions, resource))


def _told(world: World, closure: Closure, classes: list[int]) -> list[tuple[Any, ...]]:
    ways = abilities(world, closure, classes, None)
    told = [(way.what, way.verdict.value, way.extents, way.provisos) for way in ways]
    return sorted(told, key=repr)


@pytest.mark.parametrize("name", ["break-glass/BreakGlass", "LegacySync", "storage/VendorBackup"])
def test_alike_actions(name: str, tmp_path: Path) -> None:
    """Actions that are decided together are decided as each of them alone."""
    list(write_example(tmp_path))
    world = World(Snapshot.load(tmp_path).contents)
    (role,) = (role for role in world.snapshot.roles() if role.arn.endswith(f"role/{name}"))
    closure = Closure(world, origins.role(world, role), 1)
    classes = Random(name).sample(action_classes(world), 60)
    alike = AlikeActions(world, closure)
    keys = [found.key for bits in classes if (found := alike.of(next(actions().names(bits))))]
    assert len(set(keys)) < len(keys)
    alone = [item for bits in classes for item in _told(world, closure, [bits])]
    assert _told(world, closure, classes) == sorted(alone, key=repr)
