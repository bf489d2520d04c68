"""Who can come to do what, over role assumption, for every length of the chain (7.9).

Roles are discovered from the origin on, each edge decided with whatever a session may carry left
free: so what is not discovered cannot be reached. A discovered path that arrives is then solved as
a whole, with what its sessions do carry.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from iam_smt.credentials import Chain
from iam_smt.terms import FALSE, TRUE
from iam_smt.theory import Unsat, Unsolved
from verifier.compile.targets import Target
from verifier.queries.barriers import barrier
from verifier.queries.goals import Goal, targets
from verifier.queries.origins import Origin, Start
from verifier.queries.paths import Path
from verifier.queries.search import Found, Undecided, find
from verifier.queries.states import StateSearch
from verifier.queries.world import World
from verifier.snapshot.model import Role
from verifier.verdict import Barrier, Verdict, Way

_ANY_LENGTH = 1 << 30
_MOST_BARRIERS = 200


@dataclass(frozen=True)
class Trail:
    """How a role was discovered: the caller that the path starts with, and the roles on it."""

    start: Start
    roles: tuple[Role, ...]

    def path(self, world: World) -> Path:
        """Return the path of this trail as a formula."""
        chain = Chain()
        path = Path(world, self.start(chain), chain)
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
    limit: int = _ANY_LENGTH
    edges: int = 0
    doubts: set[str] = field(default_factory=set)
    trails: dict[str, Trail] = field(default_factory=dict)
    closed: list[tuple[Path, str]] = field(default_factory=list)

    def run(self) -> Way:
        """Return the answer for this origin."""
        goals = targets(self.world, self.goal)
        depends = False
        for trail in self._trails():
            for target in goals:
                if not self._may_arrive(trail, target):
                    continue
                outcome = self._whole(trail.path(self.world), target)
                if outcome is not None:
                    return self._way(Verdict.YES, outcome)
                depends = True
        if depends and self.trails:
            outcome = self._follow_sessions(goals)
            if outcome is not None:
                return self._way(Verdict.YES, outcome)
        if self.doubts:
            return self._way(Verdict.UNKNOWN, reason="; ".join(sorted(self.doubts)))
        return self._way(Verdict.NO)

    def _whole(self, path: Path, target: Target) -> Found | None:
        """Return the witness of a path that ends at the target, None if there is none."""
        outcome = find(self.world, path.ask(self.goal.action, target))
        if isinstance(outcome, Undecided):
            self.doubts.add(outcome.reason)
        return outcome if isinstance(outcome, Found) else None

    def _follow_sessions(self, goals: list[Target]) -> Found | None:
        """Return a witness among the chains whose hops depend on what their sessions carry."""
        within = [trail.roles[-1] for trail in self.trails.values()]
        search = StateSearch(self.world, self.origin, self.goal, goals, within)
        for arrival in search.arrivals():
            if len(arrival.roles) >= self.limit:
                continue
            trail = Trail(arrival.start, arrival.roles)
            outcome = self._whole(trail.path(self.world), arrival.target)
            if outcome is not None:
                return outcome
            self.doubts.add(
                "a chain holds hop by hop, but was not confirmed as a whole: "
                + " → ".join(role.arn for role in arrival.roles)
            )
        self.doubts |= search.doubts
        return None

    def _way(self, verdict: Verdict, hops: Found | None = None, *, reason: str = "") -> Way:
        return Way(
            self.origin.name,
            verdict,
            witness=hops.hops if hops else (),
            barriers=self._barriers() if verdict is Verdict.NO else (),
            reached=tuple(self.trails),
            reason=reason,
        )

    def _barriers(self) -> tuple[Barrier, ...]:
        """Return what stops each way in that a policy seems to offer."""
        return tuple(
            barrier(self.world, path, where) for path, where in self.closed[:_MOST_BARRIERS]
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
        chain = Chain()
        if len(trail.roles) == 1:
            caller = trail.start(chain)
        else:
            caller = self.world.open_session(trail.roles[-2], "session", chain)
        path = Path(self.world, caller, chain).assume(role)
        if self._possible(path):
            self.trails[role.arn] = trail
            queue.append(trail)
        else:
            self.closed.append((path, f"{path.last.caller.label} → {role.arn}"))

    def _may_arrive(self, trail: Trail, target: Target) -> bool:
        chain = Chain()
        if trail.roles:
            caller = self.world.open_session(trail.roles[-1], "session", chain)
        else:
            caller = trail.start(chain)
        path = Path(self.world, caller, chain).ask(self.goal.action, target)
        if self._possible(path):
            return True
        if _is_offered(path, bool(trail.roles)):
            who = trail.roles[-1].arn if trail.roles else caller.label
            self.closed.append((path, f"{who}: {self.goal.action} on {target.label}"))
        return False

    def _possible(self, path: Path) -> bool:
        """Return whether a path may exist: all but a proof that it cannot counts as may."""
        term = path.term()
        if term is FALSE or term is TRUE:
            return term is TRUE
        outcome = self.world.solver.solve(term)
        if isinstance(outcome, Unsolved):
            self.doubts.add(outcome.reason)
        return not isinstance(outcome, Unsat)


def _is_offered(path: Path, by_identity: bool) -> bool:
    """Return whether some policy seems to offer the last call: it names caller and action."""
    layers = path.last.authorization().layers()
    if by_identity and layers.identity.allow is not FALSE:
        return True
    return any(term is not FALSE for _, term in layers.grants)
