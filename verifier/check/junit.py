"""Checked invariants as JUnit XML, which every CI system shows."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from xml.etree import ElementTree

import click

from verifier.check.run import Checked, Status
from verifier.report.plain import plain
from verifier.report.text import ways as way_lines


def render(found: Sequence[Checked]) -> str:
    """Return a test suite: violated is a failure, unknown an error, accepted a skipped test."""
    count = {status: sum(item.status is status for item in found) for status in Status}
    suite = ElementTree.Element(
        "testsuite",
        name="verifier check",
        tests=str(len(found)),
        failures=str(count[Status.VIOLATED]),
        errors=str(count[Status.UNKNOWN]),
        skipped=str(count[Status.ACCEPTED]),
        time=f"{sum(item.answer.effort.seconds for item in found):.3f}",
    )
    for item in found:
        suite.append(_case(item))
    suites = ElementTree.Element("testsuites")
    suites.append(suite)
    ElementTree.indent(suites)
    out = BytesIO()
    ElementTree.ElementTree(suites).write(out, encoding="utf-8", xml_declaration=True)
    return out.getvalue().decode("utf-8") + "\n"


def _case(item: Checked) -> ElementTree.Element:
    place = item.invariant.place
    case = ElementTree.Element(
        "testcase",
        classname=plain(item.invariant.id),
        name=plain(item.sentence),
        file=plain(place.file),
        line=str(place.line),
        time=f"{item.answer.effort.seconds:.3f}",
    )
    expected = f"expected {item.invariant.expect.value}, the answer is {item.answer.verdict.value}"
    details = click.unstyle("\n".join(way_lines(item.against)))
    match item.status:
        case Status.VIOLATED:
            ElementTree.SubElement(case, "failure", message=expected).text = details
        case Status.UNKNOWN:
            ElementTree.SubElement(case, "error", message=expected).text = details
        case Status.ACCEPTED:
            ElementTree.SubElement(case, "skipped", message=f"accepted: {plain(item.reason)}")
    if item.depends_on:
        told = "\n".join(f"depends on {plain(str(found))}" for found in item.depends_on)
        ElementTree.SubElement(case, "system-out").text = told
    return case
