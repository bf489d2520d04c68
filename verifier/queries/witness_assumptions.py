"""What a yes takes for granted by the request that it shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from verifier.request import PrincipalType
from verifier.semantics.services import is_closed_to_session_tokens
from verifier.semantics.values import moment
from verifier.verdict import Hop, Way

_DEFAULT_DURATION = 3600
_MOST_NAMED = 3
_MOST_TAGS = 50


def of_public_access(arns: Iterable[str]) -> Iterator[str]:
    """Yield that settings which were not given do not close these public buckets (R9.22)."""
    found = sorted(arns)
    if found:
        more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
        yield (
            "no Block Public Access of an account or an organization that was not given closes"
            f" {', '.join(found[:_MOST_NAMED])}{more} (R9.22)"
        )


def of_witnesses(ways: Iterable[Way], open_to_public: frozenset[str]) -> Iterator[str]:
    """Yield what the requests of witnesses take for granted.

    That the caller's own call is allowed where a service makes another on its behalf (R6.62); that
    users may sign in where `GetSessionToken` would not do (R7.45); that a role lets its sessions
    last for longer than an hour (R7.33); that more tags may be passed than there can be (R7.63);
    that the source of a service is of another account than it says (R5.54).
    """
    hops = [hop for way in ways for hop in way.witness]
    yield from of_public_access(_let_in_by_public_policy(hops) & open_to_public)
    if any(_is_forwarded(hop) for hop in hops):
        yield (
            "where a service makes a call on behalf of the caller, the caller's own call to the"
            " service is allowed"
        )
    if any(_is_of_console(hop) for hop in hops):
        yield "who calls IAM or STS with temporary credentials has signed in to the console (R7.45)"
    if any(_is_old(hop) for hop in hops):
        yield "a role lets its sessions last for more than an hour, up to 12 (R7.33)"
    if any(len(hop.context.get("aws:tagkeys", ())) > _MOST_TAGS for hop in hops):
        yield f"a call may pass more than {_MOST_TAGS} session tags (R7.63)"
    if any(_has_two_sources(hop) for hop in hops):
        yield "a service may name a source of another account than aws:SourceAccount says (R5.54)"


def _let_in_by_public_policy(hops: Iterable[Hop]) -> set[str]:
    """Return the buckets, and access points, that strangers to their account act on."""
    found: set[str] = set()
    for hop in hops:
        request = hop.request
        own = request.principal.account == request.resource_account
        if not own and request.principal.kind is not PrincipalType.SERVICE:
            found |= {request.resource, request.resource.partition("/")[0]}
            found.add("/".join(request.resource.split("/")[:2]))
    return found


def _is_forwarded(hop: Hop) -> bool:
    return hop.context.get("aws:viaawsservice") == ("true",)


def _is_of_console(hop: Hop) -> bool:
    """Return whether a user calls what sessions of `GetSessionToken` cannot."""
    return is_closed_to_session_tokens(hop.request)


def _is_old(hop: Hop) -> bool:
    if hop.request.principal.kind is not PrincipalType.ROLE_SESSION:
        return False
    issued, now = (
        moment(hop.context.get(key, ("",))[0]) for key in ("aws:tokenissuetime", "aws:currenttime")
    )
    return issued is not None and now is not None and now - issued > _DEFAULT_DURATION


def _has_two_sources(hop: Hop) -> bool:
    arn = hop.context.get("aws:sourcearn", ("",))[0].split(":")
    account = hop.context.get("aws:sourceaccount", ("",))[0]
    return bool(account) and len(arn) > 5 and arn[4] not in ("", account)
