"""Violated invariants as findings: they stand in the review beside what was found unasked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import sha256

from iam_smt.theory import Solver
from verifier.ask import world_of
from verifier.check.run import Checked, Status
from verifier.finding import Closing, Exposure, Finding, Kind, Suppression, WayIn, WayInKind
from verifier.inquiry.margins import margin
from verifier.question import Form
from verifier.report.margins import change
from verifier.report.phrases import counted
from verifier.report.stops import short_name
from verifier.review.removals import Removals, statement_of
from verifier.snapshot.model import Snapshot
from verifier.verdict import Barrier, Cause, Verdict, Way


def violations(found: Iterable[Checked], removals: Removals) -> Iterator[Finding]:
    """Yield a finding for each question whose answer is not the expected one; accepted ones are
    suppressed.
    """
    for item in found:
        if item.status in (Status.VIOLATED, Status.ACCEPTED):
            yield _violation(item, removals)


def _violation(item: Checked, removals: Removals) -> Finding:
    invariant = item.invariant
    accepted = item.status is Status.ACCEPTED
    return Finding(
        Kind.INVARIANT.value,
        invariant.severity,
        WayIn(WayInKind.PRINCIPALS, (), str(item.answer.question.who or "somebody")),
        f"The invariant {invariant.id} is violated: {item.sentence} ({_answers(item)})",
        (),
        tuple(_exposure(item, way) for way in item.against if way.witness),
        tuple(_closes(item, removals)),
        item.fingerprint,
        notes=tuple(_notes(item)),
        depends_on=item.depends_on,
        suppressions=(_accepted(item),) if accepted else (),
    )


def _answers(item: Checked) -> str:
    return f"{item.answer.verdict.value}, and {item.invariant.expect.value} was expected"


def _accepted(item: Checked) -> Suppression:
    return Suppression(item.invariant.owner, item.reason, None, str(item.invariant.place))


def _exposure(item: Checked, way: Way) -> Exposure:
    last = way.witness[-1]
    account = last.request.resource_account or ""
    causes = dict.fromkeys(cause for hop in way.witness for cause in hop.by if cause.place)
    several = len(item.against) > 1
    fingerprint = item.fingerprint
    if several:
        fingerprint = sha256(f"{fingerprint}\n{way.who}".encode()).hexdigest()[:32]
    name = way.who if several else last.resource
    return Exposure(name, account, tuple(causes), (way.witness,), fingerprint)


def with_margins(
    snapshot: Snapshot, item: Checked, removals: Removals, timeout: float | None
) -> Checked:
    """Return a violated question with what turns its answers, as far as that is asked again."""
    question = item.answer.question
    if item.status is not Status.VIOLATED or question.form not in (Form.CAN, Form.WHO_CAN):
        return item
    world = world_of(snapshot, question, Solver(timeout))
    most = min(removals.asked, _MOST)
    asked = (replace(way, margin=margin(world, question, way.who)) for way in item.against[:most])
    return replace(item, against=(*asked, *item.against[most:]))


_MOST = 12
"""Callers of whom is told what closes their way."""


def _closes(item: Checked, removals: Removals) -> Iterator[Closing]:
    """Yield what turns each answer: the smallest sets of statements without which it is no, the
    single changes with which it is yes; for many callers, what their paths lean on.
    """
    for way in item.against[:_MOST]:
        lead = f"for {way.who}: " if len(item.against) > 1 else ""
        for found in (*removals.of(way), *_changes(way)):
            yield replace(found, text=lead + found.text)
    if len(item.against) > _MOST:
        more = len(item.against) - _MOST
        yield Closing(f"and the like for {counted(more, 'more caller')}")


def _changes(way: Way) -> Iterator[Closing]:
    for miss in way.misses:
        by = f": {statement_of(miss.statement)}" if miss.statement.place else ""
        yield Closing(f"the answer would be yes if {change(miss)}{by}", Verdict.NO)


def _notes(item: Checked) -> Iterator[str]:
    invariant = item.invariant
    if invariant.note:
        yield invariant.note
    if invariant.owner:
        yield f"{invariant.owner} answers for the invariant, which stands at {invariant.place}"
    else:
        yield f"the invariant stands at {invariant.place}"
    if item.status is Status.VIOLATED and item.reason:
        yield f"it was {item.reason}"
    for way in item.against:
        if way.verdict is Verdict.NO:
            yield from map(_stopped, way.barriers)


def _stopped(barrier: Barrier) -> str:
    what = ", ".join(map(short_name, barrier.what[:3]))
    more = f" and {len(barrier.what) - 3} more" if len(barrier.what) > 3 else ""
    by = "".join(f", by {_named(cause)}" for cause in barrier.causes[:2])
    return f"{short_name(barrier.who)} does not get to {what}{more}: {barrier.stops}{by}"


def _named(cause: Cause) -> str:
    return f"{cause} ({cause.place})" if cause.place else str(cause)
