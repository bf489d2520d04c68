"""One call, decided under two snapshots: is it allowed in the one and not in the other?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace

from iam_smt.credentials import Chain
from iam_smt.model import Model
from iam_smt.terms import FALSE, Term, both, either, implies, negation
from verifier.comparing.edits import Edited
from verifier.comparing.said import about, content, covered_by, is_missing, of_level
from verifier.comparing.sides import Side
from verifier.compile.actions import Actions
from verifier.compile.authorize import authorize
from verifier.compile.calls import Call
from verifier.compile.targets import Target
from verifier.policy.attached import ApplicablePolicies
from verifier.policy.syntax import Effect
from verifier.queries import witness
from verifier.queries.hops import DecodedHop
from verifier.queries.origins import Start
from verifier.queries.paths import Path
from verifier.queries.precedents import Precedents
from verifier.queries.search import Impossible, Undecided, confirmed
from verifier.semantics import authorize as semantics
from verifier.snapshot_comparison import Access, Edit, EditKind


@dataclass(frozen=True, slots=True)
class Difference:
    """A request that only one side allows, and the edits that make it so; `granting` is what the
    statements say that grant it.
    """

    access: Access
    edits: tuple[Edit, ...]
    granting: frozenset[Hashable]


class Comparing:
    """Comparisons of calls in one direction: what `here` allows and `there` does not.

    `towards_new` says that `here` is the new snapshot, `space` which actions there are.
    """

    def __init__(self, here: Side, there: Side, space: Actions, *, towards_new: bool) -> None:
        self.here = here
        self.there = there
        self.space = space
        self._towards_new = towards_new
        self._precedents = defaultdict[int, Precedents](lambda: Precedents(here.snapshot))

    def differences(
        self,
        who: str,
        start: Start,
        off: ApplicablePolicies | None,
        action: str,
        target: Target,
        told: frozenset[Hashable],
    ) -> Iterator[Difference | Undecided]:
        """Yield requests that are allowed here only: whatever is, what was `told` grants it, or the
        statements that grant one of them.

        `off` are the policies that bind the caller there, None if there it is not.
        """
        while True:
            found = self._difference(who, start, off, action, target, told)
            if found is not None:
                yield found
            if not isinstance(found, Difference) or found.granting <= told:
                return
            told |= found.granting

    def _difference(
        self,
        who: str,
        start: Start,
        off: ApplicablePolicies | None,
        action: str,
        target: Target,
        told: frozenset[Hashable],
    ) -> Difference | Undecided | None:
        """Return a request that is allowed here only, and not by statements that say what is told;
        None if there is none.
        """
        chain = Chain()
        path = Path(self.here.world, start.make(chain), chain, begins=True).ask(action, target)
        on = path.last.authorization().policies
        policies = self._there(off, target)
        covered = None
        if told:
            covered = covered_by(on, policies, action, told) if policies else None
            if covered is None:
                return None
        outcome = self._solve(path, policies, covered, self._precedents[len(told)])
        if outcome is None or isinstance(outcome, Undecided):
            return outcome
        access = Access(who, witness.shown([outcome], self.here.world.readings)[0])
        request = outcome.main.request
        decision = semantics.authorize(request, on, self.here.world.readings)
        granting = frozenset(
            content(match.policy, match.statement)
            for match in decision.matches
            if match.effect is Effect.ALLOW and match.statement is not None
        )
        if policies is None:
            edits = (self._appeared(who if off is None else target.shape),)
            return Difference(access, edits, granting)

        def allows(mixed: ApplicablePolicies) -> bool:
            return semantics.authorize(request, mixed, self.here.world.readings).allowed

        edited = Edited(policies, on) if self._towards_new else Edited(on, policies)
        return Difference(access, edited.causes(allows, towards_new=self._towards_new), granting)

    def _appeared(self, what: str) -> Edit:
        """Return that somebody, or a role to be assumed, is on this side only."""
        return Edit(EditKind.ADDED if self._towards_new else EditKind.REMOVED, what)

    def _there(self, off: ApplicablePolicies | None, target: Target) -> ApplicablePolicies | None:
        """Return what bears on a call there, None if caller or role is not there."""
        other = self.there.guarded(target) if off is not None else None
        if off is None or other is None:
            return None
        return replace(off, resource=other.policy, shares=other.shares, rcps=other.rcps)

    def told_apart_by(
        self, on: ApplicablePolicies, off: ApplicablePolicies | None, action: str, target: Target
    ) -> Hashable | None:
        """Return what is said of a call on one side only, None if both say the same of it."""
        here = replace(on, resource=target.policy, shares=target.shares, rcps=target.rcps)
        there = self._there(off, target)
        if there is None:
            return frozenset(of_level(here.identity, action)), off is None or target.shape
        if self._endpoints(self.here, action) != self._endpoints(self.there, action):
            return "endpoints"
        pairs = list(zip(about(here, action), about(there, action), strict=False))
        if len(here.scps) == len(there.scps) and all(one == other for one, other in pairs):
            return None
        return tuple(one ^ other for one, other in pairs), len(here.scps) == len(there.scps)

    def is_beyond_showing(
        self, on: ApplicablePolicies, off: ApplicablePolicies | None, action: str, target: Target
    ) -> bool:
        """Return whether no request shows a difference for want of a document: what is missing here
        may deny it, or what is missing there may allow it, where else only the grants of the caller
        differ.
        """
        here = replace(on, resource=target.policy, shares=target.shares, rcps=target.rcps)
        there = self._there(off, target)
        if there is None:
            return False
        pairs = list(zip(about(here, action), about(there, action), strict=False))
        if any(map(is_missing, frozenset().union(*(one - other for one, other in pairs)))):
            return True
        (granted, other), *rest = pairs
        missing = other - granted
        alike = len(here.scps) == len(there.scps) and all(one == other for one, other in rest)
        return alike and bool(missing) and all(map(is_missing, missing))

    def grants_more(
        self,
        on: ApplicablePolicies,
        off: ApplicablePolicies | None,
        action: str,
        target: Target,
        told: frozenset[Hashable],
    ) -> bool:
        """Return whether statements that are on this side only grant a call, but those told."""
        here = replace(on, resource=target.policy, shares=target.shares, rcps=target.rcps)
        there = self._there(off, target)
        return there is not None and covered_by(here, there, action, told) is not None

    def _endpoints(self, side: Side, action: str) -> Hashable:
        return of_level(side.snapshot.endpoints.values(), action)

    def is_guarded_otherwise(self, target: Target, action: str) -> bool:
        """Return whether other policies guard a target there, as to one action."""
        nobody = ApplicablePolicies()
        return self.told_apart_by(nobody, nobody, action, target) is not None

    def _solve(
        self,
        path: Path,
        policies: ApplicablePolicies | None,
        covered: ApplicablePolicies | None,
        precedents: Precedents,
    ) -> DecodedHop | Undecided | None:
        call = path.last
        proposed = precedents.propose(call.caller, call.action, call.target)
        if proposed is not None and not self._faults([proposed], policies, covered):
            return proposed
        question = self._question(path, policies, covered)
        if question is FALSE:
            return None
        tried: list[list[DecodedHop]] = []

        def faults(model: Model) -> list[str]:
            tried.append(path.decode(model))
            return self._faults(tried[-1], policies, covered)

        outcome = confirmed(self.here.world.solver, question, faults)
        if isinstance(outcome, Impossible):
            return None
        if isinstance(outcome, Undecided):
            return outcome
        (hop,) = tried[-1]
        precedents.keep(call.caller, call.action, call.target, hop)
        return hop

    def _question(
        self, path: Path, policies: ApplicablePolicies | None, covered: ApplicablePolicies | None
    ) -> Term:
        """Return a term that holds iff the call is allowed here and not there, nor by what is
        `covered`.

        What one side asks of the call may matter to the other, so that both are read until
        nothing more comes up.
        """
        call = path.last
        while call.authorization().term() is not FALSE:
            before = path.chain.matters
            there = either(_allowed(call, self.there, policies), _allowed(call, self.here, covered))
            here = both(call.authorization().term(), path.surroundings())
            if path.chain.matters == before:
                return both(here, negation(there))
        return FALSE

    def _faults(
        self,
        hops: list[DecodedHop],
        policies: ApplicablePolicies | None,
        covered: ApplicablePolicies | None,
    ) -> list[str]:
        """Return what the evaluator has against a request that only `here` is to allow."""
        (hop,) = hops
        action = hop.main.request.action
        found = witness.replay(hops, self.here.world.readings)
        if not self._is_denied(hop, self.there, policies):
            found.append(f"{action} is not denied in the other snapshot")
        if not self._is_denied(hop, self.here, covered):
            found.append(f"{action} is granted by what was told before")
        return found

    def _is_denied(self, hop: DecodedHop, side: Side, policies: ApplicablePolicies | None) -> bool:
        if policies is None:
            return True
        for one in (hop.main, *hop.others):
            through = one.request.context.get("aws:sourcevpce", ("",))[0]
            given = replace(policies, endpoint=side.snapshot.endpoints.get(through))
            decision = semantics.authorize(one.request, given, self.here.world.readings)
            if decision.outcome is semantics.Outcome.DENY:
                return True
        return False


def _allowed(call: Call, side: Side, policies: ApplicablePolicies | None) -> Term:
    """Return a term that holds iff a call, and what it needs, is allowed on a side."""
    if policies is None:
        return FALSE
    given = policies
    endpoints = side.snapshot.endpoints

    def allowed(action: str | None) -> Term:
        request = call.authorization(action).request
        request = replace(request, has_boundary=bool(given.boundary))
        return authorize(request, given, endpoints)

    needs = []
    if call.assume is not None:
        needs = [
            implies(call.assume.needs_tag_session, allowed("sts:TagSession")),
            implies(call.assume.carries_identity, allowed("sts:SetSourceIdentity")),
        ]
    return both(allowed(None), *needs)
