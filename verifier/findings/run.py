"""Snapshot → findings: the whole journey on one page."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from iam_smt.theory import Solver
from verifier.disputes import Readings
from verifier.errors import SnapshotError
from verifier.evidence import recorder
from verifier.finding import Coverage, Findings
from verifier.findings import grouping
from verifier.findings.becoming import Becoming
from verifier.findings.guards import Guard, guards
from verifier.findings.intentions import intentions, means
from verifier.findings.looking import Look, Looking
from verifier.findings.outsiders import outsiders
from verifier.parallel import Progress, spread
from verifier.queries.assumptions import of_findings
from verifier.queries.world import World
from verifier.snapshot.model import Snapshot
from verifier.verdict import Effort


def findings(
    snapshot: Snapshot,
    *,
    timeout: float | None = None,
    evidence: Path | None = None,
    readings: Readings | None = None,
    today: date | None = None,
    jobs: int = 1,
    progress: Progress = lambda text, done, total: None,
) -> Findings:
    """Find everything that the outside of the zone of trust may do, by every resource policy and
    trust policy of the zone, and hold it against the allow list of the snapshot.

    `timeout` is in seconds for each question that the solver is asked; running out leaves a gap.
    `evidence` is a folder for the questions that were refuted. Disputed points are read as
    `readings` say. `today` tells which intentions have expired, by default the day of the call.
    `jobs` is the number of processes. Raises `InputError` if an entry of the allow list cannot be
    read.
    """
    started = time.perf_counter()
    solver = Solver(timeout, refuted=recorder(evidence) if evidence else None)
    world = World(snapshot, solver, readings=readings or Readings(snapshot.readings))
    entries = intentions(snapshot.intended)
    looking = Looking(Becoming(world), entries, today or datetime.now(UTC).date())
    _demand_guarded(snapshot)
    guarded = list(guards(world, lambda arn: means(entries, arn)))
    open_to_some = [guard for guard in guarded if outsiders(world, guard)]

    def look(guard: Guard) -> tuple[Look, int]:
        before = solver.effort.questions
        return looking.at(guard), solver.effort.questions - before

    found: list[Look] = []
    questions = 0
    # What was refuted is told in one process only.
    looked = spread(look, open_to_some, 1 if evidence else jobs)
    for number, (guard, (more, asked)) in enumerate(looked, 1):
        progress(guard.arn, number, len(open_to_some))
        found.append(more)
        questions += asked
    items = [item for more in found for item in more.items]
    return Findings(
        tuple(grouping.findings(snapshot, items, snapshot.intended)),
        tuple(gap for more in found for gap in more.gaps),
        _coverage(guarded, sum(more.proved for more in found), len(guarded) - len(open_to_some)),
        tuple(of_findings(world)),
        Effort(time.perf_counter() - started, questions, 0),
        tuple(map(str, snapshot.remarks)),
        tuple(grouping.unused(items, snapshot.intended)),
        tuple(gap for more in found for gap in more.disputed),
    )


def _demand_guarded(snapshot: Snapshot) -> None:
    """Raise `SnapshotError` where the zone of trust has nothing of the snapshot: that nothing is
    open to it would be no news.
    """
    held = snapshot.accounts.keys() | {item.account for item in snapshot.resources.values()}
    if not held & snapshot.zone.accounts:
        raise SnapshotError(
            "no account of the zone of trust is in the snapshot",
            f"mend `zone` in snapshot.toml: the snapshot holds {', '.join(sorted(held))}",
        )


def _coverage(guarded: Sequence[Guard], proved: int, by_matching: int) -> Coverage:
    return Coverage(
        sum(len(guard.roles) for guard in guarded),
        sum(guard.resource is not None for guard in guarded),
        proved,
        by_matching,
    )
