"""The smallest sets of statements that close a yes: those that brute force finds, or so it says."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

import pytest

from iam_smt.hitting import smallest_hitting
from tests.test_snapshot import A, B, allow, role, trust, write
from verifier import Snapshot
from verifier.inquiry import margins
from verifier.verdict import Answer, Margin

Graph = dict[str, list[str]]
"""Roles with those whom their trust policies name; `outside` is another account."""


def _graph(random: Random) -> Graph:
    names = [f"r{number}" for number in range(8)]
    found = {name: random.sample(names, random.randrange(3)) for name in names}
    for name in random.sample(names, 3):
        found[name].append("outside")
    return found


def _ask(folder: Path, graph: Graph, goals: list[str]) -> Answer:
    roles: list[dict[str, Any]] = []
    for name, trusted in graph.items():
        arns = [B if each == "outside" else f"arn:aws:iam::{A}:role/{each}" for each in trusted]
        policy = allow("s3:DeleteBucket" if name in goals else "s3:GetObject")
        roles.append(
            role(
                name,
                AssumeRolePolicyDocument=trust({"AWS": arns or f"arn:aws:iam::{A}:user/nobody"}),
                RolePolicyList=[{"PolicyName": name, "PolicyDocument": policy}],
            )
        )
    snapshot = Snapshot.load(write(folder, {"a.json": {"RoleDetailList": roles}}))
    question = f"can anyone outside {A} reach s3:DeleteBucket via role assumption"
    return snapshot.ask(question, margins=True)


def _reached(graph: Graph, goals: list[str], gone: frozenset[str]) -> bool:
    """Return whether a goal is reached without some trust policies (`r1`) and permissions."""
    seen: set[str] = set()
    found = {name for name, trusted in graph.items() if "outside" in trusted} - gone
    while found - seen:
        seen |= found
        found = {name for name, trusted in graph.items() if seen & set(trusted)} - gone
    return any(name in seen and f"{name} may" not in gone for name in goals)


def _smallest(graph: Graph, goals: list[str]) -> Iterator[frozenset[str]]:
    statements = [*graph, *(f"{name} may" for name in goals)]
    for size in range(1, len(statements) + 1):
        found = [
            chosen
            for chosen in map(frozenset, combinations(statements, size))
            if not _reached(graph, goals, chosen)
        ]
        if found:
            yield from found
            return


def _margin(answer: Answer) -> Margin:
    margin = answer.ways[0].margin
    assert margin is not None
    return margin


def _named(margin: Margin) -> set[frozenset[str]]:
    def name(policy: str) -> str:
        _, mark, found = policy.partition("trust policy of ")
        return found if mark else policy.split('"')[1] + " may"

    return {frozenset(name(cause.policy) for cause in causes) for causes in margin.closes}


@pytest.mark.parametrize("seed", range(12))
def test_as_small_as_can_be(seed: int, tmp_path: Path) -> None:
    """The sets that close a yes are those that trying all of them finds, and are proved so."""
    random = Random(seed)
    graph = _graph(random)
    goals = random.sample(list(graph), 3)
    answer = _ask(tmp_path, graph, goals)
    assert answer.yes is _reached(graph, goals, frozenset())
    if not answer.yes:
        return
    margin, expected = _margin(answer), set(_smallest(graph, goals))
    assert margin.is_smallest
    assert _named(margin) <= expected
    assert len(margin.closes) == min(len(expected), 12)


def _doors(count: int) -> tuple[Graph, list[str]]:
    graph = {f"r{number}": ["outside"] for number in range(count)}
    return graph, list(graph)


def test_seven_doors(tmp_path: Path) -> None:
    """Seven ways that share nothing need seven statements, not more."""
    margin = _margin(_ask(tmp_path, *_doors(7)))
    assert {len(causes) for causes in margin.closes} == {7}
    assert margin.is_smallest
    assert not margin.stopped


def test_how_far_it_was_proved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no more may be asked, a set that closes it is told if one is known, and how many
    statements are needed at least.
    """
    monkeypatch.setattr(margins, "_MOST_CUTS", 6)
    margin = _margin(_ask(tmp_path, *_doors(6)))
    assert margin.stopped == "after 6 questions"
    assert not margin.is_smallest
    assert margin.at_least < 6
    assert all(len(causes) >= 6 for causes in margin.closes)


def test_all_classes_together(tmp_path: Path) -> None:
    """Where several classes of callers can, there is a set that closes all of them."""
    provider = f"arn:aws:iam::{A}:oidc-provider/token.actions.githubusercontent.com"
    federated = trust({"Federated": provider}) | {"Version": "2012-10-17"}
    federated["Statement"]["Action"] = "sts:AssumeRoleWithWebIdentity"
    policy = [{"PolicyName": "p", "PolicyDocument": allow("s3:DeleteBucket")}]
    roles = [
        role("left", AssumeRolePolicyDocument=trust({"AWS": B}), RolePolicyList=policy),
        role("right", AssumeRolePolicyDocument=federated, RolePolicyList=policy),
    ]
    snapshot = Snapshot.load(write(tmp_path, {"a.json": {"RoleDetailList": roles}}))
    question = "can any external principal reach s3:DeleteBucket via role assumption"
    answer = snapshot.ask(question, margins=True)
    assert answer.margin is not None
    assert answer.margin.is_smallest
    assert frozenset({"left", "right"}) in _named(answer.margin)
    assert all(way.margin.at_least == 1 for way in answer.ways if way.margin and way.witness)


def test_hitting_sets() -> None:
    """A hitting set takes what sets share, and what is excluded as a whole is not taken."""
    sets = [frozenset("ab"), frozenset("bc"), frozenset("cd")]
    first = smallest_hitting(sets, [], "abcd")
    assert first is not None
    assert len(first) == 2
    others = [first]
    while (found := smallest_hitting(sets, others, "abcd")) is not None and len(found) == 2:
        others.append(found)
    assert set(others) == {frozenset("bc"), frozenset("bd"), frozenset("ac")}
    assert smallest_hitting([frozenset()], [], "a") is None
