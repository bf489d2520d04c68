"""Can a request with this context exist? The axioms of section 5.2, checked concretely.

A witness must pass: a solver left to itself invents callers that AWS would never send.
"""

from __future__ import annotations

from collections.abc import Iterator

from verifier import catalogued_keys, condition_keys, facts
from verifier.request import ACCOUNT_KINDS, FEDERATED_KINDS, PrincipalType, Request
from verifier.semantics.services import service_of
from verifier.semantics.values import address, moment, network, number

_TYPES = {
    PrincipalType.ROOT: "Account",
    PrincipalType.USER: "User",
    PrincipalType.ROLE_SESSION: "AssumedRole",
    PrincipalType.FEDERATED_USER: "FederatedUser",
    PrincipalType.ANONYMOUS: "Anonymous",
}
_LONGEST_SESSION = 36 * 3600
_SOURCE_KEYS = ("aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths")
_ENDPOINT_KEYS = ("aws:sourcevpce", "aws:sourcevpc", "aws:vpcsourceip")
_ENDPOINT_OWNER_KEYS = ("aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths", "aws:sourcevpcarn")
_INSTANCE_KEYS = ("aws:ec2instancesourcevpc", "ec2:sourceinstancearn")
_WITH_PROVIDER = FEDERATED_KINDS | {PrincipalType.ROLE_SESSION}
_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16")
_CERTIFICATE_TAGS = ("x509subject/", "x509issuer/", "x509san/")
_ORGANIZATIONS = ("principal", "resource", "source", "vpce")


def impossible(request: Request) -> list[str]:
    """Return what no real request has, each with its rule; empty if nothing speaks against it."""
    return [*_of_principal(request), *_of_session(request), *_of_call(request)]


def _one(request: Request, key: str) -> str | None:
    values = request.context.get(key)
    return values[0] if values else None


def _of_principal(request: Request) -> Iterator[str]:
    principal, context = request.principal, request.context
    kind = principal.kind
    in_account = kind in ACCOUNT_KINDS
    arn, account = _one(request, "aws:principalarn"), _one(request, "aws:principalaccount")
    if in_account and arn not in (None, principal.arn):
        yield "aws:PrincipalArn is not that of the principal (R5.16)"
    if in_account and account not in (None, principal.account):
        yield "aws:PrincipalAccount is not that of the principal (R5.11)"
    if (kind is PrincipalType.ANONYMOUS or kind in FEDERATED_KINDS) and arn is not None:
        yield "a caller without an ARN has aws:PrincipalArn (R5.10)"
    if kind is PrincipalType.ANONYMOUS and account not in (None, "anonymous"):
        yield "an anonymous caller has an account (R5.10)"
    url = _one(request, "lambda:functionurlauthtype")
    if kind is PrincipalType.ANONYMOUS and url not in (None, "NONE"):
        yield "an unsigned call of a function URL that asks for a signature (R6.57)"
    if not in_account and "aws:principalorgid" in context:
        yield "a caller outside any account has an organization (R5.10, R5.12)"
    said = _one(request, "aws:principaltype")
    if kind in _TYPES and said not in (None, _TYPES[kind]):
        yield "aws:PrincipalType is that of another kind (R5.13)"
    is_service = _one(request, "aws:principalisawsservice")
    if in_account and is_service not in (None, "false"):
        yield "a principal of an account is an AWS service (R5.11)"
    if kind is PrincipalType.SERVICE and is_service == "false":
        yield "a service principal is no AWS service (R5.12)"
    if kind is not PrincipalType.SERVICE and any(key in context for key in _SOURCE_KEYS):
        yield "a caller that is no service has a source resource (R5.11)"
    name = _one(request, "aws:username")
    if name is not None and (
        kind is not PrincipalType.USER or principal.name.rsplit("/", 1)[1] != name
    ):
        yield "aws:username is not that of the user (R5.14)"
    certified = kind is PrincipalType.SERVICE and principal.name == facts.ROLES_ANYWHERE
    if any(key.startswith("aws:principaltag/") for key in context) and not (
        certified or (kind in ACCOUNT_KINDS and kind is not PrincipalType.ROOT)
    ):
        yield "a caller that cannot carry tags has aws:PrincipalTag (R5.10)"
    if certified and request.action.lower() == "sts:assumerole":
        yield from _of_certificate(request)
    for what in _ORGANIZATIONS:
        paths = context.get(f"aws:{what}orgpaths")
        identifier = _one(request, f"aws:{what}orgid")
        if paths and identifier and not paths[0].startswith(f"{identifier}/r-"):
            yield f"the organization path of the {what} is of another organization (R5.17)"


def _of_certificate(request: Request) -> Iterator[str]:
    """Yield what is wrong with a call of IAM Roles Anywhere for the holder of a certificate."""
    tags = request.context.get("aws:tagkeys", ())
    if not tags or not all(tag.lower().startswith(_CERTIFICATE_TAGS) for tag in tags):
        yield "a certificate holder without the tags of its certificate, or with others (R7.1)"
    if "sts:sourceidentity" not in request.context:
        yield "a certificate holder without a source identity (R7.1)"
    if ":trust-anchor/" not in (_one(request, "aws:sourcearn") or ":trust-anchor/"):
        yield "a certificate that is not vouched for by a trust anchor (R7.1)"


def _of_session(request: Request) -> Iterator[str]:
    context, kind = request.context, request.principal.kind
    mfa = _one(request, "aws:multifactorauthpresent")
    if "aws:multifactorauthage" in context and mfa not in (None, "true"):
        yield "aws:MultiFactorAuthAge without MFA (R5.20)"
    age = number(_one(request, "aws:multifactorauthage") or "")
    if age is not None and age < 0:
        yield "MFA is shown later than the call is made (R5.20)"
    if mfa is not None and kind not in ACCOUNT_KINDS:
        yield "aws:MultiFactorAuthPresent for a caller of no account (R5.19)"
    if mfa == "true" and kind is PrincipalType.FEDERATED_USER:
        yield "a federated user shows MFA (R5.21)"
    if "aws:sourceidentity" in context and kind is not PrincipalType.ROLE_SESSION:
        yield "a source identity without a role session (R5.25)"
    if "aws:federatedprovider" in context and kind not in _WITH_PROVIDER:
        yield "a provider behind a caller that is not federated (R5.22)"
    if "aws:assumedroot" in context and kind is not PrincipalType.ROOT:
        yield "aws:AssumedRoot for a caller that is not root (R5.23)"
    if any(key in context for key in _INSTANCE_KEYS) and kind is not PrincipalType.ROLE_SESSION:
        yield "the credentials of an instance without a role session (R5.24)"
    identifier = _one(request, "aws:userid")
    if kind is PrincipalType.ROLE_SESSION and identifier is not None:
        name = request.principal.session_name
        if identifier.partition(":")[2] != name:
            yield "aws:userid ends in another session name (R5.15)"
    issued, now = _one(request, "aws:tokenissuetime"), _one(request, "aws:currenttime")
    if issued is not None and now is not None:
        first, second = moment(issued), moment(now)
        if first is not None and second is not None and first > second:
            yield "credentials are used before they are issued (R5.19)"
        if first is not None and second is not None and second - first > _LONGEST_SESSION:
            yield "credentials are older than they can be (R7.33)"


def _of_call(request: Request) -> Iterator[str]:
    context = request.context
    through_endpoint = any(key in context for key in _ENDPOINT_KEYS)
    owned = any(key in context for key in _ENDPOINT_OWNER_KEYS)
    if (through_endpoint or owned) and "aws:sourceip" in context:
        yield "aws:SourceIp through a VPC endpoint (R5.30, R5.32)"
    placed = through_endpoint or owned or "aws:sourceip" in context
    if placed and request.principal.kind is PrincipalType.SERVICE:
        yield "a call of a service with network keys (R5.34)"
    source = address(_one(request, "aws:sourceip") or "")
    if source is not None:
        for text in _PRIVATE:
            block = network(text)
            if block is not None and source in block:
                yield "aws:SourceIp is a private address (R4.50)"
    forwarded = _one(request, "aws:viaawsservice") == "true"
    if forwarded and (through_endpoint or request.principal.kind not in ACCOUNT_KINDS):
        yield "a forward access session that cannot be (R5.51)"
    called_via = context.get("aws:calledvia")
    if called_via is not None and not forwarded and "aws:viaawsservice" in context:
        yield "aws:CalledVia without a forward access session (R5.50)"
    for key, place in (("aws:calledviafirst", 0), ("aws:calledvialast", -1)):
        end = _one(request, key)
        if called_via and end is not None and end != called_via[place]:
            yield f"{key} is not the service at its end of aws:CalledVia (R5.50)"
    owner = _one(request, "aws:resourceaccount")
    if owner not in (None, request.resource_account):
        yield "aws:ResourceAccount is not the owner (R5.40)"
    if (
        service_of(request.action) in ("iam", "sts")
        and _one(request, "aws:securetransport") == "false"
    ):
        yield "IAM and STS answer over TLS only (R5.53)"
    for key in context:
        if condition_keys.is_unlisted(key):
            yield f"{key} is no key that AWS documents (R5.1)"
        if not catalogued_keys.comes_with(key, request.action):
            yield f"{key} does not come with {request.action} (R4.8, R5.60)"
    if not _are_listed(request, "aws:requesttag/", "aws:tagkeys"):
        yield "aws:RequestTag of a key that is not in aws:TagKeys (R5.52)"
    if not _are_listed(request, "kms:encryptioncontext:", "kms:encryptioncontextkeys"):
        yield "a pair of the encryption context that is not in its keys (R6.52)"
    transitive = {key.lower() for key in context.get("sts:transitivetagkeys", ())}
    passed = {key.lower() for key in context.get("aws:tagkeys", ())}
    if request.action.lower() in facts.ASSUME_ACTIONS and not transitive <= passed:
        yield "a transitive tag that is not passed (R7.61)"


def _are_listed(request: Request, prefix: str, listing: str) -> bool:
    """Return whether the list of names has the name of every pair."""
    listed = {name.lower() for name in request.context.get(listing, ())}
    return all(
        key.removeprefix(prefix) in listed for key in request.context if key.startswith(prefix)
    )
