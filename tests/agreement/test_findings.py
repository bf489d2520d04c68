"""Findings agree with what the same questions, asked one by one, are answered."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from tests.estates import EstateGenerator
from tests.generation import Generator
from tests.test_snapshot import write
from tests.vocabulary import A
from verifier import Snapshot, Verdict, facts
from verifier.finding import Gap, Kind, WayInKind
from verifier.findings.cases import cases
from verifier.findings.guards import guards
from verifier.findings.openings import search
from verifier.findings.outsiders import outsiders
from verifier.findings.run import findings
from verifier.queries import accountless, strangers
from verifier.queries.closure import Closure
from verifier.queries.world import World

_EXAMPLES = int(os.environ.get("VERIFIER_EXAMPLES", "60"))
_ON = {
    "arn:aws:s3:::data": ("s3:GetObject", "s3:DeleteBucket", "s3:DeleteBucketPolicy"),
    f"arn:aws:sqs:us-east-1:{A}:q1": ("sqs:SendMessage",),
    f"arn:aws:kms:us-east-1:{A}:key/k1": ("kms:Decrypt", "kms:ScheduleKeyDeletion"),
}
"""Resources with the actions that are asked about."""


def _opened(snapshot: Snapshot) -> tuple[set[str], list[Gap]]:
    """Return the actions that findings about the only resource let outsiders call."""
    world = World(snapshot.contents)
    (guard,) = guards(world, lambda arn: None)
    found = search(world, guard, list(cases(world, guard, outsiders(world, guard), [])))
    names = {
        name
        for opening in found.openings
        if opening.kind is not WayInKind.SERVICES
        for name in opening.actions
    }
    return names, found.gaps


@pytest.mark.parametrize("arn", _ON)
def test_same_as_asked(arn: str, tmp_path: Path) -> None:
    """A generated policy lets outsiders do just what its findings say."""
    outcomes: Counter[Verdict] = Counter()
    for number in range(_EXAMPLES):
        generator = Generator(Random(f"{arn}/{number}"))
        policy = generator.policy(principal=True)
        write(tmp_path, {"r.json": {"Arn": arn, "Account": A, "Policy": policy}})
        snapshot = Snapshot.load(tmp_path)
        opened, gaps = _opened(snapshot)
        for action in _ON[arn]:
            on = f"{arn}/*" if action == "s3:GetObject" else arn
            answer = snapshot.ask(f"can any external principal perform {action} on {on}")
            outcomes[answer.verdict] += 1
            if not answer.unknown and not gaps:
                assert answer.yes is (action in opened), f"{action} by {json.dumps(policy)}"
    assert outcomes[Verdict.YES] and outcomes[Verdict.NO]
    assert outcomes[Verdict.UNKNOWN] < outcomes.total() / 10


def test_same_roles_as_reached() -> None:
    """The roles of the findings are those that the outside can assume itself."""
    sizes: Counter[int] = Counter()
    for number in range(_EXAMPLES):
        snapshot = EstateGenerator(Random(number)).snapshot()
        found = findings(snapshot)
        about = {
            exposure.resource
            for finding in found.findings
            if finding.kind == Kind.ROLE
            for exposure in finding.exposures
        }
        world = World(snapshot)
        direct = {
            trail.roles[0].arn
            for origin in (
                strangers.outside(world),
                accountless.federated(world),
                *(accountless.service(world, name) for name in facts.VOUCHING_SERVICES),
            )
            for trail in Closure(world, origin, limit=3)
            if len(trail.roles) == 1
        }
        unsure = {gap.resource for gap in found.gaps}
        assert about | unsure == direct | unsure, number
        sizes[len(about)] += 1
    assert len(sizes) > 2


_ALL = """
[[intended]]
who = "anyone"
resource = "*"
owner = "everybody"
reason = "all of it"
"""


@pytest.mark.parametrize("arn", _ON)
def test_all_of_it_intended(arn: str, tmp_path: Path) -> None:
    """An entry that means everything leaves nothing open, and loses no finding."""
    found: Counter[int] = Counter()
    for number in range(_EXAMPLES // 3):
        policy = Generator(Random(f"{arn}/{number}")).policy(principal=True)
        resource = {"r.json": {"Arn": arn, "Account": A, "Policy": policy}}
        before = Snapshot.load(write(tmp_path / f"{number}", resource)).findings()
        manifest = {**resource, "snapshot.toml": _ALL}
        after = Snapshot.load(write(tmp_path / f"{number} all", manifest)).findings()
        assert after.open == ()
        assert [item.fingerprint for item in before.open] == [
            item.fingerprint for item in after.suppressed
        ]
        found[len(after.suppressed)] += 1
    assert len(found) > 1
