"""Laws of comparisons: what says the same is equivalent, and both directions mirror each other."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from tests.casefiles import attached
from tests.generation import Generator
from tests.laws import changes
from verifier.compare import compare
from verifier.comparison import Relation
from verifier.policy.attached import AttachedPolicy
from verifier.policy.syntax import PolicyKind

_POLICIES = 40
_MIRRORED = {
    Relation.WIDER: Relation.NARROWER,
    Relation.NARROWER: Relation.WIDER,
}


def _policy(number: int) -> tuple[AttachedPolicy, Any, Generator]:
    random = Random(f"comparisons/{number}")
    generator = Generator(random)
    generator.case()
    kind = PolicyKind.IDENTITY if number % 2 else PolicyKind.RESOURCE
    document = generator.policy(principal=kind is PolicyKind.RESOURCE)
    return attached(document, kind, f"policy {number}"), document, generator


@pytest.mark.parametrize("change", changes.EQUAL)
def test_the_same_in_other_words(change: str) -> None:
    """A policy is equivalent to itself with its statements turned round, repeated or split, or
    with equal unions in the place of its globs.
    """
    for number in range(_POLICIES):
        policy, document, _ = _policy(number)
        assert policy.policy is not None
        statements = changes.EQUAL[change](policy.statements)
        other = replace(policy, policy=replace(policy.policy, statements=statements))
        assert compare(policy, other).relation is Relation.EQUIVALENT, document


def test_mirrored() -> None:
    """What is newly allowed one way round is no longer allowed the other way round."""
    seen = set()
    for number in range(_POLICIES):
        old, document, generator = _policy(number)
        other = generator.policy(principal=old.kind is PolicyKind.RESOURCE)
        new = attached(other, old.kind, "new")
        there, back = compare(old, new), compare(new, old)
        assert back.relation is _MIRRORED.get(there.relation, there.relation), (document, other)
        assert {change.cause.statement for change in there.newly} == {
            change.cause.statement for change in back.lost
        }
        seen.add(there.relation)
    assert {Relation.WIDER, Relation.NARROWER, Relation.INCOMPARABLE} <= seen


def test_less_is_narrower() -> None:
    """A policy without one of its Allow statements allows nothing new."""
    for number in range(_POLICIES):
        policy, document, _ = _policy(number)
        assert policy.policy is not None
        statements = changes.without_an_allow(Random(number), policy.statements)
        other = replace(policy, policy=replace(policy.policy, statements=statements))
        assert not compare(policy, other).newly, document
