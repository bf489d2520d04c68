"""Snapshot → review: the whole journey on one page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime

from iam_smt.theory import Solver
from verifier.ask import ask
from verifier.check.baseline import Baseline
from verifier.check.invariants import Invariant
from verifier.check.run import Checked, Status, check
from verifier.finding import Findings, Gap
from verifier.findings.powers import own_powers
from verifier.findings.run import findings
from verifier.parallel import Progress
from verifier.queries.world import World
from verifier.review import escalations
from verifier.review.mapping import maps
from verifier.review.model import Asked, Map, Review
from verifier.review.removals import Removals
from verifier.review.violations import violations, with_margins
from verifier.review.words import counted
from verifier.snapshot.model import Snapshot
from verifier.verdict import Answer, Verdict


def review(
    snapshot: Snapshot,
    invariants: Iterable[Invariant] = (),
    *,
    title: str = "",
    baseline: Baseline | None = None,
    timeout: float | None = None,
    today: date | None = None,
    jobs: int = 1,
    progress: Progress = lambda text, done, total: None,
) -> Review:
    """Review a snapshot: find all that the outside may do, and who can become whom; check the
    invariants, of whose violations `baseline` accepts some.

    `timeout` is in seconds for each question that the solver is asked; running out is told as an
    open point. `today` tells which intentions and acceptances have expired, by default the day of
    the call. Raises `InputError` if an intention or an invariant cannot be read.
    """
    day = today or datetime.now(UTC).date()
    asked: list[Asked] = []
    removals = Removals(snapshot)
    outside = findings(snapshot, timeout=timeout, today=day, jobs=jobs, progress=progress)
    asked.append(Asked(_OUTSIDE, _said(outside), outside.effort))
    answers = check(snapshot, invariants, timeout=timeout, jobs=jobs, progress=progress)
    told = (with_margins(snapshot, item, removals, timeout) for item in answers)
    checked = tuple((baseline or Baseline()).apply(told, day))
    changing = ask(snapshot, escalations.QUESTION, timeout=timeout, jobs=jobs, progress=progress)
    world = World(snapshot, Solver(timeout))
    drawn = maps(world, outside.findings, lambda role: own_powers(world, role), jobs, progress)
    asked += map(_of_map, drawn)
    found = [*outside.findings, *escalations.escalations(snapshot, changing, removals, timeout)]
    asked.append(Asked(escalations.QUESTION, _who(changing), changing.effort))
    asked += [Asked(item.sentence, _judged(item), item.answer.effort) for item in checked]
    found += violations(checked, removals)
    return Review(
        title or _title(snapshot),
        snapshot,
        tuple(sorted(found, key=lambda finding: finding.severity.rank)),
        outside,
        tuple(_open(changing)),
        checked,
        tuple(drawn),
        tuple(asked),
        tuple(escalations.disputed(changing)),
    )


_OUTSIDE = (
    "what may anybody outside the zone of trust do, by any resource policy or trust policy of it?"
)


def _of_map(drawn: Map) -> Asked:
    answer = counted(drawn.graph.roles, "role")
    if drawn.open:
        answer += f", unknown of {len(drawn.open)} more"
    return Asked(f"which roles can be become {drawn.title}?", answer, drawn.effort)


def _said(outside: Findings) -> str:
    text = f"{counted(len(outside.findings), 'finding')}, and nothing else: proved"
    if outside.gaps:
        text = f"{counted(len(outside.findings), 'finding')}; unknown at {len(outside.gaps)} places"
    return text


def _who(answer: Answer) -> str:
    able = sum(way.verdict is Verdict.YES for way in answer.ways)
    return f"{counted(able, 'caller')} of {len(answer.ways):,}, administrators included"


def _open(answer: Answer) -> Iterator[Gap]:
    for way in answer.ways:
        if way.verdict is Verdict.UNKNOWN:
            needs = f", if {' and '.join(way.needs)}" if way.needs else ""
            reason = f"{way.reason or 'it may become administrator via escalation'}{needs}"
            yield Gap("administrator via escalation", way.who, reason)


def _judged(item: Checked) -> str:
    expected = (
        "" if item.status is Status.HOLDS else f", {item.invariant.expect.value} was expected"
    )
    return item.answer.verdict.value + expected


def _title(snapshot: Snapshot) -> str:
    if snapshot.organization:
        return snapshot.organization.id
    known = list(snapshot.accounts.values())
    return (known[0].name or known[0].id) if len(known) == 1 else counted(len(known), "account")
