"""The stages of the entries of the table, fulfilled one after the other by whoever may."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Protocol

from verifier.escalation.bindings import Binding
from verifier.escalation.candidates import Candidates
from verifier.escalation.deciding import Decider, Extent
from verifier.escalation.offered import needed
from verifier.escalation.queues import Queue
from verifier.escalation.steps import Made
from verifier.escalation.table import Alternative, Over, Primitive

Place = tuple[Primitive, Binding]
"""An entry of the table and what it is tried on."""


class Host(Protocol):
    """For whom stages are fulfilled: it knows what has been brought, and notes what is."""

    queue: Queue
    candidates: Candidates
    conditional: bool

    def is_known(self, primitive: Primitive, binding: Binding) -> bool:
        """Return whether what the entry would bring is there already."""

    def bring(
        self, decider: Decider, primitive: Primitive, binding: Binding, made: tuple[Made, ...]
    ) -> None:
        """Note what an entry brings."""


class Fulfilment:
    """Which stages of which entries have been fulfilled on what, and by whom."""

    def __init__(self, host: Host, entries: Iterable[Primitive]) -> None:
        self._host = host
        self._entries = list(entries)
        self._offering: dict[int, dict[str, None]] = defaultdict(dict)
        self._worth: dict[int, list[Primitive]] = {}
        self._made: dict[Place, tuple[Made, ...]] = {}
        self._waiting: dict[tuple[Primitive, str], dict[Binding, None]] = defaultdict(dict)
        self._exhausted: set[tuple[Primitive, str]] = set()

    def offers(self, decider: Decider) -> int:
        """Return what an actor may be offered, and remember it for later stages."""
        offers = decider.offers()
        self._offering[offers][decider.actor.key] = None
        return offers

    def try_all(self, decider: Decider, offers: int) -> Iterator[None]:
        """Let an actor try every entry on everything in its account, with a rest after each."""
        account = decider.actor.account
        for primitive in self.worth_trying(offers):
            self._first(decider, primitive, account, offers)
            for binding in list(self._waiting.get((primitive, account), ())):
                self._go_on(decider, primitive, binding, offers)
            yield

    def try_anew(self, account: str | None = None) -> None:
        """Try again what nothing more was open for: of an account in which something is new."""
        self._exhausted = {
            item for item in self._exhausted if account is not None and item[1] != account
        }

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
        for binding in self._host.candidates.of(primitive, account):
            if self._host.is_known(primitive, binding):
                continue
            if (primitive, binding) not in self._made:
                self._fulfil(decider, primitive, binding, usable, offers)
            is_open |= not self._host.is_known(primitive, binding)
        if not is_open:
            self._exhausted.add((primitive, account))

    def _usable(
        self, decider: Decider, primitive: Primitive, stage: int, offers: int
    ) -> list[Alternative]:
        """Return the alternatives of a stage that the actor may be offered."""
        if primitive.needs and not self._host.conditional:
            return []
        return [
            item
            for item in primitive.stages[stage]
            if needed(item) & ~offers == 0
            and (self._host.conditional or not item.needs)
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
        if not self._host.conditional and primitive.over is Over.WORKLOAD and not binding.target:
            return
        for item in usable:
            if item.shown and not self._host.candidates.shows(item.shown, binding):
                continue
            if item.unless and self._host.candidates.shows(item.unless, binding):
                continue
            if not decider.may(primitive, item, binding):
                continue
            made = (*self._made.get((primitive, binding), ()), Made(decider.actor.key, item))
            self._made[primitive, binding] = made
            if len(made) == len(primitive.stages):
                self._waiting[primitive, binding.account].pop(binding, None)
                self._host.bring(decider, primitive, binding, made)
            else:
                self._waiting[primitive, binding.account][binding] = None
                self._go_on(decider, primitive, binding, offers)
                if self._made[primitive, binding] is made:
                    self._ask_others(primitive, len(made))
            return

    def _go_on(self, decider: Decider, primitive: Primitive, binding: Binding, offers: int) -> None:
        if self._host.is_known(primitive, binding):
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
                self._host.queue.put(keys)
