"""Why a call is denied: the least changes of policies under which it would be allowed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations

from iam_smt.credentials import Chain
from iam_smt.principals import Kind as CallerKind
from iam_smt.terms import FALSE
from verifier.compile.authorization import Authorization
from verifier.compile.callers import Caller
from verifier.compile.resource_policies import may_have_policy
from verifier.compile.statements import applies
from verifier.compile.targets import Target
from verifier.explanation import Change, Kind, Remedy
from verifier.policy.attached import AttachedPolicy, Level
from verifier.policy.parse import policy_from_text
from verifier.policy.syntax import Effect, PolicyKind, Statement
from verifier.queries.origins import Start
from verifier.queries.paths import Path
from verifier.queries.search import Found, Undecided, find
from verifier.queries.world import World
from verifier.verdict import Cause

_MOST_CHANGES = 4
_MOST_COMBINATIONS = 2000
_EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@dataclass(frozen=True)
class _Candidate:
    """A change with what it does: the statement it removes, or the layer and level it opens."""

    change: Change
    removed: tuple[AttachedPolicy, Statement] | None = None
    level: int = 0


def remedies(
    world: World, start: Start, action: str, target: Target, doubts: set[str]
) -> Iterator[Remedy]:
    """Yield the least sets of changes under which the call would be allowed, the smallest first.

    Each is shown by a request that the evaluator allows under the changed policies; that no part
    of it does is proved. Adds to `doubts` what was not decided.
    """
    chain = Chain()
    path = Path(world, start.make(chain), chain, begins=True).ask(action, target)
    candidates = list(_candidates(path.last.authorization(), path.last.caller, target))
    found: list[frozenset[int]] = []
    tried = 0
    for size in range(1, min(_MOST_CHANGES, len(candidates)) + 1):
        for places in map(frozenset, combinations(range(len(candidates)), size)):
            if any(known <= places for known in found):
                continue
            tried += 1
            if tried > _MOST_COMBINATIONS:
                doubts.add("there are more combinations of changes than were tried")
                return
            chosen = [candidates[place] for place in sorted(places)]
            chain = Chain()
            caller, changed = _apply(chosen, start.make(chain), target)
            outcome = find(world, Path(world, caller, chain, begins=True).ask(action, changed))
            if isinstance(outcome, Undecided):
                doubts.add(outcome.reason)
            elif isinstance(outcome, Found):
                found.append(places)
                yield Remedy(tuple(item.change for item in chosen), outcome.hops[0])


def _candidates(
    authorization: Authorization, caller: Caller, target: Target
) -> Iterator[_Candidate]:
    """Yield every statement that may deny the call, and every layer that may lack an Allow."""
    policies = authorization.policies
    resource = (policies.resource,) if policies.resource else ()
    denying: list[tuple[str, Level]] = [
        ("service control policies", sum(policies.scps, ())),
        ("resource control policies", sum(policies.rcps, ())),
        ("policy of the resource", resource),
        ("permissions boundary", policies.boundary),
        ("session policy", policies.session),
        ("identity policies", policies.identity),
    ]
    for layer, level in denying:
        for policy in level:
            for statement in policy.statements:
                if statement.effect is Effect.DENY:
                    term, _ = applies(statement, authorization.request)
                    if term is not FALSE:
                        place = policy.place(statement.position)
                        where = Cause(policy.title, statement.label, "Deny", place)
                        change = Change(Kind.REMOVE, layer, (where,))
                        yield _Candidate(change, (policy, statement))
    for number, level in enumerate(policies.scps):
        yield _Candidate(_opening("service control policies", level), level=number)
    for layer, level in (
        ("permissions boundary", policies.boundary),
        ("session policy", policies.session),
    ):
        if level:
            yield _Candidate(_opening(layer, level))
    if resource or may_have_policy(target.shape):
        yield _Candidate(_opening("policy of the resource", resource))
    if caller.principal.kind in (CallerKind.USER, CallerKind.ROLE_SESSION):
        yield _Candidate(_opening("identity policies", policies.identity))


def _opening(layer: str, policies: Iterable[AttachedPolicy]) -> Change:
    where = tuple(Cause(policy.title, "", "", policy.place(())) for policy in policies)
    return Change(Kind.ALLOW, layer, where)


def _apply(chosen: Iterable[_Candidate], caller: Caller, target: Target) -> tuple[Caller, Target]:
    """Return caller and target with their policies changed."""
    chosen = list(chosen)
    gone = {item.removed for item in chosen if item.removed is not None}
    policies = caller.policies
    identity, boundary = _without(policies.identity, gone), _without(policies.boundary, gone)
    session = _without(policies.session, gone)
    scps = [_without(level, gone) for level in policies.scps]
    rcps = tuple(_without(level, gone) for level in target.rcps)
    (resource,) = _without((target.policy,), gone) if target.policy else (None,)
    for item in chosen:
        if item.change.kind is Kind.REMOVE:
            continue
        match item.change.layer:
            case "identity policies":
                identity += (_allowing(PolicyKind.IDENTITY),)
            case "permissions boundary":
                boundary += (_allowing(PolicyKind.BOUNDARY),)
            case "session policy":
                session += (_allowing(PolicyKind.SESSION),)
            case "service control policies":
                scps[item.level] += (_allowing(PolicyKind.SCP),)
            case "policy of the resource":
                resource = _admitting(resource, caller, target)
    return (
        replace(
            caller,
            policies=replace(
                policies,
                identity=identity,
                boundary=boundary,
                session=session,
                scps=tuple(scps),
            ),
        ),
        replace(target, policy=resource, rcps=rcps),
    )


def _without(level: Level, gone: set[tuple[AttachedPolicy, Statement]]) -> Level:
    return tuple(
        policy
        if policy.policy is None or all(policy is not changed for changed, _ in gone)
        else replace(
            policy,
            policy=replace(
                policy.policy,
                statements=tuple(
                    item for item in policy.policy.statements if (policy, item) not in gone
                ),
            ),
        )
        for policy in level
    )


def _allowing(kind: PolicyKind) -> AttachedPolicy:
    text = json.dumps({"Version": "2012-10-17", "Statement": _EVERYTHING})
    return AttachedPolicy(kind, "added policy", policy_from_text(text, kind))


def _admitting(policy: AttachedPolicy | None, caller: Caller, target: Target) -> AttachedPolicy:
    """Return the policy of the resource with a statement that admits the caller by name."""
    is_trust = policy is not None and policy.kind is PolicyKind.TRUST
    kind = PolicyKind.TRUST if is_trust else PolicyKind.RESOURCE
    statement: dict[str, object] = {"Effect": "Allow", "Principal": _principal(caller)}
    statement |= {"Action": "sts:*"} if is_trust else {"Action": "*", "Resource": "*"}
    text = json.dumps({"Version": "2012-10-17", "Statement": statement})
    added = policy_from_text(text, kind)
    if policy is None or policy.policy is None:
        return AttachedPolicy(kind, f"policy of {target.label}", added)
    whole = replace(policy.policy, statements=(*policy.policy.statements, *added.statements))
    return replace(policy, policy=whole)


def _principal(caller: Caller) -> object:
    arn, provider = caller.principal.arn, caller.principal.provider
    match caller.principal.kind:
        case CallerKind.SERVICE if provider:
            return {"Service": provider}
        case CallerKind.SAML | CallerKind.OIDC if provider:
            return {"Federated": provider}
    return {"AWS": arn} if isinstance(arn, str) else "*"
