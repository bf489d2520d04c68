"""Who can come to do what, over role assumption, for every length of the chain (7.9).

Roles are discovered from the origin on, each edge decided with whatever a session may carry left
free: so what is not discovered cannot be reached. A discovered path that arrives is then solved as
a whole, with what its sessions do carry.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice

from verifier.compile.targets import Target
from verifier.disputes import Meeting
from verifier.queries.approach import Approach
from verifier.queries.audience import audience
from verifier.queries.barriers import Closed, barriers
from verifier.queries.closure import Closure, Trail, last_step, note_closed, possible
from verifier.queries.hops import DecodedHop
from verifier.queries.offers import Offers
from verifier.queries.paths import Path
from verifier.queries.provisos import provisos
from verifier.queries.search import Found, Undecided, find
from verifier.queries.states import StateSearch
from verifier.queries.world import World
from verifier.snapshot.model import Role
from verifier.verdict import Barrier, Cause, Verdict, Way

_ANY, _FAR = ("any role that can",), "no chain of roles leads there"


@dataclass
class Search:
    """One search for what `offers` lists, by whoever `closure` starts with or becomes.

    With an `approach`, which has been found for many origins at once, it is known where no chain
    leads, and which chain to try first. `explains` says whether a no is to have its reasons.
    `found` is the path of a yes with its hops; `closed` and `broken` are the calls that cannot be
    allowed, and the chains whose hops are possible, but not together.
    """

    world: World
    closure: Closure
    offers: Offers
    approach: Approach | None = None
    explains: bool = True
    found: tuple[Path, Found] | None = None
    doubts: set[str] = field(default_factory=set)
    closed: list[Closed] = field(default_factory=list)
    broken: list[tuple[Trail, str, Target]] = field(default_factory=list)
    reached: tuple[str, ...] = ()

    def run(self) -> Way:
        """Return the answer for this origin."""
        with self.world.readings.noted():
            return self._run()

    @property
    def decoded(self) -> tuple[DecodedHop, ...]:
        """The requests of the path that was found, none if there is none."""
        return self.found[1].decoded if self.found else ()

    def stopped(self) -> Iterator[Path]:
        """Yield paths that break as a whole, then calls that cannot be allowed, nearest first."""
        for trail, action, target in self.broken:
            yield trail.path(self.world).ask(action, target)
        yield from (item.path for item in (*reversed(self.closed), *self.closure.closed))

    def _run(self) -> Way:
        known = self.closure.origin.known_principal
        if self.approach is None or known is None or not self.approach.knows(known):
            return self._search(self.closure)
        roles = self.approach.chain(known)
        if roles is not None and len(roles) < self.closure.limit:
            return self._search(self._first_through(roles))
        self.closure = Closure(self.world, self.closure.origin, 1)
        way = self._search(self.closure)
        if way.verdict is not Verdict.NO:
            return way
        return replace(way, barriers=(*way.barriers, Barrier(way.who, _ANY, _FAR)))

    def _first_through(self, roles: tuple[Role, ...]) -> Iterator[Trail]:
        """Yield the trails of the closure, after its starts those through `roles`."""
        trails = iter(self.closure)
        starts = self.closure.origin.starts
        yield from islice(trails, len(starts))
        if roles:
            yield from (Trail(start, roles) for start in starts)
        yield from trails

    def _search(self, trails: Iterable[Trail]) -> Way:
        for trail in trails:
            for action, target in self.offers.to(trail.end(self.world)):
                if target.task and len(trail.roles) + 2 > self.closure.limit:
                    continue
                if trail.roles and not self._may_arrive(trail, action, target):
                    continue
                path = trail.path(self.world).ask(action, target)
                outcome = self._whole(path)
                if outcome is not None:
                    return self._way(Verdict.YES, outcome, path=path)
                if trail.roles:
                    self.broken.append((trail, action, target))
                elif self.explains:
                    note_closed(self.world, self.closed, path, (), target.label)
        self.reached = tuple(self.closure.trails)
        if self.broken and self.reached:
            outcome = self._follow_sessions()
            if outcome is not None:
                return self._way(Verdict.YES, outcome)
        doubts = self.doubts | self.closure.doubts
        if doubts:
            return self._way(Verdict.UNKNOWN, reason="; ".join(sorted(doubts)))
        return self._way(Verdict.NO)

    def _whole(self, path: Path) -> Found | None:
        """Return the witness of a path, None if there is none."""
        outcome = find(self.world, path)
        if isinstance(outcome, Undecided):
            self.doubts.add(outcome.reason)
        if not isinstance(outcome, Found):
            return None
        self.found = path, outcome
        return outcome

    def _follow_sessions(self) -> Found | None:
        """Return a witness among the chains whose hops depend on what their sessions carry."""
        within = [trail.roles[-1] for trail in self.closure.trails.values()]
        search = StateSearch(self.world, self.closure.origin, self.offers, within)
        for arrival in search.arrivals():
            if len(arrival.roles) >= self.closure.limit:
                continue
            trail = Trail(arrival.start, arrival.roles)
            outcome = self._whole(trail.path(self.world).ask(arrival.action, arrival.target))
            if outcome is not None:
                return outcome
            self.doubts.add(
                "a chain holds hop by hop, but was not confirmed as a whole: "
                + " → ".join(role.arn for role in arrival.roles)
            )
        self.doubts |= search.doubts
        self.reached = tuple(search.reached)
        return None

    def _way(
        self,
        verdict: Verdict,
        hops: Found | None = None,
        *,
        path: Path | None = None,
        reason: str = "",
    ) -> Way:
        met = hops.met if hops else self._met()
        stopped: tuple[Barrier, ...] = ()
        if verdict is Verdict.NO and self.explains:
            stopped = barriers(self.world, [*self.closure.closed, *self.closed])
            stopped += self._breaks()
        return Way(
            self.closure.origin.name,
            verdict,
            witness=hops.hops if hops else (),
            barriers=stopped,
            reached=self.reached,
            reason=reason,
            provisos=provisos(self.world, path) if path and _is_conditional(hops) else (),
            met=met,
            whose=audience(self.world, self.found[0]) if self.found else "",
        )

    def _met(self) -> frozenset[Meeting]:
        """Return the readings of disputed points that were asked about so far."""
        of_approach = self.approach.met if self.approach else set()
        return frozenset(self.world.readings.met | self.closure.met | of_approach)

    def _breaks(self) -> tuple[Barrier, ...]:
        """Return where chains break whose hops are each possible, but not all together."""
        found: dict[tuple[Role, ...], list[str]] = {}
        for trail, _, target in self.broken:
            length = next(
                (
                    count
                    for count in range(1, len(trail.roles) + 1)
                    if not self._holds(Trail(trail.start, trail.roles[:count]))
                ),
                len(trail.roles),
            )
            found.setdefault(trail.roles[:length], []).append(target.label)
        return tuple(
            Barrier(
                " → ".join(role.arn for role in roles[:-1]) or self.closure.origin.name,
                (roles[-1].arn, *targets) if roles else tuple(targets),
                "each hop is possible, but no session can carry what all of them ask for",
                tuple(Cause(role.trust.title, "", "", role.trust.place(())) for role in roles[-1:]),
            )
            for roles, targets in found.items()
        )

    def _may_arrive(self, trail: Trail, action: str, target: Target) -> bool:
        path = last_step(self.world, trail).ask(action, target)
        if possible(self.world, path, self.doubts):
            return True
        if self.explains:
            note_closed(self.world, self.closed, path, trail.roles, target.label)
        return False

    def _holds(self, trail: Trail) -> bool:
        return possible(self.world, trail.path(self.world), self.doubts)


def _is_conditional(found: Found | None) -> bool:
    """Return whether somebody had to choose a condition key."""
    return found is not None and any(hop.chosen for hop in found.hops)
