"""The two readings of the semantics decide generated requests alike."""

from __future__ import annotations

import os
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.agreement.coverage import coverage
from tests.agreement.deciding import agree, decisions
from tests.agreement.shrinking import shrunk
from tests.generation import REQUESTS, Generator, bearing
from tests.pinning import folded
from verifier.compile.authorize import authorize as compile_authorization
from verifier.disputes import Readings
from verifier.policy.attached import ApplicablePolicies
from verifier.policy.operators import OPERATORS
from verifier.policy.syntax import PolicyKind
from verifier.request import PrincipalType, Request
from verifier.semantics.authorize import Outcome, authorize

_MANY = 50_000
_OFTEN = (
    "across accounts",
    "by service-linked role",
    "by AssumeRoot session",
    "ForAllValues",
    "ForAnyValue",
    "NotAction",
    "NotPrincipal Account",
    "NotResource",
    "negated IfExists in Deny",
    "several levels of SCPs",
    "variable in Condition",
    "variable in Resource",
    "version 2008-10-17",
    "with policy without its document",
)
"""What comes up in more than one case of a hundred, and is not always decided alike."""


@settings(max_examples=int(os.environ.get("VERIFIER_EXAMPLES", "300")))
@given(st.randoms(use_true_random=False))
def test_same_decision(random: Random) -> None:
    """Folded over a known request, and now and then pinned by the solver, both decide alike."""
    generator = Generator(random)
    document, action = generator.case()
    policies, readings = bearing(document, action), generator.readings()
    for number in range(10):
        agree(generator.request(action), policies, readings, solve=number == 0)


@settings(max_examples=int(os.environ.get("VERIFIER_EXAMPLES", "300")))
@given(st.randoms(use_true_random=False))
def test_what_was_not_met_makes_no_difference(random: Random) -> None:
    """Neither twin decides otherwise under a reading that it has not asked about."""
    generator = Generator(random)
    document, action = generator.case()
    policies, other = bearing(document, action), generator.readings()
    for _ in range(10):
        request, before = generator.request(action), Readings()
        outcome = authorize(request, policies, before).outcome
        after = Readings(_not_met(other, before))
        assert outcome is authorize(request, policies, after).outcome
        before = Readings()
        term = compile_authorization(folded(request, policies, before), policies)
        after = Readings(_not_met(other, before))
        again = compile_authorization(folded(request, policies, after), policies)
        assert repr(term) == repr(again)


def _not_met(other: Readings, before: Readings) -> dict[str, str]:
    """Return the readings of `other` that differ from those of `before` and were not met."""
    return {
        point: reading
        for point, reading in other.chosen.items()
        if (point, reading) not in before.met
    }


def test_many_decisions() -> None:
    """Fifty thousand requests from a seed are decided alike; a good part of them is allowed, and
    the solver leaves next to none open.
    """
    found, different = decisions(2026, range(_MANY // REQUESTS))
    assert not different
    assert found.total() == _MANY
    assert found["allow"] > _MANY / 6
    open_ones = sum(count for word, count in found.items() if "left open" in word)
    assert open_ones < _MANY / 500


def test_what_is_generated() -> None:
    """Callers, policies and operators of every kind are generated, and decided both ways."""
    found = coverage(2026, range(_MANY // 4 // REQUESTS))
    kinds = [f"by {kind.value}" for kind in PrincipalType]
    kinds += [f"with {kind.value}" for kind in PolicyKind if kind is not PolicyKind.ACL]
    for name in [*kinds, *_OFTEN]:
        assert found.share(name) > 0.01, name
        assert found.cases[name, "allow"] > 10, name
        assert found.cases[name, "deny"] > 10, name
    for name in OPERATORS:
        assert found.entries[name, True] > 3, name
        assert found.entries[name, False] > 3, name


def test_differences_are_made_small() -> None:
    """Of a case that differs only what is needed to differ is shown."""

    def allows(request: Request, policies: ApplicablePolicies) -> bool:
        return authorize(request, policies).outcome is Outcome.ALLOW

    for number in range(100):
        generator = Generator(Random(number))
        documents, action = generator.case()
        request = generator.request(action)
        if allows(request, bearing(documents, action)):
            case = shrunk(documents, request, action, allows)
            assert len(case) < 600, case
