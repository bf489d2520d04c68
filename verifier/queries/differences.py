"""What one policy allows and another of its kind does not, statement by statement."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from iam_smt.model import Model
from iam_smt.terms import FALSE, TRUE, And, Not, Term, both, disjunction, negation
from iam_smt.texts import Member
from iam_smt.theory import Solver
from verifier.compile.actions import ActionSpace
from verifier.compile.matching import counted
from verifier.compile.open_requests import OpenRequest
from verifier.compile.statements import about, is_void
from verifier.disputes import Meeting, Readings
from verifier.policy.attached import AttachedPolicy
from verifier.policy.syntax import Effect, PolicyKind, Statement
from verifier.queries.search import Impossible, Undecided, confirmed
from verifier.request import PrincipalType, Request
from verifier.semantics import leanings
from verifier.semantics.contexts import impossible
from verifier.semantics.statements import matches


@dataclass(frozen=True, slots=True)
class Side:
    """A policy with the set of actions that each statement is about."""

    policy: AttachedPolicy
    allow: tuple[tuple[Statement, int], ...]
    deny: tuple[tuple[Statement, int], ...]
    allowed: Mapping[Hashable, int]
    denied: Mapping[Hashable, int]


def side(policy: AttachedPolicy, actions: ActionSpace, readings: Readings) -> Side:
    """Return a policy ready to be compared; `allowed` and `denied` are the sets of actions of
    statements that read the same but for their actions.
    """
    found = [
        (statement, actions.of(counted(statement.actions, readings)))
        for statement in policy.statements
        if policy.kind is not PolicyKind.SCP or not is_void(statement, readings)
    ]
    allow = tuple(item for item in found if item[0].effect is Effect.ALLOW)
    deny = tuple(item for item in found if item[0].effect is Effect.DENY)
    return Side(policy, allow, deny, _by_content(allow), _by_content(deny))


def _by_content(statements: Iterable[tuple[Statement, int]]) -> Mapping[Hashable, int]:
    found: dict[Hashable, int] = {}
    for statement, actions in statements:
        key = _content(statement)
        found[key] = found.get(key, 0) | actions
    return found


@dataclass(frozen=True, slots=True)
class Difference:
    """A statement that allows more than the other policy: `request` shows it, and has been
    replayed; `chosen` are the condition keys that it takes. Without a request, `reason` says why
    it is not known whether the statement does. `met` are the readings of disputed points that the
    evaluator asked about.
    """

    statement: Statement
    request: Request | None
    chosen: tuple[str, ...] = ()
    reason: str = ""
    met: frozenset[Meeting] = frozenset()


_Part = tuple[Term, int]
"""What a statement is about, apart from its action, and the actions."""


class Comparing:
    """Comparisons of two policies for one kind of caller, in both directions."""

    def __init__(self, asker: OpenRequest, solver: Solver, readings: Readings) -> None:
        self._asker = asker
        self._readings = readings
        self._solver = solver
        self._request = asker.call.authorization().request
        self._abouts: dict[Hashable, Term] = {}

    @property
    def depends_on_caller(self) -> bool:
        """Whether a policy asks for something of the caller, in what was compared so far."""
        return self._asker.depends_on_caller

    def differences(self, one: Side, other: Side) -> Iterator[Difference]:
        """Yield every statement of `one` that allows what `other` does not.

        Statements that allow nothing of their own are left out without asking the solver where
        sets of actions and equal statements show it.
        """
        never = self._settled(one.deny)
        denies_no_more = all(
            not actions & ~one.denied.get(key, 0) for key, actions in other.denied.items()
        )
        for statement, actions in one.allow:
            left = actions & ~never
            if denies_no_more:
                left &= ~other.allowed.get(_content(statement), 0)
            for question in self._questions(statement, left, one, other) if left else ():
                found = self._solve(statement, question, one, other)
                if found is not None:
                    yield found
                    break

    def _questions(self, statement: Statement, left: int, one: Side, other: Side) -> Iterator[Term]:
        """Yield terms of which some has a model iff `statement` allows what `other` does not, by
        one of the actions that are left.

        First comes the easy part of the question: actions that no other statement is about.
        """
        allows = self._about(statement)
        refuses = [part for part in self._parts(one.deny, left) if part[0] is not TRUE]
        revokes = [
            part for part in self._parts(other.deny, left) if not _is_among(part, refuses, left)
        ]
        grants = self._parts(other.allow, left)
        if not revokes:
            for term, covered in grants:
                if _implies(allows, term):
                    left &= ~covered
        if not left or allows is FALSE:
            return
        easy = left
        for _, bits in (*grants, *refuses):
            easy &= ~bits
        if easy:
            yield both(allows, self._asker.action.among(easy))
        if easy == left:
            return
        also_allowed = both(self._any(grants, left), negation(self._any(revokes, left)))
        yield both(
            allows,
            self._asker.action.among(left),
            negation(self._any(refuses, left)),
            negation(also_allowed),
        )

    def _settled(self, statements: tuple[tuple[Statement, int], ...]) -> int:
        """Return the actions that statements are about whatever the rest of the request is."""
        bits = 0
        for statement, actions in statements:
            if self._about(statement) is TRUE:
                bits |= actions
        return bits

    def _parts(self, statements: tuple[tuple[Statement, int], ...], actions: int) -> list[_Part]:
        found = [(self._about(item), bits) for item, bits in statements if bits & actions]
        return [(term, bits) for term, bits in found if term is not FALSE]

    def _any(self, parts: list[_Part], actions: int) -> Term:
        """Return a term that holds iff some statement is about the request, whose action is one
        of `actions`.
        """
        return disjunction(
            both(TRUE if not actions & ~bits else self._asker.action.among(bits & actions), term)
            for term, bits in parts
            if bits & actions
        )

    def _about(self, statement: Statement) -> Term:
        """Return a term that holds iff the statement is about the request but for its action.

        The same object for statements that read the same.
        """
        key = _content(statement)
        found = self._abouts.get(key)
        if found is None:
            found, _ = about(statement, self._request)
            self._abouts[key] = found
        return found

    def _solve(
        self, statement: Statement, question: Term, one: Side, other: Side
    ) -> Difference | None:
        asker, readings = self._asker, self._readings
        tried: list[tuple[tuple[str, ...], Request, set[Meeting]]] = []

        def faults(model: Model) -> list[str]:
            chosen = tuple(sorted(asker.call.chosen(model)))
            request = asker.decode(model)
            with readings.noted() as met:
                found = _faults(one.policy, other.policy, request, readings)
            tried.append((chosen, request, set(met)))
            return found

        outcome = confirmed(self._solver, asker.with_axioms(question), faults)
        match outcome:
            case Impossible():
                return None
            case Undecided(reason=reason):
                return Difference(statement, None, reason=reason)
        chosen, request, met = tried[-1]
        return Difference(statement, request, chosen, met=frozenset(met))


@lru_cache(maxsize=1 << 16)
def _content(statement: Statement) -> Hashable:
    """Return what a statement says but for its actions, and its effect where that matters."""
    resources = statement.resources
    principal = statement.principal
    return (
        None if resources is None else (resources.negated, frozenset(resources.patterns)),
        None if principal is None else (principal.negated, frozenset(principal.entries)),
        statement.effect if principal is not None and principal.negated else None,
        statement.conditions,
    )


def _implies(one: Term, other: Term) -> bool:
    """Return whether it is plain to see that `other` holds wherever `one` does."""
    if other is TRUE or one is other:
        return True
    have = set(one.args) if isinstance(one, And) else {one}
    wanted = set(other.args) if isinstance(other, And) else {other}
    return all(any(_narrows(term, missing) for term in have) for missing in wanted - have)


def _narrows(one: Term, other: Term) -> bool:
    """Return whether `other` is about the same text as `one`, and plainly holds where `one` does:
    it lists more patterns, or excludes fewer.
    """
    if isinstance(one, Not) and isinstance(other, Not):
        return _narrows(other.arg, one.arg)
    return (
        isinstance(one, Member)
        and isinstance(other, Member)
        and one.variable == other.variable
        and one.clause.listed <= other.clause.listed
    )


def _is_among(part: _Part, others: list[_Part], actions: int) -> bool:
    """Return whether one of the others is about all that `part` is, of these actions."""
    term, bits = part
    return any(_implies(term, wider) and not bits & actions & ~covered for wider, covered in others)


def _faults(
    one: AttachedPolicy, other: AttachedPolicy, request: Request, readings: Readings
) -> list[str]:
    """Return what the evaluator finds wrong with a request that only `one` is to allow."""
    found = impossible(request)
    by_user = request.principal.kind is not PrincipalType.FEDERATED_USER
    found += leanings.faults(request, (one, other), readings, {}, by_user=by_user, by_saml=False)
    ours = list(matches((one,), request, readings=readings))
    if any(match.effect is Effect.DENY for match in ours) or not any(
        match.effect is Effect.ALLOW and match.certain for match in ours
    ):
        found.append(f"{one.title} does not allow {request.action}")
    theirs = list(matches((other,), request, readings=readings))
    if any(match.effect is Effect.ALLOW for match in theirs) and not any(
        match.effect is Effect.DENY and match.certain for match in theirs
    ):
        found.append(f"{other.title} allows {request.action}")
    return found
