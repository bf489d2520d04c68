"""All that an origin can take over: primitives and role assumption until nothing new comes up.

Each authorization is decided with the entities as they may be at most and sessions left open
(`State` with `widen`), so that what is not found cannot be done, in whatever order. What is found
is a step with what it leans on; a plan of such steps is a yes once it was replayed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from verifier.escalation import effects
from verifier.escalation.actors import Actor, asking
from verifier.escalation.bindings import Binding
from verifier.escalation.candidates import Candidates
from verifier.escalation.changes import Change
from verifier.escalation.deciding import Decider
from verifier.escalation.entities import Entities, account_of
from verifier.escalation.fulfilment import Fulfilment, Place
from verifier.escalation.memory import Memory
from verifier.escalation.queues import Queue
from verifier.escalation.scene import Scene
from verifier.escalation.state import State
from verifier.escalation.steps import Made, Step
from verifier.escalation.table import Effect, Primitive, assumption
from verifier.escalation.words import conditions
from verifier.queries.origins import Origin, Roles
from verifier.queries.world import World
from verifier.snapshot.model import Role

_OF_OTHERS = (Effect.TRUST, Effect.PROFILE)
"""Changes of a role that let nobody do more who acts as it already."""

_SEEN_BY_OTHERS = (
    Effect.TAGS,
    Effect.NO_TAGS,
    Effect.BOUNDARY,
    Effect.LOSES_BOUNDARY,
    Effect.PROFILE,
    Effect.NEW_USER,
    Effect.NEW_ROLE,
    Effect.NEW_POLICY,
    Effect.GUARDRAILS,
)
"""Changes after which others may do more with what was changed, or made."""

_MEMBERSHIPS = (Effect.JOINS, Effect.LEAVES)
EVERYWHERE = "*"
"""Stands for all entities in `Takeover.changed`: what lifted the guardrails."""


class Takeover:
    """Everything that one origin comes to hold by role assumption, and by `entries` of the table.

    `brought` has the step that brought each actor, `changed` those that changed an entity, in the
    order in which they were found. `conditional` says whether to lean on what no snapshot shows.
    Whoever `settles` is not followed up; nor is anybody who was there before and is brought by one
    who is `alone`, and assumes no role that was there.
    """

    def __init__(
        self,
        world: World,
        origin: Origin,
        entities: Entities,
        memory: Memory,
        entries: Iterable[Primitive] = (),
        *,
        alone: bool = False,
        controls: str = "",
        settles: Callable[[Takeover, Actor], bool] = lambda takeover, actor: False,
    ) -> None:
        self.world = world
        self._alone = alone
        self._settles = settles
        self.state = State(entities, widen=True)
        self.scene = Scene(world, self.state, controls)
        self.doubts: set[str] = set()
        self.actors: dict[str, Actor] = {}
        self.brought: dict[str, Step] = {}
        self.changed: dict[str, list[Step]] = defaultdict(list)
        self.conditional = False
        self.queue = Queue()
        self.candidates = Candidates(self.scene, memory, self.actors, self.doubts)
        self._memory = memory
        self._steps = 0
        self._known: set[Change] = set()
        self._of_entity: dict[str, list[str]] = defaultdict(list)
        self._groups: dict[str, dict[Place, tuple[Made, ...]]] = defaultdict(dict)
        self._open_trusts: dict[str, None] = {}
        self.starts: dict[str, Roles] = {}
        self._assumption = assumption()
        self.fulfilment = Fulfilment(
            self,
            (
                item
                for item in entries
                if item is not self._assumption and entities.bears_on(item.effect)
            ),
        )
        self._news: dict[str, None] = {}
        self._running = self._run()
        self._begin(origin)

    def _begin(self, origin: Origin) -> None:
        for actor, roles in asking(origin, self.state):
            self.starts[actor.key] = roles
            self._add(actor)

    def __iter__(self) -> Iterator[Actor]:
        """Yield every actor that is new, or that may do more than before, until there is none.

        Whoever iterates again goes on where the last one stopped.
        """
        while (actor := next(self._running, None)) is not None:
            yield actor

    def _run(self) -> Iterator[Actor]:
        yield from self._new()
        while (key := self.queue.take()) is not None:
            for _ in self._spread(self.actors[key]):
                yield from self._new()

    def _new(self) -> Iterator[Actor]:
        while self._news:
            key = next(iter(self._news))
            del self._news[key]
            yield self.actors[key]

    def lean_on_needs(self) -> None:
        """Lean on what no snapshot shows from now on."""
        self.conditional = True
        self._running = self._run()
        self.fulfilment.try_anew()
        self.queue.put(self.actors)

    def _add(self, actor: Actor, weight: int = 0) -> None:
        self.actors[actor.key] = actor
        self.queue.weights[actor.key] = weight
        self._news[actor.key] = None
        self.queue.put([actor.key])
        self._open_trusts.pop(actor.key, None)
        if actor.entity:
            self._of_entity[actor.entity].append(actor.key)

    def _spread(self, actor: Actor) -> Iterator[None]:
        """Carry out whatever an actor can, with a rest after each entry of the table."""
        if self._settles(self, actor):
            return
        if self._alone and actor.start is None and not self.state.is_fresh(actor.entity):
            return
        decider = Decider(self.scene, actor, self._memory, self.doubts)
        offers = self.fulfilment.offers(decider)
        if actor.may("sts:AssumeRole"):
            for role in self.assumable(actor):
                self._assume(decider, role)
        yield
        if actor.account not in self.state.snapshot.accounts:
            return
        if actor.entity and self.state.user(actor.entity):
            for place, made in list(self._groups[actor.account].items()):
                self._member(place, made, actor.entity)
        for _ in self.fulfilment.try_all(decider, offers):
            if self._news:
                yield

    def assumable(self, actor: Actor) -> Iterable[Role]:
        """Return the roles, as they now are, that an actor may be able to assume."""
        trusts = self.world.trusts
        user, role = self.state.user(actor.entity), self.state.role(actor.entity)
        found: Iterable[str] = ()
        if self._alone:
            pass
        elif user is not None:
            found = trusts.of_user(user)
        elif role is not None:
            found = trusts.of_role(role, self.actors)
        elif actor.key in self.starts:
            found = self.starts[actor.key]()
        else:
            found = trusts.named("provider", actor.key)
        names = [arn for arn in (*self._open_trusts, *found) if arn not in self.actors]
        return [role for arn in names if (role := self.state.role(arn))]

    def _assume(self, decider: Decider, role: Role) -> None:
        if role.arn not in self.actors and decider.assumes(role):
            primitive = self._assumption
            made = (Made(decider.actor.key, primitive.stages[0][0]),)
            self.bring(decider, primitive, Binding(role.account, role.arn), made)

    def is_known(self, primitive: Primitive, binding: Binding) -> bool:
        """Return whether what the entry would bring is there already."""
        if primitive.effect in _MEMBERSHIPS:
            return (primitive, binding) in self._groups[binding.account]
        actor = effects.actor(self.scene, primitive, binding)
        if actor is not None:
            counts = actor.key != self.scene.controls
            return actor.key in self.actors or (counts and actor.entity in self.actors)
        return effects.change(self.scene, primitive, binding) in self._known

    def bring(
        self, decider: Decider, primitive: Primitive, binding: Binding, made: tuple[Made, ...]
    ) -> None:
        """Note what an entry brings."""
        if self.is_known(primitive, binding):
            return
        actor = effects.actor(self.scene, primitive, binding)
        if actor is not None:
            step = self._step(primitive, binding, made, actor)
            self.brought[actor.key] = step
            self._add(actor, self.queue.weight(step))
        elif primitive.effect in _MEMBERSHIPS:
            self._groups[binding.account][primitive, binding] = made
            for key in list(self.actors):
                if self.state.user(key) and account_of(key) == binding.account:
                    self._member((primitive, binding), made, key)
        else:
            change = effects.change(self.scene, primitive, binding)
            self._change(self._step(primitive, binding, made, change), change)
            if primitive.effect in (Effect.TRUST, Effect.NEW_ROLE):
                self._open_trust(decider, change.entity)

    def _member(self, place: Place, made: tuple[Made, ...], user: str) -> None:
        """Let a user join a group, or leave it."""
        primitive, binding = place
        change = Change(primitive.effect, binding.target, user)
        if change not in self._known:
            self._change(self._step(primitive, binding, made, change), change)

    def _step(
        self, primitive: Primitive, binding: Binding, made: tuple[Made, ...], brings: Actor | Change
    ) -> Step:
        self._steps += 1
        needs = tuple(conditions(primitive, binding, made, self.state))
        found = Step(self._steps, primitive, binding, made, needs=needs)
        if isinstance(brings, Actor):
            return replace(found, actor=brings)
        return replace(found, change=brings)

    def _change(self, step: Step, change: Change) -> None:
        self._known.add(change)
        touched = self.state.apply(change)
        if change.effect is Effect.GUARDRAILS:
            self.changed[EVERYWHERE].append(step)
        if change.effect in _SEEN_BY_OTHERS:
            self.queue.put(self.actors, self.queue.weight(step))
        if change.effect in (Effect.NEW_USER, Effect.NEW_ROLE, Effect.NEW_POLICY):
            self.fulfilment.try_anew(account_of(change.entity))
        for arn in sorted(touched | {change.entity}):
            self.changed[arn].append(step)
            if change.effect in _OF_OTHERS:
                continue
            keys = self._of_entity.get(arn, ())
            self.queue.put(keys, self.queue.weight(step))
            self._news.update(dict.fromkeys(keys))

    def _open_trust(self, decider: Decider, arn: str) -> None:
        """Assume a role that now admits everyone; let others try if the actor cannot."""
        if arn not in self.actors:
            self._open_trusts[arn] = None
        role = self.state.role(arn)
        if role is not None:
            self._assume(decider, role)
        if arn not in self.actors:
            self.queue.put(self.actors)
