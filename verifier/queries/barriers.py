"""Why a way ends: the type of policy that stops it, and the statements that do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from iam_smt.evaluation import LAYERS, Layers, Setting, allowed
from iam_smt.model import Model
from iam_smt.terms import FALSE, TRUE, disjunction
from iam_smt.theory import Sat, Unsat
from verifier.compile.authorization import Authorization
from verifier.compile.matching import may_fit
from verifier.compile.statements import applies, principal_fits
from verifier.policy.attached import AttachedPolicy
from verifier.policy.syntax import Effect
from verifier.queries.paths import Path
from verifier.queries.world import World
from verifier.verdict import Barrier, Cause


@dataclass(frozen=True)
class Closed:
    """A call that cannot be allowed: the last of `path`, by `who` on `what`."""

    path: Path
    who: str
    what: str


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


def barriers(world: World, closed: Iterable[Closed]) -> tuple[Barrier, ...]:
    """Return what stops each of these calls; those that the same statements stop are one."""
    found: dict[tuple[str, str, tuple[Cause, ...]], list[str]] = {}
    for item in closed:
        stops, causes = _stopped(world, item.path)
        found.setdefault((item.who, stops, causes), []).append(item.what)
    return tuple(
        Barrier(who, tuple(what), stops, causes) for (who, stops, causes), what in found.items()
    )


def _stopped(world: World, path: Path) -> tuple[str, tuple[Cause, ...]]:
    """Return what stops the last call of `path`, which cannot be allowed.

    A type of policy stops it alone if the call could be allowed without it. If no single one
    does, several do, or no request can satisfy the conditions together.
    """
    authorization = path.last.authorization()
    layers, setting = authorization.layers(), authorization.setting()
    missing = path.missing() if allowed(layers, setting) is not FALSE else []
    if missing:
        return f"the call needs besides {', '.join(missing)}", ()
    around = path.surroundings()
    for name in LAYERS:
        without = allowed(layers.without(name), setting)
        outcome = world.solver.solve(without, around) if without is not FALSE else None
        if isinstance(outcome, Sat):
            return _STOPS[name], _causes(name, authorization, outcome.model)
    stopping = [name for name in LAYERS if _stops(name, layers, setting)]
    causes = [cause for name in stopping for cause in _causes(name, authorization, None)]
    stops = " and ".join(_STOPS[name] for name in stopping)
    return stops or "no request can satisfy all conditions together", tuple(causes)


def is_offered(world: World, path: Path) -> bool:
    """Return whether some policy seems to offer the last call of `path`: an Allow names the caller,
    or the caller's own policies allow the action inside its account.
    """
    authorization = path.last.authorization()
    setting = authorization.setting()
    if setting.same_account and not setting.strict:
        return authorization.layers().identity.allow is not FALSE
    named = disjunction(
        principal_fits(statement, authorization.request)[0]
        for policy in _policies("grants", authorization)
        for statement in policy.statements
        if statement.effect is Effect.ALLOW
        and may_fit(statement.actions, authorization.request.action)
    )
    outcome = world.solver.solve(named, path.last.caller.facts)
    return not isinstance(outcome, Unsat)


def _stops(name: str, layers: Layers, setting: Setting) -> bool:
    """Return whether a type of policy stops every such call, whatever its conditions."""
    match name:
        case "refused":
            return layers.refused is TRUE
        case "resource_deny":
            return layers.resource_deny is TRUE
        case "grants":
            needed = setting.strict or not setting.same_account
            return needed and all(term is FALSE for _, term in layers.grants)
        case "identity":
            return layers.identity.allow is FALSE or layers.identity.deny is TRUE
    votes = {
        "boundary": layers.boundary,
        "session": layers.session,
        "scps": layers.scps,
        "rcps": layers.rcps,
        "endpoint": layers.endpoint,
    }[name]
    return votes.allow is FALSE or votes.deny is TRUE


def _policies(name: str, authorization: Authorization) -> Iterable[AttachedPolicy]:
    policies = authorization.policies
    match name:
        case "identity":
            return policies.identity
        case "grants" | "resource_deny":
            return policies.of_resource
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


def _causes(name: str, authorization: Authorization, model: Model | None) -> tuple[Cause, ...]:
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
            elif term is TRUE or (model is not None and model.holds(term)):
                denies.append(found)
    return tuple(denies or allows or silent)
