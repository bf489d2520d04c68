"""Who can come to do what, over role assumption, for every length of the chain (7.9).

Roles are discovered from the origin on, each edge decided with whatever a session may carry left
free: so what is not discovered cannot be reached. A discovered path that arrives is then solved as
a whole, with what its sessions do carry.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from iam_smt.credentials import Chain
from iam_smt.terms import FALSE, TRUE
from iam_smt.theory import Unsat, Unsolved
from verifier.compile.targets import Target
from verifier.queries.barriers import Closed, barriers, is_offered
from verifier.queries.goals import Goal, aims
from verifier.queries.origins import Origin, Start
from verifier.queries.paths import Path
from verifier.queries.search import Found, Undecided, find
from verifier.queries.states import StateSearch
from verifier.queries.world import World
from verifier.snapshot.model import Role
from verifier.verdict import Barrier, Cause, Verdict, Way

ANY_LENGTH = 1 << 30
"""More requests than any path needs."""

_MOST_CLOSED = 500


@dataclass(frozen=True)
class Trail:
    """How a role was discovered: the caller that the path starts with, and the roles on it."""

    start: Start
    roles: tuple[Role, ...]

    def path(self, world: World) -> Path:
        """Return the path of this trail as a formula."""
        chain = Chain()
        path = Path(world, self.start(chain), chain, begins=True)
        for role in self.roles:
            path.assume(role)
        return path

    def then(self, role: Role) -> Trail:
        """Return the trail that goes on to `role`."""
        return Trail(self.start, (*self.roles, role))


@dataclass
class Search:
    """One search from an origin for a goal; `limit` is the greatest number of requests."""

    world: World
    origin: Origin
    goal: Goal
    limit: int = ANY_LENGTH
    edges: int = 0
    doubts: set[str] = field(default_factory=set)
    trails: dict[str, Trail] = field(default_factory=dict)
    closed: list[Closed] = field(default_factory=list)

    def run(self) -> Way:
        """Return the answer for this origin."""
        wanted = aims(self.world, self.goal)
        broken: list[tuple[Trail, Target]] = []
        for trail in self._trails():
            for action, target in wanted:
                if not self._may_arrive(trail, action, target):
                    continue
                outcome = self._whole(trail.path(self.world).ask(action, target))
                if outcome is not None:
                    return self._way(Verdict.YES, outcome)
                broken.append((trail, target))
        if broken and self.trails:
            outcome = self._follow_sessions(wanted)
            if outcome is not None:
                return self._way(Verdict.YES, outcome)
        if self.doubts:
            return self._way(Verdict.UNKNOWN, reason="; ".join(sorted(self.doubts)))
        return self._way(Verdict.NO, broken=broken)

    def _whole(self, path: Path) -> Found | None:
        """Return the witness of a path, None if there is none."""
        outcome = find(self.world, path)
        if isinstance(outcome, Undecided):
            self.doubts.add(outcome.reason)
        return outcome if isinstance(outcome, Found) else None

    def _follow_sessions(self, wanted: list[tuple[str, Target]]) -> Found | None:
        """Return a witness among the chains whose hops depend on what their sessions carry."""
        within = [trail.roles[-1] for trail in self.trails.values()]
        search = StateSearch(self.world, self.origin, wanted, within)
        for arrival in search.arrivals():
            if len(arrival.roles) >= self.limit:
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
        self.trails = {arn: self.trails[arn] for arn in search.reached}
        return None

    def _way(
        self,
        verdict: Verdict,
        hops: Found | None = None,
        *,
        reason: str = "",
        broken: Sequence[tuple[Trail, Target]] = (),
    ) -> Way:
        stopped: tuple[Barrier, ...] = ()
        if verdict is Verdict.NO:
            stopped = barriers(self.world, self.closed)
            stopped += self._breaks(broken)
        return Way(
            self.origin.name,
            verdict,
            witness=hops.hops if hops else (),
            barriers=stopped,
            reached=tuple(self.trails),
            reason=reason,
        )

    def _breaks(self, broken: Sequence[tuple[Trail, Target]]) -> tuple[Barrier, ...]:
        """Return where chains break whose hops are each possible, but not all together."""
        found: dict[tuple[Role, ...], list[str]] = {}
        for trail, target in broken:
            length = next(
                (
                    count
                    for count in range(1, len(trail.roles) + 1)
                    if not self._possible(Trail(trail.start, trail.roles[:count]).path(self.world))
                ),
                len(trail.roles),
            )
            found.setdefault(trail.roles[:length], []).append(target.label)
        return tuple(
            Barrier(
                " → ".join(role.arn for role in roles[:-1]) or self.origin.name,
                (roles[-1].arn, *targets) if roles else tuple(targets),
                "each hop is possible, but no session can carry what all of them ask for",
                tuple(Cause(role.trust.title, "", "", role.trust.place(())) for role in roles[-1:]),
            )
            for roles, targets in found.items()
        )

    def _trails(self) -> Iterator[Trail]:
        """Yield a trail to each caller that can be become, shortest first."""
        queue: deque[Trail] = deque()
        for start, _ in self.origin.starts:
            yield Trail(start, ())
        for start, roles in self.origin.starts:
            for role in roles.values():
                self._discover(Trail(start, (role,)), queue)
        while queue:
            trail = queue.popleft()
            yield trail
            for role in self.world.trusts.of_role(trail.roles[-1]).values():
                self._discover(trail.then(role), queue)

    def _discover(self, trail: Trail, queue: deque[Trail]) -> None:
        """Add the trail's last role unless it is known, or its last edge cannot exist."""
        role = trail.roles[-1]
        if role.arn in self.trails or len(trail.roles) >= self.limit:
            return
        self.edges += 1
        path = self._last_step(trail.start, trail.roles[:-1]).assume(role)
        if self._possible(path):
            self.trails[role.arn] = trail
            queue.append(trail)
        else:
            self._note_closed(path, trail.roles[:-1], role.arn)

    def _may_arrive(self, trail: Trail, action: str, target: Target) -> bool:
        path = self._last_step(trail.start, trail.roles).ask(action, target)
        if self._possible(path):
            return True
        self._note_closed(path, trail.roles, target.label)
        return False

    def _note_closed(self, path: Path, roles: tuple[Role, ...], what: str) -> None:
        """Keep a call that cannot be allowed, for the reasons of a no, if a policy offers it."""
        if len(self.closed) < _MOST_CLOSED and is_offered(self.world, path):
            who = roles[-1].arn if roles else path.last.caller.label
            self.closed.append(Closed(path, who, what))

    def _last_step(self, start: Start, roles: tuple[Role, ...]) -> Path:
        """Return the path, without a hop yet, of whoever stands at the end of these roles."""
        chain = Chain()
        if not roles:
            return Path(self.world, start(chain), chain, begins=True)
        return Path(self.world, self.world.open_session(roles[-1], "session", chain), chain)

    def _possible(self, path: Path) -> bool:
        """Return whether a path may exist: all but a proof that it cannot counts as may."""
        term = path.term()
        if term is FALSE or term is TRUE:
            return term is TRUE
        outcome = self.world.solver.solve(term)
        if isinstance(outcome, Unsolved):
            self.doubts.add(outcome.reason)
        return not isinstance(outcome, Unsat)
