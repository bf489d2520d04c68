"""Who is asked about in a comparison, and which actions it can have become different for."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field

from verifier import facts
from verifier.comparing import affected
from verifier.comparing.differences import Comparing
from verifier.comparing.sides import caller
from verifier.compile.callers import Caller
from verifier.policy.attached import ApplicablePolicies
from verifier.queries.origins import Start


@dataclass
class Asked:
    """A caller: a principal, or a class of outsiders, with what binds each of its `starts` on the
    other side, None where it is not there.

    `affected` are the actions for which that can matter; `explained` is what has been shown to
    matter by requests, with what the statements say that grant these, and `undecided` what no
    request can show.
    """

    name: str
    starts: list[tuple[Start, Caller, ApplicablePolicies | None]]
    affected: int
    explained: dict[Hashable, frozenset[Hashable]] = field(default_factory=dict)
    undecided: set[Hashable] = field(default_factory=set)


def asked_about(comparing: Comparing) -> Iterator[Asked]:
    """Yield every caller of the side that is to allow more."""
    for name, origin in comparing.here.principals.items():
        (start,) = origin.starts
        here, off = caller(start), comparing.there.policies(name)
        bits = affected.EVERYTHING
        if off is not None:
            bits = affected.by_caller(comparing.space, here.policies, off)
        bits &= ~comparing.space.named(facts.ALWAYS_ALLOWED)
        yield Asked(name, [(start, here, off)], bits)
    for origin in comparing.here.ways_in():
        found = [(start, caller(start)) for start in origin.starts]
        yield Asked(origin.name, [(start, here, here.policies) for start, here in found], 0)
