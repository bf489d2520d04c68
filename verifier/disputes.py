"""How disputed points are read: what is chosen, and which of them were met."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from verifier.disputed_points import POINTS, DisputedPoint
from verifier.errors import InputError, Place

_DEFAULTS = {point.id: point.default for point in POINTS.values()}

Meeting = tuple[str, str]
"""A point, and a reading of it other than the default that would make a difference somewhere."""


class Readings:
    """How every disputed point is read, and which of them were met so far.

    Whoever comes to a place where a reading other than the default makes a difference asks
    `says`, which notes it in `met`. So what happens under a reading that was never asked about is
    just what happens without it.
    """

    def __init__(self, chosen: Mapping[str, str] = MappingProxyType({})) -> None:
        self.chosen = MappingProxyType(dict(chosen))
        self._names = {**_DEFAULTS, **chosen}
        self.met: set[Meeting] = set()

    def says(self, point: str, reading: str) -> bool:
        """Return whether a point is read in this way, which is not its default; note the meeting.

        To be asked only where the reading makes a difference.
        """
        self.met.add((point, reading))
        return self._names[point] == reading

    def of(self, point: str) -> str:
        """Return how a point is read, without a note: for points that are not varied."""
        return self._names[point]

    def under(self, others: Mapping[str, str]) -> Readings:
        """Return these readings with others for some points."""
        return Readings({**self.chosen, **others})

    @contextmanager
    def noted(self) -> Iterator[set[Meeting]]:
        """Give a set that holds, in the end, what was met in the meantime."""
        before, self.met = self.met, set()
        try:
            yield self.met
        finally:
            before |= self.met
            self.met = before


DEFAULT = Readings()
"""Every point read by default."""


def differing(usual: Readings, others: Readings) -> str:
    """Return in words which points are read in another way than usual."""
    changed = (point for point in others.chosen if others.of(point) != usual.of(point))
    return " and ".join(f'{point} is read as "{others.of(point)}"' for point in changed)


def told(chosen: Mapping[str, str]) -> Iterator[str]:
    """Yield what an answer takes for granted by these choices."""
    for point, reading in chosen.items():
        yield f'{point} is read as "{reading}", as chosen'


def read(choices: Iterable[str]) -> dict[str, str]:
    """Read choices such as `X-16=simulator`; raise `InputError` that says what would be right."""
    found: dict[str, str] = {}
    for text in choices:
        name, _, reading = (part.strip() for part in text.partition("="))
        for point, chosen in choose({name: reading}).items():
            if found.setdefault(point, chosen) != chosen:
                raise InputError(f"{point} is to be read in two ways", "choose one")
    return found


def choose(choices: Mapping[str, str], place: Place | None = None) -> dict[str, str]:
    """Return the choices of readings by point; raise `InputError` that says what would be right."""
    found: dict[str, str] = {}
    for name, reading in choices.items():
        disputed = point(name, place)
        if reading not in disputed.readings:
            problem = f"`{reading}` is no reading of {disputed.id}"
            known = " or ".join(f"{disputed.id}={option}" for option in disputed.readings)
            raise InputError(problem, f"write {known}", place)
        found[disputed.id] = reading
    return found


def point(name: str, place: Place | None = None) -> DisputedPoint:
    """Return the point of an id in any letter case; raise `InputError` if there is none."""
    found = POINTS.get(name.upper())
    if found is None:
        remedy = "they are X-1 to X-23; `verifier readings` lists them"
        raise InputError(f"`{name}` is no disputed point", remedy, place)
    return found
