"""Invariants as code: what is read, what is judged, and how CI systems see it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft7Validator

from tests.test_cli import FOLDER, ROOT, assert_kept
from tests.test_snapshot import A, allow, role, write
from verifier import Snapshot, Status
from verifier.check.document import CheckDocument
from verifier.cli import cli
from verifier.errors import InputError
from verifier.example import write as write_example

LISTING = "can {role} perform s3:ListBucket"


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example in `acme`, below the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    list(write_example(Path("acme")))
    return Path("acme")


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["check", "acme/invariants.toml", "-s", "acme", *arguments])


@pytest.mark.usefixtures("acme")
def test_report() -> None:
    """The report on the example reads, to the letter, as it is kept."""
    result = _run()
    assert (result.exit_code, result.stderr) == (3, "")
    assert_kept("check", result.stdout)


@pytest.mark.usefixtures("acme")
def test_json() -> None:
    """The JSON validates, its schema is published, and it says what the text says."""
    document = CheckDocument.model_validate_json(_run("--format", "json").stdout)
    published = json.loads((ROOT / "docs" / "check.schema.json").read_text("utf-8"))
    assert published == CheckDocument.model_json_schema()
    text = (FOLDER / "check.txt").read_text("utf-8")
    for item in document.checked:
        assert item.status.upper() in text
        assert item.sentence in text
        assert (item.status == "violated") == bool(item.against)


@pytest.mark.usefixtures("acme")
def test_junit() -> None:
    """JUnit counts what is there, and a violation brings its witness."""
    suite = ElementTree.fromstring(_run("--format", "junit").stdout)[0]
    failures = [case for case in suite if case.find("failure") is not None]
    assert (suite.get("tests"), suite.get("failures")) == (str(len(suite)), str(len(failures)))
    (found,) = (case for case in failures if case.get("classname") == "no-deletion-from-outside")
    assert "sts:ExternalId" in (found.findtext("failure") or "")


def valid_sarif(text: str) -> dict[str, Any]:
    """Return the run of a SARIF log that is valid by the schema that OASIS publishes."""
    schema = json.loads((Path(__file__).parent / "sarif-2.1.0.schema.json").read_text("utf-8"))
    log = json.loads(text)
    Draft7Validator(schema).validate(log)
    found: dict[str, Any] = log["runs"][0]
    return found


@pytest.mark.usefixtures("acme")
def test_sarif() -> None:
    """SARIF is valid, points at a statement, and its fingerprints are the same in every run."""
    runs = [valid_sarif(_run("--format", "sarif").stdout) for _ in range(2)]
    assert runs[0] == runs[1]
    rules = runs[0]["tool"]["driver"]["rules"]
    for result in runs[0]["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        place = result["locations"][0]["physicalLocation"]
        lines = Path(place["artifactLocation"]["uri"]).read_text("utf-8").splitlines()
        assert 0 < place["region"]["startLine"] <= len(lines)
        assert len(result["partialFingerprints"]["verifier/v1"]) == 32


@pytest.mark.usefixtures("acme")
def test_baseline() -> None:
    """What was accepted is shown, and fails no more; it counts again once it has expired."""
    accepting = _run("--write-baseline", "accepted.json", "--reason", "known since spring")
    assert accepting.exit_code == 0
    again = _run("--baseline", "accepted.json")
    assert again.exit_code == 0
    assert "ACCEPTED" in again.stdout
    assert "VIOLATED" not in again.stdout
    sarif = json.loads(_run("--baseline", "accepted.json", "--format", "sarif").stdout)
    suppressed = [result["suppressions"] for result in sarif["runs"][0]["results"]]
    assert {entry[0]["justification"] for entry in suppressed} == {"known since spring"}
    baseline = json.loads(Path("accepted.json").read_text("utf-8"))
    baseline["accepted"][0]["expires"] = "2020-01-01"
    baseline["accepted"].append({**baseline["accepted"][0], "fingerprint": "0" * 32})
    Path("accepted.json").write_text(json.dumps(baseline), encoding="utf-8")
    expired = _run("--baseline", "accepted.json")
    assert expired.exit_code == 3
    assert "accepted until 2020-01-01: known since spring" in expired.stdout
    assert "remove the entry" in expired.stderr


def _checked(folder: Path, text: str, name: str = "i.toml") -> dict[str, Status]:
    page = {
        "RoleDetailList": [
            role(
                name,
                RolePolicyList=[{"PolicyName": "p", "PolicyDocument": allow(action)}],
                Tags=[{"Key": "env", "Value": env}],
            )
            for name, action, env in (
                ("reader", "s3:ListBucket", "prod"),
                ("writer", "s3:PutObject", "prod"),
                ("tester", "s3:ListBucket", "test"),
            )
        ]
    }
    snapshot = Snapshot.load(write(folder / "snapshot", {"a.json": page}))
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return {item.sentence: item.status for item in snapshot.check(file)}


def _entry(**values: Any) -> str:
    lines = [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    return "\n".join(["[[invariant]]", *lines, ""])


@pytest.mark.parametrize(
    ("every", "names"),
    [
        ("every role", {"reader", "tester", "writer"}),
        ("every role with tag env=prod", {"reader", "writer"}),
        ('every role with tag ENV="prod" except *writer', {"reader"}),
        ("every role named *er except reader, tester", {"writer"}),
        (f"every role of account {A} named reader", {"reader"}),
    ],
)
def test_sets(tmp_path: Path, every: str, names: set[str]) -> None:
    """An invariant is asked once for each member of its set, and judged by itself."""
    found = _checked(tmp_path, _entry(id="x", ask=LISTING, **{"for": every}))
    arns = {f"arn:aws:iam::{A}:role/{name}" for name in names}
    assert set(found) == {f"can {arn} perform s3:ListBucket" for arn in arns}
    for sentence, status in found.items():
        assert (status is Status.HOLDS) == ("writer" in sentence)


def test_yaml(tmp_path: Path) -> None:
    """YAML says the same, with its own yes and no."""
    text = (
        "invariant:\n"
        f"  - id: lists\n    ask: can arn:aws:iam::{A}:role/reader perform s3:ListBucket\n"
        "    expect: yes\n"
        f"  - id: writes\n    ask: can arn:aws:iam::{A}:role/reader perform s3:PutObject\n"
        "    expect: no\n"
    )
    assert set(_checked(tmp_path, text, "i.yaml").values()) == {Status.HOLDS}


def test_only(tmp_path: Path) -> None:
    """Whom `only` names may; anybody else violates the invariant."""
    asked = {"id": "x", "ask": f"can any role of account {A} perform s3:ListBucket"}
    both = [f"arn:aws:iam::{A}:role/reader", "*role/test??"]
    for only, status in ((both, Status.HOLDS), (both[:1], Status.VIOLATED)):
        assert set(_checked(tmp_path, _entry(**asked, only=only)).values()) == {status}


BAD = {
    "unknown key": (_entry(id="x", ask="who can s3:*", expects="no"), "i.toml:1: `expects`"),
    "wrong value": (_entry(id="x", ask="who can s3:*", expect="maybe"), "i.toml:1: `expect`"),
    "missing": (_entry(id="x"), "i.toml:1: `ask` is wrong; field required"),
    "twice": (_entry(id="x", ask="who can s3:*") * 2, "i.toml:4: the id `x` stands twice"),
    "sentence": (_entry(id="x", ask="who may s3:*"), "i.toml:1: `x` cannot be read"),
    "no set": (_entry(id="x", ask=LISTING), "i.toml:1: `ask` has {role}; add `for"),
    "other set": (
        _entry(id="x", ask=LISTING, **{"for": "every user"}),
        "i.toml:1: `ask` has {role}; write {user}",
    ),
    "bad set": (
        _entry(id="x", ask=LISTING, **{"for": "all roles"}),
        "i.toml:1: `all roles` is no set; a set reads like: every role",
    ),
    "empty set": (
        _entry(id="x", ask=LISTING, **{"for": "every role with tag env=none"}),
        "i.toml:1: the set of `x` is empty in this snapshot",
    ),
    "only and yes": (
        _entry(id="x", ask="who can s3:*", expect="yes", only=["*"]),
        'i.toml:1: `only` goes with `expect = "no"`',
    ),
    "nothing": ("", "i.toml: holds no invariants"),
    "not TOML": ("[[invariant]\n", "i.toml:1:12: is not valid TOML"),
    "other table": (_entry(id="x", ask="who can s3:*") + "[zone]\n", "i.toml: `zone` is not known"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input(tmp_path: Path, name: str) -> None:
    """What is wrong is told with its line, and with what would be right."""
    text, message = BAD[name]
    with pytest.raises(InputError) as error:
        _checked(tmp_path, text)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("i.yaml", "invariant: [\n", "i.yaml:2:1: is not valid YAML"),
        ("i.yml", "invariant:\n  - id: x\n  - id: y\n", "i.yml:2: `ask` is wrong"),
        ("i.yaml", "just text", "i.yaml: holds no invariants"),
        ("i.ini", "", "i.ini: is no file of invariants; name it *.toml or *.yaml"),
    ],
)
def test_bad_yaml(tmp_path: Path, name: str, text: str, message: str) -> None:
    """YAML, and what is neither, get the same care."""
    with pytest.raises(InputError) as error:
        _checked(tmp_path, text, name)
    assert message in str(error.value)


@pytest.mark.usefixtures("acme")
def test_bad_commands() -> None:
    """A missing file, a broken baseline and half of two options end with status 2."""
    Path("broken.json").write_text("{", encoding="utf-8")
    for arguments, message in (
        (("--baseline", "none.json"), "none.json: cannot be read"),
        (("--baseline", "broken.json"), "broken.json: is no baseline"),
        (("--reason", "x"), "--write-baseline and --reason go together"),
    ):
        result = _run(*arguments)
        assert result.exit_code == 2
        assert message in result.stderr
