"""On which disputed points an answer depends: it is asked again where one was met.

A point that was met nowhere on the way to an answer cannot change it (`disputes.Readings`). For
those that were, the same is asked under every combination of the readings that were met, or where
these are many, under each reading alone and all of them together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from math import prod
from typing import TypeVar

from verifier.disputed_points import POINTS, Protection
from verifier.disputes import Meeting, Readings
from verifier.verdict import Dependence, Verdict, Way

_MOST_COMBINATIONS = 8
_NO, _YES = Verdict.NO.value, Verdict.YES.value

Changes = tuple[Meeting, ...]
"""Readings in the place of those of an answer, by point, one for each."""

_Key = tuple[str, str]
"""Of whom, or of what, a way is."""

Result = TypeVar("Result")


def depending(
    readings: Readings, answer: Callable[[Readings], tuple[Sequence[Way], set[Meeting]]]
) -> list[Way]:
    """Return the ways of an answer, each with what it depends on.

    `answer` gives the ways under some readings, and what was asked about beside them. Who has a way
    under others only comes as a no.
    """
    ways, besides = answer(readings)

    def ask(other: Readings) -> tuple[Sequence[Way], set[Meeting]]:
        more, besides = answer(other)
        return more, _met(more, besides)

    asked = varied(readings, _met(ways, besides), ask)
    strict = _strict(asked)
    if strict and strict not in asked:
        asked[strict], _ = ask(readings.under(dict(strict)))
    ways = _settled(ways, asked.get(strict, ()))
    own = _verdicts(ways)
    others = {changes: _verdicts(found) for changes, found in asked.items()}

    def verdict(key: _Key, changes: Changes) -> str:
        """Return the verdict under other readings; a yes where least is allowed settles it."""
        strictest = tuple(sorted({**dict(strict), **dict(changes)}.items()))
        found = others[changes].get(key, _NO)
        return _YES if others.get(strictest, {}).get(key) == _YES else found

    depends_on = {
        key: dependences(
            readings,
            own.get(key, _NO),
            {changes: verdict(key, changes) for changes in others},
        )
        for key in sorted({*own, *(key for verdicts in others.values() for key in verdicts)})
    }
    found = [replace(way, depends_on=depends_on[way.who, way.what]) for way in ways]
    for (who, what), dependent in depends_on.items():
        if dependent and (who, what) not in own:
            found.append(Way(who, Verdict.NO, what=what, depends_on=dependent))
    return found


def _strict(asked: Iterable[Changes]) -> Changes:
    """Return the strictest reading of each point that is open without a choice and was varied."""
    points = {point for changes in asked for point, _ in changes if POINTS[point].strict}
    return tuple((point, POINTS[point].strict) for point in sorted(points))


def _settled(ways: Sequence[Way], strictest: Sequence[Way]) -> list[Way]:
    """Return the ways, those that are unknown as they are where least is allowed: a yes there is
    one under every reading.
    """
    own, known = _verdicts(ways), _verdicts(strictest)
    unknown = Verdict.UNKNOWN.value
    settled = {key for key in own if own[key] == unknown and known.get(key) == _YES}
    return [
        *(way for way in ways if (way.who, way.what) not in settled),
        *(way for way in strictest if (way.who, way.what) in settled),
    ]


def _verdicts(ways: Iterable[Way]) -> dict[_Key, str]:
    """Return the verdicts by whom, or what, they are about; of several ways any yes counts."""
    found: dict[_Key, set[Verdict]] = {}
    for way in ways:
        found.setdefault((way.who, way.what), set()).add(way.verdict)
    return {
        key: next(v.value for v in (Verdict.YES, Verdict.UNKNOWN, Verdict.NO) if v in verdicts)
        for key, verdicts in found.items()
    }


def _met(ways: Iterable[Way], besides: set[Meeting]) -> set[Meeting]:
    found = {meeting for way in ways for meeting in bearing(way.met, way.verdict)}
    return found | set(bearing(besides, Verdict.NO))


def bearing(met: Iterable[Meeting], verdict: Verdict) -> Iterator[Meeting]:
    """Yield those of the meetings that may bear on a verdict: a point that is left open without a
    choice does on an unknown only.
    """
    for point, reading in met:
        is_open = POINTS[point].protection is Protection.TWO_SIDED
        if verdict is Verdict.UNKNOWN or not is_open:
            yield point, reading


def varied(
    readings: Readings,
    met: set[Meeting],
    ask: Callable[[Readings], tuple[Result, set[Meeting]]],
) -> dict[Changes, Result]:
    """Return what `ask` finds under other readings of the points that were met, and of those that
    are met then; a point that was chosen is not varied.
    """
    found: dict[Changes, Result] = {}
    while True:
        left = (changes for changes in _combinations(readings, met) if changes not in found)
        changes = next(left, None)
        if changes is None:
            return found
        found[changes], more = ask(readings.under(dict(changes)))
        met = met | more


def _combinations(readings: Readings, met: Iterable[Meeting]) -> list[Changes]:
    """Return the readings to ask under, the fewest changes first."""
    options: dict[str, list[str]] = {}
    for point, reading in sorted(met):
        if point not in readings.chosen:
            options.setdefault(point, []).append(reading)
    if prod(len(names) + 1 for names in options.values()) - 1 <= _MOST_COMBINATIONS:
        chosen = product(*([None, *names] for names in options.values()))
        found = [
            tuple((point, name) for point, name in zip(options, names, strict=True) if name)
            for names in chosen
        ]
        return sorted(filter(None, found), key=len)
    alone: list[Changes] = [((point, name),) for point in options for name in options[point]]
    together = [
        tuple((point, names[min(place, len(names) - 1)]) for point, names in options.items())
        for place in range(max(map(len, options.values())))
    ]
    return [*alone, *together]


def dependences(
    readings: Readings, own: str, others: Mapping[Changes, str]
) -> tuple[Dependence, ...]:
    """Return the least sets of points on which an answer depends, each with the answers under
    their readings.
    """
    least: list[tuple[Changes, str]] = []
    for changes, answer in sorted(others.items(), key=lambda item: len(item[0])):
        known = any(set(less) <= set(changes) and of == answer for less, of in least)
        if answer != own and not known:
            least.append((changes, answer))
    found: dict[tuple[str, ...], dict[tuple[str, ...], str]] = {}
    for changes, answer in least:
        points = tuple(point for point, _ in changes)
        answers = found.setdefault(points, {tuple(map(readings.of, points)): own})
        if len(points) == 1:
            # A reading that was not asked about makes no difference.
            for name in POINTS[points[0]].readings:
                answers.setdefault((name,), others.get(((points[0], name),), own))
        answers[tuple(name for _, name in changes)] = answer
    return tuple(Dependence(points, tuple(answers.items())) for points, answers in found.items())
