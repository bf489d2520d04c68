"""What a finding of the takeover leans on: the steps that lead to it, in their order."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.escalation.administrators import is_administrator
from verifier.escalation.state import State
from verifier.escalation.steps import Step
from verifier.escalation.table import Effect
from verifier.escalation.takeover import EVERYWHERE, Takeover

_ENDLESS = 1 << 60
_MOST_CHANGES = 24
_OTHERWISE = (Effect.TRUST, Effect.PROFILE, Effect.MFA, Effect.TAGS, Effect.NO_TAGS)
"""Effects that matter to who is an administrator, too."""


def derivation(takeover: Takeover, key: str) -> list[Step]:
    """Return the steps after which the attacker acts as an actor with all that it has come to.

    More steps than are needed may be among them, never too few.
    """
    found: dict[int, Step] = {}
    waiting = [*_of_actor(takeover, key, _ENDLESS)]
    while waiting:
        step = waiting.pop()
        if step.number in found:
            continue
        found[step.number] = step
        for made in step.made:
            waiting += _of_actor(takeover, made.actor, step.number)
        binding = step.binding
        for arn in {binding.target, binding.role, binding.policy, EVERYWHERE} - {""}:
            waiting += _of_entity(takeover, arn, step.number)
    return [found[number] for number in sorted(found)]


def _of_actor(takeover: Takeover, key: str, before: int) -> Iterator[Step]:
    """Yield what brought an actor, and what changed the user or role that it is of."""
    if key in takeover.brought:
        yield takeover.brought[key]
    yield from _of_entity(takeover, takeover.actors[key].entity, before)


def _of_entity(takeover: Takeover, arn: str, before: int) -> Iterator[Step]:
    """Yield what changed an entity before a step; once it is an administrator, nothing more is
    given to it.
    """
    state = State(takeover.state.entities)
    known = 0
    for step in takeover.changed.get(arn, ()):
        if step.number >= before or known > _MOST_CHANGES:
            return
        entity = state.user(arn) or state.role(arn)
        gives = step.primitive.effect not in _OTHERWISE
        if entity is not None and gives and is_administrator(entity):
            continue
        known += 1
        if step.change is not None:
            state.apply(step.change)
        yield step
