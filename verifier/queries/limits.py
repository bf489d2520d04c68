"""What a question demands of the requests themselves: `where ...` and `without ...`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from iam_smt.terms import Term, conjunction, negation
from verifier.catalogued_keys import comes_with
from verifier.compile.calls import Call
from verifier.compile.conditions import condition_holds
from verifier.disputes import DEFAULT
from verifier.policy.syntax import Condition
from verifier.request import Request
from verifier.semantics import conditions

_OF_THE_CALLER = (
    "aws:principal",
    "aws:userid",
    "aws:username",
    "aws:multifactorauth",
    "aws:tokenissuetime",
    "aws:federatedprovider",
    "aws:sourceidentity",
    "saml:",
)


@dataclass(frozen=True, slots=True)
class Limits:
    """Conditions that must hold (`where`) and that must not (`without`).

    A condition on who asks is about the first request of a path, the asker's own; any other is
    about every request, or over several only about those that may carry its key (R4.8): `is_direct`
    says that there is one. What a question means is not disputed: AWS never reads it.
    """

    where: tuple[Condition, ...] = ()
    without: tuple[Condition, ...] = ()
    is_direct: bool = False

    def term(self, call: Call, *, first: bool) -> Term:
        """Return a term that holds iff the call is as the question demands."""
        request = replace(call.authorization().request, readings=DEFAULT)
        wanted, unwanted = (
            [
                condition_holds(item, request)
                for item in items
                if self._binds(item, call.action, first)
            ]
            for items in (self.where, self.without)
        )
        return conjunction([*wanted, *map(negation, unwanted)])

    def faults(self, request: Request, *, first: bool) -> Iterator[str]:
        """Yield what a concrete request has against the demands."""
        for expected, items in ((True, self.where), (False, self.without)):
            for item in items:
                holds = conditions.condition_holds(item, request.context)
                if self._binds(item, request.action, first) and holds is not expected:
                    yield f"{item.written} is not as the question demands"

    def _binds(self, condition: Condition, action: str, first: bool) -> bool:
        key = condition.key
        if key.startswith(_OF_THE_CALLER) or "." in key.partition(":")[0]:
            return first
        return self.is_direct or comes_with(key, action)
