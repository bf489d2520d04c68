"""What holds of all policies: how a decision moves when a policy is changed."""

from __future__ import annotations

import copy
from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.casefiles import attached
from tests.generation import Generator, bearing
from verifier.policy.syntax import PolicyKind
from verifier.request import Request
from verifier.semantics.authorize import Outcome, authorize

_ORDER = {Outcome.DENY: 0, Outcome.UNDETERMINED: 1, Outcome.ALLOW: 2}
_FULL = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
_DENY_ALL = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"},
}
_REQUESTS = 6

randoms = st.randoms(use_true_random=False)
law = settings(max_examples=120)


def _decide(documents: dict[str, Any], action: str, request: Request) -> Outcome:
    return authorize(request, bearing(documents, action)).outcome


def _cases(random: Random) -> tuple[dict[str, Any], str, list[Request]]:
    generator = Generator(random)
    documents, action = generator.case()
    return documents, action, [generator.request(action) for _ in range(_REQUESTS)]


@law
@given(randoms)
def test_a_deny_never_grants(random: Random) -> None:
    """Adding a statement that denies never allows more."""
    documents, action, requests = _cases(random)
    denying = Generator(random).statement(principal=False, resource=True, effect="Deny")
    more = copy.deepcopy(documents)
    more["identity"].append({"Version": "2012-10-17", "Statement": denying})
    for request in requests:
        before, after = _decide(documents, action, request), _decide(more, action, request)
        assert _ORDER[after] <= _ORDER[before]


@law
@given(randoms)
def test_an_allow_never_denies(random: Random) -> None:
    """Adding a statement that allows never denies more."""
    documents, action, requests = _cases(random)
    more = copy.deepcopy(documents)
    more["identity"].append(_FULL)
    for request in requests:
        before, after = _decide(documents, action, request), _decide(more, action, request)
        assert _ORDER[after] >= _ORDER[before]


@law
@given(randoms)
def test_limits_only_take_away(random: Random) -> None:
    """A boundary, an SCP or an RCP never allows what is not allowed without it."""
    documents, action, requests = _cases(random)
    for name in ("boundary", "scps", "rcps", "endpoint"):
        less = {key: value for key, value in documents.items() if key != name}
        for request in requests:
            with_it, without = _decide(documents, action, request), _decide(less, action, request)
            assert _ORDER[with_it] <= _ORDER[without]


@law
@given(randoms)
def test_order_and_repetition_change_nothing(random: Random) -> None:
    """Policies and statements may stand in any order, and twice (R1.7)."""
    documents, action, requests = _cases(random)
    turned = copy.deepcopy(documents)
    turned["identity"] = [*reversed(turned["identity"]), *turned["identity"]]
    for document in filter(None, turned["identity"]):
        if isinstance(document["Statement"], list):
            document["Statement"] = list(reversed(document["Statement"]))
    for request in requests:
        assert _decide(documents, action, request) is _decide(turned, action, request)


@law
@given(randoms)
def test_splitting_a_statement_changes_nothing(random: Random) -> None:
    """A statement with several actions is as many statements with one each."""
    documents, action, requests = _cases(random)
    split = copy.deepcopy(documents)
    for document in filter(None, split["identity"]):
        statements = document["Statement"]
        listed = statements if isinstance(statements, list) else [statements]
        document["Statement"] = [
            {**statement, "Action": [one]}
            for statement in listed
            for one in _items(statement.get("Action", ["-"]))
            if "Action" in statement
        ] + [statement for statement in listed if "Action" not in statement]
    for request in requests:
        assert _decide(documents, action, request) is _decide(split, action, request)


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@law
@given(randoms)
def test_a_full_limit_changes_nothing(random: Random) -> None:
    """An SCP level that allows everything, added to others, changes nothing."""
    documents, action, requests = _cases(random)
    more = {**documents, "scps": [*documents.get("scps", []), [_FULL]]}
    for request in requests:
        assert _decide(documents, action, request) is _decide(more, action, request)


@law
@given(randoms)
def test_deny_everything_denies(random: Random) -> None:
    """A deny of everything leaves only what needs no permission (R6.3, R6.59)."""
    documents, action, requests = _cases(random)
    sealed = bearing(documents, action)
    sealed = replace(sealed, identity=(attached(_DENY_ALL, PolicyKind.IDENTITY),))
    for request in requests:
        outcome = authorize(request, sealed).outcome
        free = request.action.lower() in ("sts:getcalleridentity", "sts:getsessiontoken")
        assert outcome is Outcome.DENY or free


@law
@given(randoms)
def test_a_wider_glob_adds(random: Random) -> None:
    """Widening every action of the allowing statements to `*` never denies more."""
    documents, action, requests = _cases(random)
    wide = copy.deepcopy(documents)
    for document in filter(None, wide["identity"]):
        for statement in _items(document["Statement"]):
            if statement["Effect"] == "Allow":
                statement.pop("NotAction", None)
                statement["Action"] = "*"
    for request in requests:
        before, after = _decide(documents, action, request), _decide(wide, action, request)
        assert _ORDER[after] >= _ORDER[before]
