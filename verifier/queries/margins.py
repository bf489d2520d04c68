"""How far a yes is from a no, and a no from a yes: by statements, each shown by asking again.

What closes a yes are the smallest sets of statements without which the answer is no, for chains of
every length. They are found as hitting sets: a set that leaves a path is followed by sets that take
a statement of that path, too. A no is nearly a yes where one condition less, or one deny less,
makes it one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, islice
from typing import Protocol

from iam_smt.theory import Sat
from verifier.compile.calls import Authorization
from verifier.policy.attached import ApplicablePolicies, AttachedPolicy
from verifier.policy.syntax import Condition, Effect, Policy, PolicyKind, Statement
from verifier.queries.edits import Edit, Editor, home_of
from verifier.queries.hops import DecodedHop
from verifier.queries.paths import Path
from verifier.queries.provisos import may_apply
from verifier.queries.world import World
from verifier.request import Request
from verifier.semantics.authorize import authorize
from verifier.verdict import Cause, Miss, Proviso, Verdict, Way

_MOST_QUESTIONS = 24
_MOST_SETS = 6
_MOST_PATHS = 60
_LARGEST_SET = 3
_GRANTING = (PolicyKind.IDENTITY, PolicyKind.TRUST, PolicyKind.RESOURCE)


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


@dataclass
class Margins:
    """Asks one question again about changed snapshots; `search` makes a search for the same
    callers in another world.
    """

    world: World
    search: Callable[[World], Searching]
    _asked: int = field(default=0, init=False)
    _known: dict[tuple[str, Statement, int], Edit] = field(default_factory=dict, init=False)
    _made: dict[int, tuple[Policy, Policy]] = field(default_factory=dict, init=False)

    def _again(self, edits: Iterable[Edit]) -> tuple[Way, Searching]:
        self._asked += 1
        editor = Editor(edits)
        world = replace(self.world, snapshot=editor.snapshot(self.world.snapshot))
        self._made |= {id(new): (new, old) for new, old in editor.made.values()}
        search = self.search(world)
        return search.run(), search

    def _edit(
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

    def closing(self, found: Sequence[DecodedHop]) -> Iterator[tuple[Cause, ...]]:
        """Yield the smallest sets of statements without which a yes, shown by `found`, is a no."""
        supports = [self._support(found)]
        tried: list[frozenset[Edit]] = []
        least = _LARGEST_SET
        while supports[-1] and self._asked < _MOST_QUESTIONS and len(tried) < _MOST_SETS * 2:
            chosen = _hitting(supports, tried)
            if chosen is None or len(chosen) > least:
                return
            way, search = self._again(chosen)
            if search.decoded:
                supports.append(self._support(search.decoded))
                continue
            tried.append(chosen)
            if way.verdict is Verdict.NO:
                least = len(chosen)
                yield tuple(sorted((item.where for item in chosen), key=str))

    def _support(self, hops: Iterable[DecodedHop]) -> frozenset[Edit]:
        """Return statements that together are enough to allow the requests of a path."""
        needed: set[Edit] = set()
        for hop in hops:
            for each in (hop.main, *hop.others):
                needed |= self._enough(each.request, each.policies)
        return frozenset(needed)

    def _enough(self, request: Request, policies: ApplicablePolicies) -> set[Edit]:
        readings = self.world.readings
        granting = [
            (match.policy, match.statement)
            for match in authorize(request, policies, readings).matches
            if match.statement is not None
            and match.effect is Effect.ALLOW
            and match.policy.location is not None
            and match.policy.kind in _GRANTING
        ]
        gone: list[Edit] = []
        kept: set[Edit] = set()
        for policy, statement in granting:
            assert policy.policy is not None
            where = Cause(policy.title, statement.label, "", "")
            without = [*gone, Edit(policy.policy, home_of(policy), statement, where)]
            if authorize(request, Editor(without).applicable(policies), readings).allowed:
                gone = without
            else:
                kept.add(self._edit(policy, statement))
        return kept

    def misses(self, search: Searching) -> Iterator[Miss]:
        """Yield single changes under which a no would be a yes, each shown by a path."""
        seen: set[Edit] = set()
        for path in islice(search.stopped(), _MOST_PATHS):
            for item in self._relaxed(path):
                if item in seen or self._asked >= _MOST_QUESTIONS:
                    continue
                seen.add(item)
                way, _ = self._again([item])
                if way.verdict is Verdict.YES:
                    dropped = Proviso(item.dropped, True, 0) if item.dropped else None
                    yield Miss(item.where, dropped, way.witness)

    def _relaxed(self, path: Path) -> Iterator[Edit]:
        """Yield edits of one statement each that would let the last call of a path be allowed."""
        around = None
        for authorization in path.authorizations():
            for policy in authorization.policies.every:
                for item in self._edits_of(policy, authorization):
                    around = around if around is not None else path.surroundings()
                    changed = Editor([item]).applicable(authorization.policies)
                    term = replace(authorization, policies=changed).term()
                    if isinstance(self.world.solver.solve(term, around), Sat):
                        yield item

    def _edits_of(self, policy: AttachedPolicy, authorization: Authorization) -> Iterator[Edit]:
        for statement in policy.statements:
            if policy.location is None or not may_apply(statement, authorization):
                continue
            if statement.effect is Effect.DENY:
                yield self._edit(policy, statement)
            else:
                for condition in statement.conditions:
                    yield self._edit(policy, statement, condition)


def _hitting(
    supports: Sequence[frozenset[Edit]], tried: Sequence[frozenset[Edit]]
) -> frozenset[Edit] | None:
    """Return a smallest set with a member of every support that holds none of those `tried`."""
    members = list(dict.fromkeys(item for support in supports for item in support))
    members.sort(key=lambda item: (str(item.where), item.where.place))
    for size in range(1, _LARGEST_SET + 1):
        for chosen in map(frozenset, combinations(members, size)):
            if all(chosen & support for support in supports) and not any(
                known <= chosen for known in tried
            ):
                return chosen
    return None
