"""What one guard adds to the findings: values that travel between processes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from verifier.compile.matching import action_clause
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
from verifier.findings.cases import level
from verifier.findings.fingerprints import fingerprint
from verifier.findings.guards import Guard
from verifier.findings.intentions import Intention
from verifier.findings.judging import Judgement, judge
from verifier.findings.naming import is_open, way_in
from verifier.findings.openings import Opening
from verifier.findings.powers import powers
from verifier.findings.severities import is_narrowed, levels_of, severity
from verifier.policy.attached import AttachedPolicy
from verifier.policy.public import is_public, is_public_statement
from verifier.policy.syntax import ActionElement
from verifier.queries.hops import DecodedHop, Replayable
from verifier.queries.witness import replay, shown
from verifier.queries.world import World
from verifier.request import context
from verifier.snapshot.model import Role
from verifier.verdict import Cause


@dataclass(frozen=True)
class Item:
    """What a class of callers may do on the resources of one guard; see `Finding`.

    `opens` says whether anybody on earth may be among them, `restrictable` whether Block Public
    Access would close it. `intended`, `exceeded` and `expired` are positions in the allow list.
    """

    kind: str
    severity: Severity
    who: WayIn
    permissions: tuple[Permission, ...]
    exposures: tuple[Exposure, ...]
    opens: bool
    restrictable: bool
    intended: tuple[int, ...] = ()
    exceeded: tuple[int, ...] = ()
    expired: tuple[int, ...] = ()


@dataclass(frozen=True)
class _Opened:
    """An opening with who comes in, and what it permits."""

    opening: Opening
    who: WayIn
    permission: Permission
    opens: bool


def items(
    world: World,
    guard: Guard,
    openings: Iterable[Opening],
    entries: Sequence[Intention],
    today: date,
) -> Iterator[Item]:
    """Yield what the openings of a guard come to: one item for each class of callers, and for what
    is intended and what is not.
    """
    alike: dict[tuple[WayIn, Judgement], list[_Opened]] = {}
    for opening in openings:
        for part, said in judge(world, opening, entries, today):
            who, provisos = way_in(world, part)
            permission = replace(_permission(part), provisos=provisos)
            opened = _Opened(part, who, permission, is_open(who, provisos))
            alike.setdefault((who, said), []).append(opened)
    for (who, said), group in alike.items():
        counts = [number for number in said.touching if entries[number].entry.counts(today)]
        yield replace(
            _item(world, guard, who, group),
            intended=tuple(counts) if said.covered else (),
            exceeded=() if said.covered else tuple(counts),
            expired=tuple(number for number in said.touching if number not in counts),
        )


def _item(world: World, guard: Guard, who: WayIn, group: list[_Opened]) -> Item:
    group = sorted(group, key=lambda item: item.permission.level.rank)
    kind = _kind(guard, who, group)
    exposures = [_exposure(world, kind, guard, role, who, group) for role in guard.roles or (None,)]
    severities = [
        severity(
            who,
            exposure.resource,
            _levels(exposure.powers, opened.permission),
            opened.permission.provisos,
            is_open=opened.opens,
        )
        for exposure in exposures
        for opened in group
    ]
    restrictable = guard.is_bucket and any(
        policy.policy is not None and is_public(policy.policy) for policy in guard.policies
    )
    return Item(
        kind,
        min(severities, key=lambda item: item.rank),
        who,
        tuple(opened.permission for opened in group),
        tuple(exposures),
        any(opened.opens for opened in group),
        restrictable,
    )


def _kind(guard: Guard, who: WayIn, group: list[_Opened]) -> str:
    if guard.resource is None:
        return Kind.ROLE
    if who.kind is WayInKind.SERVICES:
        return Kind.SERVICE
    for opened in group:
        is_public_to_s3 = not guard.is_bucket or is_public_statement(opened.opening.statement)
        if opened.opens and is_public_to_s3 and not is_narrowed(opened.permission.provisos):
            return Kind.PUBLIC
    return Kind.EXTERNAL


def _levels(found: Powers | None, permission: Permission) -> list[AccessLevel]:
    if found is None:
        return [level for level, _ in permission.actions]
    return [AccessLevel.PERMISSIONS] if found.administrator else levels_of(found)


def _permission(opening: Opening) -> Permission:
    """Return what an opening permits: the patterns of its statement by access level."""
    statement = opening.statement
    names: dict[AccessLevel, list[str]] = {}
    for name in opening.actions:
        names.setdefault(level(name), []).append(name)
    resources = statement.resources
    written = tuple(pattern.text for pattern in resources.patterns) if resources else ()
    if resources and resources.negated:
        written = tuple(f"all but {text}" for text in written)
    return Permission(
        tuple(
            (found, _patterns(statement.actions, names[found]))
            for found in AccessLevel
            if found in names
        ),
        written,
        exceptions=opening.denied,
    )


def _patterns(element: ActionElement, names: list[str]) -> tuple[str, ...]:
    """Return the patterns of a statement that name one of the actions."""
    if element.negated:
        return tuple(f"all but {pattern.text}" for pattern in element.patterns)
    found = []
    for pattern in element.patterns:
        of = action_clause(ActionElement((pattern,)))
        if any(name.lower() in of for name in names):
            found.append(pattern.text)
    return tuple(dict.fromkeys(found))


def _exposure(
    world: World,
    kind: str,
    guard: Guard,
    role: Role | None,
    who: WayIn,
    group: list[_Opened],
) -> Exposure:
    arn = role.arn if role else guard.arn
    witnesses = []
    for opened in group:
        hops = opened.opening.witness
        if role is not None and role is not guard.roles[0]:
            hops = [_of_role(world, hop, role) for hop in hops]
        witnesses.append(shown(hops))
    statements = [opened.opening.statement for opened in group]
    return Exposure(
        arn,
        guard.account,
        tuple(
            _cause(role.trust if role else opened.opening.policy, opened.opening)
            for opened in group
        ),
        tuple(witnesses),
        fingerprint(kind, who, arn, statements),
        powers(world, role) if role else None,
    )


def _of_role(world: World, hop: DecodedHop, role: Role) -> DecodedHop:
    """Return the call that assumes another role that trusts alike, confirmed by the evaluator."""
    others = tuple(_with(item, role) for item in hop.others)
    found = replace(hop, main=_with(hop.main, role), others=others, role=role)
    faults = replay([found])
    if faults:
        raise ReplayError(f"roles that trust alike are not: {'; '.join(faults)}")
    return found


def _with(item: Replayable, role: Role) -> Replayable:
    request = replace(item.request, resource=role.arn, context=context(dict(item.request.context)))
    return Replayable(request, replace(item.policies, resource=role.trust))


def _cause(policy: AttachedPolicy, opening: Opening) -> Cause:
    statement = opening.statement
    place = policy.place(statement.position)
    return Cause(policy.title, statement.label, statement.effect.value, place)
