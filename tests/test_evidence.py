"""A "no" leaves scripts behind that another solver confirms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from iam_smt.automata import clause, exactly
from iam_smt.holes import fits, hollow
from iam_smt.networks import AddressVariable, read_network
from iam_smt.numbers import Form, NumberVariable, read_number
from iam_smt.patterns import ANYTHING, DIGIT, NOT_COLON, Run
from iam_smt.sets import SetVariable
from iam_smt.smtlib import smtlib
from iam_smt.terms import Flag, Term, both, either, negation
from iam_smt.texts import StringVariable, View, member
from iam_smt.theory import Sat, Solver, Unsat
from tests.casefiles import DEPENDING, attached, rows
from tests.other_solver import verdict
from verifier import Snapshot
from verifier.cli import cli
from verifier.compare import compare
from verifier.errors import InputError
from verifier.example import write
from verifier.policy.syntax import PolicyKind

AUDIT = (
    "can any external principal reach s3:DeleteBucket on arn:aws:s3:::acme-audit"
    " via role assumption"
)
CASES = json.loads((Path(__file__).parent / "cases" / "comparisons.json").read_text("utf-8"))


def test_a_no_can_be_checked(tmp_path: Path) -> None:
    """Every refutation behind a "no" about the example is confirmed."""
    list(write(tmp_path / "acme"))
    snapshot = Snapshot.load(tmp_path / "acme")
    assert snapshot.ask(AUDIT, evidence=tmp_path / "evidence").no
    scripts = sorted((tmp_path / "evidence").iterdir())
    assert len(scripts) > 10
    assert {verdict(script.read_text("utf-8")) for script in scripts} == {"unsat"}


def test_other_readings_are_marked(tmp_path: Path) -> None:
    """What was refuted where a disputed point is read otherwise says so."""
    case = next(case for case in rows(DEPENDING) if case["point"] == "X-15")
    for name, content in case["files"].items():
        (tmp_path / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    answer = Snapshot.load(tmp_path).ask(case["question"], evidence=tmp_path / "evidence")
    scripts = [path.read_text("utf-8") for path in (tmp_path / "evidence").iterdir()]
    assert answer.yes
    assert any('; Asked where X-15 is read as "service".' in script for script in scripts)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_comparisons_can_be_checked(case: dict[str, Any], tmp_path: Path) -> None:
    """What a comparison refutes, another solver refutes, or does not finish."""
    kind = PolicyKind[case["kind"].upper()]
    old, new = (attached(case[side], kind, side) for side in ("old", "new"))
    compare(old, new, evidence=tmp_path)
    said = [verdict(script.read_text("utf-8")) for script in sorted(tmp_path.iterdir())]
    assert all(word == "unsat" or word.startswith("unknown") for word in said)


def _questions() -> dict[str, Term]:
    name, other = StringVariable("name"), StringVariable("other")
    arn = StringVariable("arn", clause([("arn:", *(DIGIT,) * 3, ":", ANYTHING)]))
    account = View(arn, ("arn:",), DIGIT, (":", ANYTHING))
    members = SetVariable("members", clause([(Run(NOT_COLON),)]))
    address, origin = AddressVariable("address"), AddressVariable("origin")
    wide, narrow = read_network("10.0.0.0/8"), read_network("10.1.0.0/16")
    number = NumberVariable("number", Form.NUMBER)
    five, minus = read_number("5"), read_number("-1.5")
    assert wide and narrow and five is not None and minus is not None
    a, b = clause([("a", ANYTHING)]), clause([(ANYTHING, "b")])
    one, x = clause([("arn:1", ANYTHING)]), clause([("home/x", ANYTHING)])
    not_all_a, all_b = members.some(a, outside=True), negation(members.some(b, outside=True))
    folder = fits(name, hollow(["home/", other, "/", ANYTHING]))
    assert folder is not None
    return {
        "odd characters": member(name, exactly('"\\é\u202e\n')),
        "overlap": both(member(name, a), member(name, b), negation(member(name, exactly("ab")))),
        "same": both(name.same(other), member(name, a), negation(member(other, a))),
        "part": both(member(account, exactly("123")), negation(member(arn, one))),
        "folder": both(folder, member(other, exactly("x")), negation(member(name, x))),
        "another folder": both(folder, negation(member(name, x))),
        "some and none": both(members.some(a), not_all_a, negation(members.some(b))),
        "none outside": both(members.some(a), negation(members.some(b)), all_b),
        "several": both(members.several, negation(members.some(exactly("x"), outside=True))),
        "network": both(address.within(narrow), negation(address.within(wide))),
        "wider network": both(address.within(wide), negation(address.within(narrow))),
        "same address": both(
            address.equals(origin), address.within(narrow), negation(origin.within(wide))
        ),
        "another address": both(
            negation(address.equals(origin)), address.within(narrow), origin.within(narrow)
        ),
        "numbers": both(number.compare("<", minus), negation(number.compare("<=", five))),
        "free": either(Flag("one"), negation(Flag("two"))),
    }


@pytest.mark.parametrize("name", _questions())
def test_both_solvers_agree(name: str) -> None:
    """The script says what our solver was asked: both find the same."""
    question = _questions()[name]
    ours = Solver().solve(question)
    assert isinstance(ours, Sat | Unsat)
    assert verdict(smtlib(question)) == ("sat" if isinstance(ours, Sat) else "unsat")


def test_unwritable_evidence(tmp_path: Path) -> None:
    """A folder that cannot be written is an error with its name."""
    list(write(tmp_path / "acme"))
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        Snapshot.load(tmp_path / "acme").ask(AUDIT, evidence=tmp_path / "file")


def test_evidence_from_the_command_line(tmp_path: Path) -> None:
    """`--evidence` writes the scripts of a comparison."""
    case = next(case for case in CASES if case["name"] == "own folder within any")
    for side in ("old", "new"):
        (tmp_path / side).write_text(json.dumps(case[side]), encoding="utf-8")
    files = [str(tmp_path / side) for side in ("old", "new")]
    folder = tmp_path / "evidence"
    assert CliRunner().invoke(cli, ["compare", *files, "--evidence", str(folder)]).exit_code == 0
    assert verdict((folder / "00001.smt2").read_text("utf-8")) == "unsat"
