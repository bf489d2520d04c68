"""Comparisons of policies: cases reasoned by rule, and their mirror images."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.casefiles import attached
from verifier.compare import compare, exceeds
from verifier.comparison import Comparison, Relation
from verifier.compile.actions import actions
from verifier.compile.matching import names_action
from verifier.compile.novel_actions import beyond
from verifier.errors import PolicyError
from verifier.policy.syntax import ActionElement, PolicyKind
from verifier.policy.templates import template

CASES = json.loads((Path(__file__).parent / "cases" / "comparisons.json").read_text("utf-8"))
_MIRRORED = {Relation.WIDER: Relation.NARROWER, Relation.NARROWER: Relation.WIDER}


def _compared(case: dict[str, Any], old: str, new: str) -> Comparison:
    kind = PolicyKind[case["kind"].upper()]
    return compare(attached(case[old], kind, "old"), attached(case[new], kind, "new"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_relation(case: dict[str, Any]) -> None:
    """The new policy stands to the old one as the rules say."""
    assert _compared(case, "old", "new").relation is Relation(case["relation"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_mirror_image(case: dict[str, Any]) -> None:
    """With the policies exchanged, what was newly allowed is no longer, and so on; each policy is
    equivalent to itself.
    """
    relation = Relation(case["relation"])
    assert _compared(case, "new", "old").relation is _MIRRORED.get(relation, relation)
    for side in ("old", "new"):
        assert _compared(case, side, side).relation is Relation.EQUIVALENT


def test_kinds_must_agree() -> None:
    """An identity policy is not compared with a trust policy."""
    document = {"Version": "2012-10-17", "Statement": []}
    old = attached(document, PolicyKind.IDENTITY)
    new = attached(document, PolicyKind.TRUST)
    with pytest.raises(PolicyError, match="identity policy is compared with a trust policy"):
        compare(old, new)


def test_one_more_is_enough() -> None:
    """`exceeds` stops at the first request that only the one policy allows."""
    case = next(case for case in CASES if case["name"] == "one action more")
    old, new = (attached(case[side], PolicyKind.IDENTITY, side) for side in ("old", "new"))
    found = exceeds(new, old)
    assert found is not None
    assert found.request is not None
    assert found.request.action == "s3:PutObject"
    assert exceeds(old, new) is None


def test_undecided_is_named() -> None:
    """A value that is compared in a way that is not encoded makes the relation unknown."""
    condition = {"StringEqualsIgnoreCase": {"aws:RequestTag/a": "${aws:PrincipalTag/a}"}}
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    old = {"Version": "2012-10-17", "Statement": [{**statement, "Condition": condition}]}
    condition = {"StringEqualsIgnoreCase": {"aws:RequestTag/a": "${aws:PrincipalTag/b}"}}
    new = {"Version": "2012-10-17", "Statement": [{**statement, "Condition": condition}]}
    kind = PolicyKind.IDENTITY
    comparison = compare(attached(old, kind, "old"), attached(new, kind, "new"))
    assert comparison.relation is Relation.UNKNOWN
    assert "aws:PrincipalTag/b" in comparison.newly[0].reason


def test_any_string_as_an_action() -> None:
    """A list of all actions of today is all that a wildcard names, unless any string counts."""
    every = {"Effect": "Allow", "Action": "sts:AssumeRole*", "Resource": "*"}
    listed = ["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"]
    old = attached({"Statement": {**every, "Action": listed}}, PolicyKind.IDENTITY, "old")
    new = attached({"Statement": every}, PolicyKind.IDENTITY, "new")
    assert compare(old, new).relation is Relation.EQUIVALENT
    comparison = compare(old, new, any_action=True)
    assert comparison.relation is Relation.WIDER
    assert comparison.newly[0].request is not None
    assert comparison.newly[0].request.action.startswith("sts:assumerole")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_any_string_only_adds(case: dict[str, Any]) -> None:
    """What tells policies apart among the actions that exist does so among all strings."""
    kind = PolicyKind[case["kind"].upper()]
    old, new = (attached(case[side], kind, side) for side in ("old", "new"))
    narrow, wide = compare(old, new), compare(old, new, any_action=True)
    assert bool(wide.newly) >= bool(narrow.newly)
    assert bool(wide.lost) >= bool(narrow.lost)


@pytest.mark.parametrize(
    ("old", "new", "relation"),
    [
        (["s3:*"], ["s3:*", "novel:*"], Relation.WIDER),
        (["novel:*"], ["novel:Do*", "novel:Get?"], Relation.NARROWER),
        (["novel:*"], ["novel:?*", "NOVEL:Do*"], Relation.EQUIVALENT),
        (["novel:Do*"], ["no*:Do*"], Relation.WIDER),
        (["s3:NoSuchThing*"], ["s3:NoSuchThing?"], Relation.NARROWER),
        (["s3:*"], ["s3:NoSuchThing*", "s3:*"], Relation.EQUIVALENT),
    ],
)
def test_patterns_that_fit_no_action(old: list[str], new: list[str], relation: Relation) -> None:
    """What a policy writes that no catalogue has is real (R2.8): there is an action like it."""
    sides = (
        attached(
            {"Statement": {"Effect": "Allow", "Action": names, "Resource": "*"}},
            PolicyKind.IDENTITY,
        )
        for names in (old, new)
    )
    found = compare(*sides)
    assert found.relation is relation
    novel = any("there is an action" in text for text in found.assumptions)
    assert novel is (relation is not Relation.EQUIVALENT)


PATTERNS = st.text(alphabet="s3:GetObjcx*?", min_size=1, max_size=14)


@given(st.lists(st.lists(PATTERNS, max_size=3), max_size=3))
def test_beyond_the_catalogue(texts: list[list[str]]) -> None:
    """Of all that elements tell apart there is one action that no catalogue has, and only one."""
    elements = [
        ActionElement(tuple(template(text, wildcards=True, variables=False) for text in row))
        for row in texts
    ]
    wild = [
        ActionElement(tuple(item for item in element.patterns if {"*", "?"} & set(item.text)))
        for element in elements
    ]
    names = beyond(elements)
    assert not any(map(actions().has, names))
    kinds = {tuple(names_action(element, name) for element in wild) for name in names}
    assert len(kinds) == len(names)
    for name in ("s3:GetObject", "s3:GetObjectcc", "x:y", "s3:c", "Get:s3"):
        if not actions().has(name):
            assert tuple(names_action(element, name) for element in wild) in kinds


def test_what_other_policies_name_is_nothing_to_these() -> None:
    """An action that no catalogue has counts only where one of the two policies names it."""
    every = {"Effect": "Allow", "Action": "sts:AssumeRole*", "Resource": "*"}
    named = {**every, "Action": "sts:AssumeRoleInADream"}
    listed = ["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"]
    policies = [
        attached({"Statement": statement}, PolicyKind.IDENTITY, "policy")
        for statement in (every, named, {**every, "Action": listed})
    ]
    assert compare(policies[1], policies[0]).relation is Relation.WIDER
    assert compare(policies[2], policies[0]).relation is Relation.EQUIVALENT
