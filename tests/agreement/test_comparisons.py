"""Comparisons of generated policies against what the evaluator says of single requests."""

from __future__ import annotations

import copy
import os
from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.casefiles import attached
from tests.generation import Generator
from verifier.compare import compare, exceeds
from verifier.comparison import Relation
from verifier.policy.attached import AttachedPolicy
from verifier.policy.syntax import Effect, PolicyKind
from verifier.request import ACCOUNT_KINDS, PrincipalType, Request, context
from verifier.semantics.contexts import impossible
from verifier.semantics.statements import matches

_REQUESTS = 40
_TYPES = {
    PrincipalType.ROOT: "Account",
    PrincipalType.USER: "User",
    PrincipalType.ROLE_SESSION: "AssumedRole",
    PrincipalType.FEDERATED_USER: "FederatedUser",
}
_READABLE = {
    "aws:securetransport": {"true", "false"},
    "aws:multifactorauthpresent": {"true", "false"},
    "s3:max-keys": {"10", "10.0", "9.5", "-3"},
    "aws:multifactorauthage": {"10", "10.0", "9.5"},
    "aws:currenttime": {"2026-01-01T00:00:00Z"},
    "aws:tokenissuetime": {"2026-01-01T00:00:00Z"},
    "aws:vpcsourceip": {"10.0.0.1"},
}
_OF_FEW = (
    "aws:principalarn",
    "aws:principalservicename",
    "aws:username",
    "aws:sourcearn",
    "aws:principalorgid",
    "saml:aud",
)
_SEVERAL = {"aws:tagkeys", "aws:calledvia"}
_CARRIERS = {PrincipalType.USER, PrincipalType.ROLE_SESSION}


def possible(generator: Generator, action: str) -> Request | None:
    """Return a request as AWS could send it, None if the generator's was too far from one."""
    request = generator.request(action)
    if request.action.lower() != action.lower():
        return None
    principal = request.principal
    if principal.partition not in (None, *request.resource.split(":")[1:2]):
        return None
    found = {
        key: values
        for key, values in request.context.items()
        if (key in _SEVERAL or len(values) == 1) and set(values) <= _READABLE.get(key, set(values))
    }
    found |= {
        "aws:currenttime": ("2026-01-01T00:00:00Z",),
        "aws:epochtime": ("1767225600",),
        "aws:securetransport": ("true",),
        "aws:viaawsservice": ("false",),
        "aws:requestedregion": ("us-east-1",),
        "aws:useragent": ("test",),
    }
    for key in _OF_FEW:
        found.pop(key, None)
    if principal.kind in ACCOUNT_KINDS - {PrincipalType.ROLE_SESSION}:
        found.pop("token.actions.githubusercontent.com:sub", None)
    if principal.kind in ACCOUNT_KINDS:
        found["aws:principalarn"] = (principal.arn or "",)
        found["aws:principalaccount"] = (principal.account or "",)
        found["aws:principaltype"] = (_TYPES[principal.kind],)
        found["aws:principalisawsservice"] = ("false",)
    if principal.kind is PrincipalType.USER:
        found["aws:username"] = (principal.name.rsplit("/", 1)[-1],)
    spelled = replace(request, action=action, context=context(found))
    return None if impossible(spelled) else spelled


def _allows(policy: AttachedPolicy, request: Request) -> bool | None:
    found = list(matches((policy,), request))
    if any(match.effect is Effect.DENY and match.certain for match in found):
        return False
    if all(match.certain for match in found):
        return any(match.effect is Effect.ALLOW for match in found)
    return None


def _changed(generator: Generator, random: Random, document: dict[str, Any]) -> dict[str, Any]:
    """Return a policy near another: one statement more, less, or in the place of one."""
    other = copy.deepcopy(document)
    statements = other["Statement"]
    listed = statements if isinstance(statements, list) else [statements]
    principal = "Principal" in listed[0] or "NotPrincipal" in listed[0]
    resource = "Resource" in listed[0] or "NotResource" in listed[0]
    fresh = generator.statement(principal=principal, resource=resource)
    place = random.randrange(len(listed))
    match random.randrange(4):
        case 0:
            listed.append(fresh)
        case 1 if len(listed) > 1:
            del listed[place]
        case 2:
            listed[place].pop("Condition", None)
        case _:
            listed[place] = fresh
    other["Statement"] = listed
    return other


@settings(max_examples=int(os.environ.get("VERIFIER_EXAMPLES", "400")))
@given(st.randoms(use_true_random=False))
def test_no_request_tells_them_apart(random: Random) -> None:
    """What is proved never to be newly allowed is not newly allowed for any request tried; each
    witness was replayed, or the comparison would have raised.
    """
    generator = Generator(random)
    _, action = generator.case()
    kind = PolicyKind.IDENTITY if random.randrange(2) else PolicyKind.RESOURCE
    document = generator.policy(principal=kind is PolicyKind.RESOURCE)
    other = _changed(generator, random, document)
    old, new = attached(document, kind, "old"), attached(other, kind, "new")
    comparison = compare(old, new)
    for _ in range(_REQUESTS):
        request = possible(generator, action)
        if request is None or (
            kind is PolicyKind.IDENTITY and request.principal.kind not in _CARRIERS
        ):
            continue
        before, after = _allows(old, request), _allows(new, request)
        assert comparison.newly or not (after and before is False), request
        assert comparison.lost or not (before and after is False), request
    assert (exceeds(new, old) is None) == (not comparison.newly)


@settings(max_examples=150)
@given(st.randoms(use_true_random=False))
def test_same_policy_is_equivalent(random: Random) -> None:
    """A policy compared with itself, or with its statements in another order, is equivalent."""
    generator = Generator(random)
    kind = PolicyKind.IDENTITY if random.randrange(2) else PolicyKind.RESOURCE
    document = generator.policy(principal=kind is PolicyKind.RESOURCE)
    other = copy.deepcopy(document)
    if isinstance(other["Statement"], list):
        other["Statement"].reverse()
    comparison = compare(attached(document, kind, "old"), attached(other, kind, "new"))
    assert comparison.relation is Relation.EQUIVALENT
