"""The calls that the outside may make on what a policy guards, those alike decided together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from iam_smt.credentials import Chain
from iam_smt.keys import SingleKey
from iam_smt.networks import AddressVariable, Network
from iam_smt.terms import TRUE, Term, conjunction, implies
from verifier import catalogue
from verifier.catalogue import ResourceType
from verifier.compile.actions import Actions
from verifier.compile.matching import action_clause, may_fit
from verifier.compile.novel_actions import beyond, with_named
from verifier.compile.statements import applies
from verifier.compile.targets import Target
from verifier.finding import AccessLevel, WayInKind
from verifier.findings.guards import Guard, above
from verifier.findings.outsiders import Outsider
from verifier.policy.syntax import ActionElement, Effect, Statement
from verifier.queries.action_classes import peculiar
from verifier.queries.deputies import driven_from_outside
from verifier.queries.goals import everything_at, targets_at
from verifier.queries.paths import ASSUME_ROLE, Path
from verifier.queries.world import World

_IPV4 = Network(4, 0, 0)

_TELLING = (
    "s3:PutBucketPolicy",
    "s3:PutObject",
    "s3:DeleteBucket",
    "s3:GetObject",
    "s3:ListBucket",
    "sqs:SendMessage",
    "sqs:ReceiveMessage",
    "sns:Publish",
    "kms:Decrypt",
    "lambda:InvokeFunction",
    "secretsmanager:GetSecretValue",
)
"""Actions that say more in a witness than others of their access level."""


def level(action: str) -> AccessLevel:
    """Return the worst access level that the catalogue has for an action."""
    return AccessLevel.of(catalogue.access_level(action))


def written(element: ActionElement, names: Iterable[str]) -> tuple[str, ...]:
    """Return the patterns of an element that name one of the actions."""
    if element.negated:
        return tuple(f"all but {pattern.text}" for pattern in element.patterns)
    names = [name.lower() for name in names]
    found = []
    for pattern in element.patterns:
        of = action_clause(ActionElement((pattern,)))
        if any(name in of for name in names):
            found.append(pattern.text)
    return tuple(dict.fromkeys(found))


@dataclass(eq=False)
class Case:
    """Calls of like actions by one kind of caller; `target` is None where a role is assumed."""

    world: World
    guard: Guard
    outsider: Outsider
    actions: tuple[str, ...]
    target: Target | None

    @cached_property
    def path(self) -> Path:
        """The call of the first action, as a path of one hop."""
        chain = Chain()
        caller = self.outsider.start.make(chain)
        path = Path(self.world, caller, chain, begins=True)
        if self.target is None:
            return path.assume(self.guard.roles[0])
        return path.ask(self.actions[0], self.target)

    @cached_property
    def besides(self) -> Term:
        """What else must hold: a service that stands outside is driven from outside."""
        if self.outsider.kind is not WayInKind.SERVICES:
            return TRUE
        return driven_from_outside(self.world, self.path.last)

    @property
    def rank(self) -> tuple[int, int, str]:
        """The worst and most telling first."""
        return _order(self.actions[0])

    def fresh(self) -> Case:
        """Return the same case without the formulas that were made of it."""
        return Case(self.world, self.guard, self.outsider, self.actions, self.target)

    def term(self) -> Term:
        """Return a term that holds iff the call is allowed."""
        return conjunction((self.besides, self.path.term()))

    def plainly(self) -> Term:
        """Return a term that holds iff the call comes from an address that is easy to read."""
        key = self.path.last.context.keys.get("aws:sourceip")
        if isinstance(key, SingleKey) and isinstance(key.value, AddressVariable):
            return implies(key.present, key.value.within(_IPV4))
        return TRUE

    def about(self, statement: Statement) -> Term:
        """Return a term that holds iff the statement is about the call."""
        found, _ = applies(statement, self.path.last.authorization().request)
        return found


def cases(
    world: World, guard: Guard, outsiders: Iterable[Outsider], intended: Iterable[ActionElement]
) -> Iterator[Case]:
    """Yield every kind of call that some Allow of the guard offers one of the outsiders.

    Actions that no policy and no intention tells apart, and that are called on the same types of
    resources, are one kind.
    """
    if guard.resource is None:
        for outsider in outsiders:
            kind = outsider.start.make(Chain()).principal.kind
            action = ASSUME_ROLE.get(kind, "sts:AssumeRole")
            yield Case(world, guard, outsider, (action,), None)
        return
    classes = list(_classes(world, guard, list(intended)))
    for outsider in outsiders:
        for names, targets in classes:
            for target in targets:
                yield Case(world, guard, outsider, names, target)


def beyond_cases(
    world: World, guard: Guard, outsiders: Iterable[Outsider], known: Iterable[Case]
) -> Iterator[Case]:
    """Yield calls on a resource and on all in it of actions that no catalogue has: one of each kind
    that policies tell apart and that some Allow of the guard offers, besides those `known`.

    Raises `QuestionError` if there are more kinds than can be listed.
    """
    if guard.resource is None:
        return
    statements = [item for policy in guard.policies for item in policy.statements]
    elements = [statement.actions for statement in (*statements, *above(world, guard.account))]
    space = with_named(elements)
    names = dict.fromkeys([*beyond(elements), *space.names(space.unlisted)])
    told = {name for case in known for name in case.actions}
    is_open = any(policy.policy is None for policy in guard.policies)
    granting = [item.actions for item in statements if item.effect is Effect.ALLOW]
    offered = [
        name
        for name in names
        if name not in told and (is_open or any(may_fit(item, name) for item in granting))
    ]
    if offered:
        targets = list(everything_at(world, guard.resource))
        for outsider in outsiders:
            for name in offered:
                for target in targets:
                    yield Case(world, guard, outsider, (name,), target)


def _classes(
    world: World, guard: Guard, intended: list[ActionElement]
) -> Iterator[tuple[tuple[str, ...], list[Target]]]:
    """Yield kinds of actions, the most telling of the worst level first, with their targets."""
    statements = [item for policy in guard.policies for item in policy.statements]
    elements = [statement.actions for statement in (*statements, *above(world, guard.account))]
    elements = list(dict.fromkeys([*elements, *intended]))
    space = with_named(elements)
    is_open = any(policy.policy is None for policy in guard.policies)
    offered = space.everything if is_open else 0
    for statement in statements:
        if statement.effect is Effect.ALLOW:
            offered |= space.of(statement.actions)
    for bits, targets in _callable(world, guard, space, offered):
        for part in _parts(bits, elements, space):
            kinds: dict[tuple[str, str], list[str]] = {}
            for name in space.names(part):
                service = name.partition(":")[0].lower()
                kinds.setdefault((service, peculiar(name)), []).append(name)
            for names in kinds.values():
                yield tuple(sorted(names, key=_order)), targets


def _callable(
    world: World, guard: Guard, space: Actions, offered: int
) -> Iterator[tuple[int, list[Target]]]:
    """Yield the actions that are called on the resource or on what lies in it, with the targets."""
    assert guard.resource is not None
    services = {guard.arn.split(":")[2]}
    for types, bits in space.by_types:
        if not bits & offered or not any(_is_alike(kind, guard.arn) for kind in types):
            continue
        targets = targets_at(world, guard.resource, types)
        if targets:
            services |= {name.partition(":")[0] for name in space.names(bits & -bits)}
            yield bits & offered, targets
    unlisted = space.unlisted & offered & space.of_services(*services)
    if unlisted:
        yield unlisted, list(everything_at(world, guard.resource))


def _is_alike(kind: ResourceType, arn: str) -> bool:
    """Return whether ARNs of the type are of the same service, as far as can be seen at once."""
    service = kind.arn.split(":", 3)[2:3]
    return not service or service[0].startswith("$") or service[0] == arn.split(":")[2]


def _parts(bits: int, elements: list[ActionElement], space: Actions) -> list[int]:
    """Split a set of actions into those that each element names, and those it does not."""
    parts = [bits]
    for element in elements:
        named = space.of(element)
        parts = [half for part in parts for half in (part & named, part & ~named) if half]
    return parts


def _order(action: str) -> tuple[int, int, str]:
    telling = _TELLING.index(action) if action in _TELLING else len(_TELLING)
    return level(action).rank, telling, action
