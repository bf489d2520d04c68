"""The ends that a question is about, and who seems to reach them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from verifier.compile.roots import ASSUME_ROOT, rooted
from verifier.compile.targets import Target
from verifier.errors import QuestionError
from verifier.escalation.actors import Actor
from verifier.escalation.administrators import is_administrator
from verifier.escalation.deciding import Decider
from verifier.escalation.guards import Opening, openings, outsider
from verifier.escalation.memory import Memory
from verifier.escalation.plans import Final
from verifier.escalation.scene import Scene
from verifier.escalation.search import Arrivals, controlled
from verifier.escalation.takeover import Takeover
from verifier.queries.callers import callers
from verifier.queries.offers import Offers, allows_action
from verifier.queries.world import World
from verifier.question import Question, Whom


def arrivals(world: World, question: Question, offers: Offers, memory: Memory) -> Arrivals:
    """Return what finds the ends that a question is about.

    Raises `QuestionError` if it names somebody to become whom the snapshot has not.
    """
    if question.whom is None:
        return calls(offers, memory)
    if question.whom.principal is None:
        return _administrators(world, question.whom, question.text)
    workload = controlled(world, question)
    if workload:
        return lambda takeover, actor: [Final(actor)] if actor.key == workload else []
    found = {origin.known_principal for origin in callers(world, question.whom.principal)}
    return lambda takeover, actor: [Final(actor)] if actor.entity in found else []


def _administrators(world: World, whom: Whom, text: str) -> Arrivals:
    if whom.account is not None and whom.account not in world.snapshot.accounts:
        raise QuestionError(f"there is no account {whom.account} in this snapshot", text)

    def found(takeover: Takeover, actor: Actor) -> Iterator[Final]:
        entity = takeover.state.user(actor.entity) or takeover.state.role(actor.entity)
        known = actor.account in takeover.state.snapshot.accounts
        if actor.only or not known or whom.account not in (None, actor.account):
            return
        if actor.is_root or (entity is not None and is_administrator(entity, perhaps=True)):
            yield Final(actor, administers=True)

    return found


def calls(offers: Offers, memory: Memory) -> Arrivals:
    """Return what finds whoever may make one of the calls that `offers` lists."""

    def found(takeover: Takeover, actor: Actor) -> Iterator[Final]:
        decider = Decider(takeover.scene, actor, memory, takeover.doubts)
        for action, target in offers.to(decider.caller):
            if actor.may(action) and decider.calls(action, target):
                yield Final(actor, call=(action, target))
        for action, target in offers.aims:
            if target.task:
                continue
            yield from _by_opening(takeover, decider, action, target)

    return found


def _by_opening(
    takeover: Takeover, decider: Decider, action: str, target: Target
) -> Iterator[Final]:
    """Yield how an actor may let itself, or somebody else, make a call that none could (P8.80)."""
    actor, scene = decider.actor, takeover.scene
    policies = decider.caller.policies.identity
    by_root = any(allows_action(policy, ASSUME_ROOT) for policy in policies)
    for opening in _each(scene, action, target, by_root=by_root):
        if opening.needs and not takeover.conditional:
            continue
        if not decider.names(opening) or not decider.calls(opening.action, opening.on):
            continue
        call = (action, opening.opened)
        if actor.may(action) and decider.calls(*call):
            yield Final(actor, call=call, opening=opening)
            continue
        other = outsider(scene, str(opening.opened.owner))
        if Decider(scene, other, decider.memory, takeover.doubts).calls(*call):
            yield Final(actor, call=call, opening=opening, by=other)


def _each(scene: Scene, action: str, target: Target, *, by_root: bool) -> Iterator[Opening]:
    """Yield the openings of a target, each also `by_root`: a root user that is assumed (R7.71)."""
    for opening in openings(scene, action, target):
        yield opening
        found = rooted(scene.world.snapshot, opening.action, [opening.on]) if by_root else ()
        for on in found:
            yield replace(opening, on=on)
