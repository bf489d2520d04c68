"""SARIF 2.1.0, which code-scanning pages show: rules, and results with their fingerprints."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from verifier import __version__
from verifier.finding import Severity
from verifier.report.plain import plain
from verifier.verdict import Dependence, Hop

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.0",
    Severity.LOW: "2.0",
}
_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
_PLACE = re.compile(r"(?P<file>.+?):(?P<line>\d+)(:(?P<column>\d+))?", re.S)


@dataclass(frozen=True, slots=True)
class Rule:
    """What results are about; `text` says it in a line, `more` in full."""

    id: str
    text: str
    more: str
    severity: Severity
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """One result of a rule. `places` are `file:line:column`, the first where to look first.

    `paths` are witnesses, shown step by step. `accepted` says why it is suppressed, "" if it is
    not; `doubtful` lowers it to a warning. `depends_on` are disputed points.
    """

    rule: Rule
    text: str
    places: tuple[str, ...]
    fingerprint: str
    paths: tuple[Sequence[Hop], ...] = ()
    accepted: str = ""
    doubtful: bool = False
    depends_on: tuple[Dependence, ...] = ()


def render(rules: Iterable[Rule], results: Iterable[Result]) -> str:
    """Return one run as SARIF text."""
    known = list(rules)
    indices = {rule.id: index for index, rule in enumerate(known)}
    driver = {
        "name": "verifier",
        "semanticVersion": __version__,
        "rules": [_rule(rule) for rule in known],
    }
    document = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": [_result(result, indices[result.rule.id]) for result in results],
            }
        ],
    }
    return json.dumps(document, indent=2) + "\n"


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": plain(rule.text)},
        "fullDescription": {"text": plain(rule.more)},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "security-severity": _SCORES[rule.severity],
            "tags": ["security", "iam"],
            **{name: plain(value) for name, value in rule.properties.items()},
        },
    }


def _result(result: Result, index: int) -> dict[str, Any]:
    depends_on = list(map(str, result.depends_on))
    text = "\n".join([result.text, *(f"depends on {told}" for told in depends_on)])
    found: dict[str, Any] = {
        "ruleId": result.rule.id,
        "ruleIndex": index,
        "level": "warning" if result.doubtful else _LEVELS[result.rule.severity],
        "message": {"text": "\n".join(plain(line) for line in text.split("\n"))},
        "locations": [_location(place) for place in result.places[:1]],
        "partialFingerprints": {"verifier/v1": result.fingerprint},
    }
    if result.places[1:]:
        found["relatedLocations"] = [
            {"id": number, **_location(place)}
            for number, place in enumerate(result.places[1:], start=1)
        ]
    flows = [list(_steps(path)) for path in result.paths]
    if any(flows):
        found["codeFlows"] = [{"threadFlows": [{"locations": steps}]} for steps in flows if steps]
    if depends_on:
        found["properties"] = {"dependsOn": depends_on}
    if result.accepted:
        found["suppressions"] = [{"kind": "external", "justification": plain(result.accepted)}]
    return found


def _steps(path: Sequence[Hop]) -> Iterator[dict[str, Any]]:
    """Yield a step for each statement that allows a request, with what is requested."""
    for hop in path:
        said = {"message": {"text": plain(f"{hop.principal}: {hop.action} on {hop.resource}")}}
        placed = [cause.place for cause in hop.by if cause.place]
        for place in placed:
            yield {"location": {**_location(place), **said}}
        if not placed:
            yield {"location": said}


def _location(place: str) -> dict[str, Any]:
    found = _PLACE.fullmatch(place)
    file = found["file"] if found else place
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(PurePath(file).as_posix())}}
    if found:
        physical["region"] = {"startLine": int(found["line"])}
        if found["column"]:
            physical["region"]["startColumn"] = int(found["column"])
    return {"physicalLocation": physical}
