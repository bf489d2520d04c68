"""The review of a snapshot: its forms to the letter, whole, safe, and the same in every run."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from base64 import b64encode
from collections import Counter
from hashlib import sha256
from html.parser import HTMLParser
from io import StringIO
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from tests import reviews
from tests.corpora import CORPORA, needs_corpora
from tests.test_check import valid_sarif
from tests.test_cli import FOLDER, ROOT, assert_kept
from tests.test_picture import HOSTILE
from tests.test_snapshot import allow, role, trust
from verifier import Snapshot, render_review
from verifier.cli import cli
from verifier.example import write as write_example
from verifier.report.excerpts import Excerpts, policies
from verifier.report.layered import arranged
from verifier.report.plain import plain
from verifier.review.csv import cell
from verifier.review.document import ReviewDocument
from verifier.review.formats import FORMATS, format_of
from verifier.review.graph import Node, Side, graph

KEPT = {
    "markdown": "review.md",
    "json": "review.json",
    "sarif": "review.sarif",
    "csv": "review.csv",
}


class _Page(HTMLParser):
    """What a page holds: elements with their attributes, and the headings in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[int] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def values(self, name: str) -> list[str]:
        """Return the values of an attribute, wherever it is."""
        return [value for _, found in self.elements if (value := found.get(name)) is not None]


@pytest.mark.parametrize("form", KEPT)
def test_to_the_letter(form: str) -> None:
    """The review of the example reads, to the letter, as it is kept."""
    assert_kept(KEPT[form], render_review(reviews.example(), form))


@pytest.mark.parametrize("form", FORMATS)
def test_same_in_every_run(form: str) -> None:
    """Another run, from the same snapshot, gives the same bytes."""
    again = render_review(reviews.example.__wrapped__(), form)
    assert again == render_review(reviews.example(), form)


def test_timings() -> None:
    """Times are told when they are asked for, and only then."""
    review = reviews.example()
    asked = ReviewDocument.model_validate_json(render_review(review, "json", timings=True))
    assert all(item.seconds is not None for item in asked.questions)
    plainly = ReviewDocument.model_validate_json(render_review(review, "json"))
    assert all(item.seconds is None for item in plainly.questions)
    for form in ("html", "markdown"):
        assert "seconds" in render_review(review, form, timings=True)


def test_json() -> None:
    """The JSON validates, its schema is published, and it holds every finding and every role."""
    review = reviews.example()
    document = ReviewDocument.model_validate_json(render_review(review, "json"))
    published, schema = ROOT / "docs" / "review.schema.json", ReviewDocument.model_json_schema()
    if os.environ.get("VERIFIER_KEEP_REPORTS"):
        published.write_text(json.dumps(schema, indent=2) + "\n", encoding="utf-8")
    assert json.loads(published.read_text("utf-8")) == schema
    assert [f.fingerprint for f in document.findings] == [f.fingerprint for f in review.findings]
    assert [len(found.roles) for found in document.maps] == [m.graph.roles for m in review.maps]


@pytest.mark.parametrize("name", ["example", "hostile"])
def test_sarif(name: str) -> None:
    """SARIF is valid; each finding is a result, its fingerprint the same, suppressed if it is."""
    review = getattr(reviews, name)()
    run = valid_sarif(render_review(review, "sarif"))
    results = {
        result["partialFingerprints"]["verifier/v1"]: bool(result.get("suppressions"))
        for result in run["results"]
    }
    assert results == {finding.fingerprint: not finding.is_open for finding in review.findings}
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


@pytest.mark.parametrize("name", ["example", "hostile"])
def test_csv(name: str) -> None:
    """Every resource of a finding has a row, every row all cells, and no cell is a formula."""
    review = getattr(reviews, name)()
    heads, *rows = csv.reader(StringIO(render_review(review, "csv")))
    assert len(rows) == sum(max(len(finding.exposures), 1) for finding in review.findings)
    assert {len(row) for row in rows} == {len(heads)}
    assert not any(text.startswith(("=", "+", "-", "@")) for row in rows for text in row)


@given(st.text())
def test_cells(text: str) -> None:
    """A cell never begins as a formula does, and is otherwise the text."""
    found = cell(text)
    assert found.removeprefix("'") in (plain(text), plain(text).removeprefix("'"))
    assert not found.lstrip().startswith(("=", "+", "-", "@"))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", " =1"])
def test_formulas(text: str) -> None:
    """What a spreadsheet would run has an apostrophe, or shows what hides before it."""
    assert cell(text).startswith(("'", "\\u0009"))


@pytest.mark.parametrize("name", ["example", "hostile"])
def test_page(name: str) -> None:
    """Ids are unique, links lead somewhere, headings are in order, fields have labels, and there
    is nothing that would load or run.
    """
    page = _Page(render_review(getattr(reviews, name)(), "html"))
    assert max(Counter(page.values("id")).values()) == 1
    assert {value.removeprefix("#") for value in page.values("href")} <= set(page.values("id"))
    assert page.headings[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(page.headings))
    assert page.values("src") == page.values("style") == page.values("action") == []
    assert not any(key.startswith("on") for _, found in page.elements for key in found)
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"img", "link", "iframe", "object", "embed", "base"}
    assert [tag for tag, _ in page.elements].count("script") == 1
    named = set(page.values("for")) | {"account"}
    for tag, found in page.elements:
        if tag == "input" and found.get("id"):
            assert found["id"] in named
        if tag == "html":
            assert found["lang"] == "en"


def test_content_security_policy() -> None:
    """The policy of the page allows just the style and the script that stand in it."""
    text = render_review(reviews.example(), "html")
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert policy.startswith("default-src &#39;none&#39;;")
    for tag in ("style", "script"):
        (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.S)
        digest = b64encode(sha256(content.encode()).digest()).decode()
        assert f"{tag}-src &#39;sha256-{digest}&#39;" in policy
    assert "unsafe" not in policy


def test_hostile_names() -> None:
    """Hostile names are in the page as text, with what is hidden in them made visible."""
    text = render_review(reviews.hostile(), "html")
    assert not any(character in text for character in "\u202e\x1b\x07\x00")
    assert "<img" not in text
    assert text.count("<script") == text.count("</script") == 1
    plainly = render_review(reviews.hostile(), "markdown")
    assert not any(character in plainly for character in "\u202e\x1b\x07\x00")


def test_page_tells_all() -> None:
    """The page has every finding with its link, its statements with their lines, every way to
    close it, and every question.
    """
    review = reviews.example()
    text = render_review(review, "html")
    for finding in review.findings:
        assert f'id="finding-{finding.fingerprint}"' in text
        for exposure in finding.exposures:
            for cause in exposure.by:
                assert cause.place in text
    assert text.count("OnlyTheStorageTeam") == 0
    assert "<i>45</i>{" in text
    assert "suppressed" in text
    assert "No longer intended" in text
    for item in review.checked:
        assert item.invariant.id in text


def test_excerpts() -> None:
    """The lines of a statement are those of the file, from where it starts to where it ends."""
    review = reviews.example()
    excerpts = Excerpts(review.snapshot)
    count = 0
    for policy in policies(review.snapshot):
        for statement in policy.statements:
            place = policy.place(statement.position)
            found = excerpts.at(place) if place else None
            if found is None or found.omitted or not found.verbatim:
                assert not place or found
                continue
            count += 1
            assert (
                json.loads("\n".join(found.lines)) == policy.location.at(*statement.position).value
            )
            assert place.split(":")[1] == str(found.first)
    assert count > 50
    assert excerpts.at("nowhere.json:1:1") is None
    assert excerpts.at("no place") is None


@given(st.data())
def test_graph(data: st.DataObject) -> None:
    """Every node is in one box, every arrow between nodes is counted, and no column is long."""
    sizes = data.draw(st.lists(st.integers(1, 40), min_size=1, max_size=4))
    nodes = [
        Node(
            f"{column}/{number}",
            Side.ROLE if column else Side.WAY_IN,
            str(number),
            "",
            column,
            data.draw(st.integers(0, 3)),
        )
        for column, size in enumerate(sizes)
        for number in range(size)
    ]
    ids = st.sampled_from([node.id for node in nodes])
    arrows = data.draw(st.sets(st.tuples(ids, ids), max_size=60))
    drawn = graph(nodes, arrows)
    held = [node.id for box in drawn.boxes for node in box.nodes]
    assert sorted(held) == sorted(node.id for node in nodes)
    assert sum(drawn.arrows.values()) == len(arrows)
    assert all(len(column) <= 14 for column in drawn.columns)
    assert drawn == graph(list(reversed(nodes)), arrows)


@given(st.data())
def test_arranged(data: st.DataObject) -> None:
    """Boxes stay in their columns, and the order depends on the input only."""
    columns = [
        [f"{number}-{place}" for place in range(data.draw(st.integers(1, 6)))]
        for number in range(data.draw(st.integers(1, 4)))
    ]
    ids = st.sampled_from([name for column in columns for name in column])
    links = data.draw(st.lists(st.tuples(ids, ids), max_size=20))
    found = arranged(columns, links)
    assert [sorted(column) for column in found] == [sorted(column) for column in columns]
    assert found == arranged(columns, links)


def test_fewer_crossings() -> None:
    """Two lines that cross are laid side by side."""
    assert arranged([["a", "b"], ["c", "d"]], [("a", "d"), ("b", "c")]) == [["a", "b"], ["d", "c"]]


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example in `acme`, below the current folder."""
    monkeypatch.chdir(tmp_path)
    list(write_example(Path("acme")))
    return Path("acme")


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["review", "-s", "acme", "--as-of", "2026-01-01", *arguments])


@pytest.mark.usefixtures("acme")
def test_command() -> None:
    """The file says the form; the invariants of the snapshot are checked; open findings fail."""
    result = _run("-o", "report.html")
    assert (result.exit_code, result.stdout) == (3, "")
    assert Path("report.html").read_text("utf-8") == render_review(reviews.example(), "html")


@pytest.mark.usefixtures("acme")
def test_accepted() -> None:
    """With a baseline, and below the severity that fails, the review passes."""
    check = ["check", "acme/invariants.toml", "-s", "acme", "--write-baseline", "b.json"]
    CliRunner().invoke(cli, [*check, "--reason", "known"])
    result = _run("--baseline", "b.json", "--fail-on", "critical", "--format", "json")
    assert result.exit_code == 0
    states = {
        finding.status
        for finding in ReviewDocument.model_validate_json(result.stdout).findings
        if finding.kind == "violated-invariant"
    }
    assert states == {"suppressed"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-o", "report.pdf"), "what report.pdf is to hold is not clear: give --format"),
        (("--invariants", "none.toml"), "none.toml: cannot be read"),
        (("--baseline", "none.json"), "none.json: cannot be read"),
    ],
)
@pytest.mark.usefixtures("acme")
def test_bad_commands(arguments: tuple[str, ...], message: str) -> None:
    """What is wrong with a command is told, with status 2."""
    result = _run(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_forms() -> None:
    """Suffixes tell the form; an unknown form is refused."""
    names = {"a.html": "html", "b.MD": "markdown", "c.sarif.json": "sarif", "d.json": "json"}
    assert {name: format_of(Path(name)) for name in names} == names
    assert format_of(Path("e.pdf")) is None
    with pytest.raises(ValueError, match="`pdf` is no form of a review"):
        render_review(reviews.example(), "pdf")


def test_empty(tmp_path: Path) -> None:
    """A snapshot into which nobody from outside comes has a review that says so."""
    page = {"UserDetailList": [], "RoleDetailList": [_closed_role()]}
    file = tmp_path / "a.json"
    file.write_text(json.dumps(page), encoding="utf-8")
    review = Snapshot.load(file, as_of=reviews.DAY).review(today=reviews.DAY)
    assert review.findings == ()
    assert review.title == "111122223333"
    for form in FORMATS:
        assert render_review(review, form)
    assert "Nothing was found." in render_review(review, "html")
    assert "No finding is open." in render_review(review, "markdown")


def _closed_role() -> dict[str, object]:
    own = {"AWS": "arn:aws:iam::111122223333:root"}
    return role("closed", AssumeRolePolicyDocument=trust(own))


def test_names_are_kept() -> None:
    """The kept reports are of this example: every hostile name is an example of its own."""
    assert len(set(HOSTILE)) == len(HOSTILE)
    assert all((FOLDER / name).is_file() for name in KEPT.values())


def test_escalation(tmp_path: Path) -> None:
    """Who can become administrator by changing permissions is a finding, like callers in one; an
    administrator, and who only assumes its role, are none.
    """
    own = {"AWS": "arn:aws:iam::111122223333:root"}

    def held(*actions: str) -> dict[str, object]:
        document = allow(list(actions))
        return {
            "AssumeRolePolicyDocument": trust(own),
            "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": document}],
        }

    page = {
        "RoleDetailList": [
            role("admin", **held("*")),
            role("editor", **held("iam:PutRolePolicy")),
            role("reader", **held("s3:GetObject")),
        ]
    }
    (tmp_path / "a.json").write_text(json.dumps(page), encoding="utf-8")
    review = Snapshot.load(tmp_path, as_of=reviews.DAY).review(today=reviews.DAY)
    (found,) = review.findings
    assert found.kind == "escalation"
    assert "role editor of account 111122223333 can become administrator" in found.sentence.lower()
    assert "iam:PutRolePolicy" in found.sentence
    assert found.witness
    assert found.sentence in render_review(review, "html")


def test_unknown_is_told(acme: Path) -> None:
    """Where the solver runs out of time, no form says that something cannot be."""
    review = Snapshot.load(acme, as_of=reviews.DAY).review(timeout=1e-6, today=reviews.DAY)
    assert review.is_undecided
    assert review.maps[0].open
    for form in ("html", "markdown"):
        text = render_review(review, form)
        assert "it is unknown" in text
        assert "Nobody from outside" not in text
        assert "Nothing was left open" not in text
        assert "and nothing else: proved" not in text


@needs_corpora
def test_a_review_does_not_depend_on_hashing(tmp_path: Path) -> None:
    """Two processes with other hash seeds find the same, under the same fingerprints."""
    account = CORPORA / "gaad" / "cloudsplaining_example.json.gz"
    found = []
    for seed in ("1", "123456789"):
        file = tmp_path / f"{seed}.json"
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-m", "verifier", "review", "--format", "json", "-o", str(file)]
        command += ["-s", str(account), "--as-of", "2026-01-01", "--quiet"]
        subprocess.run(command, env=environment, check=False)
        found.append(json.loads(file.read_text("utf-8"))["findings"])
    assert found[0] == found[1]
