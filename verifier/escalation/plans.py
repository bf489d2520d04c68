"""From the steps of a derivation to a campaign that the evaluator confirms, as short as can be."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from iam_smt.model import Model
from iam_smt.terms import FALSE
from verifier.compile.targets import Target
from verifier.escalation.actors import Actor
from verifier.escalation.administrators import is_administrator
from verifier.escalation.campaigns import Campaign, Move
from verifier.escalation.derivations import derivation
from verifier.escalation.entities import Entities
from verifier.escalation.guards import Opening
from verifier.escalation.replay import Replay
from verifier.escalation.steps import Step
from verifier.escalation.tagging import variants
from verifier.escalation.takeover import Takeover
from verifier.queries.search import Undecided, confirmed
from verifier.queries.world import World


@dataclass(frozen=True)
class Final:
    """What a campaign is for: that an actor is reached, is an administrator, or makes a call; or
    that it has not the boundary `without`. With an `opening` the actor makes that call first, and
    then makes the call that it is for, or lets `by` make it.
    """

    actor: Actor
    administers: bool = False
    without: str = ""
    call: tuple[str, Target] | None = None
    opening: Opening | None = None
    by: Actor | None = None

    @property
    def key(self) -> Hashable:
        """The same for ends that are the same."""
        call = self.call and (self.call[0], self.call[1].label)
        opening = self.opening and (self.opening.action, self.opening.on.task)
        return self.actor.key, call, opening, self.by is not None


@dataclass(frozen=True)
class Plan:
    """A campaign of `steps` that the evaluator has confirmed, and what it is for; `needs` is what
    no snapshot shows.
    """

    steps: tuple[Step, ...]
    final: Final
    moves: tuple[Move, ...]
    needs: tuple[str, ...]
    names: dict[str, str]


class Planner:
    """Makes plans of what a takeover found; adds to `doubts` why one could not be confirmed."""

    def __init__(self, world: World, entities: Entities, takeover: Takeover) -> None:
        self._world = world
        self._entities = entities
        self._takeover = takeover
        self._starts = [actor for key, actor in takeover.actors.items() if key in takeover.starts]
        self.doubts: set[str] = set()

    def plan(self, final: Final) -> Plan | None:
        """Return a plan from which no step can be left out, None if none was confirmed."""
        steps = derivation(self._takeover, final.actor.key)
        found = self.attempt(steps, final)
        for step in reversed(steps) if found is None else ():
            found = self.attempt(without := [item for item in steps if item is not step], final)
            if found is not None:
                steps = without
                break
        if found is None:
            self.doubts.add(_unconfirmed(final, steps))
            return None
        for step in sorted(steps, key=lambda item: (not item.needs, -item.number)):
            shorter = [item for item in steps if item is not step]
            better = self.attempt(shorter, final)
            if better is not None:
                steps, found = shorter, better
        return found

    def attempt(self, steps: Sequence[Step], final: Final) -> Plan | None:
        """Return a plan of these steps, with some choice of tags where they change any."""
        for chosen in variants(self._entities, steps):
            found = self._attempt(chosen, final)
            if found is not None:
                return found
        return None

    def _attempt(self, steps: Sequence[Step], final: Final) -> Plan | None:
        """Solve and replay a campaign of these steps, None if it is impossible or not decided."""
        campaign = Campaign(self._world, self._entities, self._starts)
        known = {actor.key for actor in self._starts}
        for step in steps:
            if not known.issuperset(made.actor for made in step.made):
                return None
            if not campaign.can_carry_out(step):
                return None
            campaign.carry_out(step)
            if step.actor is not None:
                known.add(step.actor.key)
        if final.actor.key not in known or not self._arrives(campaign, final):
            return None
        term = campaign.term()
        if term is FALSE:
            return None
        tried: list[tuple[list[Move], Replay]] = []

        def faults(model: Model) -> list[str]:
            moves = campaign.decode(model)
            replay = Replay(self._entities, self._takeover.starts, self._world.readings)
            tried.append((moves, replay))
            return [*replay.faults(moves), *self._limits(moves)]

        outcome = confirmed(self._world.solver, term, faults)
        if isinstance(outcome, Undecided):
            self.doubts.add(outcome.reason)
        if not isinstance(outcome, Model):
            return None
        moves, replay = tried[-1]
        needs = dict.fromkeys(text for step in steps for text in step.needs)
        needs.update(dict.fromkeys(final.opening.needs if final.opening else ()))
        return Plan(tuple(steps), final, tuple(moves), tuple(needs), replay.names)

    def _arrives(self, campaign: Campaign, final: Final) -> bool:
        if final.opening is not None:
            campaign.open(final.actor, final.opening)
        if final.call is not None:
            campaign.ask(final.by or final.actor, *final.call)
        state = campaign.scene.state
        entity = state.user(final.actor.entity) or state.role(final.actor.entity)
        if final.without and entity is not None:
            return entity.boundary is None or entity.boundary.arn != final.without
        if not final.administers or final.actor.is_root:
            return True
        return entity is not None and is_administrator(entity)

    def _limits(self, moves: Sequence[Move]) -> list[str]:
        return [
            fault
            for number, move in enumerate(moves)
            for fault in self._world.limits.faults(move.hop.main.request, first=number == 0)
        ]


def _unconfirmed(final: Final, steps: Sequence[Step]) -> str:
    ways = ", ".join(dict.fromkeys(step.primitive.name for step in steps))
    return f"{final.actor.key} may be reached by {ways}, but that was not confirmed as a whole"
