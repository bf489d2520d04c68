"""What AWS does, as data: every case decided three times, every pattern held against its value."""

from __future__ import annotations

from typing import Any

import pytest

from iam_smt.automata import clause
from iam_smt.networks import contains, read_network
from iam_smt.operators import arn_patterns
from iam_smt.terms import FALSE, TRUE
from iam_smt.theory import Sat, Solver, Unsat
from tests.casefiles import MATCHING, Case, all_cases, rows
from tests.pinning import folded, opened, pins
from verifier.compile.authorize import authorize as compile_authorization
from verifier.compile.matching import names_action, pattern
from verifier.policy.syntax import ActionElement
from verifier.policy.templates import template
from verifier.semantics.authorize import authorize
from verifier.semantics.matching import ActionList, arn_matches, glob, resource_matches
from verifier.semantics.values import address, network

CASES = all_cases()
CERTAIN = [case for case in CASES if case.expected != "undetermined"]


def _name(case: Case) -> str:
    return f"{case.id}-{case.rule}"


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_evaluator(case: Case) -> None:
    """The evaluator decides the case as expected."""
    decision = authorize(case.request, case.policies, case.readings)
    assert case.expected == decision.outcome.value


@pytest.mark.parametrize("case", CERTAIN, ids=_name)
def test_encoding_folded(case: Case) -> None:
    """Over a known request, the encoding folds to the expected decision without a solver."""
    expected = TRUE if case.expected == "allow" else FALSE
    request = folded(case.request, case.policies, case.readings)
    assert expected is compile_authorization(request, case.policies)


@pytest.mark.parametrize("case", CERTAIN, ids=_name)
def test_encoding_pinned(case: Case) -> None:
    """Over an open request pinned to the known one, the solver finds the expected decision."""
    expected = Sat if case.expected == "allow" else Unsat
    request = opened(case.request, case.policies, case.readings)
    term = compile_authorization(request, case.policies)
    demands = pins(request, case.request.context)
    if demands is None:
        pytest.skip("an open request has no such value: not of the type of its key, or no value")
    assert isinstance(Solver().solve(term, *demands), expected)


@pytest.mark.parametrize("row", rows(MATCHING), ids=lambda row: f"{row['id']}-{row['rule']}")
def test_matching(row: dict[str, Any]) -> None:
    """Both readings hold the pattern against the value as expected."""
    text, value, expected = row["pattern"], row["value"], row["expected"]
    tokens = template(text, wildcards=True, variables=True)
    match row["kind"]:
        case "action":
            element = ActionElement((tokens,))
            found = value in ActionList([text]), names_action(element, value)
        case "resource":
            concrete = resource_matches(tokens, value, {})
            found = concrete, value in clause([pattern(tokens.tokens)])
        case "arnlike":
            read = clause(arn_patterns([pattern(tokens.tokens)]))
            found = arn_matches(tokens.tokens, value), value in read
        case "stringlike":
            found = glob(tokens.tokens, value), value in clause([pattern(tokens.tokens)])
        case "ip":
            block, place = network(text), address(value)
            encoded = read_network(text)
            found = (
                block is not None and place is not None and place in block,
                encoded is not None and contains(encoded, value),
            )
    assert (expected, expected) == found
