"""Consecutive versions of AWS managed policies on a role of the example: what one comparison
says is what the comparison the other way round says, and no more than what the policies do.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from tests.casefiles import attached
from tests.corpora import needs_corpora, rows
from verifier import catalogue
from verifier.compare import compare
from verifier.comparing.run import compare_snapshots
from verifier.comparison import Relation
from verifier.example import write
from verifier.policy.attached import AttachedPolicy
from verifier.policy.syntax import PolicyKind
from verifier.snapshot.load import load
from verifier.snapshot.model import Snapshot
from verifier.snapshot_comparison import Direction, SnapshotComparison

ROLE = "arn:aws:iam::333344445555:role/MonitoringVendor"
_PAIRS = int(os.environ.get("VERIFIER_VERSIONS", "6"))


def pairs(count: int, seed: int = 1) -> list[tuple[str, Any, Any]]:
    """Return consecutive versions of managed policies, a sample that is the same every time."""
    found = [
        (f"{row['name']} {before['version']}-{after['version']}", before, after)
        for row in rows("aws_managed_policy_history.jsonl.gz")
        for before, after in zip(row["versions"], row["versions"][1:], strict=False)
    ]
    return Random(seed).sample(found, count)


def _with(snapshot: Snapshot, policy: AttachedPolicy) -> Snapshot:
    account = snapshot.accounts[ROLE.split(":")[4]]
    role = replace(account.roles[ROLE], policies=(policy,))
    changed = replace(account, roles={**account.roles, ROLE: role})
    return replace(snapshot, accounts={**snapshot.accounts, account.id: changed})


def _told(found: Direction) -> set[tuple[object, ...]]:
    return {
        (access.who, tuple(map(str, access.hop.by)))
        for change in found.changes
        for access in change.callers
    }


def _known(found: Direction) -> list[str]:
    """Return the actions told of that are in the catalogue: comparisons of policies ask about no
    action that only a pattern may be about.
    """
    return [
        change.hop.action for change in found.changes if catalogue.action_name(change.hop.action)
    ]


def compared(snapshot: Snapshot, before: Any, after: Any) -> tuple[Any, SnapshotComparison]:
    """Return how the policies compare, and the snapshots that have them, both checked against the
    comparison the other way round.
    """
    old, new = (
        attached(item["document"], PolicyKind.IDENTITY, "managed policy")
        for item in (before, after)
    )
    policies = compare(old, new, as_of=snapshot.as_of)
    forth = compare_snapshots(_with(snapshot, old), _with(snapshot, new))
    back = compare_snapshots(_with(snapshot, new), _with(snapshot, old))
    assert _told(forth.newly_allowed) == _told(back.no_longer)
    assert _told(forth.no_longer) == _told(back.newly_allowed)
    return policies, forth


@needs_corpora
def test_versions(tmp_path: Path) -> None:
    """The two directions agree, and what the policies allow alike the snapshots do, too."""
    list(write(tmp_path))
    snapshot = load(tmp_path)
    for name, before, after in pairs(_PAIRS):
        policies, found = compared(snapshot, before, after)
        if policies.relation in (Relation.EQUIVALENT, Relation.NARROWER):
            assert not _known(found.newly_allowed), name
        if policies.relation in (Relation.EQUIVALENT, Relation.WIDER):
            assert not _known(found.no_longer), name
