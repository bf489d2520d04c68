"""Escalations as findings: who can become administrator by changing permissions on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import sha256

from iam_smt.theory import Solver
from verifier.finding import Closing, Exposure, Finding, Gap, Kind, Severity, WayIn, WayInKind
from verifier.inquiry.margins import margin
from verifier.queries.world import World
from verifier.report.phrases import principals
from verifier.report.words import is_service_linked
from verifier.review.removals import Removals
from verifier.snapshot.model import Snapshot
from verifier.verdict import Answer, Hop, Verdict, Way

QUESTION = "who can become administrator via escalation"
_ASSUME = "sts:AssumeRole"


def escalations(
    snapshot: Snapshot, answer: Answer, removals: Removals, timeout: float | None
) -> Iterator[Finding]:
    """Yield a finding for each caller of whom the answer is yes, unless it only assumes roles:
    the maps have that. The same plan by like callers is one finding.

    What closes the first ones is asked again, the fewer the more principals there are.
    """
    alike: dict[tuple[object, ...], list[Way]] = {}
    for way in answer.ways:
        if way.verdict is Verdict.YES and _changes(way.witness):
            alike.setdefault(_likeness(way), []).append(way)
    world = World(snapshot, Solver(timeout))
    for number, ways in enumerate(alike.values()):
        if number < removals.asked:
            found = margin(world, answer.question, *(way.who for way in ways))
            ways[0] = replace(ways[0], margin=found)
        yield _finding(snapshot, ways, tuple(removals.of(ways[0])))


def _changes(witness: Iterable[Hop]) -> bool:
    return any(not hop.action.startswith(_ASSUME) for hop in witness)


def _likeness(way: Way) -> tuple[object, ...]:
    """Return the steps of a plan, the statements that allow them, and on what it depends."""
    steps = ((hop.action, hop.by) for hop in way.witness)
    return way.who.startswith("arn:"), is_service_linked(way.who), way.depends_on, *steps


def _finding(snapshot: Snapshot, ways: list[Way], closes: tuple[Closing, ...]) -> Finding:
    first = ways[0]
    inside = first.who.startswith("arn:")
    names = tuple(way.who for way in ways)
    who = principals(names, snapshot.called) if inside else names[0]
    steps = [hop.action for hop in first.witness if not hop.action.startswith(_ASSUME)]
    by = ", ".join(dict.fromkeys(steps))
    exposures = tuple(_exposure(way) for way in ways)
    notes = ["a plan of several calls: each is allowed after those before it (R7.83)"]
    severity = Severity.HIGH if inside else Severity.CRITICAL
    if is_service_linked(first.who):
        severity = Severity.LOW
        notes.append("only its AWS service acts as a service-linked role (R7.1)")
    digest = sha256("\n".join(["escalation", *sorted(names), *steps]).encode()).hexdigest()[:32]
    return Finding(
        Kind.ESCALATION.value,
        severity,
        WayIn(WayInKind.PRINCIPALS, names if inside else (), who),
        f"{who[0].upper()}{who[1:]} can become administrator by {by}",
        (),
        exposures,
        closes,
        digest,
        depends_on=first.depends_on,
        notes=tuple(notes),
    )


def disputed(answer: Answer) -> Iterator[Gap]:
    """Yield the callers who can under other readings of disputed points only."""
    for way in answer.ways:
        for found in way.depends_on:
            if way.verdict is not Verdict.YES:
                yield Gap("administrator via escalation", way.who, f"it depends on {found}")


def _exposure(way: Way) -> Exposure:
    last = way.witness[-1]
    causes = dict.fromkeys(cause for hop in way.witness for cause in hop.by if cause.place)
    digest = sha256(f"escalation\n{way.who}".encode()).hexdigest()[:32]
    account = last.request.resource_account or last.request.principal.account or ""
    return Exposure(way.who, account, tuple(causes), (way.witness,), digest)
