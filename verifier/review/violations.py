"""Violated invariants as findings: they stand in the review beside what was found unasked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256

from verifier.check.run import Checked, Status
from verifier.finding import Exposure, Finding, Kind, Suppression, WayIn, WayInKind
from verifier.report.stops import short_name
from verifier.verdict import Barrier, Cause, Verdict, Way


def violations(found: Iterable[Checked]) -> Iterator[Finding]:
    """Yield a finding for each question whose answer is not the expected one; accepted ones are
    suppressed.
    """
    for item in found:
        if item.status in (Status.VIOLATED, Status.ACCEPTED):
            yield _violation(item)


def _violation(item: Checked) -> Finding:
    invariant = item.invariant
    accepted = item.status is Status.ACCEPTED
    return Finding(
        Kind.INVARIANT.value,
        invariant.severity,
        WayIn(WayInKind.PRINCIPALS, (), str(item.answer.question.who or "somebody")),
        f"The invariant {invariant.id} is violated: {item.sentence} ({_answers(item)})",
        (),
        tuple(_exposure(item, way) for way in item.against if way.witness),
        tuple(_closes(item)),
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


def _closes(item: Checked) -> Iterator[str]:
    """Yield what turns each answer, by the smallest sets of statements without which it is no."""
    for way in item.against:
        lead = f"for {way.who}: " if len(item.against) > 1 else ""
        for causes in way.closes:
            yield f"{lead}remove {' and '.join(map(_statement, causes))}"


def _statement(cause: Cause) -> str:
    place = f" ({cause.place})" if cause.place else ""
    return f"statement {cause.statement} of {cause.policy}{place}"


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
