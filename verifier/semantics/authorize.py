"""How the policies of each type combine into a decision (section 6 of the semantics)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from verifier import facts
from verifier.disputes import DEFAULT, Readings
from verifier.policy.attached import ApplicablePolicies, AttachedPolicy
from verifier.policy.syntax import Effect, PolicyKind
from verifier.request import ACCOUNT_KINDS, FEDERATED_KINDS, PrincipalType, Request
from verifier.semantics import services
from verifier.semantics.principals import Grant
from verifier.semantics.statements import Match, matches


class Outcome(Enum):
    """What is decided; undetermined where AWS or the snapshot leaves a decisive point open."""

    ALLOW = "allow"
    DENY = "deny"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome for a request, why, and every statement that matched, by layer."""

    outcome: Outcome
    reason: str
    matches: tuple[Match, ...]

    @property
    def allowed(self) -> bool:
        """Whether the request is allowed for certain."""
        return self.outcome is Outcome.ALLOW


@dataclass(frozen=True, slots=True)
class _Layers:
    """The matches of each type of policy that applies to the request."""

    identity: tuple[Match, ...]
    resource: tuple[Match, ...]
    boundary: tuple[Match, ...]
    session: tuple[Match, ...]
    scps: tuple[tuple[Match, ...], ...]
    rcps: tuple[tuple[Match, ...], ...]
    endpoint: tuple[Match, ...]

    def all(self, *, without_resource: bool = False) -> tuple[Match, ...]:
        organization = sum(self.scps, ()) + sum(self.rcps, ())
        principal = self.identity + self.boundary + self.session
        resource = () if without_resource else self.resource
        return organization + self.endpoint + resource + principal


def authorize(
    request: Request, policies: ApplicablePolicies, readings: Readings = DEFAULT
) -> Decision:
    """Return the decision for `request` under `policies` (R6.4), disputed points read as said.

    Where a match is open (R3.54, a missing document) the request is decided twice, once with all
    of these for the caller and once against; only if both agree is the outcome certain.
    """
    if refusal := services.refusal(request):
        return Decision(Outcome.DENY, refusal, ())
    signed = request.principal.kind in ACCOUNT_KINDS
    if signed and request.action.lower() in facts.ALWAYS_ALLOWED:
        return Decision(Outcome.ALLOW, "needs no permission (R6.59)", ())
    layers = _layers(request, policies, readings)
    found = layers.all()
    best, why_not = _decide(request, policies, layers, readings, lenient=True)
    if not best:
        return Decision(Outcome.DENY, why_not, found)
    worst, why_not = _decide(request, policies, layers, readings, lenient=False)
    if not worst:
        return Decision(Outcome.UNDETERMINED, _open(found), found)
    return Decision(Outcome.ALLOW, "allowed", found)


def _layers(request: Request, policies: ApplicablePolicies, readings: Readings) -> _Layers:
    """Return the matches of the policies that bind this caller and this resource.

    RCPs bind requests on covered services, whoever calls, and only deny (R6.30-R6.33); for an
    action without a resource those of the caller's account do, or none (R6.35, X-21). A
    service-linked role has no boundary (R6.83).
    """
    principal = request.principal
    has_boundary = bool(policies.boundary)

    def found(attached: Iterable[AttachedPolicy]) -> tuple[Match, ...]:
        return tuple(matches(attached, request, has_boundary, readings))

    bound = services.scps_apply(request)
    governed = services.rcps_apply(request)
    rcps = tuple(found(level) for level in policies.rcps) if governed else ()
    if request.resource == "*" and _any_denies(rcps) and readings.says("X-21", "none"):
        rcps = ()
    return _Layers(
        identity=found(policies.identity),
        resource=found(_of_resource(request, policies)),
        boundary=found(() if principal.is_service_linked else policies.boundary),
        session=found(policies.session),
        scps=tuple(found(level) for level in policies.scps) if bound else (),
        rcps=rcps,
        endpoint=found([policies.endpoint] if policies.endpoint else []),
    )


def _of_resource(request: Request, policies: ApplicablePolicies) -> Iterator[AttachedPolicy]:
    """Yield what counts on the side of the resource: its policy, the grants of a KMS key (R6.52),
    and ACLs, which never grant to principals of the owner's account (R6.45).
    """
    in_account = request.principal.account == request.resource_account
    for policy in policies.of_resource:
        if policy.kind is not PolicyKind.ACL or not in_account:
            yield policy


def _any_denies(levels: Iterable[Iterable[Match]]) -> bool:
    return any(match.effect is Effect.DENY for level in levels for match in level)


def _decide(
    request: Request,
    policies: ApplicablePolicies,
    layers: _Layers,
    readings: Readings,
    *,
    lenient: bool,
) -> tuple[bool, str]:
    """Return whether the request is allowed, and if not why (R6.3, R6.4)."""

    def counts(match: Match) -> bool:
        return match.certain or lenient is (match.effect is Effect.ALLOW)

    def denies(found: Iterable[Match]) -> bool:
        return any(match.effect is Effect.DENY and counts(match) for match in found)

    def allows(found: Iterable[Match]) -> bool:
        return any(match.effect is Effect.ALLOW and counts(match) for match in found)

    if denies(layers.all(without_resource=services.is_bucket_policy_rescue(request))):
        return False, "an explicit deny matches"
    if not all(allows(level) for level in layers.scps):
        return False, "a level of the organization has no SCP that allows it (R6.21)"
    if policies.endpoint and not allows(layers.endpoint):
        return False, "the VPC endpoint policy does not allow it (R6.40)"
    classes = frozenset(
        granted
        for match in layers.resource
        if match.effect is Effect.ALLOW and counts(match)
        for granted in match.grants
    )
    return _core(request, policies, layers, classes, allows, readings)


def _core(
    request: Request,
    policies: ApplicablePolicies,
    layers: _Layers,
    classes: frozenset[Grant],
    allows: Callable[[Iterable[Match]], bool],
    readings: Readings,
) -> tuple[bool, str]:
    """Return the decision of identity side and resource side.

    In one account R6.10-R6.16 and, where the resource policy must allow, R6.50 and R6.51: an
    account grant then leaves it to IAM (R3.30); a session policy limits a grant to the session
    itself or to everyone, or it does not (R6.12, X-16). Across accounts R6.70-R6.74 (R3.31).
    Callers without an account: R6.80-R6.82.
    """
    kind = request.principal.kind
    if kind is PrincipalType.SERVICE:
        return bool(classes & {Grant.SERVICE, Grant.ANY}), "no resource policy allows the service"
    if kind is PrincipalType.ANONYMOUS:
        accepted = services.accepts_unsigned(request.action)
        return accepted and Grant.ANY in classes, "no resource policy allows anonymous callers"
    if kind in FEDERATED_KINDS:
        fits = services.federation_fits(request)
        allowed = fits and bool(classes & {Grant.FEDERATED, Grant.ANY})
        return allowed, "the trust policy does not allow the provider"
    identity = allows(layers.identity)
    caged = _caged(request, policies, layers, allows)
    if request.principal.account != request.resource_account:
        if not classes:
            return False, "no policy of the resource allows the other account (R6.71)"
        trusted = caged and (identity or kind is PrincipalType.ROOT)
        return trusted, "the caller's own side does not allow it (R6.72)"
    strict = services.is_trust_request(request) or services.is_key_request(request)
    if kind is PrincipalType.ROOT:
        granted = bool(classes & {Grant.SELF, Grant.ANY, Grant.ACCOUNT}) or not strict
        return granted and caged, "the resource policy does not allow the root user (R6.14)"
    if classes & {Grant.SELF, Grant.ANY}:
        limited = bool(policies.session) and not allows(layers.session)
        if not limited or not readings.says("X-16", "simulator"):
            return True, ""
        return False, "the session policy does not allow it (X-16)"
    by_name = bool(classes & {Grant.ROLE, Grant.PARENT})
    by_identity = identity and (not strict or Grant.ACCOUNT in classes)
    if not by_name and not by_identity:
        side = "its trust or key policy" if strict and identity else "the caller's policies"
        return False, f"nothing allows it: {side} must"
    return caged, "the permissions boundary or session policy does not allow it"


def _caged(
    request: Request,
    policies: ApplicablePolicies,
    layers: _Layers,
    allows: Callable[[Iterable[Match]], bool],
) -> bool:
    """Return whether boundary and session policy allow (R6.10-R6.13, R6.16, R7.36).

    A federated user without a session policy has nothing (R6.13); an AssumeRoot session is held
    to its task policy (R6.16).
    """
    principal = request.principal
    bounded = not policies.boundary or principal.is_service_linked
    boundary = bounded or allows(layers.boundary)
    assumed = [value.lower() for value in request.context.get("aws:assumedroot", ())]
    required = principal.kind is PrincipalType.FEDERATED_USER or (
        principal.kind is PrincipalType.ROOT and assumed == ["true"]
    )
    session = allows(layers.session) if policies.session else not required
    return boundary and session


def _open(found: Iterable[Match]) -> str:
    names = sorted({match.policy.title for match in found if not match.certain})
    return "open: " + ", ".join(names)
