"""How the policies of each type combine, symbolically, beside `semantics.authorize` (section 6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from iam_smt.automata import clause, exactly
from iam_smt.evaluation import ALLOW_ALL, Layers, Setting, Votes, allowed, levels
from iam_smt.keys import SingleKey, Value
from iam_smt.operators import POSITIVE
from iam_smt.patterns import ANYTHING
from iam_smt.principals import ACCOUNT_KINDS, FEDERATED_KINDS, Kind
from iam_smt.terms import (
    FALSE,
    TRUE,
    Term,
    both,
    conjunction,
    disjunction,
    either,
    implies,
    negation,
    truth,
)
from iam_smt.texts import StringVariable, member
from verifier import facts
from verifier.compile.requests import SymbolicRequest
from verifier.compile.statements import resource_votes, votes
from verifier.policy.attached import ApplicablePolicies, AttachedPolicy
from verifier.policy.syntax import PolicyKind

_NO_ENDPOINTS: Mapping[str, AttachedPolicy] = MappingProxyType({})
_BY_PROVIDER = {
    Kind.SAML: "sts:assumerolewithsaml",
    Kind.OIDC: "sts:assumerolewithwebidentity",
}


def authorize(
    request: SymbolicRequest,
    policies: ApplicablePolicies,
    endpoints: Mapping[str, AttachedPolicy] = _NO_ENDPOINTS,
) -> Term:
    """Return a term that holds iff `request` is allowed under `policies` (R6.4).

    What needs no permission is allowed to every signed caller (R6.59). `endpoints` are the policies
    of VPC endpoints that the request may come through, by id.
    """
    always = request.principal.kind in ACCOUNT_KINDS and (
        request.action.lower() in facts.ALWAYS_ALLOWED
    )
    if always:
        return negation(refused(request))
    what_allows = _granting(request, policies)
    given = setting(request, policies)
    if allowed(what_allows, given) is FALSE:
        return FALSE
    return allowed(_limited(what_allows, request, policies, endpoints), given)


def layers(
    request: SymbolicRequest,
    policies: ApplicablePolicies,
    endpoints: Mapping[str, AttachedPolicy] = _NO_ENDPOINTS,
) -> Layers:
    """Return what each type of policy says of the request, where it binds caller and resource."""
    return _limited(_granting(request, policies), request, policies, endpoints)


def _granting(request: SymbolicRequest, policies: ApplicablePolicies) -> Layers:
    """Return what the policies say that can grant anything: of the caller, and of the resource.

    Beside the policy of the resource stand the grants of a KMS key (R6.52), and ACLs, which never
    grant to principals of the owner's account (R6.45).
    """
    counting = [
        policy
        for policy in policies.of_resource
        if policy.kind is not PolicyKind.ACL or not request.same_account
    ]
    grants, resource_deny = resource_votes(counting, request)
    if _is_bucket_policy_rescue(request):
        resource_deny = FALSE
    identity = votes(policies.identity, request)
    return Layers(identity=identity, grants=grants, resource_deny=resource_deny)


def _limited(
    granting: Layers,
    request: SymbolicRequest,
    policies: ApplicablePolicies,
    endpoints: Mapping[str, AttachedPolicy],
) -> Layers:
    """Return the same with the policies that only limit; a service-linked role has no boundary
    (R6.83).
    """
    principal = request.principal
    is_bound = _is_bound_by_scps(request)
    is_bounded = policies.boundary and not principal.is_service_linked
    found = replace(
        granting,
        boundary=votes(policies.boundary, request) if is_bounded else ALLOW_ALL,
        session=_session(request, policies),
        scps=levels(votes(level, request) for level in policies.scps) if is_bound else ALLOW_ALL,
        rcps=_rcps(request, policies),
        endpoint=votes([policies.endpoint], request) if policies.endpoint else ALLOW_ALL,
        refused=refused(request),
    )
    return replace(found, endpoint=_through(endpoints, request)) if endpoints else found


def _is_bound_by_scps(request: SymbolicRequest) -> bool:
    """Return whether SCPs bind the caller: a principal of an account wherever the resource is and
    whatever its policy grants, but no service-linked role (R6.20, R6.25, R6.26), and not in some
    tasks (R6.27).
    """
    principal, action = request.principal, request.action.lower()
    if principal.kind not in ACCOUNT_KINDS or principal.is_service_linked:
        return False
    of_root = principal.kind is Kind.ROOT and action in facts.BEYOND_SCPS_FOR_ROOT
    return not of_root and action.partition(":")[0] not in facts.BEYOND_SCPS


def _through(endpoints: Mapping[str, AttachedPolicy], request: SymbolicRequest) -> Votes:
    """Return what the policy of the endpoint says that the request comes through (R6.40), if it is
    the first call and no forward access session (R6.43).

    Where no policy asks for an endpoint, the caller uses none.
    """
    key = request.context.keys.get("aws:sourcevpce")
    if not isinstance(key, SingleKey) or not isinstance(key.value, str | StringVariable):
        return ALLOW_ALL
    allow: list[Term] = []
    deny: list[Term] = []
    for identifier, policy in endpoints.items():
        through = both(key.present, member(key.value, exactly(identifier)))
        said = votes([policy], request)
        allow.append(implies(through, said.allow))
        deny.append(both(through, said.deny))
    return Votes(conjunction(allow), disjunction(deny))


def _session(request: SymbolicRequest, policies: ApplicablePolicies) -> Votes:
    """Return what the session policy says (R7.36); federated users and AssumeRoot sessions need one
    (R6.13, R6.16).
    """
    if policies.session:
        return votes(policies.session, request)
    match request.principal.kind:
        case Kind.FEDERATED_USER:
            return Votes()
        case Kind.ROOT:
            key = request.context.key("aws:assumedroot", "Bool")
            if isinstance(key, SingleKey):
                return Votes(allow=negation(both(key.present, _is_true(key.value))))
    return ALLOW_ALL


def _is_true(value: Value) -> Term:
    return POSITIVE["Bool"](value, [("true",)]) or FALSE


def _rcps(request: SymbolicRequest, policies: ApplicablePolicies) -> Votes:
    """Return what the RCPs of the resource's account say where they govern (R6.30-R6.33); for an
    action without a resource those of the caller's account do, or none (R6.35, X-21).
    """
    action = request.action.lower()
    if request.principal.is_service_linked or action == "kms:retiregrant":
        return ALLOW_ALL
    if not policies.rcps or action.partition(":")[0] not in facts.RCP_SERVICES:
        return ALLOW_ALL
    found = levels(votes(level, request) for level in policies.rcps)
    may_deny = found.deny is not FALSE
    if request.resource == "*" and may_deny and request.readings.says("X-21", "none"):
        return ALLOW_ALL
    exempt: Term = FALSE
    if action in facts.TRUST_ACTIONS:
        exempt = _resource_like(request, "", ":role/aws-service-role/")
    return Votes(deny=both(found.deny, negation(exempt)), allow=TRUE)


def setting(request: SymbolicRequest, policies: ApplicablePolicies) -> Setting:
    """Return what the kinds of caller and resource mean for the decision: who is answered (R6.81,
    R6.57, R7.11), whether the resource policy must allow (R6.50, R6.51), and whether a session
    policy limits what it grants to the session itself or to everyone (R6.12, X-16).
    """
    kind, action = request.principal.kind, request.action.lower()
    accepted = True
    if kind is Kind.ANONYMOUS:
        service = action.partition(":")[0]
        accepted = service in facts.UNSIGNED_SERVICES or action in facts.UNSIGNED_ACTIONS
    elif kind in FEDERATED_KINDS:
        accepted = action == _BY_PROVIDER[kind] or action in facts.WITH_FEDERATION
    strict = _is_key(request) or _is_trust(request)
    limited = request.same_account and policies.session and any(policies.of_resource)
    session_limits_all = bool(limited) and request.readings.says("X-16", "simulator")
    return Setting(kind, request.same_account, strict, accepted, session_limits_all)


def refused(request: SymbolicRequest) -> Term:
    """Return a term that holds iff the service refuses whatever the policies say.

    What kinds of caller cannot call (R7.14, R7.45, R7.70); what nobody can change (R6.90-R6.92);
    what does not cross accounts or partitions (R6.53, R6.75, R7.51).
    """
    action, kind = request.action.lower(), request.principal.kind
    service = action.partition(":")[0]
    terms: list[Term] = [
        truth(kind is Kind.ROOT and action in ("sts:assumerole", "sts:assumeroot")),
        _is_temporary(request) if action in facts.LONG_TERM_ONLY else FALSE,
        truth(
            kind is Kind.FEDERATED_USER
            and service in ("iam", "sts")
            and action != "sts:getcalleridentity"
        ),
    ]
    if action in facts.AWS_POLICY_EDITS:
        terms.append(_resource_like(request, "", ":iam::aws:policy/"))
    if action in facts.RESERVED_ROLE_EDITS:
        terms.append(_resource_like(request, "arn:", ":role/aws-reserved/"))
    if action in facts.SERVICE_ROLE_EDITS:
        terms.append(_resource_like(request, "arn:", ":role/aws-service-role/"))
    if action in facts.ALIAS_EDITS:
        terms.append(_resource_like(request, "arn:", ":alias/aws/"))
    if kind in ACCOUNT_KINDS and not request.same_account:
        across = _is_key(request) and action not in facts.KMS_ACROSS_ACCOUNTS
        pieces = request.shape.split(":", 2)
        elsewhere = len(pieces) > 2 and pieces[1] != request.principal.partition
        terms.append(truth(action == "iam:passrole" or across or elsewhere))
    return either(*terms)


def _is_temporary(request: SymbolicRequest) -> Term:
    """Return a term that holds iff the caller has temporary credentials, as the keys that they
    bring tell (R5.19).
    """
    if request.principal.kind is Kind.ROLE_SESSION:
        return TRUE
    keys = ("aws:tokenissuetime", "aws:multifactorauthpresent")
    return either(*(request.context.key(name).present for name in keys))


def _resource_like(request: SymbolicRequest, start: str, middle: str) -> Term:
    """Return a term that holds iff `middle` stands in the resource, which begins with `start`."""
    head = (start,) if start else ()
    return member(request.resource, clause([(*head, ANYTHING, middle, ANYTHING)]))


def _part(request: SymbolicRequest) -> str:
    """Return what follows the fifth colon of the resource, "" if it has fewer (R2.24)."""
    pieces = request.shape.split(":", 5)
    return pieces[5] if len(pieces) > 5 else ""


def _is_key(request: SymbolicRequest) -> bool:
    """Return whether the KMS key policy must allow (R6.51); aliases have none (R6.54)."""
    return request.shape.split(":")[2:3] == ["kms"] and _part(request).startswith("key/")


def _is_trust(request: SymbolicRequest) -> bool:
    """Return whether the role's trust policy must allow (R6.50), or the organization, whose root
    user is to be assumed (R7.70).
    """
    part, action = _part(request), request.action.lower()
    if part.startswith("role/"):
        return action in facts.TRUST_ACTIONS
    return part == "root" and action == "sts:assumeroot"


def _is_bucket_policy_rescue(request: SymbolicRequest) -> bool:
    """Return whether the bucket policy cannot stop this request of the root user (R6.56)."""
    is_root = request.principal.kind is Kind.ROOT and request.same_account
    return is_root and request.action.lower() in facts.BUCKET_POLICY
