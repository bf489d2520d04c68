"""From where an escalation may lead to its end at all: found backward, once for all who ask.

Everybody at once changes what can be changed, short of those who reach the end by themselves. Under
what comes of that, whoever no hop and no way of the table connects with the end cannot reach it:
the first of those who can is brought by others who are no end, and all that these can do was done.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain

from verifier.escalation.actors import Actor
from verifier.escalation.entities import Entities
from verifier.escalation.helpers import Helpers
from verifier.escalation.memory import Memory
from verifier.escalation.plans import Plan
from verifier.escalation.search import Arrivals
from verifier.escalation.state import State
from verifier.escalation.table import primitives
from verifier.escalation.takeover import Takeover
from verifier.queries import origins
from verifier.queries.approach import Backward, Entity
from verifier.queries.origins import Origin
from verifier.queries.world import World
from verifier.snapshot.model import Role, Snapshot


@dataclass(frozen=True)
class Seed:
    """A user or role that reaches the end without assuming roles that are there, by `plan`; None
    where that was not decided.
    """

    entity: Entity
    plan: Plan | None

    @property
    def needs(self) -> int:
        """On how much of what no snapshot shows the plan leans."""
        return len(self.plan.needs) if self.plan else 0


@dataclass(frozen=True)
class Link:
    """Somebody, by ARN, who comes to act as `to`: `assumes` that role, or brings it otherwise."""

    arn: str
    to: Entity
    assumes: bool


class Approach:
    """The users and roles of a snapshot that may reach the end of a question, leaning on what no
    snapshot shows only if that is `conditional`.
    """

    def __init__(
        self,
        world: World,
        entities: Entities,
        memory: Memory,
        arrivals: Arrivals,
        seeds: Mapping[str, Seed],
        *,
        by_table: bool,
        conditional: bool,
    ) -> None:
        self._arrivals = arrivals
        self._seeds = {arn: seed for arn, seed in seeds.items() if conditional or not seed.needs}
        self._next: dict[str, Entity | None] = {}
        self._beside: set[str] = set()
        entries = primitives() if by_table else ()
        everybody = Origin("everybody", tuple(starts(world)))
        takeover = Takeover(world, everybody, entities, memory, entries, settles=self._settles)
        if conditional:
            takeover.lean_on_needs()
        for _ in takeover:
            pass
        ends = set(self._ends(takeover))
        helpers = Helpers(takeover, memory, ends, conditional=conditional)
        self._find(world, takeover, helpers)

    def _settles(self, takeover: Takeover, actor: Actor) -> bool:
        return actor.entity in self._seeds or any(True for _ in self._arrivals(takeover, actor))

    def __contains__(self, arn: str) -> bool:
        return arn in self._next

    def links(self, arn: str) -> Iterator[Link]:
        """Yield how somebody goes on until the end is reached, one after the other."""
        while (entity := self._next[arn]) is not None:
            yield Link(arn, entity, assumes=arn not in self._beside)
            arn = entity.arn

    def _find(self, world: World, takeover: Takeover, helpers: Helpers) -> None:
        state = takeover.state
        snapshot = as_it_may_be(state)
        changed = {entity.arn for entity in _entities(snapshot) if state.is_fresh(entity.arn)}
        changed |= state.free_tags | state.with_device
        backward = Backward(replace(world, snapshot=snapshot), changed)
        queue: deque[Entity] = deque()
        for arn in dict.fromkeys(chain(self._ends(takeover), helpers.beyond)):
            entity = snapshot.user(arn) or snapshot.role(arn)
            if entity is not None:
                self._next[arn] = None
                queue.append(entity)
        while queue:
            entity = queue.popleft()
            if isinstance(entity, Role):
                fresh = state.is_fresh(entity.arn)
                found = _entities(snapshot) if fresh else backward.to(entity, self._next)
                for other in found:
                    if other.arn not in self._next:
                        self._next[other.arn] = entity
                        queue.append(other)
            for arn in helpers.of(entity, self._next):
                self._next[arn] = entity
                self._beside.add(arn)
                helper = snapshot.user(arn) or snapshot.role(arn)
                assert helper is not None
                queue.append(helper)

    def _ends(self, takeover: Takeover) -> Iterator[str]:
        """Yield who reaches the end at once, those first of whom a plan leans on least."""
        seeds = sorted(self._seeds.values(), key=lambda seed: (seed.plan is None, seed.needs))
        yield from (seed.entity.arn for seed in seeds)
        for actor in takeover.actors.values():
            if actor.entity and any(True for _ in self._arrivals(takeover, actor)):
                yield actor.entity


def starts(world: World) -> Iterator[origins.Start]:
    """Yield every user and role of a snapshot as a caller."""
    for user in world.snapshot.users():
        yield from origins.user(world, user).starts
    for role in world.snapshot.roles():
        yield from origins.role(world, role).starts


def _entities(snapshot: Snapshot) -> Iterator[Entity]:
    yield from snapshot.users()
    yield from snapshot.roles()


def as_it_may_be(state: State) -> Snapshot:
    """Return the snapshot with its users and roles as they are in a state."""
    accounts = {
        number: replace(
            account,
            users={user.arn: user for user in state.users(number)},
            roles={role.arn: role for role in state.roles(number)},
        )
        for number, account in state.snapshot.accounts.items()
    }
    return replace(state.snapshot, accounts=accounts)
