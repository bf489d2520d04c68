"""What a question is about in a world: who is asked about, what for, and whom they can become."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from verifier.errors import QuestionError
from verifier.queries.callers import callers
from verifier.queries.closure import ANY_LENGTH, Closure
from verifier.queries.goals import Goal, aims
from verifier.queries.offers import Offers
from verifier.queries.origins import Origin
from verifier.queries.world import World
from verifier.question import Form, Question, RouteKind, Who, WhoKind

if TYPE_CHECKING:
    from verifier.escalation.asking import Asking


def wanted_of(world: World, asked: Question) -> Offers:
    """Return what is asked for: beyond one request, also what assumed root users may (R7.71)."""
    by_root = asked.whom is None and asked.route.kind is not RouteKind.DIRECTLY
    return Offers(aims(world, Goal(asked.actions, asked.resource), by_root=by_root))


def origins_of(world: World, question: Question) -> Iterator[Origin]:
    """Return the classes of callers that the question is about."""
    if question.whom is not None and question.who is None:
        kinds = (WhoKind.EXTERNAL, WhoKind.USERS, WhoKind.ROLES)
        return (origin for kind in kinds for origin in _existing(world, Who(kind)))
    if question.who is None:
        return callers(world, Who(WhoKind.ANYONE), roots=True)
    return callers(world, question.who)


def _existing(world: World, who: Who) -> Iterator[Origin]:
    """Yield the origins of a class that may be empty."""
    try:
        yield from callers(world, who)
    except QuestionError:
        return


def closure_of(world: World, asked: Question, origin: Origin) -> Closure:
    """Return whom an origin can become with the requests that the question leaves."""
    # Whom somebody can become is asked without a last request of its own.
    beyond = 1 if asked.form is Form.BECOME else 0
    if asked.route.kind is RouteKind.DIRECTLY:
        return Closure(world, origin, 1 + beyond)
    return Closure(world, origin, (asked.route.limit or ANY_LENGTH) + beyond)


def asking_of(
    world: World, question: Question, offers: Offers, *, together: bool = False
) -> Asking:
    """Return what answers for each origin where permissions may be changed on the way."""
    from verifier.escalation.asking import Asking

    return Asking(world, question, offers, together=together)
