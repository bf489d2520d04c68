"""Actions that nothing tells apart but their names: decided once, and replayed for each.

Of two actions that the same statements are about, about every resource, under conditions that no
action and no resource has a part in, one is allowed where the other is: if they are called on
nothing that the snapshot lists, and need nothing besides.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field

from iam_smt.principals import Kind
from verifier import catalogue, facts
from verifier.compile.arns import form
from verifier.compile.matching import action_fits
from verifier.compile.standing import rcps
from verifier.compile.targets import account_target, entity_target
from verifier.disputed_points import POINTS
from verifier.disputes import Readings
from verifier.policy.attached import AttachedPolicy
from verifier.policy.syntax import Statement
from verifier.policy.templates import Template
from verifier.queries.action_classes import peculiar
from verifier.queries.besides import besides
from verifier.queries.closure import Closure
from verifier.queries.world import World

_OF_NO_ACTION = (
    "aws:principal",
    "aws:username",
    "aws:userid",
    "aws:sourceip",
    "aws:sourcevpc",
    "aws:vpc",
    "aws:securetransport",
    "aws:multifactorauth",
    "aws:currenttime",
    "aws:epochtime",
    "aws:tokenissuetime",
    "aws:requestedregion",
    "aws:viaawsservice",
    "aws:useragent",
)
"""How the condition keys begin that are what they are whatever is called, and on what."""

_OF_THEIR_OWN = frozenset({"iam", "organizations", "sts", "kms", "s3", "ec2"}) | facts.BEYOND_SCPS
"""Services whose calls have rules of their own."""


_PREFIXES = tuple(Readings({"X-10": reading}) for reading in POINTS["X-10"].readings)
"""Every way in which wild prefixes are read."""


@dataclass(frozen=True)
class Alike:
    """What an action is called on, as far as it is alike: a plain resource of its first type, or
    `*`; and what tells it apart.
    """

    resource: str
    key: Hashable


@dataclass
class AlikeActions:
    """Tells for one caller and its direct calls which actions are alike."""

    world: World
    closure: Closure
    _fits: dict[int, bool] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._policies = list(self._bearing())
        resources = self.world.snapshot.resources
        self._listed = {arn.split(":", 3)[2] for arn in resources} | {"", "kms"}

    def _bearing(self) -> Iterator[AttachedPolicy]:
        """Yield every policy that may bear on a direct call of the caller in its account; nothing
        where calls are not alike to begin with.
        """
        world, starts = self.world, self.closure.origin.starts
        if self.closure.limit != 1 or len(starts) != 1 or world.limits.where:
            return
        (trail,) = self.closure
        self._caller = trail.end(world)
        account = world.snapshot.accounts.get(self._caller.account or "")
        kind = self._caller.principal.kind
        if account is None or world.limits.without or kind not in (Kind.USER, Kind.ROLE_SESSION):
            return
        self._account = account
        yield from self._caller.policies.every
        yield from world.snapshot.endpoints.values()
        for level in rcps(world.snapshot, account.id):
            yield from level

    def of(self, action: str) -> Alike | None:
        """Return how an action is alike, None where it is like no other."""
        service = action.partition(":")[0].lower()
        if not self._policies or service in _OF_THEIR_OWN or peculiar(action):
            return None
        resource = self._resource(action)
        if resource is None:
            return None
        target = account_target(self.world.snapshot, self._account.id)
        if resource != "*":
            target = entity_target(self.world.snapshot, resource, resource, None)
        if next(iter(besides(self.world.snapshot, self._caller, action, target)), None):
            return None
        about = []
        for policy in self._policies:
            if policy.policy is None:
                return None
            for statement in policy.statements:
                fits = tuple(action_fits(statement.actions, action, said) for said in _PREFIXES)
                if any(fits):
                    if not all(fits) or not self._is_plain(statement):
                        return None
                    about.append(id(statement))
        governed = service in facts.RCP_SERVICES
        return Alike(resource, (tuple(about), resource == "*", governed))

    def _resource(self, action: str) -> str | None:
        """Return a plain resource of an action, None where policies of resources may count."""
        types = catalogue.resource_types(action)
        for kind in types:
            service = kind.arn.split(":", 3)[2:3]
            if not service or "$" in service[0] or service[0] in self._listed:
                return None
        if not types:
            return "*"
        first = next((kind for kind in types if kind.required), types[0])
        return form(first, self._account.id, self._account.partition)[1]

    def _is_plain(self, statement: Statement) -> bool:
        """Return whether a statement is about every resource, and asks for nothing of the call."""
        key = id(statement)
        if key not in self._fits:
            resources = statement.resources
            whole = resources is None or (
                not resources.negated and any(item.text == "*" for item in resources.patterns)
            )
            values = [value for item in statement.conditions for value in item.values]
            self._fits[key] = (
                whole
                and all(item.key.startswith(_OF_NO_ACTION) for item in statement.conditions)
                and all(map(_is_of_no_action, values))
            )
        return self._fits[key]


def _is_of_no_action(value: Template) -> bool:
    return all(variable.key.startswith(_OF_NO_ACTION) for variable in value.variables)
