"""The findings of a review as SARIF: a rule for each kind and severity."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.finding import Finding
from verifier.report import sarif
from verifier.report.sarif import Result, Rule
from verifier.review.model import Review
from verifier.review.words import KINDS, kind_name

_MOST_PATHS = 20
_MOST_PLACES = 100


def render(review: Review) -> str:
    """Return a run with a result for each finding; what somebody answers for is suppressed."""
    found = [*review.open, *review.suppressed]
    order = [*KINDS]
    kinds = sorted(
        {(finding.kind, finding.severity) for finding in found},
        key=lambda pair: (order.index(pair[0]) if pair[0] in order else len(order), pair[1].rank),
    )
    rules = {
        (kind, severity): Rule(
            f"{kind}/{severity.value}",
            kind_name(kind),
            f"{kind_name(kind)}, {severity.value}",
            severity,
        )
        for kind, severity in kinds
    }
    results = (_result(finding, rules[finding.kind, finding.severity]) for finding in found)
    return sarif.render(rules.values(), results)


def _result(finding: Finding, rule: Rule) -> Result:
    places = tuple(dict.fromkeys(_places(finding)))[:_MOST_PLACES]
    paths = [path for exposure in finding.exposures for path in exposure.witnesses if path]
    text = "\n".join([finding.sentence, *(f"closes it: {change}" for change in finding.closes)])
    return Result(
        rule,
        text,
        places,
        finding.fingerprint,
        tuple(paths[:_MOST_PATHS]),
        _accepted(finding),
        depends_on=finding.depends_on,
    )


def _accepted(finding: Finding) -> str:
    said = []
    for entry in finding.suppressions:
        until = f", until {entry.expires.isoformat()}" if entry.expires else ""
        said.append(f"{entry.reason}{f' ({entry.owner})' if entry.owner else ''}{until}")
    return "; ".join(said) or ("intended" if finding.suppressions else "")


def _places(finding: Finding) -> Iterator[str]:
    for exposure in finding.exposures:
        yield from (cause.place for cause in exposure.by if cause.place)
    for exposure in finding.exposures:
        for path in exposure.witnesses:
            yield from (cause.place for hop in path for cause in hop.by if cause.place)
