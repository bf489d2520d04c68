"""All ways to a goal, not one: every least path from the callers through roles, shortest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from verifier.compile.targets import Target
from verifier.queries.audience import audience
from verifier.queries.closure import Closure, Trail, last_step, possible
from verifier.queries.offers import Offers
from verifier.queries.provisos import provisos
from verifier.queries.search import Found, find
from verifier.queries.world import World
from verifier.snapshot.model import Role
from verifier.verdict import Verdict, Way

_MOST_PATHS = 200
_MOST_TRIED = 4_000


@dataclass
class Routes:
    """The paths of one origin; `is_cut_off` says that there may be more than were looked at."""

    world: World
    closure: Closure
    offers: Offers
    is_cut_off: bool = field(default=False, init=False)

    def ways(self) -> Iterator[Way]:
        """Yield each path whose roles are not all on a shorter one between the same first and last
        role, shortest first. Each was replayed.
        """
        found: dict[tuple[str, str], list[set[str]]] = {}
        count = tried = 0
        for trail in self._trails():
            tried += 1
            if count >= _MOST_PATHS or tried > _MOST_TRIED:
                self.is_cut_off = True
                break
            arns = {role.arn for role in trail.roles}
            ends = (trail.roles[0].arn, trail.roles[-1].arn) if trail.roles else ("", "")
            if any(known <= arns for known in found.get(ends, ())):
                continue
            way = self._confirmed(trail)
            if way is not None:
                count += 1
                found.setdefault(ends, []).append(arns)
                yield way
        if self.is_cut_off:
            reason = f"there are more paths than the {count} that were looked at"
            yield Way(self.closure.origin.name, Verdict.UNKNOWN, reason=reason)

    def _confirmed(self, trail: Trail) -> Way | None:
        for action, target in self.offers.to(trail.end(self.world)):
            path = trail.path(self.world).ask(action, target)
            outcome = find(self.world, path)
            if isinstance(outcome, Found):
                return Way(
                    self.closure.origin.name,
                    Verdict.YES,
                    outcome.hops,
                    provisos=provisos(self.world, path),
                    whose=audience(self.world, path),
                    met=outcome.met,
                )
        return None

    def _trails(self) -> Iterator[Trail]:
        """Yield every loop-free chain whose hops are possible one by one and may arrive."""
        within = {trail.roles[-1].arn: trail.roles[-1] for trail in self.closure if trail.roles}
        following = {arn: self._following(role, within) for arn, role in within.items()}
        arriving = {arn for arn, role in within.items() if self._arrives(role)}
        leading = _leading(following, arriving)
        layer = [Trail(start, ()) for start in self.closure.origin.starts]
        yield from layer
        while layer and len(layer[0].roles) + 1 < self.closure.limit:
            layer = [
                trail.then(role)
                for trail in layer
                for role in self._next(trail, following, leading)
            ]
            if len(layer) > _MOST_TRIED:
                self.is_cut_off = True
                layer = layer[:_MOST_TRIED]
            yield from (trail for trail in layer if trail.roles[-1].arn in arriving)

    def _next(
        self, trail: Trail, following: dict[str, list[Role]], leading: set[str]
    ) -> Iterator[Role]:
        if trail.roles:
            roles = following[trail.roles[-1].arn]
        else:
            roles = [role for role in trail.start.roles().values() if self._opens(trail, role)]
        taken = {role.arn for role in trail.roles}
        yield from (role for role in roles if role.arn in leading and role.arn not in taken)

    def _opens(self, trail: Trail, role: Role) -> bool:
        return possible(self.world, last_step(self.world, trail).assume(role), set())

    def _following(self, role: Role, within: dict[str, Role]) -> list[Role]:
        trail = Trail(self.closure.origin.starts[0], (role,))
        roles = self.world.trusts.of_role(role).values()
        return [item for item in roles if item.arn in within and self._opens(trail, item)]

    def _arrives(self, role: Role) -> bool:
        trail = Trail(self.closure.origin.starts[0], (role,))
        return any(
            self._may_ask(trail, action, target)
            for action, target in self.offers.to(trail.end(self.world))
        )

    def _may_ask(self, trail: Trail, action: str, target: Target) -> bool:
        return possible(self.world, last_step(self.world, trail).ask(action, target), set())


def _leading(following: dict[str, list[Role]], arriving: set[str]) -> set[str]:
    """Return the roles from which a chain leads to one of those that arrive."""
    found = set(arriving)
    while True:
        more = {
            arn
            for arn, roles in following.items()
            if arn not in found and any(role.arn in found for role in roles)
        }
        if not more:
            return found
        found |= more
