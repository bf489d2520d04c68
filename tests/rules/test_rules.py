"""Every rule of the semantics is implemented and shown by a case, or its absence has a reason."""

from __future__ import annotations

import pytest

from tests.casefiles import OPEN, rows
from tests.rules import ways
from tests.rules.citations import in_product, in_tests, names_of_tests, number
from tests.rules.page import NEEDED, PAGE, Rule, page, rules

REGISTER = rules()
CITED = in_product(REGISTER)
CASES = in_tests(REGISTER)
_TOLD_BY = {"R8.91": "test_delegation.test_caveats"}
"""Rules of which another command tells what it assumes, with the test of that."""

ANSWERS = {"exact", "over-approximated", "under-approximated", "unknown"}


def test_register() -> None:
    """The register lists every rule once, in order, in terms that the page explains."""
    assert list(REGISTER) == sorted(REGISTER, key=number)
    assert {rule.answer for rule in REGISTER.values()} <= ANSWERS
    assert {rule.by for rule in REGISTER.values()} <= NEEDED.keys()


@pytest.mark.parametrize("rule", REGISTER.values(), ids=lambda rule: rule.rule)
def test_rule(rule: Rule) -> None:
    """The rule is out of scope for a reason, or each reading that it needs cites it and a case
    shows it; what is not exact says how.
    """
    if rule.by == "out":
        assert rule.note
        return
    for reading in NEEDED[rule.by]:
        assert CITED[reading].get(rule.rule), f"no {reading} cites {rule.rule}"
    assert CASES.get(rule.rule), f"no case cites {rule.rule}"
    assert rule.answer == "exact" or rule.note


@pytest.mark.parametrize(
    "rule",
    [rule for rule in REGISTER.values() if rule.by == "out" or rule.answer != "exact"],
    ids=lambda rule: rule.rule,
)
def test_rule_that_is_not_exact(rule: Rule) -> None:
    """Of a rule that is not exact a question is answered unknown, or names what it assumes; of one
    that is out of scope a question shows what is answered all the same.
    """
    if rule.rule in _TOLD_BY:
        assert _TOLD_BY[rule.rule] in names_of_tests()
        return
    cases = [case for case in rows(OPEN) if case["rule"] == rule.rule]
    assert cases, "no case of tests/cases/open.jsonl is about it"
    if rule.by != "out":
        assert all(case["verdict"] == "unknown" or "assumes" in case for case in cases)


def test_cited_rules_exist() -> None:
    """Every rule that the product or a case cites is in the register."""
    cited = {rule for citations in (*CITED.values(), CASES) for rule in citations}
    assert cited <= REGISTER.keys(), cited - REGISTER.keys()


def test_page_is_fresh() -> None:
    """`docs/semantics.md` is what `python -m tests.rules` writes."""
    assert page() == PAGE.read_text("utf-8"), "stale: run `python -m tests.rules`"


def test_page_of_ways_is_fresh() -> None:
    """`docs/primitives.md` is what `python -m tests.rules` writes."""
    assert ways.page() == ways.PAGE.read_text("utf-8"), "stale: run `python -m tests.rules`"
