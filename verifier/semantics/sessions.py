"""What a session carries from the call that made it: tags, source identity, MFA (7.3-7.7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from verifier.facts import TRUST_ACTIONS
from verifier.request import Principal, PrincipalType, Request, session_of


@dataclass(frozen=True)
class Session:
    """A role session; tags are by lower-cased key, `inherited` are transitive (R7.60, R7.61).

    `role_tags` may list several values of a key, of which any may count (X-12). `perhaps` are
    tags of a caller outside, who may have made them transitive or not (R5.57).
    """

    principal: Principal
    role_tags: Mapping[str, tuple[str, ...]]
    passed: Mapping[str, str] = field(default_factory=dict)
    inherited: Mapping[str, str] = field(default_factory=dict)
    perhaps: Mapping[str, str] = field(default_factory=dict)
    source_identity: str | None = None
    mfa: bool = False

    def tag_values(self, name: str) -> tuple[str, ...]:
        """Return the values that the principal tag `name` may have; none if it is absent."""
        for tags in (self.inherited, self.passed):
            if name in tags:
                return (tags[name],)
        perhaps = (self.perhaps[name],) if name in self.perhaps else ()
        return perhaps + self.role_tags.get(name, ())


def assume(
    request: Request, role: str, role_tags: Mapping[str, tuple[str, ...]], before: Session | None
) -> Session:
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
        {key: value for key, value in passed.items() if key not in transitive},
        inherited,
        {key: value for key, value in perhaps.items() if key not in passed},
        identity or _one(request, "sts:sourceidentity"),
        by_user and _one(request, "aws:multifactorauthpresent") == "true",
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


def _one(request: Request, key: str) -> str | None:
    values = request.context.get(key)
    return values[0] if values else None


def contradictions(session: Session, request: Request) -> Iterator[str]:
    """Yield what a request of `session` says that its session cannot carry, with the rule."""
    if request.principal.name != session.principal.name:
        yield "the caller is not the session of the hop before (R7.31)"
    for key, values in request.context.items():
        if not key.startswith("aws:principaltag/"):
            continue
        if values[0] not in session.tag_values(key.partition("/")[2]):
            yield f"{key} is no tag of the session (R7.60)"
    identity = _one(request, "aws:sourceidentity")
    if identity is not None and identity != session.source_identity:
        yield "aws:SourceIdentity is not that of the session (R7.64)"
    if _one(request, "aws:multifactorauthpresent") == "true" and not session.mfa:
        yield "the session was made without MFA (R5.21)"
    if request.action.lower() not in TRUST_ACTIONS:
        return
    passed = {key.lower() for key in request.context.get("aws:tagkeys", ())}
    passed |= {
        key.partition("/")[2] for key in request.context if key.startswith("aws:requesttag/")
    }
    for key in sorted(passed & session.inherited.keys()):
        yield f"the call passes the tag {key}, which is inherited (R7.61)"
