"""One guard looked at: what it opens, and on which disputed points that depends."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from verifier.disputes import Meeting, Readings
from verifier.errors import QuestionError
from verifier.finding import Gap
from verifier.findings.becoming import Becoming
from verifier.findings.cases import beyond_cases, cases
from verifier.findings.changes import Change, asked_again
from verifier.findings.closing import ways_to_close
from verifier.findings.guards import Guard
from verifier.findings.intentions import Intention
from verifier.findings.items import Item, items
from verifier.findings.openings import Opening, search
from verifier.findings.outsiders import outsiders
from verifier.queries.dependence import Changes, bearing, dependences, varied
from verifier.queries.world import World
from verifier.verdict import Dependence, Verdict


@dataclass(frozen=True)
class Look:
    """What was found about a guard; `proved` counts the questions that were refuted, `disputed` is
    what other readings would open.
    """

    items: tuple[Item, ...]
    gaps: tuple[Gap, ...]
    proved: int
    disputed: tuple[Gap, ...] = ()


@dataclass(frozen=True)
class Looking:
    """Looks at guards in one world, and holds what they open against the allow list of a day; if
    `closes`, it is asked again what changes close.
    """

    becoming: Becoming
    entries: Sequence[Intention]
    today: date
    closes: bool = True

    @property
    def world(self) -> World:
        """The snapshot, and how disputed points are read."""
        return self.becoming.world

    def at(self, guard: Guard) -> Look:
        """Return what a guard opens, with what would be otherwise under other readings of disputed
        points: an item that another reading closes depends on it.
        """
        own, met = self._noting(guard)
        asked = varied(self.world.readings, met, lambda other: self._under(other)._noting(guard))
        opening: dict[str, list[Changes]] = {}
        ours = _by_subject(own)
        for changes, other in asked.items():
            for subject, item in _by_subject(other).items():
                if not _extent(item) <= _extent(ours.get(subject)):
                    _add(opening.setdefault(item.who.text.rstrip(","), []), changes)
            for gap in other.gaps:
                if gap not in own.gaps:
                    _add(opening.setdefault(gap.who, []), changes)
        verdicts = {changes: _verdicts(other, ours) for changes, other in asked.items()}
        found = tuple(
            replace(item, depends_on=self._depends_on(subject, verdicts))
            for subject, item in ours.items()
        )
        disputed = tuple(
            Gap(guard.arn, who, f"more may be open if {_told(found)}")
            for who, found in opening.items()
        )
        return replace(own, items=found, disputed=disputed)

    def _depends_on(
        self, subject: Hashable, verdicts: Mapping[Changes, Mapping[Hashable, Verdict]]
    ) -> tuple[Dependence, ...]:
        """Return the disputed points by which what an item says is allowed, or is not."""
        others = {changes: found[subject].value for changes, found in verdicts.items()}
        return dependences(self.world.readings, Verdict.YES.value, others)

    def _under(self, readings: Readings) -> Looking:
        world = World(self.world.snapshot, self.world.solver, readings=readings)
        return replace(self, becoming=Becoming(world), closes=False)

    def _noting(self, guard: Guard) -> tuple[Look, set[Meeting]]:
        """Return what a guard opens, and the disputed points that were met and may matter."""
        with self.world.readings.noted() as met:
            found = self._look(guard)
        verdict = Verdict.UNKNOWN if found.gaps else Verdict.NO
        return found, set(bearing(met, verdict))

    def _look(self, guard: Guard) -> Look:
        world = self.world
        met = outsiders(world, guard)
        calls = list(cases(world, guard, met, [entry.actions for entry in self.entries]))
        gaps: list[Gap] = []
        try:
            beyond = list(beyond_cases(world, guard, met, calls))
        except QuestionError as error:
            beyond = []
            gaps.append(Gap(guard.arn, "actions that no catalogue has", str(error)))
        found = search(world, guard, calls, beyond)

        def closing(item: Item, openings: Sequence[Opening]) -> Mapping[Change, Verdict]:
            if not self.closes:
                return {}
            changes = [change for change, _ in ways_to_close(world.snapshot, item)]
            again = ((one, asked_again(world, guard, openings, one)) for one in changes)
            return {change: verdict for change, verdict in again if verdict is not None}

        listed = items(self.becoming, guard, found.openings, self.entries, self.today, closing)
        return Look(tuple(listed), (*found.gaps, *gaps), found.proved)


def _by_subject(look: Look) -> dict[Hashable, Item]:
    """Return the items by what they are about, however much of it they say."""
    return {tuple(exposure.fingerprint for exposure in item.exposures): item for item in look.items}


def _verdicts(look: Look, subjects: Iterable[Hashable]) -> dict[Hashable, Verdict]:
    """Return whether what items are about is allowed by what was found."""
    missing = Verdict.UNKNOWN if look.gaps else Verdict.NO
    allowed = _by_subject(look)
    return {subject: Verdict.YES if subject in allowed else missing for subject in subjects}


def _extent(item: Item | None) -> set[Hashable]:
    """Return the actions as written, by level, that an item says can be called."""
    return {
        (level, pattern)
        for permission in (item.permissions if item else ())
        for level, patterns in permission.actions
        for pattern in patterns
    }


def _add(least: list[Changes], changes: Changes) -> None:
    """Add changes of readings, fewest first, unless fewer of them do the same."""
    if not any(set(fewer) <= set(changes) for fewer in least):
        least.append(changes)


def _told(found: Sequence[Changes]) -> str:
    """Return readings in words: any of them, each with all of its points."""
    return ", or if ".join(
        " and ".join(f'{point} is read as "{name}"' for point, name in changes) for changes in found
    )
