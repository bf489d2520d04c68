"""Answers about random accounts: a yes is replayed, a no withstands an attacker who just tries."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.escalation.accounts import BUCKET, AccountGenerator
from tests.escalation.tinkering import EVE, Tinkerer
from tests.test_snapshot import write
from verifier import Snapshot
from verifier.verdict import Verdict


def check(random: Random, folder: Path, walks: int, length: int) -> list[Verdict]:
    """Ask about an account, and let an attacker try what the answers say cannot be done."""
    files = AccountGenerator(random).files()
    snapshot = Snapshot.load(write(folder / "asked", files))
    tinkerer = Tinkerer(files, write(folder / "tried", files), random)
    administers = deletes = False
    reached: set[str] = set()
    for _ in range(walks):
        tinkerer.walk(length)
        administers = administers or tinkerer.administers
        deletes = deletes or tinkerer.deletes
        reached.update(tinkerer.acts_as)
    goals = {"become administrator": administers}
    goals[f"reach s3:DeleteBucket on {BUCKET} via escalation"] = deletes
    goals |= {f"become {arn}": True for arn in reached - {EVE} if not arn.endswith("/made")}
    verdicts = []
    for goal, found in goals.items():
        answer = snapshot.ask(f"can {EVE} {goal}")
        assert not (found and answer.verdict is Verdict.NO), f"{goal}: {files}"
        verdicts.append(answer.verdict)
    return verdicts


@settings(max_examples=int(os.environ.get("VERIFIER_EXAMPLES", "30")))
@given(st.integers(0, 1 << 30))
def test_no_withstands_trying(seed: int) -> None:
    """No calls in any order do what was said to be impossible; every yes replays."""
    with tempfile.TemporaryDirectory() as folder:
        check(Random(seed), Path(folder), walks=4, length=8)
