"""The maps of a review: from each class of callers over the roles to what those can do at most."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from verifier.finding import AccessLevel, Finding, Kind, Powers, WayInKind
from verifier.parallel import Progress, spread
from verifier.queries import accountless, origins, strangers
from verifier.queries.arrows import arrows
from verifier.queries.becoming import becoming
from verifier.queries.closure import Closure, Trail, last_step, possible
from verifier.queries.origins import Origin
from verifier.queries.world import World
from verifier.report.stops import short_name
from verifier.review.graph import Node, Side, graph
from verifier.review.model import Map
from verifier.snapshot.model import Role
from verifier.verdict import Effort, Verdict, Way

_MOST_ARROWS = 2_000
_OUTSIDE = {
    WayInKind.ANYONE,
    WayInKind.ANY_PRINCIPAL,
    WayInKind.PRINCIPALS,
    WayInKind.ORGANIZATIONS,
    WayInKind.IDENTITIES,
}

Judge = Callable[[Role], Powers]
"""Says what the sessions of a role can do at most."""


def maps(
    world: World, findings: Iterable[Finding], judge: Judge, jobs: int, progress: Progress
) -> list[Map]:
    """Return the map of the outside, of the services, and of the users of the snapshot."""
    found = [finding for finding in findings if finding.kind == Kind.ROLE]

    def drawn(part: tuple[str, str]) -> Map:
        started, before = time.perf_counter(), world.solver.effort.questions
        drawing = _Drawing(world, judge, found)
        starting = list(_origins(world, part[0]))
        for number, origin in enumerate(starting):
            progress(origin.name, number, len(starting))
            drawing.add(origin)
        if part[0] == "outside":
            drawing.add_ways_in(found)
        made = drawing.map(*part)
        questions = world.solver.effort.questions - before
        seconds = time.perf_counter() - started
        return replace(made, effort=Effort(seconds, questions, len(made.graph.arrows)))

    return [made for _, made in spread(drawn, _PARTS, jobs)]


_PARTS = (
    ("outside", "from outside"),
    ("services", "from AWS services"),
    ("users", "from the users of the snapshot"),
)
"""The maps: a word for links, and who is meant."""


def _origins(world: World, part: str) -> Iterator[Origin]:
    match part:
        case "outside":
            yield strangers.outside(world)
            yield accountless.federated(world)
        case "services":
            yield accountless.services(world)
        case _:
            yield from (origins.user(world, user) for user in world.snapshot.users())


@dataclass
class _Drawing:
    """A map as it grows: the roles found so far with the shortest way to each, and the arrows."""

    world: World
    judge: Judge
    findings: list[Finding]
    found: dict[str, tuple[Role, Way]] = field(default_factory=dict)
    open: dict[str, str] = field(default_factory=dict)
    links: set[tuple[str, str]] = field(default_factory=set)
    callers: dict[str, Node] = field(default_factory=dict)
    shows_paths: bool = False

    def add(self, origin: Origin) -> None:
        """Add whom an origin can become."""
        mine: list[Role] = []
        for way in becoming(self.world, Closure(self.world, origin)):
            role = self.world.snapshot.role(way.what)
            if way.verdict is Verdict.UNKNOWN:
                self.open.setdefault(way.what or origin.name, way.reason)
            elif role is not None:
                mine.append(role)
                steps = [hop.resource for hop in way.witness]
                self.links |= set(itertools.pairwise(steps))
                known = self.found.get(role.arn)
                if known is None or len(way.witness) < len(known[1].witness):
                    self.found[role.arn] = role, way
        if mine:
            between = arrows(self.world, origin, mine, _MOST_ARROWS)
            self.links |= between or set()
            self.shows_paths |= between is None
            self._link_callers(origin, {role.arn for role in mine})

    def _link_callers(self, origin: Origin, mine: set[str]) -> None:
        """Add each caller that the origin starts with by name, with the roles it may assume."""
        for start in origin.starts:
            for role in start.roles().values():
                path = last_step(self.world, Trail(start, ()))
                name = path.caller.label
                if role.arn not in mine or not _is_named(origin, name):
                    continue
                name = origin.known_principal or name
                if possible(self.world, path.assume(role), set()):
                    self.callers.setdefault(name, _caller(name))
                    self.links.add((name, role.arn))

    def add_ways_in(self, findings: Iterable[Finding]) -> None:
        """Add the ways in of findings about roles that can be assumed from outside."""
        for finding in findings:
            if finding.who.kind not in _OUTSIDE:
                continue
            for exposure in finding.exposures:
                if exposure.resource in self.found:
                    name = finding.who.text
                    caption = finding.who.kind.value
                    node = Node(name, Side.WAY_IN, name, caption, 0, finding.who.kind)
                    self.callers.setdefault(name, node)
                    self.links.add((name, exposure.resource))

    def map(self, identifier: str, title: str) -> Map:
        """Return the map."""
        nodes = list(self.callers.values())
        last = max((len(way.witness) for _, way in self.found.values()), default=0)
        links = _links_by_role(self.findings)
        goals: dict[str, Node] = {}
        links_drawn = set(self.links)
        for role, way in self.found.values():
            powers = self.judge(role)
            nodes.append(_role(role, way, self.world, powers, links.get(role.arn, ())))
            if powers.administrator:
                caption = _account(self.world, role.account)
                goal = Node(
                    f"administrator of {caption}",
                    Side.GOAL,
                    "administers the account",
                    caption,
                    last + 1,
                    look="admin",
                )
                goals[goal.id] = goal
                links_drawn.add((role.arn, goal.id))
        open_roles = {arn: why for arn, why in self.open.items() if arn not in self.found}
        drawn = graph([*nodes, *goals.values()], links_drawn)
        return Map(identifier, title, drawn, tuple(open_roles.items()), self.shows_paths)


def _is_named(origin: Origin, label: str) -> bool:
    """Return whether the label of a start is the name of somebody, not of a class."""
    return origin.known_principal is not None or label not in ("outside", "anonymous", "identity")


def _caller(name: str) -> Node:
    return Node(name, Side.WAY_IN, short_name(name), _caption(name), 0, _caption(name))


def _caption(name: str) -> str:
    parts = name.split(":", 5)
    return f"user of {parts[4]}" if len(parts) == 6 else "AWS service"


def _role(role: Role, way: Way, world: World, powers: Powers, findings: tuple[str, ...]) -> Node:
    tag = "admin" if powers.administrator else ""
    if not tag and powers.services:
        tag = _TAGS[powers.services[0][0]]
    return Node(
        role.arn,
        Side.ROLE,
        role.name,
        _account(world, role.account),
        len(way.witness),
        (role.account, tag),
        tuple(hop.resource for hop in way.witness[:-1]),
        findings,
        tag,
    )


_TAGS = {
    AccessLevel.PERMISSIONS: "permissions",
    AccessLevel.WRITE: "write",
    AccessLevel.TAGGING: "tagging",
    AccessLevel.READ: "read",
    AccessLevel.LIST: "list",
    AccessLevel.UNKNOWN: "",
}
"""The worst access level of a role, in the room that a box has."""


def _account(world: World, number: str) -> str:
    account = world.snapshot.accounts.get(number)
    return account.name if account and account.name else number


def _links_by_role(findings: Iterable[Finding]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for finding in findings:
        for exposure in finding.exposures:
            found[exposure.resource] = (*found.get(exposure.resource, ()), finding.fingerprint)
    return found
