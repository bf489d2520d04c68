"""Two policies → what is newly allowed and what no longer: the whole journey on one page."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType

from iam_smt.theory import Solver
from verifier.comparison import Change, Comparison, Relation
from verifier.compile.actions import ActionSpace
from verifier.compile.any_actions import AnyActions
from verifier.compile.matching import counted
from verifier.compile.novel_actions import presumed, with_named
from verifier.compile.open_requests import askers, open_request
from verifier.disputes import Meeting, Readings, differing, told
from verifier.errors import PolicyError
from verifier.evidence import recorder
from verifier.policy.attached import AttachedPolicy
from verifier.policy.parse import policy_from_text
from verifier.policy.syntax import Effect, PolicyKind
from verifier.queries.dependence import bearing, dependences, varied
from verifier.queries.differences import Comparing, Difference, Side, side
from verifier.verdict import Cause, Effort, Verdict

_BESIDE = {PolicyKind.SCP: "FullAWSAccess", PolicyKind.RCP: "RCPFullAWSAccess"}
_PARTITIONS = ("aws-cn", "aws-us-gov")


def compare(
    old: AttachedPolicy,
    new: AttachedPolicy,
    *,
    as_of: date | None = None,
    timeout: float | None = None,
    evidence: Path | None = None,
    any_action: bool = False,
    solver: Solver | None = None,
    readings: Mapping[str, str] = MappingProxyType({}),
) -> Comparison:
    """Compare two policies of one kind: what does the new one allow that the old one does not,
    and the other way round?

    Requests are made on or after `as_of`, at any time by default. `timeout` is in seconds for
    each question that the solver is asked; running out is an unknown. `evidence` is a folder for
    the questions that were refuted. With `any_action`, actions are any strings, not only those
    that exist or that a policy names. `solver` takes the place of one made for the occasion.
    `readings` are those of disputed points, where not by default. Raises `PolicyError` if the kinds
    differ.
    """
    started = time.perf_counter()
    usual = Readings(readings)
    solver = solver or Solver(timeout, refuted=recorder(evidence) if evidence else None)
    assumed = dict.fromkeys(_assumed(policy) for policy in (old, new) if _lacks_allow(policy))

    def compared(read: Readings) -> tuple[Comparison, set[Meeting]]:
        asked = solver
        if solver.refuted is not None:
            asked = replace(solver, under=differing(usual, read))
        newly, lost = _changes(old, new, read, asked, as_of, any_action)
        requests = (change.request for change in (*newly, *lost))
        named = [request.action for request in requests if request and not any_action]
        effort = Effort(time.perf_counter() - started, solver.effort.questions, 0)
        assumptions = (*assumed, *presumed(named), *told(read.chosen))
        found = Comparison(
            old.title, new.title, newly, lost, assumptions, effort, readings=read.chosen
        )
        return found, set(_bearing(found, read))

    found, met = compared(usual)
    others = {
        changes: other.relation.value for changes, other in varied(usual, met, compared).items()
    }
    effort = Effort(time.perf_counter() - started, solver.effort.questions, 0)
    depends_on = dependences(usual, found.relation.value, others)
    return replace(found, effort=effort, depends_on=depends_on)


def _changes(
    old: AttachedPolicy,
    new: AttachedPolicy,
    readings: Readings,
    solver: Solver,
    as_of: date | None,
    any_action: bool,
) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """Return what is newly allowed and what no longer, one change for each statement."""
    space, before, after = _sides(old, new, any_action, readings)
    newly: dict[str, Change] = {}
    lost: dict[str, Change] = {}
    for comparing in _comparisons(before, after, space, solver, as_of, readings):
        for found, one, other in ((newly, after, before), (lost, before, after)):
            for difference in comparing.differences(one, other):
                change = _change(one, comparing, difference)
                key = change.cause.statement + change.cause.place
                if key not in found or (found[key].request is None and change.request):
                    found[key] = change
    return tuple(newly.values()), tuple(lost.values())


def _bearing(found: Comparison, readings: Readings) -> Iterator[Meeting]:
    """Yield the readings of disputed points that may bear on the relation: none where each way
    round some change stands whatever they are.
    """
    for changes in (found.newly, found.lost):
        if not any(change.request is not None and not change.met for change in changes):
            is_unknown = found.relation is Relation.UNKNOWN
            verdict = Verdict.UNKNOWN if is_unknown else Verdict.NO
            yield from bearing(readings.met, verdict)
            return


def exceeds(
    policy: AttachedPolicy,
    limit: AttachedPolicy,
    *,
    as_of: date | None = None,
    timeout: float | None = None,
    any_action: bool = False,
    readings: Mapping[str, str] = MappingProxyType({}),
) -> Change | None:
    """Does `policy` allow anything that `limit` does not? Return such a request, None if there is
    none; a change without a request if that is unknown.

    The first half of `compare`, which stops at the first answer. Raises as it does.
    """
    unknown: Change | None = None
    read = Readings(readings)
    space, ours, theirs = _sides(policy, limit, any_action, read)
    for comparing in _comparisons(ours, theirs, space, Solver(timeout), as_of, read):
        for difference in comparing.differences(ours, theirs):
            change = _change(ours, comparing, difference)
            if change.request is not None:
                return change
            unknown = unknown or change
    return unknown


def _sides(
    one: AttachedPolicy, other: AttachedPolicy, any_action: bool, readings: Readings
) -> tuple[ActionSpace, Side, Side]:
    if one.kind is not other.kind:
        problem = f"{one.kind.with_article} is compared with {other.kind.with_article}"
        raise PolicyError(problem, "compare policies of one kind")
    policies = [_completed(policy) for policy in (one, other)]
    elements = [
        counted(statement.actions, readings)
        for policy in policies
        for statement in policy.statements
    ]
    space: ActionSpace = AnyActions(elements) if any_action else with_named(elements)
    first, second = (side(policy, space, readings) for policy in policies)
    return space, first, second


def _comparisons(
    before: Side,
    after: Side,
    space: ActionSpace,
    solver: Solver,
    as_of: date | None,
    readings: Readings,
) -> Iterator[Comparing]:
    """Yield a comparison for each kind of caller that makes a difference."""
    policies = [found for item in (before, after) if (found := item.policy.policy) is not None]
    moment = datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC) if as_of else None
    not_before = Fraction(int(moment.timestamp())) if moment else None
    has_principals = any(
        statement.principal for policy in policies for statement in policy.statements
    )
    for caller in askers(policies, _partition(before, after)):
        asker = open_request(caller, space, not_before, readings)
        comparing = Comparing(asker, solver, readings)
        yield comparing
        if not has_principals and not comparing.depends_on_caller:
            return


def _partition(*sides: Side) -> str:
    """Return the partition that the policies speak of, `aws` by default."""
    texts = [
        template.text
        for item in sides
        for statement in item.policy.statements
        for template in (statement.resources.patterns if statement.resources else ())
    ]
    for partition in _PARTITIONS:
        if any(text.startswith(f"arn:{partition}:") for text in texts):
            return partition
    return "aws"


def _lacks_allow(policy: AttachedPolicy) -> bool:
    return policy.kind in _BESIDE and not any(
        statement.effect is Effect.ALLOW for statement in policy.statements
    )


def _assumed(policy: AttachedPolicy) -> str:
    return f"{_BESIDE[policy.kind]} is attached beside {policy.title}"


def _completed(policy: AttachedPolicy) -> AttachedPolicy:
    """Return a policy that only denies together with the one that stands beside it (R6.31)."""
    if not _lacks_allow(policy) or policy.policy is None:
        return policy
    principal = '"Principal": "*", ' if policy.kind is PolicyKind.RCP else ""
    beside = policy_from_text(
        f'{{"Version": "2012-10-17", "Statement": {{"Sid": "{_BESIDE[policy.kind]}",'
        f' "Effect": "Allow", {principal}"Action": "*", "Resource": "*"}}}}',
        policy.kind,
    )
    statements = (*beside.statements, *policy.policy.statements)
    whole = replace(policy.policy, statements=statements)
    return replace(policy, policy=whole)


def _change(one: Side, comparing: Comparing, difference: Difference) -> Change:
    statement = difference.statement
    cause = Cause(
        one.policy.title,
        statement.label,
        statement.effect.value,
        one.policy.place(statement.position),
    )
    return Change(
        cause,
        difference.request,
        difference.chosen,
        statement.principal is not None or comparing.depends_on_caller,
        difference.reason,
        difference.met,
    )
