"""Disputed points: which an answer depends on, and how they are chosen."""

from __future__ import annotations

import json
import os
from html import unescape
from pathlib import Path
from random import Random
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import casefiles
from tests.casefiles import all_cases, attached, rows
from tests.estates import EstateGenerator
from tests.generation import Generator
from tests.test_cli import assert_kept
from tests.test_snapshot import NEW, A, B, allow, role, trust, write
from verifier import InputError, Snapshot, compare_policies
from verifier.cli import cli
from verifier.compare import compare
from verifier.disputed_points import POINTS
from verifier.disputes import read
from verifier.policy.syntax import PolicyKind
from verifier.report.document import AnswerDocument
from verifier.report.readings_text import page
from verifier.review.formats import FORMATS
from verifier.verdict import Dependence

ROOT = Path(__file__).parents[1]
USER, OTHER = (f"arn:aws:iam::{A}:user/{name}" for name in ("alice", "bob"))
BUCKET = "arn:aws:s3:::data"
GET = f"can {USER} perform s3:GetObject on {BUCKET}/a"
TEAM = "${aws:PrincipalTag/team}"


def user(arn: str, *documents: Any, **more: Any) -> dict[str, Any]:
    """Return a user as `get-account-authorization-details` prints it."""
    policies = [{"PolicyName": f"p{n}", "PolicyDocument": d} for n, d in enumerate(documents)]
    return {"UserName": arn.rpartition("/")[2], "Arn": arn, "UserPolicyList": policies, **more}


def estate(folder: Path, *users: Any, bucket: Any = None, **more: Any) -> Path:
    """Write a snapshot of users and a bucket of one account."""
    resource = {"Arn": BUCKET, "Account": A, "Policy": bucket, "Tags": {}, **more}
    return write(folder, {"users.json": {"UserDetailList": list(users)}, "bucket.json": resource})


def deny(**more: Any) -> dict[str, Any]:
    """Return a policy that allows all of S3 and denies something."""
    return {
        "Version": NEW,
        "Statement": [allow("s3:*")["Statement"], {"Effect": "Deny", "Action": "s3:*", **more}],
    }


UNLESS_EQUAL = {"StringNotEquals": {"aws:ResourceTag/team": TEAM}}
NOT_PRINCIPAL = {
    "Version": NEW,
    "Statement": {"Effect": "Deny", "NotPrincipal": {"AWS": USER}, "Action": "*", "Resource": "*"},
}
ESTATES: dict[str, tuple[Any, str]] = {
    "no": (user(USER, deny(Resource="*", Condition=UNLESS_EQUAL)), GET),
    "yes": (user(USER, allow("s3:GetObject", "arn:aws:s3*")), GET),
    "several": (user(USER, allow("s3:GetObject", "arn:*:*/a")), GET),
    "together": (
        user(
            USER,
            {
                "Version": NEW,
                "Statement": [
                    allow("s3:*")["Statement"],
                    deny(Resource="*", Condition=UNLESS_EQUAL)["Statement"][1],
                    deny(NotResource=f"{BUCKET}/{TEAM}")["Statement"][1],
                ],
            },
        ),
        GET,
    ),
    "who": (
        user(USER, allow("s3:GetObject", "arn:aws:s3*")),
        f"who can s3:GetObject on {BUCKET}/a",
    ),
    "what": (
        user(USER, allow("s3:GetObject", f"{BUCKET}/*"), allow("sqs:*", "arn:aws:sqs")),
        f"what can {USER} do",
    ),
}
"""Name of the report → a user, and the question."""


DEPENDING: list[dict[str, Any]] = rows(casefiles.DEPENDING)
_OF_REQUESTS = {"X-12", "X-14", "X-15", "X-18", "X-20", "X-23"}
"""Points on what a request or a bucket is, which the decision of one request cannot show."""

_OF_DECISIONS = {"X-16"}
"""Points that no question depends on: whoever makes a session chooses its session policy."""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder of its own, and a terminal of a hundred columns."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    (tmp_path / "snapshot.toml").write_text("as_of = 2026-01-01\n", encoding="utf-8")
    return tmp_path


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


@pytest.mark.parametrize("name", ESTATES)
def test_report(name: str, here: Path) -> None:
    """An answer that depends on disputed points names them, and shows every reading, to the
    letter.
    """
    someone, question = ESTATES[name]
    estate(here, someone, user(OTHER, allow("s3:GetObject", f"{BUCKET}/*")))
    result = _run("ask", question, "--snapshot", ".")
    assert result.stderr.count("warning") == result.stderr.count("\n")
    assert_kept(f"readings-{name}", result.stdout)


def test_open(here: Path) -> None:
    """What is unknown for a disputed point says what it would be under each reading (R3.54)."""
    estate(here, user(USER, allow("s3:*")), bucket=NOT_PRINCIPAL)
    result = _run("ask", GET, "--snapshot", ".")
    assert result.exit_code == 4
    assert_kept("readings-open", result.stdout)


@pytest.mark.parametrize(("reading", "status"), [("exempt", 3), ("denied", 0)])
def test_chosen(here: Path, reading: str, status: int) -> None:
    """A reading that is chosen decides, is told, and is not varied."""
    estate(here, user(USER, allow("s3:*")), bucket=NOT_PRINCIPAL)
    result = _run("ask", GET, "--snapshot", ".", "--reading", f"x-3={reading}")
    assert result.exit_code == status
    assert f'X-3 is read as "{reading}", as chosen' in result.stdout
    assert "depends on  nothing disputed" in result.stdout


def test_manifest(here: Path) -> None:
    """`snapshot.toml` chooses readings; the command line goes before it."""
    estate(here, user(USER, allow("s3:*")), bucket=NOT_PRINCIPAL)
    (here / "snapshot.toml").write_text('[readings]\nX-3 = "denied"\n', encoding="utf-8")
    assert _run("ask", GET, "--snapshot", ".").exit_code == 0
    assert _run("ask", GET, "--snapshot", ".", "--reading", "X-3=exempt").exit_code == 3
    (here / "snapshot.toml").write_text('[readings]\nX-3 = "maybe"\n', encoding="utf-8")
    result = _run("ask", GET, "--snapshot", ".")
    assert result.exit_code == 2
    assert "snapshot.toml: `maybe` is no reading of X-3; write X-3=open or" in result.stderr


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ("X-24=glob", "`X-24` is no disputed point; they are X-1 to X-23; `verifier readings`"),
        ("X-16=yes", "`yes` is no reading of X-16; write X-16=documented or X-16=simulator"),
        ("X-16", "`` is no reading of X-16; write X-16=documented or X-16=simulator"),
        ("", "`` is no disputed point"),
    ],
)
def test_wrong_choices(here: Path, choice: str, message: str) -> None:
    """A point or a reading that there is not is refused, with those that there are."""
    estate(here, user(USER))
    for command in (("ask", GET), ("explain", GET)):
        result = _run(*command, "--snapshot", ".", "--reading", choice)
        assert (result.exit_code, result.stdout) == (2, "")
        assert message in result.stderr
    with pytest.raises(InputError, match="is no"):
        Snapshot.load(here, readings=dict([(choice.partition("=")[::2])]))


def test_two_choices() -> None:
    """A point is read in one way at a time; the same choice may stand twice."""
    assert read(["X-1=parts", "x-1=parts"]) == {"X-1": "parts"}
    with pytest.raises(InputError, match="X-1 is to be read in two ways"):
        read(["X-1=parts", "X-1=glob"])


def test_json(here: Path) -> None:
    """The JSON has the points with every answer, of the whole and of each way."""
    estate(here, user(USER, deny(Resource="*", Condition=UNLESS_EQUAL)))
    result = _run("ask", GET, "--snapshot", ".", "--format", "json", "--reading", "X-1=parts")
    document = AnswerDocument.model_validate_json(result.stdout)
    (found,) = document.depends_on
    assert found.points == ["X-22"]
    told = [(answer.readings, answer.answer) for answer in found.answers]
    assert told == [(["true"], "no"), (["void"], "yes")]
    assert document.ways[0].depends_on == [found]
    assert document.readings == {"X-1": "parts"}


def test_api(here: Path) -> None:
    """The API has the same: `answer.depends_on`, and `under` for other readings."""
    estate(here, user(USER, deny(Resource="*", Condition=UNLESS_EQUAL)))
    snapshot = Snapshot.load(here)
    answer = snapshot.ask(GET)
    assert [item.points for item in answer.depends_on] == [("X-22",)]
    assert str(answer.depends_on[0]) == 'X-22: under "true" no; under "void" yes'
    assert snapshot.under({"X-22": "void"}).ask(GET).yes
    assert not snapshot.under({"X-22": "void"}).ask(GET).depends_on
    assert not answer.yes


def test_explain(here: Path) -> None:
    """An explanation says on what its verdict depends."""
    estate(here, user(USER, deny(Resource="*", Condition=UNLESS_EQUAL)))
    result = _run("explain", GET, "--snapshot", ".")
    assert 'depends on  X-22: under "true" no; under "void" yes' in result.stdout
    document = json.loads(_run("explain", GET, "-s", ".", "--format", "json").stdout)
    assert [item["points"] for item in document["depends_on"]] == [["X-22"]]
    chosen = _run("explain", GET, "--snapshot", ".", "--reading", "X-22=void")
    assert chosen.exit_code == 3
    assert 'assumes     X-22 is read as "void", as chosen' in chosen.stdout


def test_check(here: Path) -> None:
    """An invariant that holds by a disputed point says so."""
    estate(here, user(USER, deny(Resource="*", Condition=UNLESS_EQUAL)))
    invariant = f'[[invariant]]\nid = "locked"\nask = "{GET}"\n'
    (here / "invariants.toml").write_text(invariant, encoding="utf-8")
    result = _run("check", "invariants.toml", "--snapshot", ".")
    assert result.exit_code == 0
    assert 'X-22: under "true" holds; under "void" violated   (locked)' in result.stdout
    document = json.loads(_run("check", "invariants.toml", "-s", ".", "--format", "json").stdout)
    told = document["checked"][0]["depends_on"][0]["answers"]
    assert [answer["answer"] for answer in told] == ["holds", "violated"]
    chosen = _run("check", "invariants.toml", "-s", ".", "--reading", "X-22=void")
    assert chosen.exit_code == 3


def test_forms_of_check(here: Path) -> None:
    """SARIF and JUnit say on what the status of an invariant depends, too."""
    estate(here, ESTATES["yes"][0])
    invariant = f'[[invariant]]\nid = "locked"\nask = "{GET}"\n'
    (here / "invariants.toml").write_text(invariant, encoding="utf-8")
    check = ("check", "invariants.toml", "-s", ".", "--format")
    (result,) = json.loads(_run(*check, "sarif").stdout)["runs"][0]["results"]
    (told,) = result["properties"]["dependsOn"]
    assert told.startswith('X-2: under "glob" violated; ')
    assert f"depends on {told}" in result["message"]["text"]
    case = ElementTree.fromstring(_run(*check, "junit").stdout).find(".//testcase")
    assert case is not None and case.findtext("system-out") == f"depends on {told}"


@pytest.mark.parametrize("form", FORMATS)
def test_forms_of_review(here: Path, form: str) -> None:
    """Every form of the review says on what a finding depends, and what readings would open."""
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}
    wide = [{**statement, "Resource": "arn:*:data/*"}]
    closed = {**statement, "Effect": "Deny", "Resource": "arn:*:logs/*"}
    open_but_for = [{**statement, "Resource": "arn:aws:s3:::logs/*"}, closed]
    buckets = [
        {"Arn": BUCKET, "Account": A, "Policy": {"Version": NEW, "Statement": wide}},
        {"Arn": "arn:aws:s3:::logs", "Account": A, "Policy": {"Statement": open_but_for}},
    ]
    write(here, {"buckets.json": buckets})
    text = unescape(_run("review", "-s", ".", "--format", form).stdout).replace('\\"', '"')
    if form == "json":
        assert '"points": [\n            "X-2"' in text
    else:
        assert 'X-2: under "glob" yes; under "padded" yes; under "nothing" no' in text.replace(
            '""', '"'
        )
    if form in ("html", "markdown", "json"):
        assert 'more may be open if X-2 is read as "nothing"' in text


def test_compare(here: Path) -> None:
    """A comparison says on what the relation depends."""
    wide, inside = "arn:aws:s3:*:*:y", f"{BUCKET}/x:y"
    for name, resources in (("old", [wide]), ("new", [wide, inside])):
        (here / name).write_text(json.dumps(allow("s3:GetObject", resources)), encoding="utf-8")
    result = _run("compare", "old", "new")
    assert_kept("readings-compare", result.stdout)
    under = compare_policies(here / "old", here / "new", readings={"X-1": "parts"})
    assert not under.depends_on
    assert _run("compare", "old", "new", "--reading", "X-1=part").exit_code == 2


def _loaded(case: dict[str, Any], folder: Path) -> Snapshot:
    files = {f"{name}.json": content for name, content in case["files"].items()}
    return Snapshot.load(write(folder, files))


@pytest.mark.parametrize("case", DEPENDING, ids=lambda case: f"{case['point']}: {case['why']}")
def test_question(case: dict[str, Any], here: Path) -> None:
    """Of every point some question says that it depends on it, and shows the answer under each
    reading; each reading that is chosen gives its answer, which then depends on nothing.
    """
    snapshot, question, point = _loaded(case, here), case["question"], case["point"]
    by_default = snapshot.ask(question)
    assert by_default.verdict.value == next(iter(case["answers"].values()))
    (found,) = by_default.depends_on
    assert found.points == (point,)
    assert {names[0]: answer for names, answer in found.answers} == case["answers"]
    for reading, expected in case["answers"].items():
        chosen = snapshot.under({point: reading}).ask(question)
        assert (chosen.verdict.value, chosen.depends_on) == (expected, ())


@pytest.mark.parametrize(
    "case",
    [case for case in DEPENDING if ":user/alice perform " in case["question"]],
    ids=lambda case: f"{case['point']}: {case['why']}",
)
def test_lists(case: dict[str, Any], here: Path) -> None:
    """The same is told where it is listed who can, and what."""
    snapshot = _loaded(case, here)
    _, alice, _, action, *rest = case["question"].split(" ")
    who = snapshot.ask(" ".join(["who can", action, *rest]))
    what = snapshot.ask(" ".join([f"what can {alice} do", *rest]))
    for answer, mine in ((who, alice), (what, action)):
        ways = [way for way in answer.ways if mine in (way.who, way.what)]
        points = {item.points for way in ways for item in way.depends_on}
        assert points == {(case["point"],)}


def test_chain(here: Path) -> None:
    """A point may decide on the way, by whom the trust policy of a role lets in."""
    condition = {"ArnLike": {"aws:PrincipalArn": "*"}}
    entry = trust({"AWS": B}, Condition=condition)
    policies = [{"PolicyName": "p", "PolicyDocument": allow("s3:GetObject")}]
    entry_role = role("entry", AssumeRolePolicyDocument=entry, RolePolicyList=policies)
    write(here, {"roles.json": {"RoleDetailList": [entry_role]}})
    answer = Snapshot.load(here).ask(f"can anyone outside {A} reach s3:GetObject")
    assert str(answer.depends_on[0]) == 'X-8: under "nothing" no; under "glob" yes'


def test_nothing_more_is_asked(here: Path) -> None:
    """Where no disputed point is met, nothing is asked again."""
    estate(here, user(USER, allow("s3:GetObject", f"{BUCKET}/*")))
    answer = Snapshot.load(here).ask(GET)
    assert (answer.yes, answer.effort.questions) == (True, 1)


def test_register() -> None:
    """Every reading of a point that one decision can show has a case, and every point a question;
    the points are X-1 to X-23.
    """
    assert list(POINTS) == [f"X-{number}" for number in range(1, 24)]
    assert {case["point"] for case in DEPENDING} == POINTS.keys() - _OF_DECISIONS
    shown = {item for case in all_cases() for item in case.readings.chosen.items()}
    for point in POINTS.values():
        if point.id not in _OF_REQUESTS:
            assert {(point.id, reading) for reading in point.readings} <= shown


def test_listed(here: Path) -> None:
    """`verifier readings` lists the points, all or some, as text and as JSON."""
    listed = _run("readings")
    assert listed.exit_code == 0
    for point in POINTS.values():
        assert f"{point.id:<6}{point.question[:20]}" in listed.stdout
    assert_kept("readings-list", _run("readings", "x-16", "X-1").stdout)
    (found,) = json.loads(_run("readings", "X-16", "--format", "json").stdout)
    assert (found["id"], found["default"]) == ("X-16", "documented")
    assert _run("readings", "X-0").exit_code == 2


def test_page() -> None:
    """`docs/readings.md` has the table of the register."""
    text = (ROOT / "docs" / "readings.md").read_text("utf-8")
    assert "\n".join(page(POINTS.values())) in text


def _some(random: Random, told: dict[tuple[str, str], str]) -> list[tuple[str, str]]:
    """Return what is told of single points, and a few other readings."""
    alone = [(point, reading) for point in sorted(POINTS) for reading in POINTS[point].readings]
    return [*told, *random.sample(alone, 2)]


def _told(depends_on: tuple[Dependence, ...]) -> dict[tuple[str, str], str]:
    return {
        (item.points[0], names[0]): answer
        for item in depends_on
        for names, answer in item.answers
        if len(item.points) == 1
    }


@settings(max_examples=int(os.environ.get("VERIFIER_ESTATES", "40")))
@given(st.randoms(use_true_random=False))
def test_other_readings_of_estates(random: Random) -> None:
    """Under other readings an estate is answered as the answer by default says."""
    snapshot = Snapshot(EstateGenerator(random).snapshot())
    zone = snapshot.contents.zone
    outside = ", ".join([*sorted(zone.accounts), *zone.organizations])
    question = f"can anyone outside {outside} reach s3:DeleteBucket via role assumption"
    by_default = snapshot.ask(question)
    told = _told(by_default.depends_on)
    for point, reading in _some(random, told):
        other = snapshot.under({point: reading}).ask(question)
        expected = told.get((point, reading), by_default.verdict.value)
        assert other.verdict.value == expected, (point, reading)


@settings(max_examples=int(os.environ.get("VERIFIER_EXAMPLES", "100")))
@given(st.randoms(use_true_random=False))
def test_other_readings_of_comparisons(random: Random) -> None:
    """Under other readings two policies compare as the comparison by default says."""
    generator = Generator(random)
    kind = PolicyKind.IDENTITY if random.randrange(2) else PolicyKind.RESOURCE
    principal = kind is PolicyKind.RESOURCE
    old, new = (
        attached(generator.policy(principal=principal), kind, name) for name in ("old", "new")
    )
    by_default = compare(old, new)
    told = _told(by_default.depends_on)
    for point, reading in _some(random, told):
        other = compare(old, new, readings={point: reading})
        expected = told.get((point, reading), by_default.relation.value)
        assert other.relation.value == expected, (point, reading)


def test_a_yes_under_the_strictest_reading_is_a_yes(tmp_path: Path) -> None:
    """A short path that hands tags on is open (X-23); one that passes its tag is not, and is found
    all the same: the answer depends on nothing.
    """
    document = {
        "Version": "2012-10-17",
        "Statement": [
            trust({"AWS": B})["Statement"],
            trust({"AWS": A}, Action=["sts:AssumeRole", "sts:TagSession"])["Statement"],
        ],
    }
    policies = [{"PolicyName": "p", "PolicyDocument": allow(["sts:AssumeRole", "sts:TagSession"])}]
    roles = [
        role(f"r{number}", AssumeRolePolicyDocument=document, RolePolicyList=policies)
        for number in range(3)
    ]
    red = {"StringEquals": {"aws:PrincipalTag/team": "red"}}
    deletes = [{"PolicyName": "g", "PolicyDocument": allow("s3:DeleteBucket")}]
    goal = trust({"AWS": A}, Condition=red)
    roles.append(role("goal", AssumeRolePolicyDocument=goal, RolePolicyList=deletes))
    snapshot = Snapshot.load(write(tmp_path, {"a.json": {"RoleDetailList": roles}}))
    question = "can any external principal reach s3:DeleteBucket via role assumption"
    answer = snapshot.ask(question)
    assert len(answer.witness) == 4
    assert answer.depends_on == ()
