"""On what a path depends: the condition entries without which none of its requests is allowed."""

from __future__ import annotations

from collections.abc import Iterator

from iam_smt.terms import FALSE, TRUE, Term, negation
from verifier.compile.authorization import Authorization
from verifier.compile.conditions import condition_holds
from verifier.compile.matching import action_fits
from verifier.compile.resources import resource_fits
from verifier.compile.statements import principal_fits
from verifier.policy.syntax import Condition, Effect, Statement
from verifier.queries.paths import Path
from verifier.queries.world import World
from verifier.verdict import Proviso

_MOST_ENTRIES = 40


def provisos(world: World, path: Path) -> tuple[Proviso, ...]:
    """Return the condition entries that must hold, or must not, wherever the path is possible.

    Each was proved: the path has no model in which it is otherwise. An entry of a Deny must not
    hold where it is the only one of its statement. The paths of callers that no policy tells
    apart ask the same questions, which are solved once.
    """
    whole = path.term()
    found: dict[tuple[object, ...], Proviso] = {}
    for number, authorization in enumerate(path.authorizations()):
        entries = list(_entries(authorization))[:_MOST_ENTRIES]
        for condition, holds in entries:
            key = (condition, holds)
            term = condition_holds(condition, authorization.request)
            needed = term if holds else negation(term)
            if key in found or needed is TRUE or needed is FALSE:
                continue
            if world.is_refuted(whole, negation(needed)):
                found[key] = Proviso(condition, holds, number)
    return tuple(found.values())


def _entries(authorization: Authorization) -> Iterator[tuple[Condition, bool]]:
    for policy in authorization.policies.every:
        for statement in policy.statements:
            if statement.conditions and may_apply(statement, authorization):
                if statement.effect is Effect.ALLOW:
                    yield from ((condition, True) for condition in statement.conditions)
                elif len(statement.conditions) == 1:
                    yield statement.conditions[0], False


def may_apply(statement: Statement, authorization: Authorization) -> bool:
    """Return whether a statement may be about a request, its conditions set aside."""
    request = authorization.request
    terms: list[Term] = [
        principal_fits(statement, request)[0],
        resource_fits(statement.resources, request),
    ]
    fits = action_fits(statement.actions, request.action, request.readings)
    return fits and FALSE not in terms
