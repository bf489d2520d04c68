"""The arrows of a map: hops that are possible by themselves."""

from __future__ import annotations

from random import Random

from iam_smt.theory import Solver
from tests.estates import EstateGenerator
from verifier.queries import strangers
from verifier.queries.arrows import arrows
from verifier.queries.world import World


def test_arrows() -> None:
    """An arrow needs no other role than its two; too many hops are not decided at all."""
    total = 0
    for seed in range(6):
        snapshot = EstateGenerator(Random(seed)).snapshot()
        world = World(snapshot, Solver())
        origin = strangers.outside(world)
        roles = list(snapshot.roles())
        found = arrows(world, origin, roles, 1_000)
        assert found is not None
        total += len(found)
        for source, target in found:
            assert source != target
            pair = [role for role in roles if role.arn in (source, target)]
            assert (source, target) in (arrows(world, origin, pair, 1_000) or ())
        assert arrows(world, origin, roles, 0) is None or not found
    assert total > 5
