"""Roles that nothing tells apart: a search over two of each kind finds what one over all does."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.test_snapshot import NEW, A, B, allow, role, write
from verifier import Snapshot
from verifier.queries import likeness
from verifier.queries.likeness import Likeness
from verifier.verdict import Answer, Verdict

_COUNT = 7
_ACTIONS = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
_CONDITIONS: list[dict[str, Any]] = [
    {"StringEquals": {"aws:RequestTag/team": ["blue", "green"]}},
    {"StringEqualsIfExists": {"aws:RequestTag/team": "blue"}},
    {"StringEquals": {"aws:PrincipalTag/team": "red"}},
    {"StringEquals": {"aws:SourceIdentity": "alice"}},
    {"StringNotEqualsIfExists": {"sts:SourceIdentity": "alice"}},
    {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    {"Null": {"aws:PrincipalTag/team": "true"}},
    {"ForAnyValue:StringEquals": {"sts:TransitiveTagKeys": "team"}},
]


def _arn(number: int | str) -> str:
    return f"arn:aws:iam::{A}:role/r{number}"


class _Crowds:
    """Makes accounts of a few kinds of roles, some of which policies name."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def _condition(self) -> dict[str, Any]:
        arns = {"ArnLike": {"aws:PrincipalArn": self._named()}}
        ids = {"StringLike": {"aws:userid": f"AROAR{self._random.randrange(_COUNT)}:*"}}
        return self._random.choice([{}, {}, *_CONDITIONS, arns, ids])

    def _named(self) -> str:
        return self._random.choice([_arn("*"), _arn(self._random.randrange(_COUNT))])

    def _trust(self, *, entry: bool = False, goal: bool = False) -> dict[str, Any]:
        session = f"arn:aws:sts::{A}:assumed-role/r{self._random.randrange(_COUNT)}/x"
        choices: list[Any] = [A, A, [A, B], [A, B], session, _arn(self._random.randrange(_COUNT))]
        named = [A, B] if entry else A if goal else self._random.choice(choices)
        statement = {"Effect": "Allow", "Principal": {"AWS": named}, "Action": _ACTIONS}
        condition = self._condition() | (self._condition() if goal else {})
        return {"Version": NEW, "Statement": statement | {"Condition": condition}}

    def _policy(self) -> dict[str, Any]:
        resource = self._random.choice(["*", "*", self._named()])
        return allow(_ACTIONS, resource, Condition=self._condition())

    def snapshot(self, folder: Path) -> Snapshot:
        """Return an account of roles of two kinds, and a goal that asks for something."""
        kinds = [(self._trust(entry=each), self._policy()) for each in (True, False)]
        roles = []
        for number in range(_COUNT):
            document, policy = self._random.choice(kinds)
            inline = [{"PolicyName": "p", "PolicyDocument": policy}]
            more = {"AssumeRolePolicyDocument": document, "RolePolicyList": inline}
            roles.append(role(f"r{number}", **more))
        inline = [{"PolicyName": "p", "PolicyDocument": allow("s3:DeleteBucket")}]
        more = {"AssumeRolePolicyDocument": self._trust(goal=True), "RolePolicyList": inline}
        roles.append(role("goal", **more))
        return Snapshot.load(write(folder, {"a.json": {"RoleDetailList": roles}}))


def _told(answer: Answer) -> set[tuple[Verdict, str]]:
    return {(way.verdict, way.what) for way in answer.ways}


@pytest.mark.parametrize("seed", range(int(os.environ.get("VERIFIER_CROWDS", "25"))))
def test_same_as_over_all(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What can be reached, and who can be become, is the same with all roles told apart."""
    snapshot = _Crowds(Random(seed)).snapshot(tmp_path)
    questions = (
        f"can anyone outside {A} reach s3:DeleteBucket via role assumption",
        f"what can anyone outside {A} become",
    )
    monkeypatch.setattr(likeness, "_FEW", 0)
    found = [_told(snapshot.ask(question)) for question in questions]
    monkeypatch.setattr(Likeness, "classes", property(lambda self: [[r] for r in self._within]))
    assert [_told(snapshot.ask(question)) for question in questions] == found
