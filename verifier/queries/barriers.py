"""Why a way ends: the type of policy that stops it, and the statements that do."""

from __future__ import annotations

from collections.abc import Iterable

from iam_smt.evaluation import LAYERS, Layers, allowed
from iam_smt.model import Model
from iam_smt.terms import FALSE, TRUE
from iam_smt.theory import Sat
from verifier.compile.calls import Authorization
from verifier.compile.statements import applies
from verifier.policy.attached import AttachedPolicy
from verifier.policy.syntax import Effect
from verifier.queries.paths import Path
from verifier.queries.world import World
from verifier.verdict import Barrier, Cause

_STOPS = {
    "identity": "the caller's own policies do not allow it",
    "grants": "the policy of the resource does not admit this caller",
    "resource_deny": "the policy of the resource denies it",
    "boundary": "the permissions boundary does not allow it",
    "session": "the session policy does not allow it",
    "scps": "a service control policy does not allow it",
    "rcps": "a resource control policy denies it",
    "endpoint": "the VPC endpoint policy does not allow it",
    "refused": "the service refuses it whatever the policies say",
}


def barrier(world: World, path: Path, where: str) -> Barrier:
    """Return what stops the last call of `path`, which cannot be allowed.

    A type of policy stops it alone if the call could be allowed without it. If no single one
    does, several do, or no request can satisfy the conditions together.
    """
    authorization = path.last.authorization()
    layers, setting = authorization.layers(), authorization.setting()
    axioms = path.last.axioms()
    for name in LAYERS:
        without = allowed(layers.without(name), setting)
        outcome = world.solver.solve(without, axioms) if without is not FALSE else None
        if isinstance(outcome, Sat):
            return Barrier(where, _STOPS[name], _causes(name, authorization, outcome.model))
    silent = [name for name in LAYERS if _is_silent(name, layers)]
    stops = " and ".join(_STOPS[name] for name in silent)
    return Barrier(where, stops or "no request can satisfy all conditions together")


def _is_silent(name: str, layers: Layers) -> bool:
    """Return whether a type of policy has no Allow at all for the call."""
    if name == "identity":
        return layers.identity.allow is FALSE
    if name == "grants":
        return all(term is FALSE for _, term in layers.grants)
    votes = {
        "boundary": layers.boundary,
        "session": layers.session,
        "scps": layers.scps,
        "endpoint": layers.endpoint,
    }.get(name)
    return votes is not None and votes.allow is FALSE


def _policies(name: str, authorization: Authorization) -> Iterable[AttachedPolicy]:
    policies = authorization.policies
    match name:
        case "identity":
            return policies.identity
        case "grants" | "resource_deny":
            return [policies.resource] if policies.resource else []
        case "boundary":
            return policies.boundary
        case "session":
            return policies.session
        case "scps":
            return [policy for level in policies.scps for policy in level]
        case "rcps":
            return [policy for level in policies.rcps for policy in level]
        case "endpoint":
            return authorization.endpoints.values()
    return []


def _causes(name: str, authorization: Authorization, model: Model) -> tuple[Cause, ...]:
    """Return the statements behind a layer: the denies that match where all else allows, else the
    allows that are about this caller but whose conditions cannot hold, else the policies.
    """
    denies: list[Cause] = []
    allows: list[Cause] = []
    silent: list[Cause] = []
    for policy in _policies(name, authorization):
        silent.append(Cause(policy.title, "", "", policy.place(())))
        for statement in policy.statements:
            term, _ = applies(statement, authorization.request)
            if term is FALSE:
                continue
            place = policy.place(statement.position)
            found = Cause(policy.title, statement.label, statement.effect.value, place)
            if statement.effect is Effect.ALLOW:
                allows.append(found)
            elif term is TRUE or model.holds(term):
                denies.append(found)
    return tuple(denies or allows or silent)
