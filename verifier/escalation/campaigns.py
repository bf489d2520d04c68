"""Steps in their order as one formula, and the requests that a model of it describes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from iam_smt.credentials import Chain
from iam_smt.model import Model
from iam_smt.terms import Term, conjunction
from iam_smt.texts import StringVariable
from verifier.compile.callers import Caller
from verifier.compile.targets import Target
from verifier.escalation.actors import Actor
from verifier.escalation.bindings import asks
from verifier.escalation.entities import Entities
from verifier.escalation.guards import Opening
from verifier.escalation.running import service_path
from verifier.escalation.scene import Scene
from verifier.escalation.state import State
from verifier.escalation.steps import Step
from verifier.escalation.table import Effect
from verifier.escalation.tagging import with_tags
from verifier.queries.hops import DecodedHop
from verifier.queries.paths import Path
from verifier.queries.world import World


@dataclass(frozen=True)
class Move:
    """One decoded call: who makes it, and the step of which it is a part.

    `completes` says that the step is carried out with it, `opens` that it changes what guards the
    resource that the question is about. `actor` is None for a service.
    """

    hop: DecodedHop
    actor: Actor | None
    step: Step | None
    completes: bool = False
    opens: bool = False


@dataclass(frozen=True)
class _Call:
    path: Path
    place: int
    actor: Actor | None
    step: Step | None
    opens: bool = False


@dataclass
class _Line:
    """An actor at work: the path that it goes on, and the caller that it is there."""

    path: Path
    caller: Caller


class Campaign:
    """Steps carried out one after the other, each under the policies that the ones before left.

    The calls of those who stem from one another share what their credentials carry; callers that
    were taken over have credentials of their own.
    """

    def __init__(self, world: World, entities: Entities, starts: Iterable[Actor]) -> None:
        self.scene = Scene(world, State(entities))
        self._lines: dict[str, _Line] = {}
        self._actors: dict[str, Actor] = {}
        self._calls: list[_Call] = []
        self._paths: list[Path] = []
        for actor in starts:
            self._line(actor, begins=True)

    def _line(self, actor: Actor, *, begins: bool = False) -> None:
        """Let an actor with credentials of its own begin a path."""
        chain = Chain()
        caller = actor.caller(self.scene, chain)
        path = Path(self.scene.world, caller, chain, begins=begins)
        self._go_on(actor, path, caller)
        self._paths.append(path)

    def _go_on(self, actor: Actor, path: Path, caller: Caller) -> None:
        self._lines[actor.key] = _Line(path, caller)
        self._actors[actor.key] = actor

    def _at_work(self, key: str) -> Path:
        """Return the path of an actor, which goes on under the policies that now bind it."""
        line = self._lines[key]
        line.path.world = self.scene.world
        line.path.caller = self.scene.bound(line.caller, self._actors[key].entity)
        return line.path

    def _called(
        self, path: Path, actor: Actor | None, step: Step | None, *, opens: bool = False
    ) -> None:
        self._calls.append(_Call(path, path.length, actor, step, opens))

    def can_carry_out(self, step: Step) -> bool:
        """Return whether all that a step is about is there now."""
        state, binding = self.scene.state, step.binding
        named = (arn for arn in (binding.target, binding.role) if _is_bounded(arn))
        known = all(state.user(arn) or state.role(arn) for arn in named)
        policy = binding.policy
        return known and (not policy.startswith("arn:") or _exists(state, policy))

    def carry_out(self, step: Step) -> None:
        """Add the calls of a step, and what it brings."""
        for made in step.made:
            path, actor = self._at_work(made.actor), self._actors[made.actor]
            if step.primitive.effect is Effect.ASSUMES_ROLE:
                self._assume(step, path, actor)
                return
            for ask in asks(self.scene, step.primitive, made.alternative, step.binding):
                keys = with_tags(ask.given, step.change)
                path.ask(ask.action, ask.target, keys, ask.others)
                self._called(path, actor, step)
        if step.change is not None:
            self.scene.state.apply(step.change)
            if step.change.tags:
                self._tagged(step.change.entity)
        elif step.primitive.effect is Effect.BECOMES_ROLE and step.actor:
            primitive, binding = step.primitive, step.binding
            service = binding.service or primitive.service
            path = service_path(self.scene, service, binding.role, primitive.alongside)
            self._called(path, None, step)
            self._paths.append(path)
            self._go_on(step.actor, path, path.caller)
        elif step.actor is not None:
            self._line(step.actor)

    def _tagged(self, arn: str) -> None:
        """Let those who act as a user with other tags go on with these; sessions keep theirs."""
        for key in [key for key, actor in self._actors.items() if actor.entity == arn]:
            actor = self._actors[key]
            if not actor.is_role or actor.start is not None:
                self._line(actor, begins=actor.start is not None)

    def _assume(self, step: Step, path: Path, actor: Actor) -> None:
        role = self.scene.state.role(step.binding.target)
        assert role is not None and step.actor is not None
        name = self.scene.name(role.arn)
        path.assume(role, arn=name if isinstance(name, StringVariable) else None)
        self._called(path, actor, step)
        self._go_on(step.actor, path, path.caller)

    def open(self, actor: Actor, opening: Opening) -> None:
        """Let an actor change what guards the resource that the question is about."""
        self._made(actor, opening.action, opening.on, opens=True)

    def ask(self, actor: Actor, action: str, target: Target) -> None:
        """Let an actor call what the question is about."""
        if actor.key not in self._lines:
            self._line(actor)
        self._made(actor, action, target)

    def _made(self, actor: Actor, action: str, target: Target, *, opens: bool = False) -> None:
        """Add a call that is part of no step; a root user is assumed first where only that one may
        make it (R7.71).
        """
        path = self._at_work(actor.key)
        if target.task:
            self._calls.append(_Call(path, path.length + 1, actor, None))
        path.ask(action, target)
        self._called(path, actor, None, opens=opens)

    def term(self) -> Term:
        """Return a term that holds iff every call is allowed, and all of them can be made."""
        return conjunction(path.term() for path in self._paths)

    def decode(self, model: Model) -> list[Move]:
        """Return the calls that a model describes, in their order."""
        decoded = {id(path): path.decode(model) for path in self._paths}
        return [
            Move(
                decoded[id(call.path)][call.place - 1],
                call.actor,
                call.step,
                self._completes(number),
                call.opens,
            )
            for number, call in enumerate(self._calls)
        ]

    def _completes(self, number: int) -> bool:
        step = self._calls[number].step
        following = self._calls[number + 1 :]
        return step is not None and all(call.step is not step for call in following)


def _is_bounded(arn: str) -> bool:
    return arn.partition("/")[0].endswith((":user", ":role"))


def _exists(state: State, arn: str) -> bool:
    return bool(state.policy(arn) or state.user(arn))
