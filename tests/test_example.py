"""The bundled example: what its README says is true of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from verifier import Snapshot
from verifier.errors import SnapshotError
from verifier.example import files, write
from verifier.verdict import Verdict

README = Path(__file__).parents[1] / "verifier" / "example" / "acme" / "README.md"
_ROW = re.compile(r"^\| (can [^|]+) \| (yes|no)(?:, (\d+) hops?)? \| [^|]+ \|$", re.MULTILINE)
ROWS = [
    (question, answer, int(hops or 0))
    for question, answer, hops in _ROW.findall(README.read_text("utf-8"))
]


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The example, written and loaded as a user would."""
    folder = tmp_path_factory.mktemp("acme")
    list(write(folder))
    return Snapshot.load(folder)


def test_table_is_read() -> None:
    """Every question of the README's table is found."""
    lines = README.read_text("utf-8").splitlines()
    assert len(ROWS) == sum(line.startswith("| can ") for line in lines) > 20


@pytest.mark.parametrize(("question", "answer", "hops"), ROWS)
def test_answer(example: Snapshot, question: str, answer: str, hops: int) -> None:
    """The answer is that of the table, with as many hops."""
    found = example.ask(question)
    assert Verdict(answer) is found.verdict
    assert hops == len(found.witness)


def test_size(example: Snapshot) -> None:
    """Three accounts with principals, about thirty roles, nothing odd in the input."""
    contents = example.contents
    assert sum(bool(account.roles) for account in contents.accounts.values()) == 3
    assert len(list(contents.roles())) == 35
    assert example.remarks == ()


def test_second_write_is_refused(tmp_path: Path) -> None:
    """Writing over an example needs force, and then writes every file."""
    count = len(list(write(tmp_path)))
    with pytest.raises(SnapshotError, match="is there already"):
        list(write(tmp_path))
    assert count == len(list(write(tmp_path, force=True))) == len(list(files()))


@pytest.mark.parametrize(
    ("question", "verdict"),
    [
        ('s3:DeleteBucket via role assumption where sts:ExternalId is "acme-7f3d"', Verdict.YES),
        ('s3:DeleteBucket via role assumption where sts:ExternalId is "guess"', Verdict.NO),
        ('s3:ListBucket via role assumption where s3:prefix is "x"', Verdict.YES),
        ('s3:GetObject directly where sts:ExternalId is "guess"', Verdict.NO),
    ],
)
def test_keys_of_single_calls(example: Snapshot, question: str, verdict: Verdict) -> None:
    """A condition on a key of one service is about the calls of a path that may carry it, and of a
    single call always.
    """
    assert example.ask(f"can any external principal reach {question}").verdict is verdict
