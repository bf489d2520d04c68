"""The answer for one origin: what it can come to by escalation, with a plan or for a reason."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice

from verifier.disputes import Meeting
from verifier.escalation import effects
from verifier.escalation.actors import Actor
from verifier.escalation.bindings import Binding
from verifier.escalation.derivations import derivation
from verifier.escalation.entities import Entities
from verifier.escalation.memory import Memory
from verifier.escalation.plans import Final, Plan, Planner
from verifier.escalation.steps import Made, Step
from verifier.escalation.stops import stopped
from verifier.escalation.table import assumption, primitives
from verifier.escalation.takeover import Takeover
from verifier.escalation.words import does
from verifier.queries import witness
from verifier.queries.barriers import Closed
from verifier.queries.closure import ANY_LENGTH
from verifier.queries.hops import DecodedHop
from verifier.queries.offers import Offers
from verifier.queries.origins import Origin
from verifier.queries.search import asked_in_replay
from verifier.queries.world import World
from verifier.question import Question, RouteKind
from verifier.snapshot.model import Role
from verifier.verdict import Verdict, Way

_MOST_TRIED = 12
_MOST_COMPARED = 48

Arrivals = Callable[[Takeover, Actor], Iterable[Final]]
"""Yields the ends that an actor, as it may be at most, seems to reach."""


class Escalation:
    """What one origin comes to; asked for one end after the other, it goes on where it was.

    A plan that leans on what no snapshot shows makes an answer unknown, and the answer says what it
    leans on; such a plan is looked for only where there is none without. `limit` is the most calls
    that count. Who is `alone` assumes no roles that are there, and nobody who is brought goes on.
    """

    def __init__(
        self,
        world: World,
        entities: Entities,
        memory: Memory,
        origin: Origin,
        question: Question,
        *,
        alone: bool = False,
    ) -> None:
        by_table = question.route.kind is RouteKind.ESCALATION
        directly = question.route.kind is RouteKind.DIRECTLY
        self._name = origin.name
        self._world = world
        self._limit = question.route.limit or (1 if directly else ANY_LENGTH)
        entries = primitives() if by_table else ()
        controls = controlled(world, question)
        self._takeover = Takeover(
            world, origin, entities, memory, entries, alone=alone, controls=controls
        )
        self._planner = Planner(world, entities, self._takeover)
        self._memory = memory
        self.found: Plan | None = None

    @property
    def decoded(self) -> tuple[DecodedHop, ...]:
        """The calls of the plan that was found last, none if there is none."""
        return tuple(move.hop for move in self.found.moves) if self.found else ()

    def stopped(self, offers: Offers) -> list[Closed]:
        """Return the calls that would lead on, or that `offers` lists, but cannot be allowed."""
        return list(stopped(self._takeover, self._memory, offers))

    @property
    def edges(self) -> int:
        """How many steps were found."""
        return len(self._takeover.brought)

    def search(self, arrivals: Arrivals) -> Way:
        """Return the answer to one question."""
        plan = self._plan(arrivals)
        if plan is None and not self._takeover.conditional:
            self._takeover.lean_on_needs()
            plan = self._plan(arrivals)
        self.found = plan
        return self._way(plan) if plan is not None else self.nobody()

    def nobody(self) -> Way:
        """Return the answer where no plan was found."""
        # What is not decided counts as possible: without an end in sight it does not matter.
        doubts = self._planner.doubts and self._planner.doubts | self._takeover.doubts
        reached = tuple(key for key in self._takeover.actors if key not in self._takeover.starts)
        verdict = Verdict.UNKNOWN if doubts else Verdict.NO
        reason = "; ".join(sorted(doubts))
        return Way(self._name, verdict, reached=reached, reason=reason, met=self._met)

    def everybody(self) -> Iterator[Way]:
        """Yield an answer for each that can be become but for who asks, named in `what`, or of whom
        that is not decided.
        """
        told: set[str] = set()
        for conditional in (False, True):
            if conditional and not self._takeover.conditional:
                self._takeover.lean_on_needs()
            for _ in self._takeover:
                pass
            for key, actor in list(self._takeover.actors.items()):
                if key in told or key in self._takeover.starts or key.endswith("(new)"):
                    continue
                before = len(self._planner.doubts)
                plan = self._planner.plan(Final(actor))
                if plan is not None:
                    told.add(key)
                    yield replace(self._way(plan), what=key)
                elif conditional and len(self._planner.doubts) > before:
                    yield replace(self.nobody(), what=key)

    def try_out(self, parts: Iterable[Plan | Role]) -> Way | None:
        """Return the answer that some parts make one after the other: assuming a role, or a plan of
        whoever acts then, the last one for the end. None if that is not confirmed.
        """
        key = next(iter(self._takeover.starts))
        steps: list[Step] = []
        final: Final | None = None
        for part in parts:
            if isinstance(part, Plan):
                steps += part.steps
                final = part.final
                key = final.actor.key
            else:
                steps.append(self._assumed(key, part))
                key = part.arn
        self.found = self._planner.attempt(steps, final) if final else None
        return self._way(self.found) if self.found else None

    def _assumed(self, key: str, role: Role) -> Step:
        """Return the step in which the actor with a key assumes a role."""
        entry, binding = assumption(), Binding(role.account, role.arn)
        actor = effects.actor(self._takeover.scene, entry, binding)
        return Step(0, entry, binding, (Made(key, entry.stages[0][0]),), actor)

    def _plan(self, arrivals: Arrivals) -> Plan | None:
        finals = islice(self._finals(arrivals), _MOST_TRIED)
        return next((plan for final in finals if (plan := self._planner.plan(final))), None)

    def _finals(self, arrivals: Arrivals) -> Iterator[Final]:
        """Yield ends, those first that lean on least, and of those the ones that need least."""
        takeover = self._takeover
        waiting: dict[Hashable, Final] = {}
        done: set[Hashable] = set()
        for actor in chain(list(takeover.actors.values()), takeover, [None]):
            for final in arrivals(takeover, actor) if actor else ():
                if final.key not in done and self._calls(final) <= self._limit:
                    waiting[final.key] = final
            while waiting:
                costs = {key: self._cost(final) for key, final in waiting.items()}
                key = min(costs, key=costs.__getitem__)
                if actor is not None and costs[key][0] > takeover.queue.least:
                    break
                done.add(key)
                yield waiting.pop(key)

    def _cost(self, final: Final) -> tuple[int, int]:
        steps = derivation(self._takeover, final.actor.key)
        needs = sum(len(step.needs) for step in steps)
        needs += len(final.opening.needs) if final.opening else 0
        return needs, len(steps)

    def _calls(self, final: Final) -> int:
        """Return how many calls an end takes, where each step is one of role assumption."""
        if self._limit == ANY_LENGTH:
            return 0
        return self._cost(final)[1] + (final.call is not None)

    def _way(self, plan: Plan) -> Way:
        shown = witness.shown([move.hop for move in plan.moves], self._world.readings)
        hops = tuple(
            replace(hop, does=does(move, plan.names))
            for move, hop in zip(plan.moves, shown, strict=True)
        )
        verdict = Verdict.UNKNOWN if plan.needs else Verdict.YES
        met = self._met
        if verdict is Verdict.YES:
            met = asked_in_replay(self._world, [move.hop for move in plan.moves])
        return Way(self._name, verdict, hops, needs=plan.needs, met=met)

    @property
    def _met(self) -> frozenset[Meeting]:
        """The readings of disputed points that were asked about: for all origins, which share what
        was found out.
        """
        return frozenset(self._world.readings.met)


def controlled(world: World, question: Question) -> str:
    """Return the workload that somebody is to control, by ARN, "" if it is no such question."""
    principal = question.whom.principal if question.whom else None
    name = principal.names[0] if principal and principal.names else ""
    return name if name in world.snapshot.workloads else ""
