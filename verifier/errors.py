"""Everything that can go wrong, one class a cause; all derive from `VerifierError`.

A message starts in lower case, quotes the user's words in backticks and speaks of IAM. `InputError`
carries the place, so that it reads `file:line:column: what is wrong; what would be right`.
"""

from __future__ import annotations

from dataclasses import dataclass


class VerifierError(Exception):
    """Base of every error that the verifier raises on purpose."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file something stands; `line` and `column` count from 1, 0 means unknown."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}" + (f":{self.column}" if self.column else "")


class InputError(VerifierError):
    """A file of the user's is malformed: `problem` says what is wrong, `remedy` what is right."""

    def __init__(self, problem: str, remedy: str = "", place: Place | None = None) -> None:
        self.problem = problem
        self.remedy = remedy
        self.place = place
        super().__init__(problem, remedy, place)

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        return where + self.problem + (f"; {self.remedy}" if self.remedy else "")


class PolicyError(InputError):
    """A policy document breaks the grammar of section 1 of the semantics."""


class SnapshotError(InputError):
    """A snapshot is malformed, incomplete where it must not be, or holds nothing."""


class QuestionError(VerifierError):
    """A question cannot be understood: `position` is where, `suggestion` the nearest that can."""

    def __init__(
        self, problem: str, sentence: str = "", position: int | None = None, suggestion: str = ""
    ) -> None:
        self.problem = problem
        self.sentence = sentence
        self.position = position
        self.suggestion = suggestion
        super().__init__(problem, sentence, position, suggestion)

    def __str__(self) -> str:
        lines = [self.problem]
        if self.sentence and self.position is not None:
            lines += [f"  {self.sentence}", "  " + " " * self.position + "^"]
        if self.suggestion:
            lines.append(f"did you mean: {self.suggestion}")
        return "\n".join(lines)


class ReplayError(VerifierError):
    """The evaluator does not confirm a witness of an exact encoding: a defect of the verifier."""


class UndecidedError(VerifierError):
    """An unknown answer was used as if it were yes or no."""
