"""The mutants are of the source as it is, many for each twin, and some are tried every time."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutation.mutants import ROOT, Mutant, lists, mutants
from tests.mutation.trial import STAGES, Trial
from tests.rules.page import rules

RULES = rules()
EVERY_ONE = [mutant for name in lists() for mutant in mutants(name)]


@pytest.mark.parametrize("mutant", EVERY_ONE, ids=lambda mutant: mutant.id)
def test_applies(mutant: Mutant) -> None:
    """A mutant changes one place of the source, which stays a program, and breaks a known rule."""
    original = (ROOT / mutant.file).read_text("utf-8")
    changed = mutant.source(original)
    assert changed != original
    compile(changed, mutant.file, "exec")
    assert mutant.rule in RULES


def test_enough_of_each_twin() -> None:
    """Each twin can be broken in thirty ways at least, each under a name of its own."""
    assert len({mutant.id for mutant in EVERY_ONE}) == len(EVERY_ONE)
    for name, folders in (
        ("evaluator", ("verifier/semantics/",)),
        ("encoding", ("verifier/compile/", "encodings/iam_smt/")),
    ):
        listed = mutants(name)
        assert len(listed) >= 30
        assert all(mutant.file.startswith(folders) for mutant in listed)


def test_noticed(tmp_path: Path) -> None:
    """The first tests that are asked notice a mutant of each twin, and nothing where there is
    none: the source is as it was afterwards.
    """
    trial = Trial(tmp_path / "copy")
    for name in ("evaluator", "encoding"):
        mutant = mutants(name)[0]
        assert trial.notice(mutant, STAGES[:1]) is not None, mutant.breaks
        copied = tmp_path / "copy" / mutant.file
        assert copied.read_text("utf-8") == (ROOT / mutant.file).read_text("utf-8")
