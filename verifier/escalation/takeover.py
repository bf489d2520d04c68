"""All that an origin can take over: primitives and role assumption until nothing new comes up.

Each authorization is decided with the entities as they may be at most and sessions left open
(`State` with `widen`), so that what is not found cannot be done, in whatever order. What is found
is a step with what it leans on; a plan of such steps is a yes once it was replayed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from iam_smt.credentials import Chain
from verifier.escalation import effects
from verifier.escalation.actors import Actor
from verifier.escalation.bindings import Binding
from verifier.escalation.candidates import Candidates
from verifier.escalation.changes import Change
from verifier.escalation.deciding import Decider, Extent
from verifier.escalation.entities import Entities, account_of
from verifier.escalation.memory import Memory
from verifier.escalation.offered import needed
from verifier.escalation.scene import Scene
from verifier.escalation.state import State
from verifier.escalation.steps import Made, Step
from verifier.escalation.table import Alternative, Effect, Over, Primitive, primitives
from verifier.escalation.words import conditions
from verifier.queries.origins import Origin, Roles
from verifier.queries.world import World
from verifier.snapshot.model import Role

_Place = tuple[Primitive, Binding]
"""An entry of the table and what it is tried on."""

_ASSUMES = Effect.ASSUMES_ROLE
_OF_OTHERS = (Effect.TRUST, Effect.PROFILE)
"""Changes of a role that let nobody do more who acts as it already."""

_MEMBERSHIPS = (Effect.JOINS, Effect.LEAVES)
EVERYWHERE = "*"
"""Stands for all entities in `Takeover.changed`: what lifted the guardrails."""


class Takeover:
    """Everything that one origin comes to hold by role assumption, and by `entries` of the table.

    `brought` has the step that brought each actor, `changed` those that changed an entity, in the
    order in which they were found. `conditional` says whether to lean on what no snapshot shows.
    """

    def __init__(
        self,
        world: World,
        origin: Origin,
        entities: Entities,
        memory: Memory,
        entries: Iterable[Primitive] = (),
    ) -> None:
        self.world = world
        self.state = State(entities, widen=True)
        self.scene = Scene(world, self.state)
        self.doubts: set[str] = set()
        self.actors: dict[str, Actor] = {}
        self.brought: dict[str, Step] = {}
        self.changed: dict[str, list[Step]] = defaultdict(list)
        self.conditional = False
        self.candidates = Candidates(self.scene, memory, self.actors, self.doubts)
        self._memory = memory
        self._steps = 0
        self._known: set[Change] = set()
        self._queues: dict[int, dict[str, None]] = {}
        self._weights: dict[str, int] = {}
        self._of_entity: dict[str, list[str]] = defaultdict(list)
        self._offering: dict[int, dict[str, None]] = defaultdict(dict)
        self._worth: dict[int, list[Primitive]] = {}
        self._made: dict[_Place, tuple[Made, ...]] = {}
        self._waiting: dict[tuple[Primitive, str], dict[Binding, None]] = defaultdict(dict)
        self._exhausted: set[tuple[Primitive, str]] = set()
        self._groups: dict[str, dict[_Place, tuple[Made, ...]]] = defaultdict(dict)
        self._open_trusts: dict[str, None] = {}
        self.starts: dict[str, Roles] = {}
        self._assumption = next(item for item in primitives() if item.effect is _ASSUMES)
        self._entries = [
            item
            for item in entries
            if item is not self._assumption and entities.bears_on(item.effect)
        ]
        self._news: dict[str, None] = {}
        self._running = self._run()
        self._begin(origin)

    def _begin(self, origin: Origin) -> None:
        for number, start in enumerate(origin.starts):
            caller = start.make(Chain())
            arn = caller.principal.arn if isinstance(caller.principal.arn, str) else ""
            entity = arn if self.state.user(arn) or self.state.role(arn) else ""
            key = arn if entity or arn.endswith(":root") else f"start {number}"
            self.starts[key] = start.roles
            self._add(Actor(key, caller.account or "", entity, start))

    def __iter__(self) -> Iterator[Actor]:
        """Yield every actor that is new, or that may do more than before, until there is none.

        Whoever iterates again goes on where the last one stopped.
        """
        while (actor := next(self._running, None)) is not None:
            yield actor

    def _run(self) -> Iterator[Actor]:
        yield from self._new()
        while (key := self._next()) is not None:
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
        self._exhausted.clear()
        self._ask(self.actors)

    @property
    def least(self) -> int:
        """On how much of what no snapshot shows all that is still to come leans at least."""
        return min((weight for weight, keys in self._queues.items() if keys), default=0)

    def _next(self) -> str | None:
        """Take who leans on least from those that wait to try what they can."""
        waiting = self._queues.get(self.least)
        if not waiting:
            return None
        key = next(iter(waiting))
        del waiting[key]
        return key

    def _ask(self, keys: Iterable[str], weight: int = 0) -> None:
        """Let actors try what they can, as soon as nobody leans on less than they do."""
        for key in keys:
            self._queues.setdefault(max(weight, self._weights[key]), {})[key] = None

    def _weight(self, step: Step) -> int:
        """Return how often a step and what it leans on lean on what no snapshot shows."""
        before = max(self._weights[made.actor] for made in step.made)
        return before + len(step.needs)

    def _add(self, actor: Actor, weight: int = 0) -> None:
        self.actors[actor.key] = actor
        self._weights[actor.key] = weight
        self._news[actor.key] = None
        self._ask([actor.key])
        self._open_trusts.pop(actor.key, None)
        if actor.entity:
            self._of_entity[actor.entity].append(actor.key)

    def _spread(self, actor: Actor) -> Iterator[None]:
        """Carry out whatever an actor can, with a rest after each entry of the table."""
        decider = Decider(self.scene, actor, self._memory, self.doubts)
        offers = decider.offers()
        self._offering[offers][actor.key] = None
        if actor.may("sts:AssumeRole"):
            for role in self.assumable(actor):
                self._assume(decider, role)
        yield
        if actor.account not in self.state.snapshot.accounts:
            return
        if actor.entity and self.state.user(actor.entity):
            for place, made in list(self._groups[actor.account].items()):
                self._member(place, made, actor.entity)
        for primitive in self.worth_trying(offers):
            self._first(decider, primitive, actor.account, offers)
            for binding in list(self._waiting.get((primitive, actor.account), ())):
                self._go_on(decider, primitive, binding, offers)
            if self._news:
                yield

    def worth_trying(self, offers: int) -> list[Primitive]:
        """Return the entries of which somebody with these offers may fulfil a stage by calls."""
        if offers not in self._worth:
            self._worth[offers] = [
                item
                for item in self._entries
                if any(
                    alternative.calls and needed(alternative) & ~offers == 0
                    for stage in item.stages
                    for alternative in stage
                )
            ]
        return self._worth[offers]

    def assumable(self, actor: Actor) -> Iterable[Role]:
        """Return the roles, as they now are, that an actor may be able to assume."""
        trusts = self.world.trusts
        user, role = self.state.user(actor.entity), self.state.role(actor.entity)
        if user is not None:
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
            self._bring(decider, primitive, Binding(role.account, role.arn), made)

    def _first(self, decider: Decider, primitive: Primitive, account: str, offers: int) -> None:
        """Try the first stage of an entry on everything in an account."""
        if (primitive, account) in self._exhausted:
            return
        usable = self._usable(decider, primitive, 0, offers)
        if not usable:
            return
        usable = [
            item for item in usable if decider.extent(primitive, item, account) is not Extent.NONE
        ]
        if not usable:
            return
        is_open = False
        for binding in self.candidates.of(primitive, account):
            if self.is_known(primitive, binding):
                continue
            if (primitive, binding) not in self._made:
                self._fulfil(decider, primitive, binding, usable, offers)
            is_open |= not self.is_known(primitive, binding)
        if not is_open:
            self._exhausted.add((primitive, account))

    def _usable(
        self, decider: Decider, primitive: Primitive, stage: int, offers: int
    ) -> list[Alternative]:
        """Return the alternatives of a stage that the actor may be offered."""
        if primitive.needs and not self.conditional:
            return []
        return [
            item
            for item in primitive.stages[stage]
            if needed(item) & ~offers == 0
            and (self.conditional or not item.needs)
            and all(map(decider.actor.may, item.calls))
        ]

    def _fulfil(
        self,
        decider: Decider,
        primitive: Primitive,
        binding: Binding,
        usable: list[Alternative],
        offers: int,
    ) -> None:
        """Fulfil the next stage of an entry by one of the alternatives, and go on from there."""
        if not self.conditional and primitive.over is Over.WORKLOAD and not binding.target:
            return
        for item in usable:
            if item.shown and not self.candidates.shows(item.shown, binding):
                continue
            if item.unless and self.candidates.shows(item.unless, binding):
                continue
            if not decider.may(primitive, item, binding):
                continue
            made = (*self._made.get((primitive, binding), ()), Made(decider.actor.key, item))
            self._made[primitive, binding] = made
            if len(made) == len(primitive.stages):
                self._waiting[primitive, binding.account].pop(binding, None)
                self._bring(decider, primitive, binding, made)
            else:
                self._waiting[primitive, binding.account][binding] = None
                self._go_on(decider, primitive, binding, offers)
                if self._made[primitive, binding] is made:
                    self._ask_others(primitive, len(made))
            return

    def _go_on(self, decider: Decider, primitive: Primitive, binding: Binding, offers: int) -> None:
        if self.is_known(primitive, binding):
            self._waiting[primitive, binding.account].pop(binding, None)
            return
        stage = len(self._made[primitive, binding])
        usable = self._usable(decider, primitive, stage, offers)
        if usable:
            self._fulfil(decider, primitive, binding, usable, offers)

    def _ask_others(self, primitive: Primitive, stage: int) -> None:
        """Let whoever may fulfil a later stage try it."""
        for offers, keys in self._offering.items():
            if any(item.calls and needed(item) & ~offers == 0 for item in primitive.stages[stage]):
                self._ask(keys)

    def is_known(self, primitive: Primitive, binding: Binding) -> bool:
        """Return whether what the entry would bring is there already."""
        if primitive.effect in _MEMBERSHIPS:
            return (primitive, binding) in self._groups[binding.account]
        actor = effects.actor(self.scene, primitive, binding)
        if actor is not None:
            return actor.key in self.actors or actor.entity in self.actors
        return effects.change(self.scene, primitive, binding) in self._known

    def _bring(
        self, decider: Decider, primitive: Primitive, binding: Binding, made: tuple[Made, ...]
    ) -> None:
        """Note what an entry brings."""
        if self.is_known(primitive, binding):
            return
        actor = effects.actor(self.scene, primitive, binding)
        if actor is not None:
            step = self._step(primitive, binding, made, actor=actor)
            self.brought[actor.key] = step
            self._add(actor, self._weight(step))
        elif primitive.effect in _MEMBERSHIPS:
            self._groups[binding.account][primitive, binding] = made
            for key in list(self.actors):
                if self.state.user(key) and account_of(key) == binding.account:
                    self._member((primitive, binding), made, key)
        else:
            change = effects.change(self.scene, primitive, binding)
            self._change(self._step(primitive, binding, made, change=change), change)
            if primitive.effect in (Effect.TRUST, Effect.NEW_ROLE):
                self._open_trust(decider, change.entity)

    def _member(self, place: _Place, made: tuple[Made, ...], user: str) -> None:
        """Let a user join a group, or leave it."""
        primitive, binding = place
        change = Change(primitive.effect, binding.target, user)
        if change not in self._known:
            self._change(self._step(primitive, binding, made, change=change), change)

    def _step(
        self,
        primitive: Primitive,
        binding: Binding,
        made: tuple[Made, ...],
        *,
        actor: Actor | None = None,
        change: Change | None = None,
    ) -> Step:
        self._steps += 1
        needs = tuple(conditions(primitive, binding, made, self.state))
        return Step(self._steps, primitive, binding, made, actor, change, needs)

    def _change(self, step: Step, change: Change) -> None:
        self._known.add(change)
        touched = self.state.apply(change)
        if change.effect is Effect.GUARDRAILS:
            self.changed[EVERYWHERE].append(step)
            self._ask(self.actors, self._weight(step))
        if change.effect in (Effect.NEW_USER, Effect.NEW_ROLE, Effect.NEW_POLICY):
            account = account_of(change.entity)
            self._exhausted = {item for item in self._exhausted if item[1] != account}
        for arn in touched | {change.entity}:
            self.changed[arn].append(step)
            if change.effect in _OF_OTHERS:
                continue
            keys = self._of_entity.get(arn, ())
            self._ask(keys, self._weight(step))
            self._news.update(dict.fromkeys(keys))

    def _open_trust(self, decider: Decider, arn: str) -> None:
        """Assume a role that now admits everyone; let others try if the actor cannot."""
        if arn not in self.actors:
            self._open_trusts[arn] = None
        role = self.state.role(arn)
        if role is not None:
            self._assume(decider, role)
        if arn not in self.actors:
            self._ask(self.actors)
