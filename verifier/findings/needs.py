"""On what an opening depends: the conditions that hold in every call of it, each proved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from iam_smt.terms import FALSE, TRUE, Term, conjunction, negation
from iam_smt.theory import Unsat
from verifier.compile.conditions import condition_holds
from verifier.compile.requests import SymbolicRequest
from verifier.findings.cases import Case
from verifier.policy.syntax import Condition, Effect, Statement
from verifier.queries.world import World
from verifier.verdict import Proviso

_MOST_ENTRIES = 40


def provisos(world: World, statement: Statement, cases: Sequence[Case]) -> Iterator[Proviso]:
    """Yield the conditions without which the statement allows none of the cases.

    Its own that say something of these callers, and those of statements that deny what it allows,
    unless it follows from its own.
    """
    for condition in statement.conditions:
        if any(_holds(case, condition) is not TRUE for case in cases):
            yield Proviso(condition, True, 0)
    for condition in list(_denying(cases))[:_MOST_ENTRIES]:
        if all(_holds(case, condition) is FALSE for case in cases):
            continue
        proviso = Proviso(condition, False, 0)
        if not all(is_needed(world, statement, case, proviso) for case in cases):
            continue
        if not all(_follows(world, statement, case, proviso) for case in cases):
            yield proviso


def is_needed(world: World, statement: Statement, case: Case, proviso: Proviso) -> bool:
    """Return whether the statement allows no call of the case without the proviso, proved."""
    holds = needed(proviso, case.path.last.authorization().request)
    if holds is TRUE:
        return True
    return refuted(world, case.term(), case.about(statement), negation(holds))


def needed(proviso: Proviso, request: SymbolicRequest) -> Term:
    """Return a term that holds iff the request is as a proviso demands."""
    holds = condition_holds(proviso.condition, request)
    return holds if proviso.holds else negation(holds)


def refuted(world: World, *terms: Term) -> bool:
    """Return whether `terms` were shown to have no model together."""
    return isinstance(world.solver.solve(*terms), Unsat)


def _denying(cases: Sequence[Case]) -> Iterator[Condition]:
    """Yield the conditions of all that may deny the cases."""
    seen: dict[Condition, None] = {}
    for case in cases:
        policies = case.path.last.authorization().policies
        for policy in (*policies.of_resource, *chain.from_iterable(policies.rcps)):
            for statement in policy.statements:
                if statement.effect is Effect.DENY and case.about(statement) is not FALSE:
                    seen |= dict.fromkeys(statement.conditions)
    return iter(seen)


def _holds(case: Case, condition: Condition) -> Term:
    return condition_holds(condition, case.path.last.authorization().request)


def _follows(world: World, statement: Statement, case: Case, proviso: Proviso) -> bool:
    """Return whether the statement alone says what a proviso says."""
    around = conjunction((case.besides, case.path.surroundings()))
    holds = needed(proviso, case.path.last.authorization().request)
    return refuted(world, around, case.about(statement), negation(holds))
