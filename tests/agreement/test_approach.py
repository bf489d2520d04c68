"""What is found backward for many callers at once, beside a search from each of them."""

from __future__ import annotations

from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.estates import EstateGenerator
from verifier.queries import origins
from verifier.queries.approach import Approach
from verifier.queries.closure import ANY_LENGTH, Closure
from verifier.queries.goals import Goal, aims
from verifier.queries.offers import Offers
from verifier.queries.origins import Origin
from verifier.queries.reach import Search
from verifier.queries.world import World
from verifier.verdict import Verdict


def _everyone(world: World) -> list[Origin]:
    found = [origins.user(world, user) for user in world.snapshot.users()]
    return [*found, *(origins.role(world, role) for role in world.snapshot.roles())]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False), st.sampled_from([1, 2, 3, ANY_LENGTH]))
def test_backward_as_forward(random: Random, limit: int) -> None:
    """Each user and role gets the same verdict, and a witness of the same length."""
    world = World(EstateGenerator(random).snapshot())
    offers = Offers(aims(world, Goal(("s3:DeleteBucket",), "arn:aws:s3:::data")))
    approach = Approach(world, offers)
    for origin in _everyone(world):
        alone = Search(world, Closure(world, origin, limit), offers).run()
        among = Search(world, Closure(world, origin, limit), offers, approach).run()
        assert among.verdict is alone.verdict
        assert len(among.witness) == len(alone.witness)
        if among.verdict is Verdict.NO and approach.chain(origin.name) is None:
            assert any("no chain of roles" in barrier.stops for barrier in among.barriers)
