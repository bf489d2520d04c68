"""One call, decided under two snapshots: is it allowed in the one and not in the other?"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from iam_smt.credentials import Chain
from iam_smt.model import Model
from iam_smt.terms import FALSE, Term, both, implies, negation
from verifier.comparing.edits import Edited
from verifier.comparing.sides import Side
from verifier.compile.authorize import authorize
from verifier.compile.calls import Call
from verifier.compile.matching import may_fit
from verifier.compile.targets import Target
from verifier.policy.attached import ApplicablePolicies, AttachedPolicy
from verifier.policy.content import statement_content
from verifier.queries import witness
from verifier.queries.hops import DecodedHop
from verifier.queries.origins import Start
from verifier.queries.paths import Path
from verifier.queries.precedents import Precedents
from verifier.queries.search import Impossible, Undecided, confirmed
from verifier.semantics import authorize as semantics
from verifier.snapshot_comparison import Access, Edit, EditKind


class Comparing:
    """Comparisons of calls in one direction: what `here` allows and `there` does not.

    `towards_new` says that `here` is the new snapshot.
    """

    def __init__(self, here: Side, there: Side, *, towards_new: bool) -> None:
        self.here = here
        self.there = there
        self._towards_new = towards_new
        self._precedents = Precedents(here.snapshot)

    def difference(
        self, who: str, start: Start, off: ApplicablePolicies | None, action: str, target: Target
    ) -> tuple[Access, tuple[Edit, ...]] | Undecided | None:
        """Return a request that is allowed here only, with the edits that make it so; None if
        there is none.

        `off` are the policies that bind the caller there, None if there it is not.
        """
        chain = Chain()
        path = Path(self.here.world, start.make(chain), chain, begins=True).ask(action, target)
        on = path.last.authorization().policies
        policies = self._there(off, target)
        outcome = self._solve(path, policies)
        if outcome is None or isinstance(outcome, Undecided):
            return outcome
        access = Access(who, witness.shown([outcome], self.here.world.readings)[0])
        if policies is None:
            return access, (self._appeared(who if off is None else target.shape),)
        request = outcome.main.request

        def allows(mixed: ApplicablePolicies) -> bool:
            return semantics.authorize(request, mixed, self.here.world.readings).allowed

        edited = Edited(policies, on) if self._towards_new else Edited(on, policies)
        return access, edited.causes(allows, towards_new=self._towards_new)

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
            return frozenset(_of_level(here.identity, action)), off is None or target.shape
        if self._endpoints(self.here, action) != self._endpoints(self.there, action):
            return "endpoints"
        pairs = list(zip(_about(here, action), _about(there, action), strict=False))
        if len(here.scps) == len(there.scps) and all(one == other for one, other in pairs):
            return None
        return tuple(one ^ other for one, other in pairs), len(here.scps) == len(there.scps)

    def _endpoints(self, side: Side, action: str) -> Hashable:
        return _of_level(side.snapshot.endpoints.values(), action)

    def is_guarded_otherwise(self, target: Target, action: str) -> bool:
        """Return whether other policies guard a target there, as to one action."""
        nobody = ApplicablePolicies()
        return self.told_apart_by(nobody, nobody, action, target) is not None

    def _solve(
        self, path: Path, policies: ApplicablePolicies | None
    ) -> DecodedHop | Undecided | None:
        call = path.last
        proposed = self._precedents.propose(call.caller, call.action, call.target)
        if proposed is not None and not self._faults([proposed], policies):
            return proposed
        question = self._question(path, policies)
        if question is FALSE:
            return None
        tried: list[list[DecodedHop]] = []

        def faults(model: Model) -> list[str]:
            tried.append(path.decode(model))
            return self._faults(tried[-1], policies)

        outcome = confirmed(self.here.world.solver, question, faults)
        if isinstance(outcome, Impossible):
            return None
        if isinstance(outcome, Undecided):
            return outcome
        (hop,) = tried[-1]
        self._precedents.keep(call.caller, call.action, call.target, hop)
        return hop

    def _question(self, path: Path, policies: ApplicablePolicies | None) -> Term:
        """Return a term that holds iff the call is allowed here and not there.

        What one side asks of the call may matter to the other, so that both are read until
        nothing more comes up.
        """
        call = path.last
        while call.authorization().term() is not FALSE:
            before = path.chain.matters
            there = self._allowed_there(call, policies)
            here = both(call.authorization().term(), path.surroundings())
            if path.chain.matters == before:
                return both(here, negation(there))
        return FALSE

    def _allowed_there(self, call: Call, policies: ApplicablePolicies | None) -> Term:
        """Return a term that holds iff the same call, and what it needs, is allowed there."""
        if policies is None:
            return FALSE
        given = policies
        endpoints = self.there.snapshot.endpoints

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

    def _faults(self, hops: list[DecodedHop], policies: ApplicablePolicies | None) -> list[str]:
        """Return what the evaluator has against a request that only `here` is to allow."""
        readings = self.here.world.readings
        found = witness.replay(hops, readings)
        if policies is None:
            return found
        (hop,) = hops
        for one in (hop.main, *hop.others):
            through = one.request.context.get("aws:sourcevpce", ("",))[0]
            given = replace(policies, endpoint=self.there.snapshot.endpoints.get(through))
            decision = semantics.authorize(one.request, given, readings)
            if decision.outcome is semantics.Outcome.DENY:
                return found
        return [*found, f"{hop.main.request.action} is not denied in the other snapshot"]


def _about(policies: ApplicablePolicies, action: str) -> Iterator[frozenset[Hashable]]:
    """Yield what each layer says of an action, the levels of the organization last."""
    yield _of_level(policies.identity, action)
    yield _of_level(policies.boundary, action) | ({"is bounded"} if policies.boundary else set())
    yield _of_level(policies.session, action)
    yield _of_level(policies.of_resource, action)
    rcps = (_of_level(level, action) for level in policies.rcps)
    yield frozenset().union(*rcps)
    for level in policies.scps:
        yield _of_level(level, action)


def _of_level(level: Iterable[AttachedPolicy], action: str) -> frozenset[Hashable]:
    """Return what policies that are attached together say of an action."""
    return frozenset().union(*(_of_policy(policy, action) for policy in level))


@lru_cache(maxsize=1 << 18)
def _of_policy(policy: AttachedPolicy, action: str) -> frozenset[Hashable]:
    if policy.policy is None:
        return frozenset({policy.arn or policy.title})
    return frozenset(
        (policy.kind, policy.doubt, statement_content(statement))
        for statement in policy.statements
        if may_fit(statement.actions, action)
    )
