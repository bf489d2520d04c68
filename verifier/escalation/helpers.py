"""Who may have a part in bringing somebody by a way of the table: more than can, never fewer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator
from itertools import chain

from verifier.escalation.bindings import Binding, named
from verifier.escalation.deciding import Decider
from verifier.escalation.memory import Memory
from verifier.escalation.offered import by_table, covers, needed
from verifier.escalation.table import Alternative, Effect, Over, Primitive, Stage, primitives
from verifier.escalation.takeover import Takeover
from verifier.policy.attached import Level
from verifier.queries.approach import Entity
from verifier.snapshot.model import Role, User

_BRINGING = {
    Effect.BECOMES_USER: User,
    Effect.NEW_USER: User,
    Effect.BECOMES_ROLE: Role,
    Effect.NEW_ROLE: Role,
    Effect.TRUST: Role,
}
_BEYOND = (Over.SAML, Over.OIDC, Over.PERMISSION_SET, Over.MEMBER)
"""What may bring somebody of another account, or who is no user or role."""


class Helpers:
    """Those who may fulfil a stage of an entry that brings somebody, as they may be at most.

    What only who is among `ends` could do does not count. `beyond` are the users and roles that may
    bring who is no user or role of their account.
    """

    def __init__(
        self, takeover: Takeover, memory: Memory, ends: Container[str], *, conditional: bool
    ) -> None:
        self._takeover = takeover
        self._conditional = conditional
        self.beyond: dict[str, None] = {}
        self._offered: dict[str, set[int]] = defaultdict(set)
        self._by_entry: dict[tuple[Primitive, str], dict[Level, list[str]]] = defaultdict(
            lambda: defaultdict(list)
        )
        entries = [item for item in primitives() if not item.needs or conditional]
        for key, actor in list(takeover.actors.items()):
            if key != actor.entity or key in ends:
                continue
            decider = Decider(takeover.scene, actor, memory, takeover.doubts)
            offers = decider.offers()
            if not offers & by_table():
                continue
            self._offered[actor.account].add(offers)
            for entry in entries:
                if not any(self._is_offered(item, offers) for item in chain(*entry.stages)):
                    continue
                if entry.over in _BEYOND:
                    self.beyond[key] = None
                elif entry.effect in _BRINGING:
                    policies = decider.caller.policies.identity
                    self._by_entry[entry, actor.account][policies].append(key)

    def _is_offered(self, item: Alternative, offers: int) -> bool:
        called = bool(item.calls) and needed(item) & ~offers == 0
        return called and (self._conditional or not item.needs)

    def of(self, entity: Entity, known: Container[str]) -> Iterator[str]:
        """Yield the ARNs of those who may have a part in bringing a user or role, but for those
        `known`.
        """
        for (entry, account), groups in self._by_entry.items():
            if account != entity.account or not self._fits(entry, entity):
                continue
            if not all(self._can_be_fulfilled(stage, entity) for stage in entry.stages):
                continue
            for policies, arns in groups.items():
                unknown = [arn for arn in arns if arn not in known]
                if unknown and self._covers(entry, policies, entity):
                    yield from unknown

    def _can_be_fulfilled(self, stage: Stage, entity: Entity) -> bool:
        """Return whether somebody is offered an alternative, or one takes no calls."""
        return any(
            self._shows(item, entity)
            and (
                any(self._is_offered(item, offers) for offers in self._offered[entity.account])
                if item.calls
                else self._conditional or not item.needs
            )
            for item in stage
        )

    def _shows(self, item: Alternative, entity: Entity) -> bool:
        binding = Binding(entity.account, entity.arn, entity.arn)
        return item.shown is None or self._takeover.candidates.shows(item.shown, binding)

    def _fits(self, entry: Primitive, entity: Entity) -> bool:
        if not isinstance(entity, _BRINGING[entry.effect]):
            return False
        if entry.effect in (Effect.NEW_USER, Effect.NEW_ROLE):
            return self._takeover.state.is_fresh(entity.arn)
        if not isinstance(entity, Role) or entry.over not in (Over.PASSED, Over.WORKLOAD):
            return True
        if entry.over is Over.WORKLOAD and not self._conditional:
            workloads = self._takeover.state.snapshot.workloads.values()
            if all(workload.role != entity.arn for workload in workloads):
                return False
        candidates = self._takeover.candidates
        return any(
            candidates.serves(service, entity, entry.alongside)
            for service in candidates.services(entry, entity)
        )

    def _covers(self, entry: Primitive, policies: Level, entity: Entity) -> bool:
        """Return whether the policies name the user or role in the calls of some alternative."""
        if self._takeover.state.is_fresh(entity.arn):
            return True
        is_passed = entry.over in (Over.PASSED, Over.WORKLOAD)
        role, target = (entity.arn, "") if is_passed else ("", entity.arn)
        binding = Binding(entity.account, target, role)
        return any(
            all(covers(policies, action, arn) for action, arn in named(entry, item, binding))
            for stage in entry.stages
            for item in stage
            if item.calls
        )
