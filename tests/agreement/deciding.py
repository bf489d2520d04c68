"""One request decided by both readings; many of them, from a seed."""

from __future__ import annotations

from collections import Counter
from functools import partial
from random import Random

from iam_smt.terms import FALSE, TRUE
from iam_smt.theory import Sat, Solver, Unsat, Unsolved
from tests.agreement.shrinking import shrunk
from tests.generation import REQUESTS, Generator, bearing
from tests.pinning import folded, opened, pins
from verifier.compile.authorize import authorize as compile_authorization
from verifier.disputes import DEFAULT, Readings
from verifier.policy.attached import ApplicablePolicies
from verifier.request import Request
from verifier.semantics.authorize import Outcome, authorize

_SOLVED = 2
"""How many of them are put to the solver over an open context, too."""

_DECISIONS = {Outcome.ALLOW: (TRUE, Sat), Outcome.DENY: (FALSE, Unsat)}


def agree(
    request: Request,
    policies: ApplicablePolicies,
    readings: Readings = DEFAULT,
    *,
    solve: bool,
) -> str:
    """Assert that evaluator and encoding decide `request` alike under `readings`; return how.

    With `solve` the solver decides it, too, over an open context: it may say that it does not
    know, which is told, but nothing else than the evaluator says.
    """
    outcome = authorize(request, policies, readings).outcome
    term = compile_authorization(folded(request, policies, readings), policies)
    if outcome is Outcome.UNDETERMINED:
        assert isinstance(Solver().solve(term), Sat)
        return outcome.value
    constant, verdict = _DECISIONS[outcome]
    if term in (TRUE, FALSE):
        assert constant is term
    else:
        assert isinstance(Solver().solve(term), verdict)
    if solve:
        open_request = opened(request, policies, readings)
        open_term = compile_authorization(open_request, policies)
        demands = pins(open_request, request.context)
        if demands is not None:
            answer = Solver().solve(open_term, *demands)
            if isinstance(answer, Unsolved) or (
                isinstance(answer, Sat) and answer.model.open_points
            ):
                return f"{outcome.value}, left open"
            assert isinstance(answer, verdict)
    return outcome.value


def decisions(seed: int, numbers: range) -> tuple[Counter[str], list[str]]:
    """Compare both twins on twenty requests for each number, half of the time with disputed points
    read otherwise; return the outcomes, and what differs, the first made small.
    """
    outcomes: Counter[str] = Counter()
    different: list[str] = []
    for number in numbers:
        generator = Generator(Random(f"{seed}/{number}"))
        documents, action = generator.case()
        policies = bearing(documents, action)
        readings = generator.readings()
        for index in range(REQUESTS):
            request = generator.request(action)
            solve = index < _SOLVED
            try:
                outcomes[agree(request, policies, readings, solve=solve)] += 1
            except AssertionError:
                outcomes["different"] += 1
                found = f"decision {seed}/{number} request {index} {dict(readings.chosen)}"
                if not different:
                    differs = partial(_differs, readings=readings)
                    found += "\n" + shrunk(documents, request, action, differs)
                different.append(found)
    return outcomes, different


def _differs(request: Request, policies: ApplicablePolicies, readings: Readings) -> bool:
    try:
        agree(request, policies, readings, solve=True)
    except AssertionError:
        return True
    return False
