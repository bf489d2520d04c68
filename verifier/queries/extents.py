"""On which resources a call is allowed: patterns, as policies write them, that cover them all.

Each pattern is real: a request on a resource like it was replayed. Together they are enough: that
the call is allowed on any other was refuted. Where wide and narrow ones would do, the narrow are
kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from iam_smt.automata import Clause, clause
from iam_smt.realize import Realized, realize
from iam_smt.terms import FALSE, TRUE, Term, disjunction, negation
from iam_smt.texts import StringVariable
from verifier.compile.matching import action_fits, pattern
from verifier.compile.resources import resource_fits
from verifier.compile.targets import Target
from verifier.policy.syntax import Effect, ResourceElement
from verifier.policy.templates import Template, Variable, Wildcard, template
from verifier.queries.paths import Path
from verifier.queries.search import Found, decoded
from verifier.queries.world import World
from verifier.semantics.matching import resource_matches
from verifier.verdict import Extent

_MOST_PATTERNS = 40
"""Among more patterns than these, no fewer that are enough are looked for."""

_MOST_NAMES = 20
"""Resources up to these are listed by name where nothing else is allowed."""


@dataclass(frozen=True)
class Allowed:
    """A path whose last call is allowed, with its witness."""

    path: Path
    found: Found

    @property
    def target(self) -> Target:
        """What the last call is about."""
        return self.path.last.target

    def is_like(self, item: Template) -> Term:
        """Return a term that holds iff the resource of the call is like a pattern."""
        return resource_fits(_element(item), self.path.last.authorization().request)


def extents(
    world: World, allowed: Sequence[Allowed], refused: Sequence[Target], asked: str | None
) -> tuple[Extent, ...]:
    """Return, for each account, the resources that calls of one action are allowed on.

    `refused` are those that they are not, `asked` is the pattern that the question is about.
    """
    owners = dict.fromkeys(str(item.target.owner) for item in allowed)
    return tuple(
        _extent(
            world,
            owner,
            [item for item in allowed if item.target.owner == owner],
            [target for target in refused if target.owner == owner],
            asked,
        )
        for owner in owners
    )


def _extent(
    world: World,
    owner: str,
    allowed: Sequence[Allowed],
    refused: Sequence[Target],
    asked: str | None,
) -> Extent:
    candidates = dict.fromkeys(item for one in allowed for item in _named(one, allowing=True))
    if asked is not None:
        candidates[_read(asked)] = None
    if len(allowed) <= _MOST_NAMES and all(item.target.known for item in allowed):
        candidates |= dict.fromkeys(name for item in allowed for name in _names(item.target))
    kept = [item for item in candidates if any(_is_real(world, item, one) for one in allowed)]
    if not _are_enough(world, kept, allowed):
        kept = [_read("*"), *kept]
    kept = _fewest(world, kept, allowed)
    return Extent(
        owner,
        tuple(sorted(item.text for item in kept)),
        tuple(_exceptions(world, kept, allowed, refused)),
    )


@lru_cache(maxsize=1 << 12)
def _read(text: str) -> Template:
    return template(text, wildcards=True, variables=False)


@lru_cache(maxsize=1 << 16)
def _element(item: Template) -> ResourceElement:
    return ResourceElement((item,))


def _named(one: Allowed, *, allowing: bool) -> Iterator[Template]:
    """Yield the patterns by which policies say on what a call is allowed, or on what it is not."""
    authorization = one.path.last.authorization()
    request = authorization.request
    for policy in authorization.policies.every:
        for statement in policy.statements:
            element = statement.resources
            fits = action_fits(statement.actions, request.action, request.readings)
            if element is None or not fits:
                continue
            if ((statement.effect is Effect.ALLOW) != element.negated) is allowing:
                yield from element.patterns


def _names(target: Target) -> Iterator[Template]:
    """Yield the patterns that stand for one target alone."""
    if isinstance(target.resource, str):
        yield _read(target.resource)
    elif target.inside:
        yield _read(f"{target.shape[: len(target.inside) + 1]}*")


def _is_real(world: World, item: Template, one: Allowed) -> bool:
    """Return whether a call on some resource like a pattern is allowed, and replayed."""
    request = one.found.decoded[-1].main.request
    if resource_matches(item, request.resource, request.context, world.readings):
        return True
    like = one.is_like(item)
    return like is not FALSE and isinstance(
        decoded(world, one.path, like, one.path.last.axioms()), list
    )


def _are_enough(world: World, kept: Sequence[Template], allowed: Iterable[Allowed]) -> bool:
    """Return whether every call that is allowed is proved to be on a resource like some pattern."""
    for one in allowed:
        like = disjunction(one.is_like(item) for item in kept)
        if like is TRUE:
            continue
        if not world.is_refuted(one.path.term(), negation(like), one.path.last.axioms()):
            return False
    return True


def _fewest(world: World, kept: list[Template], allowed: Sequence[Allowed]) -> list[Template]:
    """Return patterns none of which can be spared, the wide ones tried first."""
    if len(kept) > _MOST_PATTERNS:
        return kept
    for item in sorted(kept, key=lambda item: len(item.text.replace("*", ""))):
        rest = [other for other in kept if other is not item]
        if rest and _are_enough(world, rest, allowed):
            kept = rest
    return kept


def _exceptions(
    world: World,
    kept: Sequence[Template],
    allowed: Sequence[Allowed],
    refused: Sequence[Target],
) -> Iterator[str]:
    """Yield what is like the patterns and proved to be closed: first as policies write it."""
    wide = _clause(kept)
    named: list[Template] = []
    for item in dict.fromkeys(item for one in allowed for item in _named(one, allowing=False)):
        if item.variables or not _overlaps(item, wide, allowed, refused):
            continue
        if all(
            (like := one.is_like(item)) is FALSE
            or world.is_refuted(one.path.term(), like, one.path.last.axioms())
            for one in allowed
        ):
            named.append(item)
    yield from sorted(item.text for item in named)
    told = _clause(named)
    for target in refused:
        if target.known and target.shape in wide and target.shape not in told:
            yield target.label


def _overlaps(
    item: Template, wide: Clause, allowed: Iterable[Allowed], refused: Iterable[Target]
) -> bool:
    """Return whether something that can be asked about is like the pattern, and like those kept."""
    narrow = _clause([item])
    if any(target.shape in narrow and target.shape in wide for target in refused):
        return True
    return any(
        isinstance(one.target.resource, StringVariable)
        and isinstance(
            realize([(one.target.resource.domain, True), (narrow, True), (wide, True)]), Realized
        )
        for one in allowed
    )


def _clause(items: Iterable[Template]) -> Clause:
    """Return the clause of patterns; a variable stands for anything."""
    return clause(
        pattern(Wildcard.RUN if isinstance(token, Variable) else token for token in item.tokens)
        for item in items
    )
