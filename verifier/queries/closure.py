"""Whom a caller can become: the roles at the end of chains of any length (R7.81), with trails.

Each edge is decided with whatever a session may carry left free: so what is not discovered cannot
be reached, while of what is discovered the trail may still break as a whole.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from iam_smt.credentials import Chain
from iam_smt.principals import Kind
from iam_smt.terms import FALSE, TRUE
from iam_smt.theory import Unsat, Unsolved
from verifier.compile.callers import Caller
from verifier.disputes import Meeting
from verifier.queries.barriers import Closed, is_offered
from verifier.queries.origins import Origin, Start
from verifier.queries.paths import Path
from verifier.queries.world import World
from verifier.snapshot.model import Role

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
        path = Path(world, self.start.make(chain), chain, begins=True)
        for role in self.roles:
            path.assume(role)
        return path

    def end(self, world: World) -> Caller:
        """Return whoever stands at the end, with whatever its session may carry left free."""
        chain = Chain()
        if not self.roles:
            return self.start.make(chain)
        by_service = self.start.kind is Kind.SERVICE and len(self.roles) == 1
        return world.open_session(self.roles[-1], "session", chain, by_service=by_service)

    @property
    def before(self) -> Trail:
        """The trail without its last role."""
        return Trail(self.start, self.roles[:-1])

    def then(self, role: Role) -> Trail:
        """Return the trail that goes on to `role`."""
        return Trail(self.start, (*self.roles, role))


@dataclass
class Closure:
    """The roles that an origin can become with fewer than `limit` requests, found as asked for.

    `closed` are the calls on the way that some policy offers, but that cannot be allowed; `met` are
    the readings of disputed points that were asked about.
    """

    world: World
    origin: Origin
    limit: int = ANY_LENGTH
    edges: int = 0
    doubts: set[str] = field(default_factory=set)
    trails: dict[str, Trail] = field(default_factory=dict)
    closed: list[Closed] = field(default_factory=list)
    met: set[Meeting] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._found: list[Trail] = []
        self._searching = self._search()

    def __iter__(self) -> Iterator[Trail]:
        """Yield a trail to each caller that can be become, shortest first; each found once."""
        position = 0
        while True:
            if position == len(self._found):
                trail = next(self._searching, None)
                if trail is None:
                    return
                self._found.append(trail)
            yield self._found[position]
            position += 1

    def _search(self) -> Iterator[Trail]:
        queue: deque[Trail] = deque()
        for start in self.origin.starts:
            yield Trail(start, ())
        if self.limit == 1:
            return
        for start in self.origin.starts:
            for role in start.roles().values():
                self._discover(Trail(start, (role,)), queue)
        while queue:
            trail = queue.popleft()
            yield trail
            following = self.world.trusts.of_role(trail.roles[-1], self.trails)
            for role in following.values():
                self._discover(trail.then(role), queue)

    def _discover(self, trail: Trail, queue: deque[Trail]) -> None:
        """Add the trail's last role unless it is known, or its last edge cannot exist."""
        role = trail.roles[-1]
        if role.arn in self.trails or len(trail.roles) >= self.limit:
            return
        self.edges += 1
        path = last_step(self.world, trail.before).assume(role)
        with self.world.readings.noted() as met:
            is_possible = possible(self.world, path, self.doubts)
        self.met |= met
        if is_possible:
            self.trails[role.arn] = trail
            queue.append(trail)
        else:
            note_closed(self.world, self.closed, path, trail.roles[:-1], role.arn)


def last_step(world: World, trail: Trail) -> Path:
    """Return the path, without a hop yet, of whoever stands at the end of a trail."""
    caller = trail.end(world)
    return Path(world, caller, caller.credentials.chain, begins=not trail.roles)


def possible(world: World, path: Path, doubts: set[str]) -> bool:
    """Return whether a path may exist: all but a proof that it cannot counts as may.

    Adds to `doubts` why it is not known.
    """
    term = path.term()
    if term is FALSE or term is TRUE:
        return term is TRUE
    outcome = world.solver.solve(term)
    if isinstance(outcome, Unsolved):
        doubts.add(outcome.reason)
    return not isinstance(outcome, Unsat)


def note_closed(
    world: World, closed: list[Closed], path: Path, roles: tuple[Role, ...], what: str
) -> None:
    """Keep a call that cannot be allowed, for the reasons of a no, if a policy offers it."""
    if len(closed) < _MOST_CLOSED and is_offered(world, path):
        closed.append(Closed(path, roles[-1].arn if roles else path.last.caller.label, what))
