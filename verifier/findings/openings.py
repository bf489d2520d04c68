"""What a policy opens to the outside, statement by statement, and the proof that this is all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from iam_smt.terms import FALSE, TRUE, Term, both, conjunction, disjunction, negation
from iam_smt.theory import Unsat
from verifier.compile.conditions import condition_holds
from verifier.finding import Gap, WayInKind
from verifier.findings.cases import Case, level, written
from verifier.findings.guards import Guard
from verifier.policy.attached import AttachedPolicy
from verifier.policy.syntax import Condition, Effect, Statement
from verifier.queries.hops import DecodedHop
from verifier.queries.search import Impossible, Undecided, decoded
from verifier.queries.world import World
from verifier.verdict import Proviso

ABSORBED = {
    WayInKind.ANYONE: (WayInKind.ANYONE, WayInKind.ANY_PRINCIPAL, WayInKind.SERVICES),
    WayInKind.ANY_PRINCIPAL: (WayInKind.ANY_PRINCIPAL, WayInKind.SERVICES),
}
"""Whoever else comes in where these do, by the same statement."""

_MOST_ENTRIES = 40


@dataclass(eq=False)
class Opening:
    """What one statement lets callers of a class do: the `cases` that it is about, and a confirmed
    call of the first action, the worst. `denied` are actions that the statement allows but another
    policy does not; `provisos` hold in each case.
    """

    policy: AttachedPolicy
    statement: Statement
    kind: WayInKind
    cases: list[Case]
    actions: tuple[str, ...]
    witness: list[DecodedHop]
    denied: tuple[str, ...] = ()
    provisos: tuple[Proviso, ...] = ()

    def covers(self, case: Case) -> Term:
        """Return a term that holds iff the call of a case is one of those that are meant."""
        if case not in self.cases:
            return FALSE
        request = case.path.last.authorization().request
        needed = [_needed(item, condition_holds(item.condition, request)) for item in self.provisos]
        return both(case.about(self.statement), *needed)

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


def search(world: World, guard: Guard, cases: list[Case]) -> Searched:
    """Return everything that `guard` opens, and what nobody knows of it."""
    found = Searched()
    for policy in guard.policies:
        for statement in policy.statements:
            if statement.effect is Effect.ALLOW:
                found.openings += _openings(world, policy, statement, cases, found.gaps)
    for opening in found.openings:
        opening.provisos = tuple(_provisos(world, opening))
    doubtful = {gap.who for gap in found.gaps}
    for case in cases:
        reason = uncovered(world, case, found.openings)
        if reason is None:
            found.proved += 1
        elif _who(case) not in doubtful:
            doubtful.add(_who(case))
            found.gaps.append(Gap(guard.arn, _who(case), reason))
    return found


def _openings(
    world: World, policy: AttachedPolicy, statement: Statement, cases: list[Case], gaps: list[Gap]
) -> Iterator[Opening]:
    """Yield what a statement opens: to everybody, and whatever more it opens to others."""
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
    taken: set[Case] = set()
    for kind in (*ABSORBED, WayInKind.IDENTITIES, WayInKind.SERVICES):
        found = [item for item in real.get(kind, ()) if taken.isdisjoint(item[0])]
        if not found:
            continue
        open_to = {group[0].actions for group, _ in found}
        if kind is WayInKind.ANYONE:
            others = [group for group, _ in real.get(WayInKind.ANY_PRINCIPAL, ())]
            open_to |= set(_told_already(statement, open_to, others))
        covered = [
            case
            for (other, _, actions), group in alike.items()
            for case in group
            if other in ABSORBED.get(kind, (kind,)) and actions in open_to and case not in taken
        ]
        taken.update(covered)
        found.sort(key=lambda item: item[0][0].rank)
        names = dict.fromkeys(name for group, _ in found for name in group[0].actions)
        refused = dict.fromkeys(name for name in denied.get(kind, ()) if name not in names)
        yield Opening(policy, statement, kind, covered, tuple(names), found[0][1], tuple(refused))


def _told_already(
    statement: Statement, told: set[tuple[str, ...]], others: list[list[Case]]
) -> Iterator[tuple[str, ...]]:
    """Yield the actions that only signed callers may call, but of which nobody need be told: the
    same patterns name them, and they are no worse than those that anyone may call.
    """
    patterns = {text for names in told for text in written(statement.actions, names)}
    worst = min(level(names[0]).rank for names in told)
    for group in others:
        names = group[0].actions
        is_no_worse = level(names[0]).rank >= worst
        if is_no_worse and patterns.issuperset(written(statement.actions, names)):
            yield names


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


def refuted(world: World, *terms: Term) -> bool:
    """Return whether `terms` were shown to have no model together."""
    return isinstance(world.solver.solve(*terms), Unsat)


def _who(case: Case) -> str:
    return case.outsider.name or case.outsider.kind.value


def _provisos(world: World, opening: Opening) -> Iterator[Proviso]:
    """Yield the conditions without which the statement opens nothing, in no case.

    Its own that say something of these callers, and those of statements that deny what it allows,
    unless it follows from its own.
    """
    for condition in opening.statement.conditions:
        if any(_holds(case, condition) is not TRUE for case in opening.cases):
            yield Proviso(condition, True, 0)
    for condition in list(_denying(opening))[:_MOST_ENTRIES]:
        terms = [(case, _holds(case, condition)) for case in opening.cases]
        if any(term is TRUE for _, term in terms) or all(term is FALSE for _, term in terms):
            continue
        if not all(_is_refuted(world, opening, case, term) for case, term in terms):
            continue
        if not all(_follows(world, opening, case, term) for case, term in terms):
            yield Proviso(condition, False, 0)


def _denying(opening: Opening) -> Iterator[Condition]:
    """Yield the conditions of all that may deny what is opened."""
    seen: dict[Condition, None] = {}
    for case in opening.cases:
        authorization = case.path.last.authorization()
        policies = authorization.policies
        for policy in (*policies.of_resource, *chain.from_iterable(policies.rcps)):
            for statement in policy.statements:
                if statement.effect is Effect.DENY and case.about(statement) is not FALSE:
                    seen |= dict.fromkeys(statement.conditions)
    return iter(seen)


def _holds(case: Case, condition: Condition) -> Term:
    return condition_holds(condition, case.path.last.authorization().request)


def _is_refuted(world: World, opening: Opening, case: Case, term: Term) -> bool:
    return refuted(world, case.term(), case.about(opening.statement), term)


def _follows(world: World, opening: Opening, case: Case, term: Term) -> bool:
    """Return whether the statement alone says that `term` does not hold."""
    around = conjunction((case.besides, case.path.surroundings()))
    return refuted(world, around, case.about(opening.statement), term)


def _needed(proviso: Proviso, holds: Term) -> Term:
    return holds if proviso.holds else negation(holds)
