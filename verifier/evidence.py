"""Evidence for a "no": the refuted questions as scripts that another solver can check."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path

from iam_smt.smtlib import smtlib
from iam_smt.terms import Constant, Term
from verifier.errors import InputError, Place

_COMMENT = "Shown to have no model by verifier: another solver should answer `unsat`."


def recorder(folder: Path) -> Callable[[Term, str], None]:
    """Return what writes each question to a file of its own in `folder`, with how disputed points
    were read for it where not as for the answer.

    Questions that fold to false leave nothing to check. Raises `InputError` if the folder cannot
    be written.
    """
    numbers = count(1)

    def record(question: Term, under: str) -> None:
        if isinstance(question, Constant):
            return
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{next(numbers):05}.smt2"
            comment = f"{_COMMENT}\nAsked where {under}." if under else _COMMENT
            path.write_text(smtlib(question, comment=comment), encoding="utf-8")
        except OSError as error:
            problem = f"cannot be written: {error.strerror}"
            raise InputError(problem, "name another folder", Place(str(folder))) from None

    return record
