"""What closes a yes: the smallest sets of statements without which it is a no (a minimum cut).

Each path that is found stands on statements, and a set that closes all paths has one of each. So a
smallest set that hits all paths found so far is taken away, and the question is asked again: where
another path is left, it joins those to hit; where none is, nothing smaller can close them. To take
statements away only ever closes paths, so that every path found counts for good.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from iam_smt.hitting import small_hitting, smallest_hitting
from verifier.policy.attached import ApplicablePolicies
from verifier.policy.syntax import Effect, PolicyKind
from verifier.queries.again import Again
from verifier.queries.edits import Edit, Editor, home_of
from verifier.queries.hops import DecodedHop
from verifier.request import Request
from verifier.semantics.authorize import authorize
from verifier.verdict import Cause, Margin, Verdict

_MOST_SETS = 12
_GRANTING = (PolicyKind.IDENTITY, PolicyKind.TRUST, PolicyKind.RESOURCE)

Support = frozenset[Edit]
"""Statements that are enough for a path, each as the edit that takes it away."""


class Cut:
    """The sets of trust, identity and resource statements that close a yes, shown by `found`."""

    def __init__(self, again: Again, found: Iterable[DecodedHop]) -> None:
        self._again = again
        self._supports = [self._support(found)]
        self._closing: list[Support] = []
        self._open: list[Support] = []
        self._larger: Support | None = None
        self._at_least = 1
        self._stopped = ""

    def margin(self) -> Margin:
        """Return the smallest sets, or how far the search for them came."""
        while (chosen := self._next()) is not None:
            self._without(chosen)
        if self._stopped and (small := self._small()) is not None:
            self._closing.append(small)
        closes = sorted(
            (tuple(sorted((item.where for item in chosen), key=str)) for chosen in self._closing),
            key=lambda causes: [(str(cause), cause.place) for cause in causes],
        )
        at_least = min([self._at_least, *map(len, self._open)]) if self._supports[-1] else 0
        return Margin(tuple(closes), at_least, asked=self._again.asked, stopped=self._stopped)

    def _next(self) -> Support | None:
        """Return the next set to ask about, None if there is none, or if enough was asked."""
        if not self._supports[-1] or len(self._closing) == _MOST_SETS:
            return None
        stopped = self._again.stopped
        if stopped:
            self._stopped = "" if self._closing else stopped
            return None
        known = [*self._closing, *self._open]
        try:
            chosen = smallest_hitting(self._supports, known, self._in_order())
        except TimeoutError as error:
            self._stopped = "" if self._closing else str(error)
            return None
        if chosen is None or (self._closing and len(chosen) > len(self._closing[0])):
            return None
        self._at_least = max(self._at_least, len(chosen))
        return chosen

    def _without(self, chosen: Support) -> None:
        """Ask without a set of statements; where a path is left, go on without it as well, which
        finds many paths that share nothing, and in the end a set that closes all, if a large one.
        """
        removed = chosen
        while not self._again.stopped:
            way, hops = self._again(removed)
            if hops:
                support = self._support(hops)
                self._supports.append(support)
                if not support:
                    return
                removed |= support
                continue
            if removed != chosen:
                if way.verdict is Verdict.NO and (
                    self._larger is None or len(removed) < len(self._larger)
                ):
                    self._larger = removed
            elif way.verdict is Verdict.NO:
                self._closing.append(chosen)
            else:
                self._open.append(chosen)
            return

    def _small(self) -> Support | None:
        """Return a set that closes everything, small but not proved smallest, if one is found with
        what more may be asked.
        """
        self._again.prolong()
        while not self._again.stopped:
            chosen = small_hitting(self._supports, self._in_order())
            way, hops = self._again(chosen)
            if not hops:
                return chosen if way.verdict is Verdict.NO else self._larger
            self._supports.append(self._support(hops))
        return self._larger

    def _in_order(self) -> Sequence[Edit]:
        members = {item for support in self._supports for item in support}
        return sorted(members, key=lambda item: (str(item.where), item.where.place, item.home))

    def _support(self, hops: Iterable[DecodedHop]) -> Support:
        """Return statements that together are enough to allow the requests of a path."""
        needed: set[Edit] = set()
        for hop in hops:
            for each in (hop.main, *hop.others):
                needed |= self._enough(each.request, each.policies)
        return frozenset(needed)

    def _enough(self, request: Request, policies: ApplicablePolicies) -> set[Edit]:
        readings = self._again.world.readings
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
                kept.add(self._again.edit(policy, statement))
        return kept
