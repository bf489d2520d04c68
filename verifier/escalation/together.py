"""Many callers with one question: who cannot get there at all, and the way of those who can."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from verifier.escalation.approach import Approach, Seed
from verifier.escalation.entities import Entities
from verifier.escalation.memory import Memory
from verifier.escalation.offered import by_change, offered
from verifier.escalation.plans import Final, Plan
from verifier.escalation.search import Arrivals, Escalation
from verifier.queries import origins
from verifier.queries.approach import Entity
from verifier.queries.origins import Origin
from verifier.queries.world import World
from verifier.question import Question, RouteKind
from verifier.snapshot.model import Role, User
from verifier.verdict import Verdict, Way


class Together:
    """One question that is put to many users and roles of a snapshot.

    It may not limit requests, nor their number: what leads there is found backward.
    """

    def __init__(
        self,
        world: World,
        entities: Entities,
        memory: Memory,
        question: Question,
        arrivals: Arrivals,
    ) -> None:
        self._world = world
        self._entities = entities
        self._memory = memory
        self._question = question
        self._arrivals = arrivals
        self._plans: dict[tuple[str, str], Plan | None] = {}
        self._searches: dict[str, Escalation] = {}
        self._undecided: set[str] = set()

    def answer(self, origin: Origin) -> Way | None:
        """Return the answer for a user or role; None if it takes a search of its own."""
        arn = origin.known_principal
        if arn is None or not self._is_listed(arn):
            return None
        if arn not in self._perhaps:
            return Way(origin.name, Verdict.NO, met=frozenset(self._world.readings.met))
        approach = self._surely if arn in self._surely else self._perhaps
        parts = list(self._parts(approach, arn))
        if None in parts:
            return None
        way = self._escalation(origin).try_out(part for part in parts if part is not None)
        if way is None or (way.verdict is not Verdict.YES and approach is self._surely):
            return None
        return way

    def _is_listed(self, arn: str) -> bool:
        snapshot = self._world.snapshot
        return (snapshot.user(arn) or snapshot.role(arn)) is not None

    @cached_property
    def _surely(self) -> Approach:
        """Who may get there without leaning on what no snapshot shows."""
        return self._approach(conditional=False)

    @cached_property
    def _perhaps(self) -> Approach:
        return self._approach(conditional=True)

    def _approach(self, *, conditional: bool) -> Approach:
        return Approach(
            self._world,
            self._entities,
            self._memory,
            self._arrivals,
            self._seeds,
            by_table=self._question.route.kind is RouteKind.ESCALATION,
            conditional=conditional,
        )

    def _parts(self, approach: Approach, arn: str) -> Iterator[Plan | Role | None]:
        """Yield what leads to the end, None where a part of it is not known."""
        for link in approach.links(arn):
            arn = link.to.arn
            if link.assumes and isinstance(link.to, Role):
                yield link.to
            else:
                yield self._alone(link.arn, arn, _arriving_at(arn))
        yield self._alone(arn, "", self._arrivals)

    @cached_property
    def _seeds(self) -> dict[str, Seed]:
        """Those who change something, and get there without assuming roles that are there."""
        found: dict[str, Seed] = {}
        entities: list[Entity] = [*self._world.snapshot.users(), *self._world.snapshot.roles()]
        for entity in entities:
            if offered(entity.policies) & by_change():
                plan = self._alone(entity.arn, "", self._arrivals)
                if plan is not None or entity.arn in self._undecided:
                    found[entity.arn] = Seed(entity, plan)
        return found

    def _alone(self, arn: str, end: str, arrivals: Arrivals) -> Plan | None:
        """Return how a user or role gets to an end without assuming roles that are there; None if
        it does not, or is of a caller's making.
        """
        if not self._is_listed(arn):
            return None
        if (arn, end) not in self._plans:
            search = self._searches.get(arn)
            if search is None:
                search = self._searches[arn] = self._search(arn)
            if search.search(arrivals).verdict is Verdict.UNKNOWN and search.found is None:
                self._undecided.add(arn)
            self._plans[arn, end] = search.found
        return self._plans[arn, end]

    def _search(self, arn: str) -> Escalation:
        snapshot = self._world.snapshot
        entity = snapshot.user(arn) or snapshot.role(arn)
        make = origins.user if isinstance(entity, User) else origins.role
        origin = make(self._world, entity)  # type: ignore[arg-type]
        return self._escalation(origin, alone=True)

    def _escalation(self, origin: Origin, *, alone: bool = False) -> Escalation:
        return Escalation(
            self._world,
            self._entities,
            self._memory,
            origin,
            self._question,
            alone=alone,
        )


def _arriving_at(arn: str) -> Arrivals:
    return lambda takeover, actor: [Final(actor)] if actor.key == arn else []
