"""Statements and whole policies as terms, beside `semantics.statements` (R6.1)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from iam_smt.automata import Clause, clause
from iam_smt.evaluation import Votes, merge
from iam_smt.principals import Grant, Grants
from iam_smt.terms import FALSE, TRUE, Flag, Term, both, disjunction, negation
from iam_smt.texts import StringVariable, member
from verifier.compile.conditions import conditions_hold, tie
from verifier.compile.matching import Hole, names_action, pattern, resolve
from verifier.compile.principals import grants, is_exempt
from verifier.compile.requests import SymbolicRequest
from verifier.policy.attached import AttachedPolicy
from verifier.policy.syntax import ActionElement, Effect, ResourceElement, Statement


def action_fits(element: ActionElement, action: str) -> bool:
    """Return whether `Action` names the action, or `NotAction` does not (R2.6)."""
    return names_action(element, action) != element.negated


def resource_fits(element: ResourceElement | None, request: SymbolicRequest) -> Term:
    """Return a term that holds iff `Resource` covers the resource, or `NotResource` does not
    (R2.28, R1.15), each pattern as one case-sensitive glob (R2.22, R2.23, R2.25).
    """
    if element is None:
        return TRUE
    fixed = fixed_clause(element)
    covered = _covered(element, request) if fixed is None else member(request.resource, fixed)
    return negation(covered) if element.negated else covered


@lru_cache(maxsize=1 << 18)
def fixed_clause(element: ResourceElement) -> Clause | None:
    """Return the clause of a list without variables, else None."""
    if any(template.variables for template in element.patterns):
        return None
    return clause(pattern(template.tokens) for template in element.patterns)


def _covered(element: ResourceElement, request: SymbolicRequest) -> Term:
    found = resolve(element.patterns, request.context)
    terms: list[Term] = [
        both(guard, member(request.resource, clause([item]))) for guard, item in found.patterns
    ]
    terms += [both(hole.guard, _fits(hole, request)) for hole in found.holes]
    terms += [_open_resource(name, request) for name in found.unencoded]
    terms += [_open_resource(address.name, request) for _, address in found.addresses]
    return disjunction(terms)


def _fits(hole: Hole, request: SymbolicRequest) -> Term:
    found: Term | None = None
    if isinstance(request.resource, str | StringVariable):
        found = tie(request.resource, hole)
    return found or _open_resource("a variable of its own value", request)


def _open_resource(name: str, request: SymbolicRequest) -> Flag:
    return request.context.open_point(f"{name} in a `Resource` is not encoded")


def principal_fits(statement: Statement, request: SymbolicRequest) -> tuple[Term, Grants]:
    """Return a term that holds iff the principal test does, and the classes by which it does.

    A statement without a principal is about whoever carries the policy. `Deny` + `NotPrincipal`
    always matches a principal with a permissions boundary (R3.53), else whoever is not exempt
    (R3.52); `Allow` + `NotPrincipal` reaches everyone but the listed (R3.51).
    """
    element = statement.principal
    if element is None:
        return TRUE, {}
    if not element.negated:
        found = grants(element, request.principal)
        return disjunction(found.values()), found
    if statement.effect is Effect.DENY and request.has_boundary:
        return TRUE, {}
    reached = negation(is_exempt(element, request.principal))
    return reached, {Grant.ANY: reached}


def applies(statement: Statement, request: SymbolicRequest) -> tuple[Term, Grants]:
    """Return a term that holds iff the statement is about the request, and its classes."""
    if not action_fits(statement.actions, request.action):
        return FALSE, {}
    return about(statement, request)


def about(statement: Statement, request: SymbolicRequest) -> tuple[Term, Grants]:
    """Return what `applies` does, whatever the action is."""
    nothing: tuple[Term, Grants] = (FALSE, {})
    reached, classes = principal_fits(statement, request)
    if reached is FALSE:
        return nothing
    covered = resource_fits(statement.resources, request)
    if covered is FALSE:
        return nothing
    rest = both(covered, conditions_hold(statement.conditions, request))
    return both(rest, reached), {grant: both(rest, term) for grant, term in classes.items()}


def votes(policies: Iterable[AttachedPolicy], request: SymbolicRequest) -> Votes:
    """Return what policies of one type say together (R6.1)."""
    allow: list[Term] = []
    deny: list[Term] = []
    for policy in policies:
        if policy.policy is None:
            allow.append(_missing(policy))
            deny.append(_missing(policy))
        in_force = _in_force(policy)
        for statement in policy.statements:
            term, _ = applies(statement, request)
            found = term if in_force is TRUE else both(term, in_force)
            (allow if statement.effect is Effect.ALLOW else deny).append(found)
    return Votes(disjunction(allow), disjunction(deny))


def resource_votes(
    policies: Iterable[AttachedPolicy], request: SymbolicRequest
) -> tuple[tuple[tuple[Grant, Term], ...], Term]:
    """Return the allows on the side of the resource by class of entry, and its denies."""
    allow: list[Grants] = []
    deny: list[Term] = []
    for policy in policies:
        if policy.policy is None:
            allow.append(dict.fromkeys(Grant, _missing(policy)))
            deny.append(_missing(policy))
        in_force = _in_force(policy)
        for statement in policy.statements:
            term, classes = applies(statement, request)
            if statement.effect is Effect.DENY:
                deny.append(both(term, in_force))
            elif in_force is TRUE:
                allow.append(classes)
            else:
                allow.append({grant: both(part, in_force) for grant, part in classes.items()})
    return merge(allow), disjunction(deny)


def _in_force(policy: AttachedPolicy) -> Term:
    """Return the open flag of a policy that may be in force or not, true for any other."""
    return Flag(f"{policy.title} counts", policy.doubt) if policy.doubt else TRUE


def _missing(policy: AttachedPolicy) -> Term:
    """Return the open flag of a policy that the snapshot names without its document."""
    return Flag(policy.title, f"the document of {policy.title} is not in the snapshot")
