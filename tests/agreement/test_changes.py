"""Comparisons of snapshots against what the same snapshots answer when they are asked apart."""

from __future__ import annotations

import os
from functools import partial
from random import Random

import pytest

from tests.estates import BUCKET, EstateGenerator
from tests.laws import changes
from verifier.ask import ask
from verifier.comparing.run import compare_snapshots
from verifier.snapshot.model import Snapshot
from verifier.snapshot_comparison import Direction
from verifier.verdict import Verdict

_ESTATES = int(os.environ.get("VERIFIER_ESTATES", "3"))
_QUESTIONS = (f"who can s3:DeleteBucket on {BUCKET}", "what can any external principal become")


def _estate(seed: int) -> tuple[Snapshot, Snapshot]:
    """Return an estate, and the same with an Allow less in each policy."""
    random = Random(f"changes/{seed}")
    snapshot = EstateGenerator(random).snapshot()
    return snapshot, changes.changed(snapshot, partial(changes.without_an_allow, random))


def _verdicts(snapshot: Snapshot) -> dict[tuple[str, str], Verdict]:
    return {
        (way.who, way.what): way.verdict
        for question in _QUESTIONS
        for way in ask(snapshot, question).ways
    }


def _named(found: Direction) -> set[str]:
    callers = {access.who for change in found.changes for access in change.callers}
    return callers | {way.who for way in found.reached}


@pytest.mark.parametrize("seed", range(_ESTATES))
def test_an_allow_less(seed: int) -> None:
    """Nobody can do more with an Allow less; whoever can no longer is told, in both directions."""
    whole, less = _estate(seed)
    forth, back = compare_snapshots(whole, less), compare_snapshots(less, whole)
    assert not forth.newly_allowed.changes and not back.no_longer.changes
    before, after = _verdicts(whole), _verdicts(less)
    for (who, what), verdict in before.items():
        if verdict is Verdict.YES and after.get((who, what), Verdict.NO) is Verdict.NO:
            assert who in _named(forth.no_longer)
            assert who in _named(back.newly_allowed)
    assert _named(forth.no_longer) == _named(back.newly_allowed)


@pytest.mark.parametrize("seed", range(_ESTATES - 1))
def test_a_deny_more(seed: int) -> None:
    """Nobody can do more with a Deny more, and nobody less without it."""
    snapshot, _ = _estate(seed)
    random = Random(f"denies/{seed}")
    denying = changes.changed(snapshot, partial(changes.with_a_deny, random))
    forth, back = compare_snapshots(snapshot, denying), compare_snapshots(denying, snapshot)
    for direction in (forth.newly_allowed, back.no_longer):
        assert not direction.changes and not direction.reached
    assert _named(forth.no_longer) == _named(back.newly_allowed)


def test_nothing_changed() -> None:
    """A snapshot and itself differ in nothing."""
    snapshot, _ = _estate(0)
    found = compare_snapshots(snapshot, snapshot)
    for direction in (found.newly_allowed, found.no_longer):
        assert not direction.changes and not direction.reached


@pytest.mark.parametrize("change", changes.EQUAL)
@pytest.mark.parametrize("seed", range(2))
def test_other_words(seed: int, change: str) -> None:
    """What says the same in other words changes nothing for anybody."""
    snapshot, _ = _estate(seed)
    found = compare_snapshots(snapshot, changes.changed(snapshot, changes.EQUAL[change]))
    for direction in (found.newly_allowed, found.no_longer):
        assert not direction.changes and not direction.reached
