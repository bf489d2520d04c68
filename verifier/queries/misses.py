"""How near a no is to a yes: single changes that would make it one, each shown by asking again.

Looked at are the calls that are offered but cannot be allowed, the chains that break as a whole,
and the calls that nobody offers between a role that can be become and one that leads to the goal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from heapq import nsmallest
from itertools import islice

from iam_smt.evaluation import allowed
from iam_smt.principals import Kind
from iam_smt.terms import FALSE
from iam_smt.theory import Sat
from verifier.compile.authorization import Authorization
from verifier.compile.callers import Caller
from verifier.compile.targets import Target
from verifier.policy.attached import AttachedPolicy
from verifier.policy.syntax import Effect
from verifier.queries.again import Again, Searching
from verifier.queries.approach import Approach
from verifier.queries.closure import last_step
from verifier.queries.edits import Edit, Editor
from verifier.queries.lifts import Lift
from verifier.queries.paths import Path
from verifier.queries.provisos import may_apply
from verifier.queries.reach import Search
from verifier.verdict import Cause, Margin, Miss, MissKind, Proviso, Verdict

_MOST_PATHS = 60
_MOST_PAIRS = 400
_MOST_MISSES = 12
_KINDS = list(MissKind)
_LIFTED = {
    "boundary": MissKind.BOUNDARY,
    "endpoint": MissKind.ENDPOINT,
    "scps": MissKind.SCPS,
    "rcps": MissKind.RCPS,
    "identity": MissKind.PERMISSION,
    "grants": MissKind.ADMISSION,
}
"""The types of policy that may be lifted, by the name of their layer."""

_PRINCIPALS = {Kind.SERVICE: "Service", Kind.OIDC: "Federated", Kind.SAML: "Federated"}


@dataclass
class NearMisses:
    """The nearest misses of a no, which `search` has come to."""

    again: Again
    search: Searching
    _cut_off: bool = field(default=False, init=False)

    def margin(self) -> Margin:
        """Return the single changes under which the answer is yes, nearest first."""
        found: list[Miss] = []
        candidates = dict.fromkeys(self._candidates())
        nearest = nsmallest(len(candidates), candidates, key=lambda item: _KINDS.index(_kind(item)))
        stopped = ""
        for item in nearest:
            stopped = self.again.stopped
            if stopped or len(found) == _MOST_MISSES or (found and _kind(item) is MissKind.GOAL):
                break
            miss = self._confirmed(item)
            if miss is not None:
                found.append(miss)
        if self._cut_off and not stopped:
            stopped = f"among {_MOST_PATHS} calls and {_MOST_PAIRS} pairs of roles"
        return Margin(misses=tuple(found), asked=self.again.asked, stopped=stopped)

    def _confirmed(self, item: Edit | Lift) -> Miss | None:
        way, _ = self.again([item]) if isinstance(item, Edit) else self.again((), [item])
        if way.verdict is not Verdict.YES:
            return None
        if isinstance(item, Edit):
            dropped = Proviso(item.dropped, True, 0) if item.dropped else None
            return Miss(_kind(item), item.where, way.witness, dropped)
        return Miss(item.kind, item.where, way.witness, None, item.who, item.action, item.resource)

    def _candidates(self) -> Iterator[Edit | Lift]:
        paths = list(islice(self.search.stopped(), _MOST_PATHS + 1))
        self._cut_off |= len(paths) > _MOST_PATHS
        for path in paths[:_MOST_PATHS]:
            relaxed = list(self._relaxed(path))
            yield from relaxed or self._lifted(path)
        if isinstance(self.search, Search):
            for path in self._never_offered(self.search):
                yield from self._lifted(path)
            yield from self._goals(self.search)

    def _never_offered(self, search: Search) -> Iterator[Path]:
        """Yield assume-role calls from what can be become to what leads to the goal, the shortest
        chains first.
        """
        world, closure = search.world, search.closure
        approach = Approach(world, search.offers)
        trails = list(closure)
        leading = [
            (role, chain)
            for role in world.snapshot.roles()
            if role.arn not in closure.trails and (chain := approach.chain(role.arn)) is not None
        ]
        leading.sort(key=lambda item: len(item[1]))
        pairs = ((trail, role) for role, _ in leading for trail in trails)
        for trail, role in islice(pairs, _MOST_PAIRS):
            if trail.roles or closure.origin.known_principal is not None:
                yield last_step(world, trail).assume(role)
        self._cut_off |= len(leading) * len(trails) > _MOST_PAIRS

    def _goals(self, search: Search) -> Iterator[Lift]:
        """Yield the permission for the goal itself, for whoever can be become."""
        for trail in search.closure:
            caller = trail.end(search.world)
            offered = search.offers.to(caller)
            for action, target in search.offers.aims:
                if target.owner == caller.account and (action, target) not in offered:
                    yield from _permissions(MissKind.GOAL, caller, action, target)
                    break

    def _lifted(self, path: Path) -> Iterator[Lift]:
        """Yield the changes of one type of policy that would let the last call be allowed."""
        call, authorization = path.last, path.last.authorization()
        layers, setting = authorization.layers(), authorization.setting()
        around = None
        for name, kind in _LIFTED.items():
            without = allowed(layers.without(name), setting)
            lifts = [
                lift
                for lift in _lifts(kind, call.caller, call.action, call.target, authorization)
                if self._is_there(lift)
            ]
            if not lifts or without is FALSE:
                continue
            around = around if around is not None else path.surroundings()
            if isinstance(self.again.world.solver.solve(without, around), Sat):
                yield from lifts

    def _is_there(self, lift: Lift) -> bool:
        """Return whether the snapshot has what a change is about."""
        snapshot = self.again.world.snapshot
        if lift.kind is MissKind.ADMISSION:
            return lift.resource in snapshot.resources or snapshot.role(lift.resource) is not None
        return True

    def _relaxed(self, path: Path) -> Iterator[Edit]:
        """Yield edits of one statement each that would let the calls of a path be allowed."""
        around = None
        for authorization in path.authorizations():
            for policy in authorization.policies.every:
                for item in self._edits_of(policy, authorization):
                    around = around if around is not None else path.surroundings()
                    changed = Editor([item]).applicable(authorization.policies)
                    term = replace(authorization, policies=changed).term()
                    if isinstance(self.again.world.solver.solve(term, around), Sat):
                        yield item

    def _edits_of(self, policy: AttachedPolicy, authorization: Authorization) -> Iterator[Edit]:
        for statement in policy.statements:
            if policy.location is None or not may_apply(statement, authorization):
                continue
            if statement.effect is Effect.DENY:
                yield self.again.edit(policy, statement)
            else:
                for condition in statement.conditions:
                    yield self.again.edit(policy, statement, condition)


def _kind(item: Edit | Lift) -> MissKind:
    if isinstance(item, Lift):
        return item.kind
    return MissKind.DENY if item.dropped is None else MissKind.CONDITION


def _lifts(
    kind: MissKind, caller: Caller, action: str, target: Target, authorization: Authorization
) -> Iterator[Lift]:
    """Yield the change of one type of policy for a call, if there is anything to change."""
    policies = authorization.policies
    arn = caller.principal.arn
    match kind:
        case MissKind.BOUNDARY if policies.boundary and isinstance(arn, str):
            yield Lift(kind, _whole(policies.boundary[0]), arn)
        case MissKind.ENDPOINT if authorization.endpoints:
            yield Lift(kind, Cause("VPC endpoint policies", "", "", ""), "")
        case MissKind.SCPS if policies.scps and caller.account:
            where = Cause(f"service control policies of account {caller.account}", "", "", "")
            yield Lift(kind, where, caller.account)
        case MissKind.RCPS if policies.rcps and isinstance(target.owner, str):
            where = Cause(f"resource control policies of account {target.owner}", "", "", "")
            yield Lift(kind, where, target.owner)
        case MissKind.PERMISSION:
            yield from _permissions(kind, caller, action, target)
        case MissKind.ADMISSION if policies.resource and not target.task:
            key = _PRINCIPALS.get(caller.principal.kind, "AWS")
            name = caller.principal.provider if key != "AWS" else arn
            if isinstance(name, str):
                where = _whole(policies.resource)
                yield Lift(kind, where, name, action, target.inside or target.shape, (key, name))


def _permissions(kind: MissKind, caller: Caller, action: str, target: Target) -> Iterator[Lift]:
    arn = caller.principal.arn
    if isinstance(arn, str) and caller.principal.kind in (Kind.USER, Kind.ROLE_SESSION):
        resource = target.shape if isinstance(target.resource, str) else "*"
        where = Cause(f"policies of {arn}", "", "", "")
        yield Lift(kind, where, arn, action, resource)


def _whole(policy: AttachedPolicy) -> Cause:
    return Cause(policy.title, "", "", policy.place(()))
