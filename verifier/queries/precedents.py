"""Witnesses of direct calls, tried again for whoever carries the same policies."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace

from iam_smt.principals import Kind
from verifier.compile.callers import Caller
from verifier.compile.targets import Target
from verifier.policy.attached import Level
from verifier.queries.hops import DecodedHop
from verifier.request import Principal, PrincipalType, context, session_of
from verifier.snapshot.model import Role, Snapshot, User


@dataclass
class Precedents:
    """What one user or role was shown to do is proposed for the next one with its policies.

    A proposal is no proof: it counts once the evaluator has confirmed it.
    """

    snapshot: Snapshot
    _known: dict[Hashable, tuple[User | Role, DecodedHop, Target]] = field(default_factory=dict)

    def propose(self, caller: Caller, action: str, target: Target) -> DecodedHop | None:
        """Return what a like caller did, as done by this one."""
        entity = self._entity(caller)
        if entity is None:
            return None
        known = self._known.get(_likeness(caller, entity, action, target))
        if known is None:
            return None
        other, hop, _ = known
        return _as_done_by(hop, caller, other, entity, target)

    def keep(self, caller: Caller, action: str, target: Target, hop: DecodedHop) -> None:
        """Remember a confirmed call."""
        entity = self._entity(caller)
        if entity is not None and not hop.others:
            # The target is kept, for what stands for it in the key must not be another's later.
            self._known[_likeness(caller, entity, action, target)] = entity, hop, target

    def _entity(self, caller: Caller) -> User | Role | None:
        """Return the user or role behind a caller, None for all others and for those with tags."""
        arn = caller.principal.arn
        found: User | Role | None = None
        if isinstance(arn, str):
            if caller.principal.kind is Kind.USER:
                found = self.snapshot.user(arn)
            elif caller.principal.kind is Kind.ROLE_SESSION:
                found = self.snapshot.role(arn)
        return None if found is None or found.tags or found.id is None else found


def _likeness(caller: Caller, entity: User | Role, action: str, target: Target) -> Hashable:
    trust = entity.trust.policy if isinstance(entity, Role) else None
    policies = caller.policies
    return (
        caller.principal.kind,
        caller.principal.is_service_linked,
        caller.account,
        trust,
        _documents(policies.identity),
        _documents(policies.boundary),
        action,
        id(target),
    )


def _documents(policies: Level) -> Hashable:
    return tuple(policy.policy or policy for policy in policies)


def _as_done_by(
    hop: DecodedHop, caller: Caller, before: User | Role, entity: User | Role, target: Target
) -> DecodedHop:
    """Return a call with another caller: what names the first names the second. It is held against
    the policies that bear on it now, whatever they were then.
    """
    request = hop.main.request
    session = request.principal.session_name
    principal = (
        session_of(entity.arn, session)
        if session is not None
        else Principal(PrincipalType.USER, entity.arn, entity.account)
    )
    renamed = {f"{before.id}": f"{entity.id}", before.arn: entity.arn, before.name: entity.name}
    if session is not None:
        renamed[f"{before.id}:{session}"] = f"{entity.id}:{session}"
    values = dict(request.context)
    for key in ("aws:principalarn", "aws:userid", "aws:username"):
        if key in values:
            values[key] = tuple(renamed.get(value, value) for value in values[key])
    policies = replace(
        hop.main.policies,
        identity=caller.policies.identity,
        boundary=caller.policies.boundary,
        session=caller.policies.session,
        scps=caller.policies.scps,
        resource=target.policy,
        shares=target.shares,
        rcps=target.rcps,
    )
    done = replace(request, principal=principal, context=context(values))
    return replace(
        hop, main=replace(hop.main, request=done, policies=policies, signs_in=caller.signs_in)
    )
