"""Statements and whole policies as terms, beside `semantics.statements` (R6.1)."""

from __future__ import annotations

from collections.abc import Iterable

from iam_smt.evaluation import Votes, merge
from iam_smt.principals import Grant, Grants
from iam_smt.terms import FALSE, TRUE, Flag, Term, both, disjunction, negation
from verifier.compile.conditions import conditions_hold
from verifier.compile.matching import action_fits
from verifier.compile.principals import grants, is_exempt
from verifier.compile.requests import SymbolicRequest
from verifier.compile.resources import resource_fits
from verifier.disputes import Readings
from verifier.policy.attached import AttachedPolicy
from verifier.policy.public import stands
from verifier.policy.syntax import Effect, PolicyKind, Statement


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
    reached = request.context.kept.get(element)
    if reached is None:
        # What is left open of the element is the same wherever the request is held against it.
        reached = negation(is_exempt(element, request.principal, request.readings))
        request.context.kept[element] = reached
    return reached, {Grant.ANY: reached}


def applies(statement: Statement, request: SymbolicRequest) -> tuple[Term, Grants]:
    """Return a term that holds iff the statement is about the request, and its classes."""
    if not action_fits(statement.actions, request.action, request.readings):
        return FALSE, {}
    if not stands(statement, request.readings):
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
            if term is FALSE or (
                policy.kind is PolicyKind.SCP and is_void(statement, request.readings)
            ):
                continue
            found = term if in_force is TRUE else both(term, in_force)
            (allow if statement.effect is Effect.ALLOW else deny).append(found)
    return Votes(disjunction(allow), disjunction(deny))


def is_void(statement: Statement, readings: Readings) -> bool:
    """Return whether a statement of an SCP is void: an Allow for less than `*` (R6.24, X-17)."""
    element = statement.resources
    if statement.effect is Effect.DENY or element is None:
        return False
    whole = not element.negated and any(template.text == "*" for template in element.patterns)
    return not whole and readings.says("X-17", "void")


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
