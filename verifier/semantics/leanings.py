"""Whether a request could be under other readings: those points that say which requests there are.

X-12, X-14 and X-15 bear on what a context holds, not on what a policy means. By default each leaves
open what its other readings fix, so that under those there are fewer requests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from verifier.disputes import Meeting, Readings
from verifier.policy.attached import AttachedPolicy
from verifier.policy.templates import Template
from verifier.request import ACCOUNT_KINDS, PrincipalType, Request

_MFA, _PROVIDER = "aws:multifactorauthpresent", "aws:federatedprovider"

DoubleTags = Mapping[str, tuple[str, ...]]
"""Condition keys of tags whose keys differ only in case, with the values in the order given."""


def faults(
    request: Request,
    policies: Iterable[AttachedPolicy],
    readings: Readings,
    doubled: DoubleTags,
    *,
    by_user: bool,
    by_saml: bool,
) -> Iterator[str]:
    """Yield why there is no such request, as disputed points are read.

    Of a session `by_user` says whether a user may have made it, `by_saml` whether an identity did
    that a SAML provider vouches for.
    """
    policies = tuple(policies)
    for point, reading in _leanings(request, policies, doubled, by_user, by_saml):
        if readings.says(point, reading):
            yield f"there is no such request where {point} is read as {reading}"


def _leanings(
    request: Request,
    policies: tuple[AttachedPolicy, ...],
    doubled: DoubleTags,
    by_user: bool,
    by_saml: bool,
) -> Iterator[Meeting]:
    """Yield the readings under which the request cannot be; of a key that is absent this counts
    only if a policy asks about it.
    """
    context = request.context
    for key, values in doubled.items():
        value = context.get(key, ("",))[0]
        if value in values and value != values[0]:
            yield "X-12", "first"
        if value in values and value != values[-1]:
            yield "X-12", "last"
    yield from _of_mfa(request, policies, by_user)
    by_saml |= request.principal.kind is PrincipalType.SAML
    if ":saml-provider/" in context.get(_PROVIDER, ("",))[0]:
        yield "X-14", "current"
    elif by_saml and _PROVIDER not in context and _ask(policies, _PROVIDER):
        yield "X-14", "older"
    forwarded = context.get("aws:viaawsservice") == ("true",)
    if forwarded and "aws:sourceip" not in context and _ask(policies, "aws:sourceip"):
        yield "X-15", "service"


def _of_mfa(
    request: Request, policies: tuple[AttachedPolicy, ...], by_user: bool
) -> Iterator[Meeting]:
    kind, context = request.principal.kind, request.context
    if kind not in ACCOUNT_KINDS:
        return
    lasting = kind in (PrincipalType.USER, PrincipalType.ROOT)
    if _MFA in context:
        if not by_user:
            yield "X-14", "current"
    elif (not lasting or "aws:tokenissuetime" in context) and _ask(policies, _MFA):
        yield "X-14", "older"


def _ask(policies: Iterable[AttachedPolicy], key: str) -> bool:
    return any(key in _keys(policy) for policy in policies)


@lru_cache(maxsize=1 << 14)
def _keys(policy: AttachedPolicy) -> frozenset[str]:
    """Return the condition keys that a policy asks about, in lower case."""
    found: set[str] = set()
    for statement in policy.statements:
        templates: list[Template] = []
        if statement.resources is not None:
            templates += statement.resources.patterns
        for condition in statement.conditions:
            found.add(condition.key)
            templates += condition.values
        found |= {variable.key for item in templates for variable in item.variables}
    return frozenset(found)
