"""Two snapshots → who can do more and who less: the whole journey on one page."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

from iam_smt.theory import Solver
from verifier.ask import ask
from verifier.comparing.callers import Asked, asked_about
from verifier.comparing.differences import Comparing, Difference
from verifier.comparing.facts import changed_facts
from verifier.comparing.inventory import all_edits
from verifier.comparing.sides import Side
from verifier.comparing.space import action_space, aims_of
from verifier.comparing.targets import Changed
from verifier.compile.actions import actions
from verifier.compile.novel_actions import presumed
from verifier.disputes import Meeting, Readings
from verifier.parallel import Progress, spread
from verifier.queries.action_classes import action_classes
from verifier.queries.assumptions import assumptions
from verifier.queries.grammar import parse
from verifier.queries.offers import Offers
from verifier.queries.search import Undecided
from verifier.queries.world import World
from verifier.snapshot.model import Snapshot, Zone
from verifier.snapshot_comparison import (
    Access,
    AccessChange,
    Direction,
    Edit,
    OpenPoint,
    SnapshotComparison,
)
from verifier.verdict import Cause, Effort, Verdict, Way

_Ways = dict[tuple[str, str], Way]
_Found = tuple[Direction, set[str]]
_Part = tuple[_Found, _Ways, set[Meeting], int]
"""A part of the work: what only one side allows, and who was asked about; or whom the outside
becomes. With the disputed points that were met, and the number of questions.
"""

_REACH = "what can any external principal become"


def compare_snapshots(
    old: Snapshot,
    new: Snapshot,
    *,
    timeout: float | None = None,
    progress: Progress = lambda text, done, total: None,
    readings: Readings | None = None,
    jobs: int = 1,
) -> SnapshotComparison:
    """Compare two snapshots: what does the new one allow that the old one does not, and the other
    way round?

    `timeout` is in seconds for each question that the solver is asked; running out is an unknown.
    Disputed points are read as `readings` say. `jobs` is the number of processes. The zone of trust
    is that of both together, and requests are made on or after the day of the new snapshot.
    """
    started = time.perf_counter()
    readings = readings or Readings(new.readings)
    solver = Solver(timeout)
    zone = Zone(
        old.zone.accounts | new.zone.accounts, old.zone.organizations | new.zone.organizations
    )
    before, after = (
        Side(World(replace(item, zone=zone, as_of=new.as_of), solver, readings=readings))
        for item in (old, new)
    )
    edits = all_edits(before, after)
    worlds = before.world, after.world
    space = action_space(*worlds) if edits else actions()
    classes = action_classes(*worlds, space=space) if edits else []

    def part(number: int) -> _Part:
        asked = solver.effort.questions
        found: _Found = Direction(()), set()
        ways: _Ways = {}
        with readings.noted() as met:
            if number < len(_SIDES):
                here, there = _SIDES[number]
                comparing = Comparing(sides[here], sides[there], space, towards_new=here == 1)
                found = _direction(comparing, classes, progress)
            elif edits:
                ways = _reached(sides[number - len(_SIDES)], timeout)
        return found, ways, met, solver.effort.questions - asked

    sides = before, after
    (newly, *_), (lost, *_), (_, was, *_), (_, may, *_) = parts = [
        found for _, found in spread(part, range(4), jobs)
    ]
    facts = tuple(changed_facts(before, after))
    readings.met |= {meeting for *_, met, _ in parts for meeting in met}
    return SnapshotComparison(
        _with(newly[0], may, was, facts),
        _with(lost[0], was, may, facts),
        edits,
        len(newly[1] | lost[1]),
        len(_names(before) | _names(after)),
        (*_assumed(after, readings), *presumed(_named(newly[0], lost[0]))),
        Effort(time.perf_counter() - started, sum(asked for *_, asked in parts), 0),
    )


_SIDES = ((1, 0), (0, 1))
"""The positions of the snapshots that allow, and that do not, in the two directions."""


def _names(side: Side) -> set[str]:
    return {*side.principals, *(origin.name for origin in side.ways_in())}


def _assumed(side: Side, readings: Readings) -> Iterator[str]:
    yield from assumptions(side.world, parse("can anyone perform sts:AssumeRole"), ())
    yield "what only one of the snapshots lists is, in the other, there without a policy of its own"
    for point in sorted({point for point, _ in readings.met}):
        yield f"the disputed point {point} is read as `{readings.of(point)}`"


def _named(*found: Direction) -> Iterator[str]:
    """Yield the actions that are told of."""
    return (change.hop.action for direction in found for change in direction.changes)


def _reached(side: Side, timeout: float | None) -> _Ways:
    """Return the roles that outsiders can become, or may, each by who becomes it."""
    answer = ask(side.snapshot, _REACH, timeout=timeout)
    return {(way.who, way.what): way for way in answer.ways if way.verdict is not Verdict.NO}


def _with(
    found: Direction,
    here: _Ways,
    there: _Ways,
    facts: tuple[OpenPoint, ...],
) -> Direction:
    """Add to a direction whom outsiders become here only, and what is open besides."""
    reached = [way for key, way in here.items() if way.verdict is Verdict.YES and key not in there]
    unknown = [
        OpenPoint(f"{way.who}: {way.what}", way.reason)
        for key, way in (*here.items(), *there.items())
        if way.verdict is Verdict.UNKNOWN
        and (key not in here or key not in there or here[key].verdict is not there[key].verdict)
    ]
    return replace(
        found,
        reached=tuple(reached),
        unknown=(*found.unknown, *dict.fromkeys(unknown), *facts),
        ways_in=tuple(way for way in here.values() if way.verdict is Verdict.YES),
    )


def _direction(comparing: Comparing, classes: list[int], progress: Progress) -> _Found:
    """Return what only one side allows, and who was asked about."""
    callers = list(asked_about(comparing))
    changed = Changed(comparing)
    found: dict[tuple[tuple[Edit, ...], tuple[Cause, ...]], dict[str, Access]] = {}
    unknown: dict[OpenPoint, None] = {}
    asked: set[str] = set()
    for number, bits in enumerate(classes):
        progress("comparing", number, len(classes))
        touched = [caller for caller in callers if caller.affected & bits]
        if not touched and not changed.actions & bits:
            continue
        action = min(comparing.space.names(bits), key=len)
        wanted = Offers(aims_of(comparing.here.world, comparing.space, action))
        others = changed.among(wanted, action) if changed.actions & bits else set()
        for caller in callers if others else touched:
            for outcome in _of_caller(comparing, caller, bits, action, wanted, others):
                asked.add(caller.name)
                if isinstance(outcome, Undecided):
                    unknown[OpenPoint(caller.name, outcome.reason)] = None
                elif outcome is not None:
                    same = found.setdefault((outcome.edits, outcome.access.hop.by), {})
                    same.setdefault(caller.name, outcome.access)
    changes = [AccessChange(edits, tuple(them.values())) for (edits, _), them in found.items()]
    return Direction(tuple(changes), unknown=tuple(unknown)), asked


def _of_caller(
    comparing: Comparing, caller: Asked, bits: int, action: str, wanted: Offers, others: set[int]
) -> Iterator[Difference | Undecided | None]:
    """Yield what comes of the calls of one action by one caller that may be decided otherwise, None
    for each.
    """
    is_touched = bool(caller.affected & bits)
    for start, on, off in caller.starts:
        for _, target in wanted.to(on):
            if not is_touched and id(target) not in others:
                continue
            reason = comparing.told_apart_by(on.policies, off, action, target)
            if reason is None or reason in caller.undecided:
                continue
            given = on.policies, off, action, target
            told = caller.explained.get(reason)
            if told is not None and not comparing.grants_more(*given, told):
                continue
            yield None
            told = told or frozenset()
            for found in comparing.differences(caller.name, start, off, action, target, told):
                if isinstance(found, Difference):
                    told |= found.granting
                    caller.explained[reason] = told
                elif comparing.is_beyond_showing(*given):
                    caller.undecided.add(reason)
                yield found
