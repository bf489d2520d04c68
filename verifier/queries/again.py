"""One question asked again and again, about snapshots that differ from the one asked about."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from verifier.policy.attached import AttachedPolicy
from verifier.policy.syntax import Condition, Policy, Statement
from verifier.queries.edits import Edit, Editor, home_of
from verifier.queries.hops import DecodedHop
from verifier.queries.lifts import Lift
from verifier.queries.paths import Path
from verifier.queries.world import World
from verifier.verdict import Cause, Way


class Searching(Protocol):
    """A search for one class of callers, to be asked again in other worlds."""

    def run(self) -> Way:
        """Return the answer."""

    @property
    def decoded(self) -> Sequence[DecodedHop]:
        """The requests of the path that was found, none if there is none."""

    def stopped(self) -> Iterator[Path]:
        """Yield paths that break as a whole, or the last call of which cannot be allowed, nearest
        first.
        """


Asked = tuple[Way, Sequence[DecodedHop]]
"""An answer, with the hops of its path where one was found."""


@dataclass
class Again:
    """Asks about changed snapshots what `ask` asks about a world: at most `most` times, and no
    more after so many `seconds`.
    """

    world: World
    ask: Callable[[World], Asked]
    most: int
    seconds: float
    asked: int = field(default=0, init=False)
    _known: dict[tuple[str, Statement, int], Edit] = field(default_factory=dict, init=False)
    _made: dict[int, tuple[Policy, Policy]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._end = time.monotonic() + self.seconds

    @property
    def stopped(self) -> str:
        """Why nothing more is asked, "" while something may be."""
        if self.asked >= self.most:
            return f"after {self.most} questions"
        return f"after {self.seconds:g} seconds" if time.monotonic() > self._end else ""

    def prolong(self) -> None:
        """Allow for a quarter more."""
        self.most = self.asked + self.most // 4
        self._end = time.monotonic() + self.seconds / 4

    def __call__(self, edits: Iterable[Edit], lifts: Iterable[Lift] = ()) -> Asked:
        """Return the answer after some changes."""
        self.asked += 1
        editor = Editor(edits)
        snapshot = editor.snapshot(self.world.snapshot)
        for lift in lifts:
            snapshot = lift.of(snapshot)
        self._made |= {id(new): (new, old) for new, old in editor.made.values()}
        return self.ask(replace(self.world, snapshot=snapshot))

    def edit(
        self, policy: AttachedPolicy, statement: Statement, dropped: Condition | None = None
    ) -> Edit:
        """Return the one edit of a statement, as it is in the snapshot that was asked about."""
        assert policy.policy is not None
        _, document = self._made.get(id(policy.policy), (None, policy.policy))
        home = home_of(policy)
        key = (home, statement, id(dropped))
        if key not in self._known:
            place = policy.place(statement.position)
            where = Cause(policy.title, statement.label, statement.effect.value, place)
            self._known[key] = Edit(document, home, statement, where, dropped)
        return self._known[key]
