"""Findings as people and programs read them: text, JSON, and exit statuses."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.test_cli import FOLDER, ROOT, acme, assert_kept
from tests.test_findings import PARTNER, STRANGER, TODAY, bucket, reads
from tests.test_intentions import entry_text
from tests.test_snapshot import role, trust, write
from verifier import Snapshot
from verifier.cli import cli
from verifier.finding import Kind, WayInKind
from verifier.report.findings_document import FindingsDocument
from verifier.snapshot import intended

__all__ = ["acme"]


def _status(folder: Path, *options: str) -> int:
    return CliRunner().invoke(cli, ["findings", "-s", str(folder), *options]).exit_code


def test_statuses(tmp_path: Path) -> None:
    """0 for nothing open, 3 for an open finding that is bad enough."""
    write(tmp_path, {"b.json": bucket(reads(PARTNER))})
    assert (_status(tmp_path), _status(tmp_path, "--fail-on", "medium")) == (3, 0)
    write(tmp_path, {"snapshot.toml": entry_text(who=STRANGER)})
    assert _status(tmp_path) == 0


@pytest.mark.usefixtures("acme")
def test_report() -> None:
    """The report of the example reads, to the letter, as it is kept."""
    result = CliRunner().invoke(cli, ["findings", "--snapshot", "acme"])
    assert (result.exit_code, result.stderr) == (3, "")
    assert_kept("findings", result.stdout)


def test_page() -> None:
    """What `docs/findings.md` shows is how the report begins, and its entry is legal."""
    page = (ROOT / "docs" / "findings.md").read_text("utf-8")
    shown = page.partition("it begins:\n\n```\n")[2].partition("```")[0]
    assert shown and (FOLDER / "findings.txt").read_text("utf-8").startswith(shown)
    entries = tomllib.loads(page.partition("```toml\n")[2].partition("```")[0])["intended"]
    (entry,) = intended.read(entries, [1], "findings.md")
    assert (entry.owner, entry.counts(TODAY)) == ("marketing", True)


@pytest.mark.usefixtures("acme")
def test_example_shows_each_kind() -> None:
    """The example has a finding of each kind, open and intended, exceeded and expired."""
    found = Snapshot.load("acme").findings(today=TODAY)
    kinds = {Kind.PUBLIC, Kind.EXTERNAL, Kind.ROLE, Kind.SERVICE}
    assert kinds == {finding.kind for finding in found.findings}
    assert found.suppressed and any(finding.expired for finding in found.open)
    assert {WayInKind.IDENTITIES, WayInKind.ANYONE} <= {item.who.kind for item in found.findings}


@pytest.mark.usefixtures("acme")
def test_json_has_the_published_shape() -> None:
    """The JSON report validates by the schema that is published, and says what the text says."""
    result = CliRunner().invoke(cli, ["findings", "-s", "acme", "--format", "json"])
    document = FindingsDocument.model_validate_json(result.stdout)
    assert (result.exit_code, document.verdict, document.version) == (3, "yes", "1")
    assert any(item.status == "suppressed" for item in document.findings)
    assert all(item.exposures[0].witnesses for item in document.findings)
    published = json.loads((ROOT / "docs" / "findings.schema.json").read_text("utf-8"))
    assert published == FindingsDocument.model_json_schema()


def test_hostile_names(tmp_path: Path) -> None:
    """Escape sequences and right-to-left marks in names are shown, not obeyed."""
    name = "x\u001b[31m\u202egnp"
    hostile = role(name, AssumeRolePolicyDocument=trust(PARTNER, Sid=name))
    write(
        tmp_path,
        {
            "a.json": {"RoleDetailList": [hostile]},
            "snapshot.toml": entry_text(who=STRANGER, resource="*", reason=name),
        },
    )
    result = CliRunner().invoke(cli, ["findings", "-s", str(tmp_path)])
    assert result.exit_code == 0
    assert "\u001b" not in result.stdout and "\u202e" not in result.stdout
    assert "\\u001b[31m\\u202egnp" in result.stdout
