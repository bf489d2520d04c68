"""Checked invariants as SARIF 2.1.0, which code-scanning pages show."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

import click

from verifier import __version__
from verifier.check.invariants import Invariant
from verifier.check.run import Checked, Status
from verifier.finding import Severity
from verifier.report.plain import plain
from verifier.report.text import ways as way_lines

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
_PLACE = re.compile(r"(?P<file>.+?):(?P<line>\d+)(:(?P<column>\d+))?")


def render(found: Sequence[Checked]) -> str:
    """Return a run with a result for each question that does not hold.

    What the baseline accepts is there with a suppression, and says why.
    """
    rules = list(dict.fromkeys(item.invariant for item in found))
    indices = {rule.id: index for index, rule in enumerate(rules)}
    document = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "verifier",
                        "semanticVersion": __version__,
                        "rules": [_rule(rule) for rule in rules],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [
                    _result(item, indices[item.invariant.id])
                    for item in found
                    if item.status is not Status.HOLDS
                ],
            }
        ],
    }
    return json.dumps(document, indent=2) + "\n"


def _rule(rule: Invariant) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": plain(rule.ask)},
        "fullDescription": {"text": plain(rule.note or rule.ask)},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "security-severity": _SCORES[rule.severity],
            "tags": ["security", "iam"],
            **({"owner": plain(rule.owner)} if rule.owner else {}),
        },
    }


def _result(item: Checked, index: int) -> dict[str, Any]:
    said = f"{item.sentence}: {item.answer.verdict.value}, expected {item.invariant.expect.value}"
    details = click.unstyle("\n".join(way_lines(item.against)))
    result: dict[str, Any] = {
        "ruleId": item.invariant.id,
        "ruleIndex": index,
        "level": _LEVELS[item.invariant.severity]
        if item.status is not Status.UNKNOWN
        else "warning",
        "message": {"text": plain(said) + ("\n" + details if details else "")},
        "locations": [_location(place) for place in _places(item)],
        "partialFingerprints": {"verifier/v1": item.fingerprint},
    }
    if item.status is Status.ACCEPTED:
        result["suppressions"] = [{"kind": "external", "justification": plain(item.reason)}]
    return result


def _places(item: Checked) -> list[str]:
    """Return where to look first: the statement of the first hop that has a place, else the
    invariant.
    """
    causes = [
        cause.place
        for way in item.against
        for hop in way.witness
        for cause in hop.by
        if cause.place
    ]
    causes += [cause.place for way in item.against for b in way.barriers for cause in b.causes]
    return [next(filter(None, causes), str(item.invariant.place))]


def _location(place: str) -> dict[str, Any]:
    found = _PLACE.fullmatch(place)
    file = found["file"] if found else place
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(PurePath(file).as_posix())}}
    if found:
        physical["region"] = {"startLine": int(found["line"])}
        if found["column"]:
            physical["region"]["startColumn"] = int(found["column"])
    return {"physicalLocation": physical}
