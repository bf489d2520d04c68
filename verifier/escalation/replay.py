"""A campaign tried out by the evaluator: each call under what the calls before it left behind."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from verifier.compile.roots import ASSUME_ROOT
from verifier.compile.standing import rcps, scps
from verifier.disputes import Readings
from verifier.escalation.campaigns import Move
from verifier.escalation.changes import Change
from verifier.escalation.entities import Entities
from verifier.escalation.guards import OUTSIDER
from verifier.escalation.state import State
from verifier.escalation.steps import Step
from verifier.escalation.table import Effect
from verifier.facts import TRUST_ACTIONS
from verifier.policy.attached import ApplicablePolicies
from verifier.queries import witness
from verifier.queries.hops import DecodedHop, Replayable
from verifier.request import PrincipalType, Request
from verifier.semantics.authorize import Outcome, authorize
from verifier.semantics.contexts import impossible
from verifier.semantics.sessions import Session, assume, contradictions

_BOUNDARY, _POLICY, _PASSED_TO = "iam:permissionsboundary", "iam:policyarn", "iam:passedtoservice"
_NEW = (Effect.NEW_USER, Effect.NEW_ROLE, Effect.NEW_POLICY)


@dataclass
class Replay:
    """The state of the accounts while a campaign goes on, and whom the attacker acts as.

    `starts` are the keys of those who ask; `names` are the names that the caller chose for what it
    made.
    """

    entities: Entities
    starts: Collection[str]
    readings: Readings
    state: State = field(init=False)
    names: dict[str, str] = field(default_factory=dict)
    _sessions: dict[str, Session] = field(default_factory=dict)
    _acts_as: set[str] = field(default_factory=set)
    _roots: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.state = State(self.entities)
        self._acts_as.update(self.starts)

    def faults(self, moves: Sequence[Move]) -> list[str]:
        """Return what is wrong with a campaign; nothing if the evaluator confirms every call."""
        found: list[str] = []
        for number, move in enumerate(moves, 1):
            hop = move.hop
            found += [f"call {number}: {fault}" for fault in self._of_caller(move)]
            for part in (hop.main, *hop.others):
                found += [f"call {number}: {fault}" for fault in self._of_part(part, move.step)]
            found += [f"call {number}: {fault}" for fault in self._of_tags(hop)]
            self._after(move)
        return found

    def _of_caller(self, move: Move) -> Iterator[str]:
        """Yield why the attacker cannot make the call: it must act as the caller."""
        request, actor = move.hop.main.request, move.actor
        if actor is None:
            runs = move.step is not None and move.step.primitive.effect is Effect.BECOMES_ROLE
            if not (runs and move.completes):
                yield f"{request.principal.name} does nothing for the attacker"
            return
        if actor.key not in self._acts_as:
            yield f"{actor.key} was not taken over"
        if request.context.get("aws:assumedroot") == ("true",):
            if request.principal.name not in self._roots:
                yield f"{request.principal.name} was not assumed (R7.71)"
            return
        if not actor.may(request.action):
            yield f"{actor.key} can be used for {', '.join(actor.only)} only"
        if actor.key in self.starts or actor.start is not None:
            return
        names = self._sessions if actor.is_role else {self.names.get(actor.entity, actor.entity)}
        if request.principal.name not in names:
            yield f"{request.principal.name} was not taken over"

    def _of_tags(self, hop: DecodedHop) -> Iterator[str]:
        role = self.state.role(hop.main.request.resource)
        if hop.role is not None and role is not None:
            before = self._sessions.get(hop.main.request.principal.name)
            yield from witness.of_tags(hop, role, before, self.readings)

    def _of_part(self, part: Replayable, step: Step | None) -> Iterator[str]:
        request = part.request
        yield from impossible(request)
        session = self._sessions.get(request.principal.name)
        yield from witness.leaning(part, session, self.readings)
        if session is not None:
            yield from contradictions(session, request)
        name = request.principal.name
        taken = request.principal.kind is PrincipalType.USER and name not in self.starts
        mfa = request.context.get("aws:multifactorauthpresent") == ("true",)
        if mfa and taken and self.state.user(name) and name not in self.state.with_device:
            yield "an access key or a password alone shows no MFA (R5.19)"
        yield from self._of_own_tags(request)
        if step is not None and request.action.startswith("iam:"):
            yield from self._keys(request, step)
        decision = authorize(request, self._policies(part), self.readings)
        if decision.outcome is not Outcome.ALLOW:
            yield f"{request.action} on {request.resource} is not allowed: {decision.reason}"

    def _of_own_tags(self, request: Request) -> Iterator[str]:
        """Yield the tags that a user shows and has not (R5.14)."""
        user = self.state.user(request.principal.name)
        for key, values in request.context.items() if user is not None else ():
            family, _, name = key.partition("/")
            if user and family == "aws:principaltag" and values[0] not in user.tags.get(name, ()):
                yield f"{key} is no tag of {user.arn}"

    def _keys(self, request: Request, step: Step) -> Iterator[str]:
        """Yield what keys say that the call itself would say otherwise (5.3)."""
        policy = self.names.get(step.binding.policy, step.binding.policy)
        passed = request.context.get(_PASSED_TO)
        if passed is not None and passed[0] not in (step.binding.service, *step.primitive.services):
            yield "the role is passed to another service (R7.52)"
        if request.context.get(_POLICY, (policy,)) != (policy,):
            yield "another policy is attached (5.3)"
        said = request.context.get(_BOUNDARY)
        entity = self.state.user(request.resource) or self.state.role(request.resource)
        boundary = entity.boundary.arn if entity and entity.boundary else ""
        if step.primitive.effect in (Effect.BOUNDARY, Effect.NEW_USER, Effect.NEW_ROLE):
            boundary = policy
        if said is not None and boundary is not None and said != (boundary,):
            yield "the boundary is another one (5.3)"

    def _policies(self, part: Replayable) -> ApplicablePolicies:
        """Return the policies that bear on a request, as they now are."""
        request, policies = part.request, part.policies
        principal, snapshot = request.principal, self.state.snapshot
        entity = self.state.user(principal.name) or self.state.role(principal.role or "")
        if entity is not None:
            policies = replace(
                policies,
                identity=entity.policies,
                boundary=(entity.boundary,) if entity.boundary else (),
            )
        if principal.account in snapshot.accounts:
            policies = replace(policies, scps=scps(snapshot, principal.account or ""))
        if request.resource_account in snapshot.accounts:
            policies = replace(policies, rcps=rcps(snapshot, request.resource_account or ""))
        role = self.state.role(request.resource)
        if role is not None and request.action.lower() in TRUST_ACTIONS:
            policies = replace(policies, resource=role.trust)
        return policies

    def _after(self, move: Move) -> None:
        """Let a call have its effect."""
        request, step = move.hop.main.request, move.step
        if move.hop.role is not None:
            role = self.state.role(request.resource)
            before = self._sessions.get(request.principal.name)
            if role is not None:
                session = assume(request, role.arn, role.tags, before)
                self._sessions[session.principal.name] = session
        if request.action == ASSUME_ROOT:
            self._roots.add(request.resource)
        if move.opens:
            self._acts_as.add(OUTSIDER)
        if step is None:
            return
        if step.primitive.effect in _NEW and step.change:
            self.names[step.change.entity] = request.resource
        if not move.completes:
            return
        if step.change is not None:
            self.state.apply(self._named(step.change))
        elif step.actor is not None:
            self._acts_as.add(step.actor.key)

    def _named(self, change: Change) -> Change:
        """Return a change with the names that the caller chose."""
        return replace(
            change,
            entity=self.names.get(change.entity, change.entity),
            policy=self.names.get(change.policy, change.policy),
        )
