"""Files of invariants, TOML or YAML: sentences with the answer that must hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from verifier import tables
from verifier.check.sets import EverySet
from verifier.check.sets import parse as parse_set
from verifier.errors import InputError, Place, QuestionError
from verifier.finding import Severity
from verifier.queries import grammar
from verifier.question import Question
from verifier.snapshot.model import Snapshot
from verifier.verdict import Verdict

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_LEGAL = "id, ask, expect, only, for, owner, severity and note"


@dataclass(frozen=True, slots=True)
class Invariant:
    """One entry of a file: `ask` must be answered by `expect`, for each member of `every`.

    `only` are patterns of those that may, all the same, in a question whose answer lists many.
    """

    id: str
    ask: str
    expect: Verdict
    only: tuple[str, ...]
    every: EverySet | None
    owner: str
    severity: Severity
    note: str
    place: Place

    def questions(self, snapshot: Snapshot) -> Iterator[Question]:
        """Yield the questions that the invariant stands for; raise `InputError` if it stands for
        none.
        """
        members = [""] if self.every is None else self.every.members(snapshot)
        if not members:
            raise InputError(
                f"the set of `{self.id}` is empty in this snapshot",
                "an invariant about nobody would hold whatever happens",
                self.place,
            )
        for member in members:
            yield self._read(member.join(_PLACEHOLDER.split(self.ask)[::2]))

    def _read(self, sentence: str) -> Question:
        try:
            return grammar.parse(sentence)
        except QuestionError as error:
            raise InputError(f"`{self.id}` cannot be read: {error}", place=self.place) from None


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    id: str = Field(min_length=1)
    ask: str = Field(min_length=1)
    expect: Literal["yes", "no"] = "no"
    only: list[str] = []
    every: str | None = Field(None, alias="for")
    owner: str = ""
    severity: Literal["critical", "high", "medium", "low"] = "high"
    note: str = ""

    @field_validator("expect", mode="before")
    @classmethod
    def _spell(cls, value: Any) -> Any:
        """Read what YAML makes of a bare yes or no."""
        return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


def read(path: Path) -> tuple[Invariant, ...]:
    """Read a file by its suffix; raise `InputError` with the place."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise InputError(f"cannot be read: {reason}", place=Place(str(path))) from None
    if path.suffix == ".toml":
        value, lines = tables.parse(text, str(path)), tables.lines_of(text, "invariant")
    elif path.suffix in (".yaml", ".yml"):
        value, lines = _yaml(text, str(path))
    else:
        raise InputError("is no file of invariants", "name it *.toml or *.yaml", Place(str(path)))
    return tuple(_invariants(value, lines, str(path)))


def _yaml(text: str, file: str) -> tuple[Any, list[int]]:
    import yaml

    try:
        value = yaml.safe_load(text)
        root = yaml.compose(text, yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
        raise InputError(f"is not valid YAML: {error.problem}", place=place) from None
    except yaml.YAMLError as error:
        raise InputError(f"is not valid YAML: {error}", place=Place(file)) from None
    lines: list[int] = []
    for key, node in root.value if isinstance(root, yaml.MappingNode) else ():
        if key.value == "invariant" and isinstance(node, yaml.SequenceNode):
            lines = [entry.start_mark.line + 1 for entry in node.value]
    return value, lines


def _invariants(value: Any, lines: list[int], file: str) -> Iterator[Invariant]:
    entries = value.get("invariant") if isinstance(value, dict) else None
    if not isinstance(entries, list) or not entries:
        raise InputError("holds no invariants", "write them below [[invariant]]", Place(file))
    if set(value) != {"invariant"}:
        (other, *_) = sorted(map(str, set(value) - {"invariant"}))
        raise InputError(f"`{other}` is not known here", "legal is [[invariant]] only", Place(file))
    seen: dict[str, int] = {}
    for number, entry in enumerate(entries):
        place = Place(file, lines[number] if number < len(lines) else 0)
        found = _invariant(entry, place)
        if found.id in seen:
            problem = f"the id `{found.id}` stands twice, first in line {seen[found.id]}"
            raise InputError(problem, "baselines follow invariants by their id", place)
        seen[found.id] = place.line
        yield found


def _invariant(entry: Any, place: Place) -> Invariant:
    try:
        said = _Entry.model_validate(entry)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(map(str, first["loc"])) or "the entry"
        if first["type"] == "extra_forbidden":
            raise InputError(f"`{key}` is not known here", f"legal are {_LEGAL}", place) from None
        remedy = first["msg"][0].lower() + first["msg"][1:]
        raise InputError(f"`{key}` is wrong", remedy, place) from None
    every = parse_set(said.every, place) if said.every is not None else None
    _check_placeholders(said.ask, every, place)
    if said.only and said.expect == "yes":
        raise InputError('`only` goes with `expect = "no"`', "it lists who may all the same", place)
    return Invariant(
        said.id,
        said.ask,
        Verdict(said.expect),
        tuple(said.only),
        every,
        said.owner,
        Severity(said.severity),
        said.note,
        place,
    )


def _check_placeholders(sentence: str, every: EverySet | None, place: Place) -> None:
    found = set(_PLACEHOLDER.findall(sentence))
    due = {every.name} if every else set()
    if found != due:
        names = ", ".join(f"{{{name}}}" for name in sorted(found)) or "no placeholder"
        remedy = f"write {{{every.name}}}" if every else 'add `for = "every role ..."`'
        raise InputError(f"`ask` has {names}", remedy, place)
