"""What stops an escalation: the calls that some policy offers, and others refuse."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from verifier.escalation.deciding import Decider
from verifier.escalation.memory import Memory
from verifier.escalation.offered import needed
from verifier.escalation.takeover import Takeover
from verifier.queries.barriers import Closed
from verifier.queries.offers import Offers

_MOST_TARGETS = 200
_MOST_CLOSED = 60
_MOST_OF_ENTRY = 12


def stopped(takeover: Takeover, memory: Memory, offers: Offers) -> Iterator[Closed]:
    """Yield the calls on the way, and those that `offers` lists, that cannot be allowed to whoever
    was reached, a few of each kind; who asks comes first.
    """
    return islice(_stopped(takeover, memory, offers), _MOST_CLOSED)


def _stopped(takeover: Takeover, memory: Memory, offers: Offers) -> Iterator[Closed]:
    for key in list(takeover.actors):
        decider = Decider(takeover.scene, takeover.actors[key], memory, takeover.doubts)
        who = decider.actor.entity or decider.caller.label
        for action, target in offers.to(decider.caller):
            for path in decider.refused_call(action, target):
                yield Closed(path, who, f"{action} on {target.label}")
        for role in takeover.assumable(decider.actor):
            for path in decider.refused_role(role):
                yield Closed(path, who, role.arn)
        if decider.actor.account in takeover.state.snapshot.accounts:
            yield from _of_table(takeover, decider, who)


def _of_table(takeover: Takeover, decider: Decider, who: str) -> Iterator[Closed]:
    """Yield the calls of the table of which every action is offered."""
    offered, account = decider.offers(), decider.actor.account
    for primitive in takeover.fulfilment.worth_trying(offered):
        usable = [
            item
            for stage in primitive.stages
            for item in stage
            if item.calls and needed(item) & ~offered == 0
        ]
        found = 0
        for binding in islice(takeover.candidates.of(primitive, account), _MOST_TARGETS):
            if found >= _MOST_OF_ENTRY:
                break
            if takeover.is_known(primitive, binding):
                continue
            for item in usable:
                for path in decider.refused(primitive, item, binding):
                    what = binding.target or binding.role or f"account {account}"
                    yield Closed(path, who, f"{path.last.action} on {what}")
                    found += 1
