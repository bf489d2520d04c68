"""`Resource` and `NotResource` as terms, beside `semantics.matching` (2.2 of the semantics)."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from iam_smt.automata import EVERYTHING, Clause, clause
from iam_smt.patterns import ANYTHING, Pattern, merged, narrowed, split_at_colons
from iam_smt.realize import Conflict, realize
from iam_smt.terms import FALSE, TRUE, Flag, Term, both, disjunction, negation
from iam_smt.texts import StringVariable, Text, member
from verifier.compile.matching import Hole, pattern, resolve, unresolved
from verifier.compile.requests import SymbolicRequest
from verifier.compile.ties import tie
from verifier.policy.syntax import ResourceElement
from verifier.policy.templates import Template, Variable

_PARTS_OF_AN_ARN = 6
_Reading = tuple[str, str]
"""How patterns shorter than an ARN are read (X-2), and wildcards before the last part (X-1)."""

_PLAINLY: _Reading = ("glob", "glob")


def resource_fits(element: ResourceElement | None, request: SymbolicRequest) -> Term:
    """Return a term that holds iff `Resource` covers the resource, or `NotResource` does not
    (R2.28, R1.15), each pattern as one case-sensitive glob (R2.22, R2.23, R2.25) or as a stricter
    reading has it (R2.26, R2.27, X-1, X-2).
    """
    if element is None:
        return TRUE
    fixed = fixed_clause(element)
    if fixed is None:
        return _with_variables(element, request)
    if is_disputed(element):
        fixed = _clause(element, _reading(element, request))
    covered = member(request.resource, fixed)
    return negation(covered) if element.negated else covered


@lru_cache(maxsize=1 << 18)
def fixed_clause(element: ResourceElement) -> Clause | None:
    """Return the clause of a list without variables as globs, else None."""
    if any(template.variables for template in element.patterns):
        return None
    return clause(pattern(template.tokens) for template in element.patterns)


def widest_clause(element: ResourceElement) -> Clause | None:
    """Return the clause of a list so that no reading makes the element be about more; None if it
    may be about anything.
    """
    if any(map(_is_short, element.patterns)) or (element.negated and is_disputed(element)):
        return None
    return fixed_clause(element)


@lru_cache(maxsize=1 << 18)
def is_disputed(element: ResourceElement) -> bool:
    """Return whether some pattern may be read in several ways: it is shorter than an ARN, or has
    wildcards before the last part (X-1, X-2).
    """
    return any(map(_is_short, element.patterns)) or any(map(_has_early_wildcard, element.patterns))


def _skeleton(template: Template) -> Pattern:
    """Return the pattern of a template without its variables, which stand in the last part."""
    return pattern(token for token in template.tokens if not isinstance(token, Variable))


def _is_short(template: Template) -> bool:
    found = _skeleton(template)
    return found != (ANYTHING,) and len(split_at_colons(found, _PARTS_OF_AN_ARN)) < _PARTS_OF_AN_ARN


def _has_early_wildcard(template: Template) -> bool:
    found = _skeleton(template)
    return narrowed(found) != found


def _reading(element: ResourceElement, request: SymbolicRequest) -> _Reading:
    """Return how to read the patterns; what tells no resource apart is not asked about."""
    readings, resource = request.readings, request.resource
    chosen = _PLAINLY
    for short in ("padded", "nothing"):
        other = (short, "glob")
        if _tells_apart(element, _PLAINLY, other, resource) and readings.says("X-2", short):
            chosen = other
    for wildcards in ("part-ends", "parts"):
        plain, other = (chosen[0], "glob"), (chosen[0], wildcards)
        if _tells_apart(element, plain, other, resource) and readings.says("X-1", wildcards):
            chosen = other
    return chosen


def _tells_apart(element: ResourceElement, one: _Reading, other: _Reading, resource: Text) -> bool:
    """Return whether two readings may differ on a resource."""
    if isinstance(resource, str) and fixed_clause(element) is not None:
        return (resource in _clause(element, one)) != (resource in _clause(element, other))
    domain = resource.domain if isinstance(resource, StringVariable) else EVERYTHING
    return _differ(element, one, other, domain)


@lru_cache(maxsize=1 << 16)
def _differ(element: ResourceElement, one: _Reading, other: _Reading, domain: Clause) -> bool:
    for template in element.patterns:
        first, second = (_read(_skeleton(template), reading) for reading in (one, other))
        if first == second:
            continue
        if template.variables or _some(domain, first, second) or _some(domain, second, first):
            return True
    return False


def _some(domain: Clause, inside: list[Pattern], outside: list[Pattern]) -> bool:
    """Return whether some string of the domain may match one pattern and not the other."""
    literals = [(domain, True), (clause(inside), True), (clause(outside), False)]
    return not isinstance(realize(literals), Conflict)


@lru_cache(maxsize=1 << 16)
def _clause(element: ResourceElement, reading: _Reading) -> Clause:
    """Return the clause of a list without variables under a reading."""
    return clause(
        found for template in element.patterns for found in _read(pattern(template.tokens), reading)
    )


def _read(found: Pattern, reading: _Reading) -> list[Pattern]:
    """Return a pattern as a reading has it; none where it matches nothing."""
    short, wildcards = reading
    missing = _PARTS_OF_AN_ARN - len(split_at_colons(found, _PARTS_OF_AN_ARN))
    if missing and found != (ANYTHING,):
        if short != "padded":
            return [found] if short == "glob" else []
        found = merged((*found, *(":", ANYTHING) * missing))
    if wildcards == "glob" or found == (ANYTHING,):
        return [found]
    return [narrowed(found, ends_cross=wildcards == "part-ends")]


def _with_variables(element: ResourceElement, request: SymbolicRequest) -> Term:
    """Return the term of a list with variables; what lacks a value in `NotResource` excludes
    nothing, or voids the statement (R2.48, X-19).
    """
    reading = _reading(element, request) if is_disputed(element) else _PLAINLY
    found = resolve(element.patterns, request.context)
    terms: list[Term] = [
        both(guard, member(request.resource, clause(_read(item, reading))))
        for guard, item in found.patterns
    ]
    terms += [both(hole.guard, _fits(hole, request, reading)) for hole in found.holes]
    terms += [_open_resource(name, request) for name in found.unencoded]
    terms += [_open_resource(address.name, request) for _, address in found.addresses]
    if not element.negated:
        return disjunction(terms)
    lacking = unresolved(found)
    if lacking is FALSE or not request.readings.says("X-19", "void"):
        return negation(disjunction(terms))
    return negation(disjunction([*terms, lacking]))


def _fits(hole: Hole, request: SymbolicRequest, reading: _Reading) -> Term:
    _, wildcards = reading
    if wildcards != "glob":
        hole = replace(hole, items=narrowed(hole.items, ends_cross=wildcards == "part-ends"))
    found: Term | None = None
    if isinstance(request.resource, str | StringVariable):
        found = tie(request.resource, hole)
    return found or _open_resource("a variable of its own value", request)


def _open_resource(name: str, request: SymbolicRequest) -> Flag:
    return request.context.open_point(f"{name} in a `Resource` is not encoded")
