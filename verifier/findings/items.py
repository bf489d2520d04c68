"""What one guard adds to the findings: values that travel between processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from verifier.disputes import Readings
from verifier.errors import ReplayError
from verifier.finding import (
    AccessLevel,
    Exposure,
    Kind,
    Permission,
    Powers,
    Severity,
    WayIn,
    WayInKind,
)
from verifier.findings.becoming import Becoming
from verifier.findings.changes import Change
from verifier.findings.fingerprints import fingerprint
from verifier.findings.guards import Guard
from verifier.findings.intentions import Intention
from verifier.findings.judging import Judgement, judge
from verifier.findings.naming import is_open, way_in
from verifier.findings.openings import Opening
from verifier.findings.permissions import permission
from verifier.findings.powers import powers
from verifier.findings.severities import is_narrowed, levels_of, severity
from verifier.policy.attached import AttachedPolicy
from verifier.policy.public import is_public, is_public_statement
from verifier.policy.syntax import PolicyKind
from verifier.queries.hops import DecodedHop, Replayable
from verifier.queries.witness import replay, shown
from verifier.snapshot.intention import Intended
from verifier.snapshot.model import Role
from verifier.snapshot.public_access import is_access_point
from verifier.verdict import Cause, Dependence, Verdict


@dataclass(frozen=True)
class Item:
    """What a class of callers may do on the resources of one guard; see `Finding`.

    `opens` says whether anybody on earth may be among them, `restrictable` whether Block Public
    Access would close it, `by` which kinds of policy open it. `intended`, `exceeded` and `expired`
    are positions in the allow list; under other readings of what it `depends_on` it is closed.
    `still` is what was answered with changes made.
    """

    kind: str
    severity: Severity
    who: WayIn
    permissions: tuple[Permission, ...]
    exposures: tuple[Exposure, ...]
    opens: bool
    restrictable: bool
    by: frozenset[PolicyKind]
    intended: tuple[int, ...] = ()
    exceeded: tuple[int, ...] = ()
    expired: tuple[int, ...] = ()
    depends_on: tuple[Dependence, ...] = ()
    still: Mapping[Change, Verdict] = field(default_factory=dict)


@dataclass(frozen=True)
class _Opened:
    """An opening with what it permits, and whether to anybody on earth."""

    opening: Opening
    permission: Permission
    opens: bool


@dataclass(frozen=True)
class _Group:
    """The openings of a guard that become one item; `part` are the entries of the allow list where
    they are only the intended part.
    """

    guard: Guard
    who: WayIn
    opened: list[_Opened]
    part: list[Intended]

    @property
    def kind(self) -> str:
        """The kind of the finding; what is public of a bucket is Amazon S3's word (R9.1, R9.35)."""
        if self.guard.resource is None:
            return Kind.ROLE
        if self.who.kind is WayInKind.SERVICES:
            return Kind.SERVICE
        is_point = is_access_point(self.guard.arn)
        for opened in self.opened:
            is_pinned = is_narrowed(opened.permission.provisos)
            if self.guard.is_bucket and opened.opening.policy.kind is PolicyKind.RESOURCE:
                statement = opened.opening.statement
                is_pinned |= not is_public_statement(statement, of_access_point=is_point)
            if opened.opens and not is_pinned:
                return Kind.PUBLIC
        return Kind.EXTERNAL

    def fingerprint(self, arn: str) -> str:
        """Return the fingerprint of one resource of the item."""
        statements = [opened.opening.statement for opened in self.opened]
        return fingerprint(self.kind, self.who, arn, statements, self.part)


def items(
    becoming: Becoming,
    guard: Guard,
    openings: Iterable[Opening],
    entries: Sequence[Intention],
    today: date,
    closing: Callable[[Item, Sequence[Opening]], Mapping[Change, Verdict]],
) -> Iterator[Item]:
    """Yield what the openings of a guard come to: one item for each class of callers, and for what
    is intended and what is not. `closing` tells what is answered to an item with changes made.
    """
    world = becoming.world
    alike: dict[tuple[WayIn, Judgement], list[_Opened]] = {}
    for opening in openings:
        for part, said in judge(world, opening, entries, today):
            who, provisos = way_in(world, part)
            opened = _Opened(part, permission(part, provisos), is_open(who, provisos))
            alike.setdefault((who, said), []).append(opened)
    for (who, said), group in alike.items():
        group.sort(key=lambda item: item.permission.level.rank)
        counts = [number for number in said.touching if entries[number].entry.counts(today)]
        meant = [entries[number].entry for number in counts] if said.is_part else []
        item = _item(becoming, _Group(guard, who, group, meant))
        yield replace(
            item,
            still=closing(item, [opened.opening for opened in group]),
            intended=tuple(counts) if said.covered else (),
            exceeded=() if said.covered else tuple(counts),
            expired=tuple(number for number in said.touching if number not in counts),
        )


def _item(becoming: Becoming, group: _Group) -> Item:
    guard = group.guard
    exposures = [_exposure(becoming, group, role) for role in guard.roles or (None,)]
    severities = [
        severity(
            group.who,
            exposure.resource,
            _levels(exposure.powers, opened.permission),
            opened.permission.provisos,
            is_open=opened.opens,
        )
        for exposure in exposures
        for opened in group.opened
    ]
    restrictable = guard.is_bucket and any(
        policy.policy is not None
        and is_public(policy.policy, of_access_point=is_access_point(guard.arn))
        for policy in guard.policies
        if policy.kind is PolicyKind.RESOURCE
    )
    return Item(
        group.kind,
        min(severities, key=lambda item: item.rank),
        group.who,
        tuple(opened.permission for opened in group.opened),
        tuple(exposures),
        any(opened.opens for opened in group.opened),
        restrictable,
        frozenset(opened.opening.policy.kind for opened in group.opened),
    )


def _levels(found: Powers | None, permission: Permission) -> list[AccessLevel]:
    if found is None:
        return [level for level, _ in permission.actions]
    return [AccessLevel.PERMISSIONS] if found.administrator else levels_of(found)


def _exposure(becoming: Becoming, group: _Group, role: Role | None) -> Exposure:
    guard = group.guard
    arn = role.arn if role else guard.arn
    witnesses = []
    for opened in group.opened:
        hops = opened.opening.witness
        if role is not None and role is not guard.roles[0]:
            hops = [_of_role(hop, role, becoming.world.readings) for hop in hops]
        witnesses.append(shown(hops, becoming.world.readings))
    return Exposure(
        arn,
        guard.account,
        tuple(
            dict.fromkeys(
                _cause(role.trust if role else opened.opening.policy, opened.opening)
                for opened in group.opened
            )
        ),
        tuple(witnesses),
        group.fingerprint(arn),
        powers(becoming, role) if role else None,
    )


def _of_role(hop: DecodedHop, role: Role, readings: Readings) -> DecodedHop:
    """Return the call that assumes another role that trusts alike, confirmed by the evaluator."""
    others = tuple(_with(item, role) for item in hop.others)
    found = replace(hop, main=_with(hop.main, role), others=others, role=role)
    faults = replay([found], readings)
    if faults:
        raise ReplayError(f"roles that trust alike are not: {'; '.join(faults)}")
    return found


def _with(item: Replayable, role: Role) -> Replayable:
    request = replace(item.request, resource=role.arn)
    return replace(item, request=request, policies=replace(item.policies, resource=role.trust))


def _cause(policy: AttachedPolicy, opening: Opening) -> Cause:
    statement = opening.statement
    place = policy.place(statement.position)
    return Cause(policy.title, statement.label, statement.effect.value, place)
