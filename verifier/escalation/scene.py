"""Callers and targets as they are in a state; what is open is the same in all of its calls."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from functools import cached_property

from iam_smt.automata import exactly
from iam_smt.credentials import Chain
from iam_smt.terms import TRUE, Term, negation
from iam_smt.texts import StringVariable, Text
from verifier.catalogue import ResourceType
from verifier.compile.callers import Caller, open_name, open_session, under_name, user_caller
from verifier.compile.standing import scps
from verifier.compile.targets import Target, account_target, any_target, entity_target
from verifier.escalation.entities import account_of
from verifier.escalation.state import State
from verifier.queries.world import World
from verifier.snapshot.model import Tags


class Scene:
    """What a state looks like to the calls of one formula.

    An entity of the caller's own making has an open name, and a resource that is made on the way
    an open ARN, each the same wherever it occurs. `controls` is the ARN of a workload that counts
    beside its role: the question is who comes to control it.
    """

    def __init__(self, world: World, state: State, controls: str = "") -> None:
        self.controls = controls
        self.base = world
        self.state = state
        self._names: dict[str, StringVariable] = {}
        self._resources: dict[tuple[str, ResourceType], Target] = {}

    @property
    def world(self) -> World:
        """The world of the state: without guardrails where they were lifted."""
        return self._lifted if self.state.without_guardrails else self.base

    @cached_property
    def _lifted(self) -> World:
        return World(self.state.snapshot, self.base.solver, self.base.limits, self.base.readings)

    def partition(self, account: str) -> str:
        """Return the partition of an account."""
        return self.base.snapshot.accounts[account].partition

    def name(self, arn: str) -> Text:
        """Return an ARN, open if the entity is of the caller's own making."""
        if not arn.endswith("(new)"):
            return arn
        if arn not in self._names:
            what = arn.split(":", 5)[5].partition("/")[0]
            account = account_of(arn)
            listed = self._listed(account, what)
            self._names[arn] = open_name(arn.split(":")[1], account, what, listed)
        return self._names[arn]

    def _listed(self, account: str, what: str) -> list[str]:
        found = self.state.snapshot.accounts[account]
        match what:
            case "user":
                return list(found.users)
            case "role":
                return list(found.roles)
        return [policy.arn for policy in self.state.entities.managed.get(account, ())]

    def likeness(self, arn: str) -> Hashable:
        """Return what a call may ask about an entity: its boundary and its tags as they now are."""
        entity = self.state.user(arn) or self.state.role(arn)
        if entity is None:
            return self.world.snapshot.resources.get(arn)
        boundary = entity.boundary and entity.boundary.arn
        is_open = self.state.may_be_bounded_otherwise(arn)
        return boundary, is_open, id(entity.tags), arn in self.state.free_tags

    def carried(self, arn: str) -> Hashable:
        """Return what a user or role came to carry: tags of the caller's choice, an MFA device."""
        return arn in self.state.free_tags, arn in self.state.with_device

    def facts(self, arn: str) -> Term:
        """Return what is true of an open name: nothing is called so yet."""
        name = self.name(arn)
        if not isinstance(name, StringVariable):
            return TRUE
        what = arn.split(":", 5)[5].partition("/")[0]
        listed = self._listed(account_of(arn), what)
        return negation(name.member(exactly(*listed))) if listed else TRUE

    def target(self, arn: str) -> Target:
        """Return a user, role, group or policy as the resource of IAM calls."""
        entity = self.state.user(arn) or self.state.role(arn)
        tags: Tags | None = entity.tags if entity else None
        if arn in self.state.free_tags:
            tags = None
        return entity_target(self.world.snapshot, self.name(arn), arn, tags, self.facts(arn))

    def resource(self, account: str, kind: ResourceType) -> Target:
        """Return any resource of a type that the account may hold."""
        key = (account, kind)
        if key not in self._resources:
            partition = self.world.snapshot.accounts[account].partition
            label = f"resource {len(self._resources) + 1}"
            self._resources[key] = any_target(self.world.snapshot, kind, account, partition, label)
        return self._resources[key]

    def everything(self, account: str) -> Target:
        """Return `*`, which actions without a resource type are called on."""
        return account_target(self.world.snapshot, account)

    def user(self, arn: str, chain: Chain, *, shows_mfa: bool) -> Caller:
        """Return a user."""
        user = self.state.user(arn)
        assert user is not None
        snapshot, free_tags = self.world.snapshot, arn in self.state.free_tags
        caller = user_caller(snapshot, user, arn, chain, shows_mfa=shows_mfa, free_tags=free_tags)
        # A password may have been set on the way.
        caller = replace(caller, signs_in=True)
        return self._named(caller, arn)

    def session(self, arn: str, chain: Chain, *, by_service: bool) -> Caller:
        """Return a session of a role with whatever it may carry left free."""
        role = self.state.role(arn)
        assert role is not None
        snapshot, free_tags = self.world.snapshot, arn in self.state.free_tags
        caller = open_session(
            snapshot, role, arn, chain, by_service=by_service, free_tags=free_tags
        )
        return self._named(caller, arn)

    def _named(self, caller: Caller, arn: str) -> Caller:
        name = self.name(arn)
        if isinstance(name, StringVariable):
            caller = replace(under_name(caller, name), facts=self.facts(arn))
        return caller

    def bound(self, caller: Caller, arn: str) -> Caller:
        """Return a caller with the policies that bind it now; `arn` is its user's or role's."""
        entity = self.state.user(arn) or self.state.role(arn)
        policies = caller.policies
        if caller.account in self.world.snapshot.accounts:
            policies = replace(policies, scps=scps(self.world.snapshot, caller.account or ""))
        if entity is not None:
            boundary = (entity.boundary,) if entity.boundary else ()
            policies = replace(policies, identity=entity.policies, boundary=boundary)
        return replace(caller, policies=policies)
