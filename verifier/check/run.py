"""Invariants held against a snapshot: which hold, which do not, and which nobody knows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from verifier.ask import ask
from verifier.check.invariants import Invariant
from verifier.check.sets import matches
from verifier.parallel import Progress
from verifier.shown import Shown
from verifier.snapshot.model import Snapshot
from verifier.verdict import Answer, Dependence, Verdict, Way


class Status(Enum):
    """What became of an invariant; `ACCEPTED` is violated, but in the baseline."""

    HOLDS = "holds"
    VIOLATED = "violated"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class Checked:
    """One question of an invariant with its answer; `against` are the ways that violate it. The
    status `depends_on` disputed points.
    """

    invariant: Invariant
    sentence: str
    status: Status
    answer: Answer
    against: tuple[Way, ...] = ()
    reason: str = ""
    depends_on: tuple[Dependence, ...] = ()

    @property
    def fingerprint(self) -> str:
        """What stays the same from run to run: the id and the sentence."""
        return hashlib.sha256(f"{self.invariant.id}\n{self.sentence}".encode()).hexdigest()[:32]


class Checks(tuple[Checked, ...], Shown):
    """The questions of a run, in order."""

    __slots__ = ()

    @property
    def statuses(self) -> frozenset[Status]:
        """What became of them."""
        return frozenset(item.status for item in self)

    def __repr__(self) -> str:
        return f"<Checks of {len(self)} questions>"


def check(
    snapshot: Snapshot,
    invariants: Iterable[Invariant],
    *,
    timeout: float | None = None,
    jobs: int = 1,
    progress: Progress = lambda text, done, total: None,
) -> Iterator[Checked]:
    """Yield what becomes of every question of every invariant, in order.

    Every sentence is read before the first question is asked. Raises `InputError` for one that
    cannot be read, and for an invariant about an empty set.
    """
    asked = [(item, question) for item in invariants for question in item.questions(snapshot)]
    for number, (invariant, question) in enumerate(asked):
        progress(question.text, number, len(asked))
        answer = ask(snapshot, question, timeout=timeout, jobs=jobs)
        yield _judged(invariant, question.text, answer)


def _judged(invariant: Invariant, sentence: str, answer: Answer) -> Checked:
    status, against = _status(invariant, answer.ways)
    depends_on = tuple(_dependences(invariant, answer, status))
    return Checked(invariant, sentence, status, answer, against, depends_on=depends_on)


def _dependences(invariant: Invariant, answer: Answer, status: Status) -> Iterator[Dependence]:
    """Yield the disputed points on which the status depends."""
    readings: dict[tuple[str, ...], dict[tuple[str, ...], None]] = {}
    for found in answer.depends_on:
        readings.setdefault(found.points, {}).update(dict.fromkeys(dict(found.answers)))
    for points, names in readings.items():
        statuses = {
            chosen: _status(invariant, [way.under(points, chosen) for way in answer.ways])[0]
            for chosen in names
        }
        if set(statuses.values()) != {status}:
            told = ((chosen, found.value) for chosen, found in statuses.items())
            yield Dependence(points, tuple(told))


def _status(invariant: Invariant, found: Iterable[Way]) -> tuple[Status, tuple[Way, ...]]:
    ways: dict[Verdict, tuple[Way, ...]] = dict.fromkeys(Verdict, ())
    for way in found:
        if not any(matches(pattern, way.who) for pattern in invariant.only):
            ways[way.verdict] += (way,)
    wanted = invariant.expect is Verdict.YES
    if ways[Verdict.YES]:
        status, against = (Status.HOLDS, Verdict.NO) if wanted else (Status.VIOLATED, Verdict.YES)
    elif ways[Verdict.UNKNOWN]:
        status, against = Status.UNKNOWN, Verdict.UNKNOWN
    else:
        status, against = (Status.VIOLATED if wanted else Status.HOLDS), Verdict.NO
    return status, () if status is Status.HOLDS else ways[against]
