"""What a session carries from the call that made it: tags, source identity, MFA (7.3-7.7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from verifier.condition_keys import SERVICE_SESSION_KEYS, is_kept_claim
from verifier.facts import TRUST_ACTIONS
from verifier.request import FEDERATED_KINDS, Principal, PrincipalType, Request, session_of
from verifier.semantics.values import moment, number

Tags = Mapping[str, tuple[str, ...]]
"""Tags by lower-cased key; several values of a key, any of which may count (X-12)."""

_LONGEST, _LONGEST_CHAINED = 12 * 3600, 3600
"""How long a session lasts at most, in seconds (R7.33)."""


@dataclass(frozen=True)
class Session:
    """A role session; tags are by lower-cased key, `inherited` are transitive (R7.60, R7.61).

    `perhaps` are tags of a caller outside, who may have made them transitive or not (R5.57).
    `claims` are those of a federated identity that stay, by key, the provider among them; `issued`
    and `mfa_age` are in seconds, None where nothing was said of them.
    """

    principal: Principal
    role_tags: Tags
    made_by: Principal
    passed: Mapping[str, str] = field(default_factory=dict)
    inherited: Mapping[str, str] = field(default_factory=dict)
    perhaps: Mapping[str, str] = field(default_factory=dict)
    source_identity: str | None = None
    mfa: bool = False
    claims: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    issued: Fraction | None = None
    mfa_age: Fraction | None = None

    def tag_values(self, name: str) -> tuple[str, ...]:
        """Return the values that the principal tag `name` may have; none if it is absent."""
        for tags in (self.inherited, self.passed):
            if name in tags:
                return (tags[name],)
        perhaps = (self.perhaps[name],) if name in self.perhaps else ()
        return perhaps + self.role_tags.get(name, ())


def assume(request: Request, role: str, role_tags: Tags, before: Session | None) -> Session:
    """Return the session that an allowed assume-role call returns; `before` made the call."""
    context = request.context
    transitive = {key.lower() for key in context.get("sts:transitivetagkeys", ())}
    passed = {
        key.partition("/")[2]: values[0]
        for key, values in context.items()
        if key.startswith("aws:requesttag/") and values
    }
    inherited = dict(before.inherited) if before else {}
    perhaps = before.perhaps if before else _of_first_caller(request)
    inherited |= {key: passed.get(key, "") for key in transitive}
    names = context.get("sts:rolesessionname") or ("example",)
    identity = before.source_identity if before else _one(request, "aws:sourceidentity")
    by_user = request.principal.kind is PrincipalType.USER
    return Session(
        session_of(role, names[0]),
        role_tags,
        request.principal,
        {key: value for key, value in passed.items() if key not in transitive},
        inherited,
        {key: value for key, value in perhaps.items() if key not in passed},
        identity or _one(request, "sts:sourceidentity"),
        by_user and _one(request, "aws:multifactorauthpresent") == "true",
        _kept_claims(request),
        moment(_one(request, "aws:currenttime") or ""),
        number(_one(request, "aws:multifactorauthage") or "") if by_user else None,
    )


def _of_first_caller(request: Request) -> dict[str, str]:
    """Return the tags that a session from outside may hand on: any that it carries (R5.57)."""
    if request.principal.kind is not PrincipalType.ROLE_SESSION:
        return {}
    return {
        key.partition("/")[2]: values[0]
        for key, values in request.context.items()
        if key.startswith("aws:principaltag/") and values
    }


def _kept_claims(request: Request) -> dict[str, tuple[str, ...]]:
    """Return the claims of a federated caller that stay in its session (5.3)."""
    if request.principal.kind not in FEDERATED_KINDS:
        return {}
    found = {key: values for key, values in request.context.items() if is_kept_claim(key)}
    return {**found, "aws:federatedprovider": (request.principal.name,)}


def _one(request: Request, key: str) -> str | None:
    values = request.context.get(key)
    return values[0] if values else None


def contradictions(session: Session, request: Request) -> Iterator[str]:
    """Yield what a request of `session` says that its session cannot carry, with the rule."""
    if request.principal.name != session.principal.name:
        yield "the caller is not the session of the hop before (R7.31)"
    for key, values in request.context.items():
        if key.startswith("aws:principaltag/"):
            if values[0] not in session.tag_values(key.partition("/")[2]):
                yield f"{key} is no tag of the session (R7.60)"
        elif is_kept_claim(key) or key == "aws:federatedprovider":
            if values != session.claims.get(key):
                yield f"{key} is no claim that the session was made with (R5.22)"
        elif key in SERVICE_SESSION_KEYS and not _runs(session.made_by, key):
            yield f"{key} in a session that no such service runs (R5.24)"
    identity = _one(request, "aws:sourceidentity")
    if identity is not None and identity != session.source_identity:
        yield "aws:SourceIdentity is not that of the session (R7.64)"
    if _one(request, "aws:multifactorauthpresent") == "true" and not session.mfa:
        yield "the session was made without MFA (R5.21)"
    yield from _of_time(session, request)
    if request.action.lower() in TRUST_ACTIONS:
        yield from _of_tags(session, request)


def _runs(maker: Principal, key: str) -> bool:
    """Return whether sessions that `maker` makes are run by a service that shows `key`."""
    services = ("", maker.name.partition(".")[0])
    return maker.kind is PrincipalType.SERVICE and SERVICE_SESSION_KEYS[key] in services


def _of_time(session: Session, request: Request) -> Iterator[str]:
    """Yield what is wrong with the time of a request (R5.19, R5.20, R7.33)."""
    age = number(_one(request, "aws:multifactorauthage") or "")
    if None not in (age, session.mfa_age) and age < session.mfa_age:  # type: ignore[operator]
        yield "MFA was shown later than in the call that made the session (R5.20)"
    now, issued = moment(_one(request, "aws:currenttime") or ""), session.issued
    if now is None or issued is None:
        return
    chained = session.made_by.kind is PrincipalType.ROLE_SESSION
    longest = _LONGEST_CHAINED if chained else _LONGEST
    if now < issued:
        yield "the session is used before it is made (R5.19)"
    if now > issued + longest:
        yield "the session is used after it has expired (R7.33)"
    said = moment(_one(request, "aws:tokenissuetime") or "")
    if said not in (None, issued):
        yield "aws:TokenIssueTime is not when the session was made (R5.19)"


def _of_tags(session: Session, request: Request) -> Iterator[str]:
    """Yield what is wrong with the tags of an assume-role call (R7.61)."""
    passed = {key.lower() for key in request.context.get("aws:tagkeys", ())}
    passed |= {
        key.partition("/")[2] for key in request.context if key.startswith("aws:requesttag/")
    }
    for key in sorted(passed & session.inherited.keys()):
        yield f"the call passes the tag {key}, which is inherited (R7.61)"


def shown_tags(session: Session | None, role_tags: Tags, request: Request) -> Iterator[str]:
    """Yield the tags of the role to assume that an assume-role call cannot show: an inherited tag
    replaces the role's own (R7.62). Of a caller outside it is not known what it inherits.
    """
    for key, values in request.context.items():
        prefix, _, name = key.partition("/")
        if prefix not in ("aws:resourcetag", "iam:resourcetag"):
            continue
        shown = role_tags.get(name, ())
        if session is None and request.principal.kind is PrincipalType.ROLE_SESSION:
            continue
        if session is not None and name in session.inherited:
            shown = (session.inherited[name],)
        elif session is not None and name in session.perhaps:
            shown += (session.perhaps[name],)
        if values[0] not in shown:
            yield f"{key} is no tag of the role, nor inherited (R7.62)"
