"""Which roles may become which, each hop by itself: the arrows of a map."""

from __future__ import annotations

from verifier.queries.closure import Trail, last_step, possible
from verifier.queries.origins import Origin
from verifier.queries.world import World
from verifier.snapshot.model import Role


def arrows(
    world: World, origin: Origin, roles: list[Role], most: int
) -> set[tuple[str, str]] | None:
    """Return the pairs of ARNs of roles of which sessions of the one may assume the other,
    whatever brought them there; None if more than `most` hops would have to be decided.
    """
    start = origin.starts[0]
    inside = {role.arn for role in roles}
    candidates = [
        (role, other)
        for role in roles
        for arn, other in world.trusts.of_role(role).items()
        if arn in inside and arn != role.arn
    ]
    if len(candidates) > most:
        return None
    return {
        (role.arn, other.arn)
        for role, other in candidates
        if possible(world, last_step(world, Trail(start, (role,))).assume(other), set())
    }
