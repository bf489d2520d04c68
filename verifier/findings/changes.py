"""What closes a finding, asked again: the policies with a change made, and whether still some call
is allowed that the finding is about.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import Enum

from iam_smt.terms import FALSE
from iam_smt.theory import Unsat
from verifier.compile.statements import applies
from verifier.finding import WayInKind
from verifier.findings.cases import Case
from verifier.findings.guards import Guard
from verifier.findings.openings import Opening
from verifier.findings.outsiders import is_outside
from verifier.policy.attached import AttachedPolicy, Level
from verifier.policy.parse import policy_from_text
from verifier.policy.principals import PrincipalEntry
from verifier.policy.public import public_under
from verifier.policy.syntax import Condition, Policy, PolicyKind, Statement
from verifier.queries.search import Undecided, decoded
from verifier.queries.world import World
from verifier.snapshot.public_access import is_access_point, restricted
from verifier.verdict import Verdict


class Change(Enum):
    """What may be done to the statements that open something, or beside them."""

    REMOVE = "the statements are removed"
    UNNAME = "they no longer name the callers"
    ORGANIZATION = "they ask for the organization"
    SOURCE = "they ask for the account of the source"
    BLOCK = "Block Public Access restricts the bucket"
    OWNERSHIP = "Object Ownership switches ACLs off"
    OTHER = "something that the snapshot does not tell"


def asked_again(
    world: World, guard: Guard, openings: Sequence[Opening], change: Change
) -> Verdict | None:
    """Return whether a call that some opening is about is still allowed after a change; None for a
    change that cannot be made without knowing more. Block Public Access lets services in (R9.20).
    """
    policies = _changed(world, guard, openings, change)
    if policies is None:
        return None
    found = Verdict.NO
    for opening in openings:
        for case in (*opening.cases, *opening.beyond):
            if change is Change.BLOCK and case.outsider.kind is WayInKind.SERVICES:
                continue
            again = _again(world, _with(case, policies), opening.statement)
            if again is Verdict.YES:
                return again
            found = again if again is Verdict.UNKNOWN else found
    return found


def _again(world: World, case: Case, statement: Statement) -> Verdict:
    allowed = case.term()
    about, _ = applies(statement, case.path.last.authorization().request)
    if allowed is FALSE or about is FALSE:
        return Verdict.NO
    if isinstance(world.solver.solve(allowed, about), Unsat):
        return Verdict.NO
    outcome = decoded(world, case.path, case.besides, about)
    if isinstance(outcome, list):
        return Verdict.YES
    return Verdict.UNKNOWN if isinstance(outcome, Undecided) else Verdict.NO


def _with(case: Case, policies: Level) -> Case:
    """Return a case whose guard has other policies."""
    own = next((policy for policy in policies if policy.kind in _OWN), None)
    shares = tuple(policy for policy in policies if policy.kind not in _OWN)
    if case.target is None:
        assert own is not None
        roles = tuple(replace(role, trust=own) for role in case.guard.roles[:1])
        guard = replace(case.guard, policies=policies, roles=roles)
        return Case(case.world, guard, case.outsider, case.actions, None)
    guard = replace(case.guard, policies=policies)
    target = replace(case.target, policy=own, shares=shares)
    return Case(case.world, guard, case.outsider, case.actions, target)


_OWN = (PolicyKind.RESOURCE, PolicyKind.TRUST)
"""The kinds of policy that a resource has one of."""


def _changed(
    world: World, guard: Guard, openings: Iterable[Opening], change: Change
) -> Level | None:
    """Return the policies of a guard after a change of the statements of some openings."""
    statements = {opening.statement for opening in openings}
    match change:
        case Change.OWNERSHIP:
            return tuple(item for item in guard.policies if item.kind is not PolicyKind.ACL)
        case Change.BLOCK:
            return _blocked(world, guard)
        case Change.ORGANIZATION if world.snapshot.organization:
            asked = _equals("aws:PrincipalOrgID", [world.snapshot.organization.id])
        case Change.SOURCE:
            asked = _equals("aws:SourceAccount", sorted(world.snapshot.zone.accounts))
        case Change.REMOVE | Change.UNNAME:
            asked = ()
        case _:
            return None

    def edited(statement: Statement) -> Statement | None:
        if statement not in statements:
            return statement
        if change is Change.REMOVE:
            return None
        if change is Change.UNNAME:
            return _unnaming(world, statement)
        return replace(statement, conditions=(*statement.conditions, *asked))

    return tuple(_edited(policy, map(edited, policy.statements)) for policy in guard.policies)


def _edited(policy: AttachedPolicy, statements: Iterable[Statement | None]) -> AttachedPolicy:
    if policy.policy is None:
        return policy
    kept = tuple(statement for statement in statements if statement is not None)
    return replace(policy, policy=replace(policy.policy, statements=kept))


def _unnaming(world: World, statement: Statement) -> Statement | None:
    """Return a statement that names nobody from outside any more, None if nobody is left."""
    element = statement.principal
    if element is None or element.negated:
        return None
    kept: list[PrincipalEntry] = [
        entry for entry in element.entries if not is_outside(world, entry)
    ]
    return replace(statement, principal=replace(element, entries=tuple(kept))) if kept else None


def _blocked(world: World, guard: Guard) -> Level | None:
    """Return the policies of a bucket as `RestrictPublicBuckets` leaves them; None where access
    points may keep other accounts in.
    """
    if any(map(is_access_point, world.snapshot.resources)):
        return None

    def closed(policy: AttachedPolicy) -> AttachedPolicy:
        if policy.policy is None or policy.kind is not PolicyKind.RESOURCE:
            return policy
        found: Policy = policy.policy
        under = public_under(found, of_access_point=False)
        return replace(policy, policy=restricted(found, guard.arn, [guard.account], under))

    return tuple(map(closed, guard.policies))


def _equals(key: str, values: list[str]) -> tuple[Condition, ...]:
    """Return the condition that a key has one of some values."""
    condition = {"StringEquals": {key: values}}
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}
    text = json.dumps({"Version": "2012-10-17", "Statement": statement})
    return policy_from_text(text, PolicyKind.IDENTITY).statements[0].conditions
