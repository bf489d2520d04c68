"""Models of the solver, turned back into requests and tried out by the evaluator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from verifier.compile.roots import ASSUME_ROOT
from verifier.disputes import DEFAULT, Readings
from verifier.policy.syntax import Effect, PolicyKind
from verifier.queries.hops import DecodedHop, Replayable
from verifier.request import PrincipalType, Request
from verifier.semantics.authorize import Decision, Outcome, authorize
from verifier.semantics.contexts import impossible
from verifier.semantics.leanings import faults
from verifier.semantics.services import is_closed_to_session_tokens
from verifier.semantics.sessions import Session, assume, contradictions, shown_tags
from verifier.semantics.statements import Match
from verifier.snapshot.model import Role
from verifier.verdict import Cause, Hop

_KINDS_THAT_GRANT = (
    PolicyKind.IDENTITY,
    PolicyKind.TRUST,
    PolicyKind.RESOURCE,
    PolicyKind.GRANT,
    PolicyKind.ACL,
)


def replay(hops: Sequence[DecodedHop], readings: Readings = DEFAULT) -> list[str]:
    """Return what the evaluator finds wrong with a path; empty if it confirms every hop.

    Each request must be possible (section 5), allowed (section 6), and agree with what the
    sessions before carry (section 7).
    """
    wrong: list[str] = []
    session: Session | None = None
    root: str | None = None
    for number, hop in enumerate(hops, 1):
        found = [
            fault for each in (hop.main, *hop.others) for fault in _faults(each, session, readings)
        ]
        if root is not None:
            found += _of_root(hop.main.request, root)
        if hop.main.request.action == ASSUME_ROOT:
            session, root = None, hop.main.request.resource
        if hop.role is not None:
            found += of_tags(hop, hop.role, session, readings)
            session = assume(hop.main.request, hop.role.arn, hop.role.tags, session)
        wrong += [f"hop {number}: {fault}" for fault in found]
    return wrong


def _of_root(request: Request, root: str) -> Iterator[str]:
    """Yield what is wrong with the request of a root user that was assumed (R7.71)."""
    if request.principal.name != root:
        yield "the caller is not the root user that was assumed (R7.71)"
    if request.context.get("aws:assumedroot") != ("true",):
        yield "the session of an assumed root user is not marked as such (R5.23)"


def of_tags(
    hop: DecodedHop, role: Role, session: Session | None, readings: Readings
) -> Iterator[str]:
    """Yield what is wrong with the tags that an assume-role call hands on, or is shown."""
    yield from shown_tags(session, role.tags, hop.main.request)
    allowed = any(other.request.action == "sts:TagSession" for other in hop.others)
    handing = hop.hands_tags_on or (session is not None and bool(session.inherited))
    if handing and not allowed and not readings.says("X-23", "passed"):
        yield "inherited tags are handed on without sts:TagSession (R7.16, X-23)"


def _faults(replayable: Replayable, session: Session | None, readings: Readings) -> Iterator[str]:
    request = replayable.request
    yield from impossible(request)
    if not replayable.signs_in and is_closed_to_session_tokens(request):
        yield f"sessions of GetSessionToken cannot call {request.action} (R7.45)"
    yield from leaning(replayable, session, readings)
    if session is not None:
        yield from contradictions(session, request)
    decision = authorize(request, replayable.policies, readings)
    if decision.outcome is not Outcome.ALLOW:
        yield f"{request.action} on {request.resource} is not allowed: {decision.reason}"


def leaning(replayable: Replayable, session: Session | None, readings: Readings) -> Iterator[str]:
    """Yield why there is no such request, as disputed points are read (X-12, X-14, X-15)."""
    maker = None if session is None else session.made_by.kind
    yield from faults(
        replayable.request,
        replayable.policies.every,
        readings,
        replayable.doubled,
        by_user=replayable.by_user if maker is None else maker is PrincipalType.USER,
        by_saml=maker is PrincipalType.SAML,
    )


def shown(hops: Sequence[DecodedHop], readings: Readings = DEFAULT) -> tuple[Hop, ...]:
    """Return the hops of a confirmed path with the statements that allow them."""
    return tuple(
        Hop(
            hop.main.request,
            hop.chosen,
            tuple(_required(other.request, hop.main.request) for other in hop.others),
            causes(authorize(hop.main.request, hop.main.policies, readings)),
            hop.known,
        )
        for hop in hops
    )


def _required(other: Request, main: Request) -> str:
    """Return what a call needs besides, with the resource if that is another one (R6.60)."""
    action = other.action
    return action if other.resource == main.resource else f"{action} on {other.resource}"


def causes(decision: Decision) -> tuple[Cause, ...]:
    """Return the statement of each policy that grants the request, one for each kind."""
    found: list[Cause] = []
    for kind in _KINDS_THAT_GRANT:
        granting = (
            match
            for match in decision.matches
            if match.policy.kind is kind and match.effect is Effect.ALLOW and match.certain
        )
        first = next(granting, None)
        if first is not None:
            found.append(cause(first))
    return tuple(found)


def cause(match: Match) -> Cause:
    """Return how people find the statement of a match."""
    if match.statement is None:
        return Cause(match.policy.title, "", match.effect.value, "")
    place = match.policy.place(match.statement.position)
    return Cause(match.policy.title, match.statement.label, match.effect.value, place)
