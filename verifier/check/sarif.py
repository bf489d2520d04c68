"""Checked invariants as SARIF: a rule for each invariant, a result for each question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from verifier.check.invariants import Invariant
from verifier.check.run import Checked, Status
from verifier.finding import Severity
from verifier.report import sarif
from verifier.report.sarif import Result, Rule
from verifier.report.text import ways as way_lines


def render(found: Sequence[Checked]) -> str:
    """Return a run with a result for each question that does not hold.

    What the baseline accepts is there with a suppression, and says why.
    """
    invariants = dict.fromkeys(item.invariant for item in found)
    rules = {invariant.id: _rule(invariant) for invariant in invariants}
    failing = (item for item in found if item.status is not Status.HOLDS)
    return sarif.render(
        rules.values(), (_result(item, rules[item.invariant.id]) for item in failing)
    )


def _rule(invariant: Invariant) -> Rule:
    owner = {"owner": invariant.owner} if invariant.owner else {}
    severity = Severity(invariant.severity.value)
    return Rule(invariant.id, invariant.ask, invariant.note or invariant.ask, severity, owner)


def _result(item: Checked, rule: Rule) -> Result:
    said = f"{item.sentence}: {item.answer.verdict.value}, expected {item.invariant.expect.value}"
    details = click.unstyle("\n".join(way_lines(item.against)))
    return Result(
        rule,
        f"{said}\n{details}" if details else said,
        (next(_places(item)),),
        item.fingerprint,
        paths=tuple(way.witness for way in item.against if way.witness),
        accepted=item.reason if item.status is Status.ACCEPTED else "",
        doubtful=item.status is Status.UNKNOWN,
        depends_on=item.depends_on,
    )


def _places(item: Checked) -> Iterator[str]:
    """Yield where to look first: the statements of the paths, what stops them, the invariant."""
    hops = (hop for way in item.against for hop in way.witness)
    yield from (cause.place for hop in hops for cause in hop.by if cause.place)
    stops = (barrier for way in item.against for barrier in way.barriers)
    yield from (cause.place for stop in stops for cause in stop.causes if cause.place)
    yield str(item.invariant.place)
