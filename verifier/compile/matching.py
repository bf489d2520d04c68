"""Patterns of a policy as clauses of the glob theory (section 2 of the semantics)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product

from iam_smt.automata import Clause, clause
from iam_smt.context import SymbolicContext
from iam_smt.holes import Hollow, can_be_hole, hollow
from iam_smt.keys import SingleKey, Truth, Value
from iam_smt.networks import AddressVariable
from iam_smt.numbers import NumberVariable
from iam_smt.patterns import ANY, ANYTHING, NOT_COLON, Item, Pattern, Run, merged
from iam_smt.terms import TRUE, Term, both, disjunction, negation
from iam_smt.texts import Choice, Join, StringVariable, Text, View, cases
from verifier.disputes import DEFAULT, Readings
from verifier.policy.syntax import ActionElement
from verifier.policy.templates import Template, Token, Variable, Wildcard

_MOST_ALTERNATIVES = 256


def pattern(tokens: Iterable[Token]) -> Pattern:
    """Return the pattern of tokens without variables (R2.3, R2.21)."""
    items: list[Item] = []
    for token in tokens:
        if token is Wildcard.RUN:
            items.append(ANYTHING)
        elif token is Wildcard.ONE:
            items.append(ANY)
        elif isinstance(token, str):
            items.append(token)
    return merged(items)


@lru_cache(maxsize=1 << 16)
def _action_pattern(text: str) -> Pattern | None:
    """Return the pattern of an action in lower case; wildcards before the colon stop there."""
    if text and not text.strip("*"):
        return (ANYTHING,)
    prefix, colon, name = text.lower().partition(":")
    if not colon:
        return None
    items: list[Item] = []
    for part, of in ((prefix, NOT_COLON), (name, ANY)):
        for character in part:
            items.append(Run(of) if character == "*" else of if character == "?" else character)
        if of is NOT_COLON:
            items.append(":")
    return merged(items)


@lru_cache(maxsize=1 << 16)
def action_clause(element: ActionElement) -> Clause:
    """Return the clause of the listed actions, in lower case (R2.1-R2.4)."""
    found = (_action_pattern(template.text) for template in element.patterns)
    return clause(item for item in found if item is not None)


@lru_cache(maxsize=1 << 18)
def names_action(element: ActionElement, action: str) -> bool:
    """Return whether one of the listed patterns names `action` (R2.6)."""
    return action.lower() in action_clause(element)


def action_fits(element: ActionElement, action: str, readings: Readings = DEFAULT) -> bool:
    """Return whether `Action` names the action, or `NotAction` does not (R2.6)."""
    named, plain = names_action(element, action), without_wild_prefixes(element)
    if plain is not element and named and not names_action(plain, action):
        named = not readings.says("X-10", "ignored")
    return named != element.negated


def may_fit(element: ActionElement, action: str) -> bool:
    """Return whether the element is about `action` however wild prefixes are read."""
    counting = without_wild_prefixes(element) if element.negated else element
    return names_action(counting, action) != element.negated


def counted(element: ActionElement, readings: Readings) -> ActionElement:
    """Return the element with the patterns that count: those with wildcards in the service prefix
    do, or not (R2.4, X-10).
    """
    plain = without_wild_prefixes(element)
    return plain if plain is not element and readings.says("X-10", "ignored") else element


@lru_cache(maxsize=1 << 16)
def without_wild_prefixes(element: ActionElement) -> ActionElement:
    """Return the element without patterns that have wildcards in the service prefix, the same one
    if it has none.
    """

    def counts(text: str) -> bool:
        prefix, colon, _ = text.partition(":")
        return not colon or not {"*", "?"} & set(prefix)

    kept = tuple(pattern for pattern in element.patterns if counts(pattern.text))
    return element if len(kept) == len(element.patterns) else replace(element, patterns=kept)


@dataclass(frozen=True, slots=True)
class Hole:
    """A template with variables whose values are open, as a pattern with holes.

    Matters where `guard` holds, which says that the variables have values.
    """

    guard: Term
    items: tuple[Item | StringVariable | View | Join, ...]

    @property
    def alone(self) -> tuple[Pattern, Text, Pattern] | None:
        """What stands before, in and after the hole, if there is one only."""
        places = [
            index
            for index, item in enumerate(self.items)
            if isinstance(item, StringVariable | View | Join)
        ]
        if len(places) > 1:
            return None
        (place,) = places
        before, after = self.items[:place], self.items[place + 1 :]
        return before, self.items[place], after  # type: ignore[return-value]

    @property
    def hollow(self) -> Hollow:
        """The pattern with holes."""
        return hollow(self.items)


@dataclass(frozen=True, slots=True)
class Alternatives:
    """What templates stand for: patterns, holes and IP addresses where their guards hold.

    `unencoded` names variables whose part in the templates is not encoded. `of_each` are those of
    each template with variables alone, of whose guards at most one holds.
    """

    patterns: tuple[tuple[Term, Pattern], ...]
    holes: tuple[Hole, ...] = ()
    unencoded: tuple[str, ...] = ()
    of_each: tuple[Alternatives, ...] = ()
    addresses: tuple[tuple[Term, AddressVariable], ...] = ()

    @property
    def guards(self) -> Iterator[Term]:
        """The guards of all that the templates stand for."""
        yield from (guard for guard, _ in self.patterns)
        yield from (hole.guard for hole in self.holes)
        yield from (guard for guard, _ in self.addresses)


def resolve(templates: Sequence[Template], context: SymbolicContext) -> Alternatives:
    """Replace variables by their values; what has no value and no default matches nothing
    (R2.45-R2.50).
    """
    patterns: list[tuple[Term, Pattern]] = []
    holes: list[Hole] = []
    unencoded: list[str] = []
    of_each: list[Alternatives] = []
    addresses: list[tuple[Term, AddressVariable]] = []
    for template in templates:
        if not template.variables:
            patterns.append((TRUE, pattern(template.tokens)))
            continue
        found = _resolve_one(template, context)
        patterns += found.patterns
        holes += found.holes
        unencoded += found.unencoded
        addresses += found.addresses
        of_each.append(found)
    return Alternatives(
        tuple(patterns), tuple(holes), tuple(unencoded), tuple(of_each), tuple(addresses)
    )


def unresolved(found: Alternatives) -> Term:
    """Return a term that holds iff some template has a variable without value and default; one
    whose variables are not encoded has them all.
    """
    return disjunction(
        negation(disjunction(each.guards)) for each in found.of_each if not each.unencoded
    )


def _resolve_one(template: Template, context: SymbolicContext) -> Alternatives:
    values: list[list[tuple[Term, str | Text | AddressVariable | None]]] = []
    for token in template.tokens:
        if isinstance(token, Variable):
            found = _values(token, context)
            if found is None:
                return Alternatives((), unencoded=(f"${{{token.key}}}",))
            values.append(found)
        else:
            values.append([(TRUE, None)])
    count = 1
    for options in values:
        count *= len(options)
    if count > _MOST_ALTERNATIVES:
        return Alternatives((), unencoded=tuple(f"${{{v.key}}}" for v in template.variables))
    patterns: list[tuple[Term, Pattern]] = []
    holes: list[Hole] = []
    addresses: list[tuple[Term, AddressVariable]] = []
    for choice in product(*values):
        guard = both(*(term for term, _ in choice))
        parts = [
            value if isinstance(token, Variable) else token
            for token, (_, value) in zip(template.tokens, choice, strict=True)
        ]
        if any(part is None for part in parts):
            continue
        opened = [part for part in parts if not isinstance(part, Token)]
        if not opened:
            patterns.append((guard, pattern(parts)))  # type: ignore[arg-type]
        elif len(parts) == 1 and isinstance(opened[0], AddressVariable):
            addresses.append((guard, opened[0]))
        elif all(can_be_hole(part) for part in opened):
            holes.append(Hole(guard, tuple(_items(parts))))
        else:
            return Alternatives((), unencoded=tuple(f"${{{v.key}}}" for v in template.variables))
    return Alternatives(tuple(patterns), tuple(holes), addresses=tuple(addresses))


def _items(parts: Iterable[object]) -> Iterator[Item | StringVariable | View | Join]:
    for part in parts:
        if isinstance(part, Token):
            yield from pattern([part])
        elif isinstance(part, StringVariable | View | Join):
            yield part


def _values(
    variable: Variable, context: SymbolicContext
) -> list[tuple[Term, Text | AddressVariable | None]] | None:
    """Return what a variable can stand for, each with its guard; None if that is not encoded.

    A multivalued key gives no value (R2.44).
    """
    key = context.key(variable.key)
    if not isinstance(key, SingleKey):
        return [(TRUE, variable.default)]
    texts = _texts(key.value)
    if texts is None:
        return None
    found: list[tuple[Term, Text | AddressVariable | None]] = [
        (both(key.present, guard), value) for guard, value in texts
    ]
    if key.present is not TRUE:
        found.append((negation(key.present), variable.default))
    return found


def _texts(value: Value) -> list[tuple[Term, Text | AddressVariable]] | None:
    if isinstance(value, Truth):
        return [(value.term, "true"), (negation(value.term), "false")]
    if isinstance(value, NumberVariable):
        return None
    if not isinstance(value, Choice):
        return [(TRUE, value)]
    known = cases(value)
    return list(value.cases) if known is None else list(known)
