"""What was carried out, and what it brought."""

from __future__ import annotations

from dataclasses import dataclass

from verifier.escalation.actors import Actor
from verifier.escalation.bindings import Binding
from verifier.escalation.changes import Change
from verifier.escalation.table import Alternative, Primitive


@dataclass(frozen=True, slots=True)
class Made:
    """Who fulfilled a stage of an entry, by the actor's key, and with which alternative."""

    actor: str
    alternative: Alternative


@dataclass(frozen=True, slots=True)
class Step:
    """An entry of the table that was carried out: it brought an actor, or changed something.

    Steps are numbered in the order in which they were found; a step leans on earlier ones only.
    `needs` is what no snapshot shows, in words.
    """

    number: int
    primitive: Primitive
    binding: Binding
    made: tuple[Made, ...]
    actor: Actor | None = None
    change: Change | None = None
    needs: tuple[str, ...] = ()
