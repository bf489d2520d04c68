"""What services add to the policies: refusals, stricter rules, exemptions (6.4-6.11)."""

from __future__ import annotations

from verifier import facts
from verifier.request import ACCOUNT_KINDS, PrincipalType, Request

_BY_PROVIDER = {
    PrincipalType.SAML: "sts:assumerolewithsaml",
    PrincipalType.OIDC: "sts:assumerolewithwebidentity",
}


def resource_part(arn: str) -> str:
    """Return what follows the fifth colon of an ARN, "" if it has fewer (R2.24)."""
    parts = arn.split(":", 5)
    return parts[5] if len(parts) > 5 else ""


def service_of(action: str) -> str:
    """Return the service prefix of an action, in lower case."""
    return action.lower().partition(":")[0]


def is_trust_request(request: Request) -> bool:
    """Return whether the role's trust policy must allow (R6.50), or the organization, whose root
    user is to be assumed (R7.70).
    """
    part, action = resource_part(request.resource), request.action.lower()
    if part.startswith("role/"):
        return action in facts.TRUST_ACTIONS
    return part == "root" and action == "sts:assumeroot"


def is_key_request(request: Request) -> bool:
    """Return whether the KMS key policy must allow (R6.51); aliases have none (R6.54)."""
    parts = request.resource.split(":", 5)
    return len(parts) > 5 and parts[2] == "kms" and parts[5].startswith("key/")


def is_bucket_policy_rescue(request: Request) -> bool:
    """Return whether the bucket policy cannot stop this request of the root user (R6.56)."""
    principal = request.principal
    return (
        principal.kind is PrincipalType.ROOT
        and principal.account == request.resource_account
        and request.action.lower() in facts.BUCKET_POLICY
    )


def accepts_unsigned(action: str) -> bool:
    """Return whether the service answers this request without a signature (R6.81, R6.57)."""
    return service_of(action) in facts.UNSIGNED_SERVICES or action.lower() in facts.UNSIGNED_ACTIONS


def federation_fits(request: Request) -> bool:
    """Return whether the action is one that this kind of identity can call (R7.11)."""
    action = request.action.lower()
    return action == _BY_PROVIDER[request.principal.kind] or action in facts.WITH_FEDERATION


def scps_apply(request: Request) -> bool:
    """Return whether SCPs bind the caller in this request.

    They bind principals of accounts wherever the resource is and whatever its policy grants, but
    no service-linked role (R6.20, R6.25, R6.26, R6.83), and not in some tasks (R6.27).
    """
    principal, action = request.principal, request.action.lower()
    if principal.kind not in ACCOUNT_KINDS or principal.is_service_linked:
        return False
    of_root = principal.kind is PrincipalType.ROOT and action in facts.BEYOND_SCPS_FOR_ROOT
    return not of_root and service_of(action) not in facts.BEYOND_SCPS


def rcps_apply(request: Request) -> bool:
    """Return whether RCPs of the resource's account govern the request (R6.32, R6.33)."""
    action = request.action.lower()
    if request.principal.is_service_linked or action == "kms:retiregrant":
        return False
    if action in facts.TRUST_ACTIONS and ":role/aws-service-role/" in request.resource:
        return False
    return service_of(action) in facts.RCP_SERVICES


def _is_temporary(request: Request) -> bool:
    """Return whether the caller has temporary credentials, as the keys that they bring tell."""
    return request.principal.kind is PrincipalType.ROLE_SESSION or any(
        key in request.context for key in ("aws:tokenissuetime", "aws:multifactorauthpresent")
    )


def is_closed_to_session_tokens(request: Request) -> bool:
    """Return whether no session of `GetSessionToken` makes this request of a user: IAM only with
    MFA, of STS only little (R7.45).
    """
    service = service_of(request.action)
    if request.principal.kind is not PrincipalType.USER or not _is_temporary(request):
        return False
    if service == "iam":
        return request.context.get("aws:multifactorauthpresent") != ("true",)
    return service == "sts" and request.action.lower() not in facts.OF_SESSIONS


def refusal(request: Request) -> str | None:
    """Return why the service refuses whatever the policies say, None if it does not."""
    action, kind = request.action.lower(), request.principal.kind
    service, part = service_of(action), resource_part(request.resource)
    if kind is PrincipalType.ROOT and action == "sts:assumerole":
        return "root users cannot assume roles (R7.14)"
    if kind is PrincipalType.ROOT and action == "sts:assumeroot":
        return "root users cannot assume root (R7.70)"
    if action in facts.LONG_TERM_ONLY and _is_temporary(request):
        return "GetFederationToken and GetSessionToken take long-term credentials (R7.45)"
    is_closed = service in ("iam", "sts") and action != "sts:getcalleridentity"
    if kind is PrincipalType.FEDERATED_USER and is_closed:
        return "federated users cannot call IAM or STS (R7.45)"
    if action in facts.AWS_POLICY_EDITS and ":iam::aws:policy/" in request.resource:
        return "AWS managed policies cannot be changed (R6.90)"
    if action in facts.RESERVED_ROLE_EDITS and part.startswith("role/aws-reserved/"):
        return "roles of Identity Center cannot be changed (R6.91)"
    if action in facts.SERVICE_ROLE_EDITS and part.startswith("role/aws-service-role/"):
        return "service-linked roles cannot be changed (R6.91)"
    if action in facts.ALIAS_EDITS and part.startswith("alias/aws/"):
        return "aliases of AWS are reserved (R6.92)"
    if kind in ACCOUNT_KINDS and request.principal.account != request.resource_account:
        return _refusal_across_accounts(request, action)
    return None


def _refusal_across_accounts(request: Request, action: str) -> str | None:
    if action == "iam:passrole":
        return "a role can be passed only inside its account (R7.51)"
    if is_key_request(request) and action not in facts.KMS_ACROSS_ACCOUNTS:
        return "KMS does not offer this operation to other accounts (R6.53)"
    parts = request.resource.split(":", 2)
    if len(parts) > 2 and parts[1] != request.principal.partition:
        return "principal and resource are in different partitions (R6.75)"
    return None
