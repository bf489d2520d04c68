"""What is found backward for all callers at once is what a search of its own finds for each."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.escalation.accounts import BUCKET, AccountGenerator
from tests.estates import EstateGenerator
from tests.test_snapshot import write
from verifier.escalation.asking import Asking
from verifier.queries import grammar, origins
from verifier.queries.goals import Goal, aims
from verifier.queries.offers import Offers
from verifier.queries.world import World
from verifier.question import Question
from verifier.snapshot.load import load
from verifier.snapshot.model import Snapshot
from verifier.verdict import Verdict

_QUESTIONS = (
    "who can become administrator",
    "who can become arn:aws:iam::111122223333:role/target",
    f"who can reach s3:DeleteBucket on {BUCKET} via escalation",
)


def _compare(snapshot: Snapshot, question: Question) -> list[Verdict]:
    """Return the verdicts of each user and role that is asked on its own.

    Whoever an unconditional path leads on may be told one that leans on something instead; beyond
    that both answers are the same.
    """
    world = World(snapshot)
    wanted = Offers(aims(world, Goal(question.actions, question.resource)))
    together, apart = (Asking(world, question, wanted, together=flag) for flag in (True, False))
    everybody = [origins.user(world, user) for user in snapshot.users()]
    everybody += [origins.role(world, role) for role in snapshot.roles()]
    verdicts = []
    for origin in everybody:
        way, own = together.answer(origin), apart.answer(origin)
        assert (way.verdict, bool(way.needs)) == (own.verdict, bool(own.needs)), origin.name
        verdicts.append(own.verdict)
    return verdicts


@settings(max_examples=int(os.environ.get("VERIFIER_EXAMPLES", "25")))
@given(st.integers(0, 1 << 30))
def test_accounts(seed: int) -> None:
    """Both agree about accounts whose users and roles may change each other's permissions."""
    with tempfile.TemporaryDirectory() as folder:
        snapshot = load(write(Path(folder), AccountGenerator(Random(seed)).files()))
    for text in _QUESTIONS:
        _compare(snapshot, grammar.parse(text))


@settings(max_examples=int(os.environ.get("VERIFIER_EXAMPLES", "10")))
@given(st.integers(0, 1 << 30))
def test_chains(seed: int) -> None:
    """Both agree about organizations of roles that assume each other."""
    snapshot = EstateGenerator(Random(seed)).snapshot()
    _compare(snapshot, grammar.parse("who can become administrator"))
    _compare(snapshot, grammar.parse("who can become administrator via role assumption"))
