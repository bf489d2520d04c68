"""What closes an escalation, what stops one, and the single change that would let it through."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.test_snapshot import NEW, A, write
from verifier import Snapshot
from verifier.inquiry.margins import closing
from verifier.queries import grammar
from verifier.queries.world import World
from verifier.verdict import Verdict, Way

EVE = f"arn:aws:iam::{A}:user/eve"
_QUESTION = f"can {EVE} become administrator"
Statement = dict[str, Any]


def _allow(action: str, resource: str = EVE, **more: Any) -> Statement:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def _snapshot(folder: Path, *, boundary: Statement | None = None, **policies: Any) -> Snapshot:
    inline = [
        {"PolicyName": name, "PolicyDocument": {"Version": NEW, "Statement": statement}}
        for name, statement in policies.items()
    ]
    eve = {"UserName": "eve", "UserId": "AIDAEVE", "Arn": EVE, "UserPolicyList": inline}
    managed = []
    if boundary is not None:
        arn = f"arn:aws:iam::{A}:policy/cage"
        eve["PermissionsBoundary"] = {"PermissionsBoundaryArn": arn}
        document = {"Version": NEW, "Statement": boundary}
        version = {"VersionId": "v1", "Document": document, "IsDefaultVersion": True}
        managed = [{"Arn": arn, "DefaultVersionId": "v1", "PolicyVersionList": [version]}]
    return Snapshot.load(
        write(folder, {"account.json": {"UserDetailList": [eve], "Policies": managed}})
    )


def _way(folder: Path, **policies: Any) -> Way:
    (way,) = _snapshot(folder, **policies).ask(_QUESTION, margins=True).ways
    return way


def _closing(way: Way) -> set[frozenset[str]]:
    return {frozenset(cause.policy for cause in causes) for causes in way.closes}


def test_two_ways_are_closed_together(tmp_path: Path) -> None:
    """Without either permission the other one is enough; without both, or without what both need,
    it is a no (P8.3).
    """
    one, other = _allow("iam:PutUserPolicy"), _allow("iam:AttachUserPolicy")
    way = _way(tmp_path, one=one, other=other)
    assert way.verdict is Verdict.YES
    assert _closing(way) == {frozenset({'inline policy "one"', 'inline policy "other"'})}
    (tmp_path / "single").mkdir()
    way = _way(tmp_path / "single", one=one, reads=_allow("s3:GetObject", "*"))
    assert _closing(way) == {frozenset({'inline policy "one"'})}


def test_function(tmp_path: Path) -> None:
    """The function gives the same, without margins of the rest."""
    snapshot = _snapshot(tmp_path, one=_allow("iam:PutUserPolicy"))
    ((cause,),) = closing(World(snapshot.contents), grammar.parse(_QUESTION), EVE)
    assert (cause.policy, cause.statement, cause.effect) == ('inline policy "one"', "1", "Allow")
    assert cause.place.endswith("account.json:1:205")


@pytest.mark.parametrize(
    ("stopping", "stops"),
    [
        ({"no": _allow("iam:Put*", "*") | {"Effect": "Deny"}}, "the caller's own policies"),
        ({"boundary": _allow("s3:*", "*")}, "the permissions boundary"),
    ],
)
def test_barriers(tmp_path: Path, stopping: dict[str, Any], stops: str) -> None:
    """A no tells which call would lead on, and what does not let it through."""
    way = _way(tmp_path, one=_allow("iam:PutUserPolicy"), **stopping)
    assert way.verdict is Verdict.NO
    (barrier,) = way.barriers
    assert (barrier.who, barrier.what) == (EVE, (f"iam:PutUserPolicy on {EVE}",))
    assert barrier.stops.startswith(stops)


def test_near_miss(tmp_path: Path) -> None:
    """A deny, or a condition, that alone keeps somebody from it is told with what would follow."""
    way = _way(
        tmp_path,
        one=_allow("iam:PutUserPolicy"),
        no=_allow("iam:Put*", "*") | {"Effect": "Deny"},
    )
    (miss,) = way.misses
    assert (miss.statement.policy, miss.dropped) == ('inline policy "no"', None)
    assert [hop.action for hop in miss.witness] == ["iam:PutUserPolicy"]
    (tmp_path / "condition").mkdir()
    unmet = {"Condition": {"StringEquals": {"aws:PrincipalTag/team": "red"}}}
    way = _way(tmp_path / "condition", one=_allow("iam:PutUserPolicy", **unmet))
    (miss,) = way.misses
    assert miss.dropped is not None and miss.dropped.condition.key == "aws:principaltag/team"


def test_nothing_near(tmp_path: Path) -> None:
    """Whom no policy offers a call that would lead on nothing stops, and nothing would let on."""
    way = _way(tmp_path, reads=_allow("s3:GetObject", "*"))
    assert (way.verdict, way.barriers, way.misses) == (Verdict.NO, (), ())
