"""Which contexts a request can have: each condition is possible for a caller, or it is not."""

from __future__ import annotations

from typing import Any

import pytest

from iam_smt.automata import EVERYTHING
from iam_smt.credentials import Chain
from iam_smt.organizations import unknown_membership
from iam_smt.principals import Kind
from iam_smt.terms import both
from iam_smt.texts import StringVariable
from iam_smt.theory import Sat, Solver, Unsat
from tests.casefiles import CONTEXTS, attached, rows
from verifier.compile.callers import Caller
from verifier.compile.calls import Call
from verifier.compile.conditions import conditions_hold
from verifier.compile.strangers import anonymous_caller, named_caller, outside_caller
from verifier.compile.targets import Target
from verifier.policy.syntax import Condition, PolicyKind
from verifier.request import Principal, Request, context
from verifier.semantics.conditions import condition_holds
from verifier.semantics.contexts import impossible
from verifier.semantics.values import moment
from verifier.snapshot.model import Zone

A = "111111111111"
_ANYWHERE = Zone(frozenset(), frozenset())
_CALLERS = {
    "user": f"arn:aws:iam::{A}:user/alice",
    "role session": f"arn:aws:sts::{A}:assumed-role/app/s1",
    "root": f"arn:aws:iam::{A}:root",
}
_KINDS = {"user": Kind.USER, "role session": Kind.ROLE_SESSION, "root": Kind.ROOT}


def _caller(name: str) -> Caller:
    if name in _KINDS:
        return outside_caller(_ANYWHERE, _KINDS[name], "aws", name, Chain(True, True))
    if name == "anonymous":
        return anonymous_caller(name, Chain(True, True))
    return named_caller(Kind.SERVICE, name, "aws", name, Chain(True, True))


def _conditions(row: dict[str, Any]) -> tuple[Condition, ...]:
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": row["condition"]}
    document = {"Version": "2012-10-17", "Statement": statement}
    return attached(document, PolicyKind.IDENTITY).statements[0].conditions


@pytest.mark.parametrize("row", rows(CONTEXTS), ids=lambda row: f"{row['id']}-{row['rule']}")
def test_context(row: dict[str, Any]) -> None:
    """The encoding knows whether some caller of the kind meets the condition; the evaluator
    accepts the caller that is found, and knows a context that cannot be by its rule.
    """
    entries = _conditions(row)
    resource = StringVariable("resource", EVERYTHING)
    owner = unknown_membership("owner")
    target = Target("any", resource, "", A, owner, None, (), None, known=False)
    not_before = moment(row["not_before"]) if "not_before" in row else None
    call = Call("request", _caller(row["caller"]), row["action"], target, not_before)
    term = conditions_hold(entries, call.authorization().request)
    answer = Solver().solve(both(term, call.axioms()))
    assert isinstance(answer, Sat if row["possible"] else Unsat)
    if isinstance(answer, Sat):
        found = call.decode(answer.model)
        assert impossible(found) == []
        assert all(condition_holds(entry, found.context) for entry in entries)
    elif "context" in row:
        principal = Principal.parse(_CALLERS.get(row["caller"], row["caller"]))
        tried = Request(principal, row["action"], "*", A, context(row["context"]))
        assert all(condition_holds(entry, tried.context) for entry in entries)
        assert any(row["rule"] in reason for reason in impossible(tried))
