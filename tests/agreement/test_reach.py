"""Answers about random estates: a yes is replayed, a no withstands an attacker who just tries."""

from __future__ import annotations

import os
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.estates import EstateGenerator
from tests.wandering import Wanderer
from verifier.ask import ask
from verifier.snapshot.model import Snapshot
from verifier.verdict import Verdict

_GOAL = "reach s3:DeleteBucket on arn:aws:s3:::data via role assumption"


def check(snapshot: Snapshot, random: Random, walks: int) -> Verdict:
    """Ask about an estate, and let an attacker try what the answer says cannot be done.

    A yes has been replayed, or the question would have raised `ReplayError`. Whoever the attacker
    has become on the way is among those that can be become.
    """
    zone = ", ".join([*sorted(snapshot.zone.accounts), *snapshot.zone.organizations])
    classes = {
        "outside": f"anyone outside {zone}",
        "federated": "any federated identity",
        "service": "any service",
    }
    verdicts = set()
    for name, who in classes.items():
        answer = ask(snapshot, f"can {who} {_GOAL}")
        verdicts.add(answer.verdict)
        wanderer = Wanderer(snapshot, random, name)
        found = wanderer.reaches_bucket(walks)
        assert found is None or answer.verdict is not Verdict.NO
        become = ask(snapshot, f"what can {who} become")
        assert wanderer.reached <= {way.what for way in become.ways}
    return next(each for each in (Verdict.YES, Verdict.UNKNOWN, Verdict.NO) if each in verdicts)


@settings(max_examples=int(os.environ.get("VERIFIER_ESTATES", "150")))
@given(st.randoms(use_true_random=False), st.integers(0, 1 << 30))
def test_no_withstands_trying(random: Random, seed: int) -> None:
    """No random walk on the evaluator does what was said to be impossible; every yes replays."""
    check(EstateGenerator(random).snapshot(), Random(seed), walks=40)
