"""The two readings of the semantics decide generated requests alike."""

from __future__ import annotations

import os
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iam_smt.terms import FALSE, TRUE
from iam_smt.theory import Sat, Solver, Unsat
from tests.generation import Generator, bearing
from tests.pinning import folded, opened, pins
from verifier.compile.authorize import authorize as compile_authorization
from verifier.policy.attached import ApplicablePolicies
from verifier.request import Request
from verifier.semantics.authorize import Outcome, authorize

_REQUESTS = 10
_DECISIONS = {Outcome.ALLOW: (TRUE, Sat), Outcome.DENY: (FALSE, Unsat)}


def agree(request: Request, policies: ApplicablePolicies, *, solve: bool) -> None:
    """Assert that evaluator and encoding decide `request` alike."""
    outcome = authorize(request, policies).outcome
    term = compile_authorization(folded(request, policies), policies)
    if outcome is Outcome.UNDETERMINED:
        assert isinstance(Solver().solve(term), Sat)
        return
    constant, verdict = _DECISIONS[outcome]
    if term in (TRUE, FALSE):
        assert constant is term
    else:
        assert isinstance(Solver().solve(term), verdict)
    if solve:
        open_request = opened(request, policies)
        open_term = compile_authorization(open_request, policies)
        demands = pins(open_request, request.context)
        if demands is not None:
            answer = Solver().solve(open_term, *demands)
            doubtful = isinstance(answer, Sat) and answer.model.open_points
            assert doubtful or isinstance(answer, verdict)


@settings(
    max_examples=int(os.environ.get("VERIFIER_EXAMPLES", "2000")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.randoms(use_true_random=False))
def test_same_decision(random: Random) -> None:
    """Folded over a known request, and now and then pinned by the solver, both decide alike."""
    generator = Generator(random)
    document, action = generator.case()
    policies = bearing(document, action)
    for number in range(_REQUESTS):
        agree(generator.request(action), policies, solve=number == 0)
