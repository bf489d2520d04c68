"""The command line: its output to the letter, and the exit status that tells the verdict."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from verifier.cli import cli
from verifier.example import write
from verifier.report.comparison_document import ComparisonDocument
from verifier.report.document import AnswerDocument

FOLDER = Path(__file__).parent / "reports"
ROOT = Path(__file__).parents[1]
MISSION = "can any external principal reach s3:DeleteBucket via role assumption"
_SECONDS = re.compile(r" *\d+\.\d\d s$", re.MULTILINE)

REPORTS = {
    "mission": (MISSION, 3),
    "two-hops": (MISSION + " in at most 2 hops", 0),
    "audit": (
        "can any external principal reach s3:DeleteBucket on arn:aws:s3:::acme-audit"
        " via role assumption",
        0,
    ),
    "contractor": (
        "can arn:aws:iam::666655554444:user/contractor reach s3:DeleteBucket via role assumption",
        0,
    ),
    "public": ("can anonymous perform s3:GetObject on arn:aws:s3:::acme-press-kit/*", 3),
    "token": (
        "can any federated identity of token.actions.githubusercontent.com reach ecr:PutImage"
        " via role assumption",
        3,
    ),
    "who-can": ("who can iam:CreateAccessKey", 3),
    "what-can": ("what can arn:aws:iam::222233334444:user/dora do", 3),
    "roles": ("can any role of account 222233334444 perform kms:ScheduleKeyDeletion", 3),
    "escalation": ("can any external principal reach s3:DeleteBucket via escalation", 3),
    "administrators": ("who can become administrator", 3),
    "become": ("can user alice become administrator", 3),
    "becomes": ("what can any external principal become", 3),
    "becomes-nobody": ("what can anonymous become", 0),
}
"""Name of the report → the question and its exit status."""

COMPARISONS = {
    "compare-changed": (("bucket-before.json", "bucket-after.json"), 3),
    "compare-same": (("bucket-before.json", "bucket-before.json"), 0),
}
"""Name of the report → the policies and the exit status."""


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example in `acme`, below the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    list(write(Path("acme")))
    return Path("acme")


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def without_seconds(text: str) -> str:
    return _SECONDS.sub("", text)


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.usefixtures("acme")
def test_report(name: str) -> None:
    """The report reads, to the letter, as it is kept."""
    question, status = REPORTS[name]
    result = _run("ask", question, "--snapshot", "acme")
    assert (status, "") == (result.exit_code, result.stderr)
    assert_kept(name, result.stdout)


def assert_kept(name: str, text: str) -> None:
    kept = FOLDER / (name if "." in name else f"{name}.txt")
    if os.environ.get("VERIFIER_KEEP_REPORTS"):
        kept.write_bytes(without_seconds(text).encode())
    assert kept.read_bytes().decode() == without_seconds(text)


@pytest.mark.parametrize("name", COMPARISONS)
def test_comparison(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison reads, to the letter, as it is kept."""
    monkeypatch.chdir(FOLDER.parent / "policies")
    monkeypatch.setenv("COLUMNS", "100")
    files, status = COMPARISONS[name]
    result = _run("compare", *files)
    assert (status, "") == (result.exit_code, result.stderr)
    assert_kept(name, result.stdout)


def test_comparison_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    """The JSON comparison validates, and says what the text says."""
    monkeypatch.chdir(FOLDER.parent / "policies")
    result = _run("compare", "bucket-after.json", "bucket-before.json", "--format", "json")
    document = ComparisonDocument.model_validate_json(result.stdout)
    assert (result.exit_code, document.relation) == (3, "incomparable")
    assert {change.action for change in document.newly_allowed} == {"s3:ListBucket"}


def test_any_action(tmp_path: Path) -> None:
    """An action that no policy writes and no catalogue has counts with `--any-action` only."""
    listed = ["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"]
    every = {"Effect": "Allow", "Action": "sts:AssumeRole*", "Resource": "*"}
    for name, statements in (("none", [{**every, "Action": listed}]), ("unreal", [every])):
        policy = {"Version": "2012-10-17", "Statement": statements}
        (tmp_path / name).write_text(json.dumps(policy), encoding="utf-8")
    arguments = ("compare", str(tmp_path / "none"), str(tmp_path / "unreal"), "--kind", "identity")
    assert _run(*arguments).exit_code == 0
    assert _run(*arguments, "--any-action").exit_code == 3


def test_what_fails_a_comparison(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is only no longer allowed fails with `--fail-on any`, not by default."""
    monkeypatch.chdir(FOLDER.parent / "policies")
    less = tmp_path / "less.json"
    less.write_text('{"Version": "2012-10-17", "Statement": []}', encoding="utf-8")
    arguments = ("compare", "bucket-before.json", str(less), "--kind", "resource")
    assert _run(*arguments).exit_code == 0
    assert _run(*arguments, "--fail-on", "any").exit_code == 3


@pytest.mark.usefixtures("acme")
def test_json_has_the_published_shape() -> None:
    """The JSON answer validates, and says what the text says."""
    result = _run("ask", MISSION, "-s", "acme", "--format", "json")
    document = AnswerDocument.model_validate_json(result.stdout)
    assert (result.exit_code, document.verdict, document.version) == (3, "yes", "1")
    hops = document.ways[0].witness
    assert [hop.action for hop in hops] == ["sts:AssumeRole", "sts:AssumeRole", "s3:DeleteBucket"]
    assert hops[0].context["sts:externalid"] == ["acme-7f3d"]
    assert all(cause.place for hop in hops[1:] for cause in hop.by)


def test_schemas_are_published() -> None:
    """`docs/*.schema.json` are the schemas of the JSON answers."""
    for name, shape in (("answer", AnswerDocument), ("comparison", ComparisonDocument)):
        published = json.loads((ROOT / "docs" / f"{name}.schema.json").read_text("utf-8"))
        assert published == shape.model_json_schema()


@pytest.mark.parametrize("name", ["mission", "two-hops"])
@pytest.mark.usefixtures("acme")
def test_margins(name: str) -> None:
    """What would turn an answer reads, to the letter, as it is kept."""
    question, status = REPORTS[name]
    result = _run("ask", question, "--snapshot", "acme", "--margins")
    assert (status, "") == (result.exit_code, result.stderr)
    assert_kept(f"{name}-margins", result.stdout)


@pytest.mark.usefixtures("acme")
def test_paths() -> None:
    """All paths read, to the letter, as they are kept."""
    question = "can any external principal reach s3:GetObject via role assumption"
    result = _run("ask", question, "--snapshot", "acme", "--paths")
    assert (result.exit_code, result.stderr) == (3, "")
    assert_kept("paths", result.stdout)


@pytest.mark.usefixtures("acme")
def test_options_are_the_sentence() -> None:
    """A question in options is the sentence that they stand for."""
    options = (
        "--who",
        "anonymous",
        "--action",
        "s3:GetObject",
        "--on",
        "arn:aws:s3:::acme-press-kit/*",
    )
    by_options = _run("ask", *options, "-s", "acme")
    by_sentence = _run("ask", REPORTS["public"][0], "-s", "acme")
    assert without_seconds(by_sentence.stdout) == without_seconds(by_options.stdout)


@pytest.mark.usefixtures("acme")
def test_output_file() -> None:
    """`--output` writes the answer to a file, and nothing to the screen."""
    result = _run("ask", MISSION, "-s", "acme", "-o", "answer.txt")
    kept = (FOLDER / "mission.txt").read_text("utf-8")
    assert (result.exit_code, result.stdout) == (3, "")
    assert kept == without_seconds(Path("answer.txt").read_text("utf-8"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ask"], "Error: no question: give a sentence, or --who and --action"),
        (["ask", MISSION], "Error: no snapshot: name a folder or file with --snapshot"),
        (["ask", MISSION, "-s", "nowhere"], "error: nowhere: there is no such file or folder"),
        (["ask", MISSION, "-s", "acme", "-o", "no/x"], "Error: no/x cannot be written"),
        (["example", "acme"], "is there already; choose another folder, or add --force"),
        (["asc", MISSION], "No such command 'asc'"),
        (
            ["compare", "acme", "acme/organization/EuropeOnly.json"],
            "there is no user, role or resource in acme/organization/EuropeOnly.json",
        ),
        (
            ["compare", *["acme/organization/organization.json"] * 2],
            "is not a policy element",
        ),
    ],
)
@pytest.mark.usefixtures("acme")
def test_wrong_use(arguments: list[str], message: str) -> None:
    """A wrong command is told on the standard error, with status 2."""
    result = _run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


def test_remarks_go_to_the_standard_error(tmp_path: Path) -> None:
    """Remarks on the input are warnings on the standard error, and can be silenced."""
    list(write(tmp_path))
    for number in range(12):
        (tmp_path / f"{number:02}.json").write_text("{}")
    loud, quiet, verbose = (
        _run("ask", MISSION, "-s", str(tmp_path), *option) for option in ([], ["-q"], ["-v"])
    )
    assert tuple(len(result.stderr.splitlines()) for result in (loud, quiet, verbose)) == (
        11,
        0,
        12,
    )
    assert loud.stderr.splitlines()[-1] == "warning: and 2 more remarks, shown with --verbose"


def test_hostile_names(tmp_path: Path) -> None:
    """Escape sequences and right-to-left marks in names are shown, not obeyed."""
    name = "x\u001b[31m\u202egnp"
    trust = {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole", "Sid": name}
    role = {
        "RoleName": name,
        "Arn": f"arn:aws:iam::111122223333:role/{name}",
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": trust},
    }
    (tmp_path / "a.json").write_text(json.dumps({"RoleDetailList": [role]}))
    result = _run("ask", MISSION, "-s", str(tmp_path))
    assert "\u001b" not in result.stdout and "\u202e" not in result.stdout
    assert "\\u001b[31m\\u202egnp" in result.stdout


@pytest.mark.usefixtures("acme")
def test_answers_do_not_depend_on_hashing() -> None:
    """Two processes with other hash seeds print the same, byte by byte."""
    outputs = []
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "verifier", "ask", MISSION, "-s", "acme"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        outputs.append(without_seconds(done.stdout))
    assert outputs[0] == outputs[1] == (FOLDER / "mission.txt").read_text("utf-8")


@pytest.mark.usefixtures("acme")
def test_closed_pipe() -> None:
    """A reader that goes away is no traceback."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = f'"{sys.executable}" -m verifier ask "{MISSION}" -s acme | head -1'
    done = subprocess.run(
        command, shell=True, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.startswith("YES")
    assert "Traceback" not in done.stderr


def test_grammar_is_printed() -> None:
    """`--grammar` prints the grammar that reads the sentences."""
    result = _run("ask", "--grammar")
    assert result.exit_code == 0
    assert result.stdout.startswith("// The sentences that verifier understands.")
