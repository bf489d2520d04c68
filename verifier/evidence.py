"""Evidence for a "no": the refuted questions as scripts that another solver can check."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path

from iam_smt.smtlib import smtlib
from iam_smt.terms import Constant, Term
from verifier.errors import InputError, Place

_COMMENT = "Shown to have no model by verifier: another solver should answer `unsat`."


def recorder(folder: Path) -> Callable[[Term], None]:
    """Return what writes each question to a file of its own in `folder`.

    Questions that fold to false leave nothing to check. Raises `InputError` if the folder cannot
    be written.
    """
    numbers = count(1)

    def record(question: Term) -> None:
        if isinstance(question, Constant):
            return
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{next(numbers):05}.smt2"
            path.write_text(smtlib(question, comment=_COMMENT), encoding="utf-8")
        except OSError as error:
            problem = f"cannot be written: {error.strerror}"
            raise InputError(problem, "name another folder", Place(str(folder))) from None

    return record
