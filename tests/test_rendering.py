"""What the API returns, printed as the command line prints it, and shown as notebooks show it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests import reviews
from tests.test_changes import write_edited_example
from tests.test_cli import MISSION, ROOT
from verifier import (
    POINTS,
    Checks,
    Snapshot,
    Status,
    baseline_of,
    compare_policies,
    render,
    write_example,
)
from verifier.cli import cli
from verifier.report import notebook
from verifier.verdict import Answer

BACKUP = "arn:aws:iam::222233334444:role/storage/VendorBackup"
BOUNDARY = "arn:aws:iam::222233334444:policy/VendorBoundary"
CLASSES = ("text/plain", "text/html")
POLICIES = [
    str(ROOT / "tests" / "policies" / f"bucket-{side}.json") for side in ("before", "after")
]
_SECONDS = re.compile(r'"seconds": [\d.e-]+| *\d+\.\d+ s$|time="[\d.]+"', re.MULTILINE)

Made = Callable[[Snapshot], Any]

COMMANDS: dict[str, tuple[list[str], Made]] = {
    "ask": (["ask", MISSION, "-s", "acme"], lambda it: it.ask(MISSION)),
    "ask --margins": (
        ["ask", MISSION, "-s", "acme", "--margins"],
        lambda it: it.ask(MISSION, margins=True),
    ),
    "can": (
        ["can", "dora", "s3:GetObject", "-s", "acme"],
        lambda it: it.can("dora", "s3:GetObject"),
    ),
    "who-can": (["who-can", "kms:Decrypt", "-s", "acme"], lambda it: it.who_can("kms:Decrypt")),
    "what-can": (["what-can", "dora", "-s", "acme"], lambda it: it.what_can("dora")),
    "explain": (
        ["explain", "can user dora perform s3:GetObject", "-s", "acme"],
        lambda it: it.explain("can user dora perform s3:GetObject"),
    ),
    "delegate": (
        ["delegate", BACKUP, "--boundary", BOUNDARY, "-s", "acme"],
        lambda it: it.delegate(BACKUP, BOUNDARY),
    ),
    "findings": (["findings", "-s", "acme"], lambda it: it.findings()),
    "check": (
        ["check", "acme/invariants.toml", "-s", "acme"],
        lambda it: it.check("acme/invariants.toml"),
    ),
    "compare of policies": (["compare", *POLICIES], lambda it: compare_policies(*POLICIES)),
    "compare of snapshots": (
        ["compare", "acme", "proposed"],
        lambda it: it.compare(Snapshot.load("proposed")),
    ),
    "review": (
        ["review", "-s", "acme"],
        lambda it: it.review("acme/invariants.toml", title="acme"),
    ),
}
"""Each command that answers from a snapshot, with the call that does."""

FORMS = {
    "review": ("json", "markdown", "sarif", "csv"),
    "check": ("json", "text", "junit", "sarif"),
    "compare of policies": ("json", "text", "markdown"),
    "compare of snapshots": ("json", "text", "markdown"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the example, and with an edited copy of it."""
    found = tmp_path_factory.mktemp("rendering")
    write_edited_example(found)
    return found


@pytest.fixture
def acme(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Snapshot:
    """The example, below the current folder."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "100")
    return Snapshot.load("acme")


def _timeless(text: str) -> str:
    return _SECONDS.sub("", text).replace("\r\n", "\n")


@pytest.mark.parametrize("name", COMMANDS)
def test_what_the_command_prints(name: str, acme: Snapshot) -> None:
    """The API gives what the command line prints, in every form."""
    arguments, make = COMMANDS[name]
    value = make(acme)
    for form in FORMS.get(name, ("json", "text")):
        result = CliRunner().invoke(cli, [*arguments, "--format", form])
        assert result.exit_code in (0, 3, 4), result.stderr
        assert _timeless(render(value, form)) == _timeless(result.stdout)


def test_what_needs_no_snapshot(tmp_path: Path) -> None:
    """The other commands have their likes: the example, and the disputed points."""
    files = write_example(tmp_path / "acme")
    with pytest.raises(Exception, match="is there already"):
        write_example(tmp_path / "acme")
    assert write_example(tmp_path / "acme", force=True) == files
    listed = json.loads(CliRunner().invoke(cli, ["readings", "--format", "json"]).stdout)
    assert [item["id"] for item in listed] == list(POINTS)


def test_every_command_is_there() -> None:
    """No command is without a test of its like in the API."""
    without = {"example", "readings"}
    assert {name.split()[0] for name in COMMANDS} | without == set(cli.commands)


def test_baseline(acme: Snapshot, tmp_path: Path) -> None:
    """What a baseline lists comes back as accepted."""
    found = acme.check("acme/invariants.toml")
    path = tmp_path / "baseline.json"
    path.write_text(baseline_of(found, "known"))
    again = acme.check("acme/invariants.toml", baseline=path)
    assert Status.VIOLATED in {item.status for item in found}
    assert [item.status for item in again] == [
        Status.ACCEPTED if item.status is Status.VIOLATED else item.status for item in found
    ]


def test_no_such_form(acme: Snapshot) -> None:
    """A form that a value does not have is refused, as is what is no answer at all."""
    for value, form in ((acme.ask(MISSION), "markdown"), (3, "text"), ((), "json")):
        with pytest.raises(ValueError, match=f"there is no form `{form}` of"):
            render(value, form)


def test_a_path_is_a_picture(acme: Snapshot) -> None:
    """A notebook shows an answer: the verdict, the path as a picture, and as a table."""
    html = acme.ask(MISSION)._repr_html_() or ""
    assert "YES" in html and "<svg" in html and "<table>" in html
    assert html.count("<div") == html.count("</div>")


def test_a_list_is_a_table(acme: Snapshot) -> None:
    """Of many principals there is a row for each kind of answer."""
    html = acme.who_can("kms:Decrypt")._repr_html_() or ""
    assert "<table>" in html and "<svg" not in html


@pytest.mark.parametrize("name", COMMANDS)
def test_bundle(name: str, acme: Snapshot) -> None:
    """Notebooks are told both forms, or those that they ask for."""
    value = COMMANDS[name][1](acme)
    bundle = value._repr_mimebundle_()
    assert tuple(bundle) == CLASSES and all(bundle.values())
    assert tuple(value._repr_mimebundle_(include=["text/html"])) == ("text/html",)
    assert tuple(value._repr_mimebundle_(exclude=["text/html"])) == ("text/plain",)
    assert bundle["text/plain"] == str(value)
    assert bundle["text/plain"] == render(value, "markdown" if name == "review" else "text")


@pytest.mark.parametrize("name", ["findings", "check", "review", "compare of snapshots"])
def test_tables_and_pictures(name: str, acme: Snapshot) -> None:
    """Findings, checks, reviews and comparisons are a table, and their paths pictures."""
    html = COMMANDS[name][1](acme)._repr_html_()
    assert "<table>" in html and "<svg" in html
    assert html.count("<div") == html.count("</div>")


@pytest.mark.parametrize("form", ["findings", "checks", "review"])
def test_hostile_reviews(form: str) -> None:
    """Names stay text in what is found, too."""
    found = reviews.hostile()
    value = {"findings": found.outside, "checks": Checks(found.checked), "review": found}[form]
    html = value._repr_html_() or ""
    assert "<img" not in html and "\u202e" not in html and "<script" not in html
    assert "&lt;" in html


HOSTILE = '<img src=x onerror="alert(1)">\u202e&'


def _hostile(answer: Answer) -> Answer:
    ways = tuple(replace(way, who=HOSTILE, what=HOSTILE, reason=HOSTILE) for way in answer.ways)
    question = replace(answer.question, text=HOSTILE)
    return replace(answer, ways=ways, question=question, assumptions=(HOSTILE,))


@pytest.mark.parametrize(
    "question", [MISSION, "who can kms:Decrypt", "who can become administrator"]
)
def test_hostile_names(question: str, acme: Snapshot) -> None:
    """A name stays text, whatever it holds."""
    html = notebook.html(_hostile(acme.ask(question)))
    assert "<img" not in html and "\u202e" not in html
    assert "&lt;img src=x onerror=&quot;alert(1)&quot;&gt;" in html


def test_in_a_test_suite(folder: Path, tmp_path: Path) -> None:
    """The tests of the manual run: one holds, the other shows what is newly allowed."""
    page = (ROOT / "docs" / "python.md").read_text("utf-8")
    (suite,) = re.findall(r"```python\n(import pytest.*?)```", page, re.DOTALL)
    file = tmp_path / "test_access.py"
    file.write_text(suite)
    shutil.copytree(folder / "acme", tmp_path / "acme")
    shutil.copytree(folder / "proposed", tmp_path / "acme-proposed")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(file)]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "1 failed, 1 passed" in ran.stdout
    assert "trust policy of MonitoringVendor was edited" in ran.stdout


def test_preformatted() -> None:
    """What is shown as text keeps its lines, and is text."""
    assert notebook.preformatted("a\n<b>") == "<pre>a\n&lt;b&gt;</pre>"
