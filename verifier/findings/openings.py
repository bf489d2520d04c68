"""What a policy opens to the outside, statement by statement, and the proof that this is all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from iam_smt.terms import FALSE, TRUE, Term, both, conjunction, disjunction, negation
from verifier.finding import Gap, WayInKind
from verifier.findings.cases import Case, level, written
from verifier.findings.guards import Guard
from verifier.findings.needs import is_needed, needed, provisos, refuted
from verifier.policy.attached import AttachedPolicy
from verifier.policy.syntax import Effect, Statement
from verifier.queries.hops import DecodedHop
from verifier.queries.search import Impossible, Undecided, decoded
from verifier.queries.world import World
from verifier.verdict import Proviso

ABSORBED = {
    WayInKind.ANYONE: (WayInKind.ANY_PRINCIPAL, WayInKind.SERVICES),
    WayInKind.ANY_PRINCIPAL: (WayInKind.IDENTITIES, WayInKind.SERVICES),
}
"""Whoever need not be told where these come in, by the same statement."""


@dataclass(eq=False)
class Opening:
    """What one statement lets callers of a class do: the `cases` that it is about, and a confirmed
    call of the first action, the worst. `denied` are actions that the statement allows but another
    policy does not; `provisos` hold in each case. `beyond` are calls that it is about, too, of
    actions that no catalogue has.
    """

    policy: AttachedPolicy
    statement: Statement
    kind: WayInKind
    cases: list[Case]
    actions: tuple[str, ...]
    witness: list[DecodedHop]
    denied: tuple[str, ...] = ()
    provisos: tuple[Proviso, ...] = ()
    beyond: list[Case] = field(default_factory=list)

    def covers(self, case: Case) -> Term:
        """Return a term that holds iff the call of a case is one of those that are meant."""
        if case not in self.cases and case not in self.beyond:
            return FALSE
        request = case.path.last.authorization().request
        return both(case.about(self.statement), *(needed(item, request) for item in self.provisos))

    @property
    def names(self) -> tuple[str, ...]:
        """The providers or services that come in."""
        return tuple(dict.fromkeys(case.outsider.name for case in self.cases))


@dataclass
class Searched:
    """What was found about one guard; `proved` counts the questions that were refuted."""

    openings: list[Opening] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    proved: int = 0


def search(
    world: World, guard: Guard, cases: Sequence[Case], beyond: Iterable[Case] = ()
) -> Searched:
    """Return everything that `guard` opens, and what nobody knows of it.

    Calls `beyond` the catalogue are told apart only where no opening covers them.
    """
    found = Searched()
    found.openings += _opened(world, guard, cases, found.gaps)
    left = []
    for case in beyond:
        for opening in found.openings:
            if any(item.outsider == case.outsider for item in opening.cases):
                opening.beyond.append(case)
        if uncovered(world, case, found.openings) is None:
            found.proved += 1
        else:
            left.append(case)
    found.openings += _opened(world, guard, left, found.gaps)
    doubtful = {gap.who for gap in found.gaps}
    for case in (*cases, *left):
        reason = uncovered(world, case, found.openings)
        if reason is None:
            found.proved += 1
        elif _who(case) not in doubtful:
            doubtful.add(_who(case))
            found.gaps.append(Gap(guard.arn, _who(case), reason))
    return found


def _opened(
    world: World, guard: Guard, cases: Sequence[Case], gaps: list[Gap]
) -> Iterator[Opening]:
    """Yield what the statements of a guard open of some calls."""
    for policy in guard.policies if cases else ():
        for statement in policy.statements:
            if statement.effect is Effect.ALLOW:
                yield from _absorbing(world, _openings(world, policy, statement, cases, gaps))


def _openings(
    world: World,
    policy: AttachedPolicy,
    statement: Statement,
    cases: Sequence[Case],
    gaps: list[Gap],
) -> dict[WayInKind, Opening]:
    """Return what a statement opens to each class of callers."""
    alike: dict[tuple[WayInKind, str, tuple[str, ...]], list[Case]] = {}
    for case in cases:
        if case.about(statement) is not FALSE:
            key = case.outsider.kind, case.outsider.name, case.actions
            alike.setdefault(key, []).append(case)
    real: dict[WayInKind, list[tuple[list[Case], list[DecodedHop]]]] = {}
    denied: dict[WayInKind, list[str]] = {}
    for (kind, _, actions), group in alike.items():
        witness = _witness(world, statement, group, gaps)
        if witness is not None:
            real.setdefault(kind, []).append((group, witness))
        elif any(_is_named(world, statement, case) for case in group):
            denied.setdefault(kind, []).extend(actions)
    found: dict[WayInKind, Opening] = {}
    for kind, groups in real.items():
        groups.sort(key=lambda item: item[0][0].rank)
        names = dict.fromkeys(name for group, _ in groups for name in group[0].actions)
        refused = dict.fromkeys(name for name in denied.get(kind, ()) if name not in names)
        open_to = [case for group, _ in groups for case in group]
        witness = groups[0][1]
        opening = Opening(policy, statement, kind, open_to, tuple(names), witness, tuple(refused))
        opening.provisos = tuple(provisos(world, statement, open_to))
        found[kind] = opening
    return found


def _absorbing(world: World, found: dict[WayInKind, Opening]) -> Iterator[Opening]:
    """Yield the openings of a statement, of which one takes in those that need not be told: the
    same patterns name their actions, which are no worse, and they depend on what it depends on.
    """
    for kind in (*ABSORBED, WayInKind.IDENTITIES, WayInKind.SERVICES):
        opening = found.pop(kind, None)
        if opening is None:
            continue
        for other in ABSORBED.get(kind, ()):
            part = found.get(other)
            if part is not None and _goes_without_saying(world, opening, part):
                opening.cases += part.cases
                del found[other]
        yield opening


def _goes_without_saying(world: World, opening: Opening, part: Opening) -> bool:
    actions = opening.statement.actions
    patterns = set(written(actions, opening.actions))
    worst = min(level(name).rank for name in opening.actions)
    return (
        patterns.issuperset(written(actions, part.actions))
        and all(level(name).rank >= worst for name in part.actions)
        and all(
            is_needed(world, opening.statement, case, proviso)
            for proviso in opening.provisos
            for case in part.cases
        )
    )


def _witness(
    world: World, statement: Statement, group: list[Case], gaps: list[Gap]
) -> list[DecodedHop] | None:
    """Return a confirmed call of one of the cases that the statement is about."""
    for case in group:
        if case.term() is FALSE:
            continue
        outcome = shown(world, case, case.about(statement))
        if isinstance(outcome, list):
            return outcome
        if isinstance(outcome, Undecided):
            gap = Gap(case.guard.arn, _who(case), outcome.reason)
            if gap not in gaps:
                gaps.append(gap)
    return None


def shown(world: World, case: Case, *terms: Term) -> list[DecodedHop] | Impossible | Undecided:
    """Return a confirmed call of a case for which the terms hold, a plain one if there is any."""
    case.path.term()
    plain = decoded(world, case.path, case.besides, *terms, case.plainly())
    if isinstance(plain, list) or case.plainly() is TRUE:
        return plain
    return decoded(world, case.path, case.besides, *terms)


def _is_named(world: World, statement: Statement, case: Case) -> bool:
    """Return whether the statement is really about some call of the case, allowed or not."""
    around = conjunction((case.besides, case.path.surroundings()))
    return not refuted(world, around, case.about(statement))


def uncovered(world: World, case: Case, openings: Iterable[Opening]) -> str | None:
    """Return why it is not proved that each allowed call of a case is covered; None if it is."""
    allowed = case.term()
    if allowed is FALSE:
        return None
    covered = disjunction(opening.covers(case) for opening in openings)
    if refuted(world, allowed, negation(covered)):
        return None
    beyond = decoded(world, case.path, case.besides, negation(covered))
    if isinstance(beyond, Undecided):
        return beyond.reason
    return f"{case.actions[0]} is allowed, but by no statement of a policy"


def _who(case: Case) -> str:
    return case.outsider.name or case.outsider.kind.value
