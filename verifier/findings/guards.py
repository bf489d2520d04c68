"""What guards the snapshot against the outside: trust policies of roles, policies of resources."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass

from verifier.compile.standing import rcps
from verifier.compile.targets import resource_target
from verifier.policy.attached import Level
from verifier.policy.syntax import Statement
from verifier.queries.world import World
from verifier.snapshot.model import Resource, Role

_TAGS = ("aws:resourcetag/", "iam:resourcetag/")


@dataclass(frozen=True, eq=False)
class Guard:
    """What says who may come in: a policy, and for resources grants and ACLs beside it.

    `roles` trust alike, so that what is true of the first is true of each; a `resource` stands
    alone.
    """

    policies: Level
    account: str
    roles: tuple[Role, ...] = ()
    resource: Resource | None = None

    @property
    def arn(self) -> str:
        """The ARN of the resource, or of the first role."""
        return self.resource.arn if self.resource else self.roles[0].arn

    @property
    def is_bucket(self) -> bool:
        """Whether Amazon S3 guards it."""
        return self.arn.split(":")[2] == "s3"

    @property
    def partition(self) -> str:
        """The partition of what is guarded."""
        return self.arn.split(":")[1]


def guards(world: World, apart: Callable[[str], Hashable]) -> Iterator[Guard]:
    """Yield a guard for each resource with a policy, and for all roles that trust alike.

    Only what the zone owns is guarded against the outside of it. Roles for whose ARN `apart`
    returns different values are not alike.
    """
    zone = world.snapshot.zone.accounts
    alike: dict[Hashable, list[Role]] = {}
    for role in world.snapshot.roles():
        if role.account in zone:
            alike.setdefault((apart(role.arn), _likeness(world, role)), []).append(role)
    for roles in alike.values():
        yield Guard((roles[0].trust,), roles[0].account, tuple(roles))
    for resource in world.snapshot.resources.values():
        policies = resource_target(world.snapshot, resource).admitting
        if policies and resource.account in zone:
            yield Guard(policies, resource.account, resource=resource)


def _likeness(world: World, role: Role) -> Hashable:
    """Return what tells one role from another, as far as who may assume it goes.

    Where no policy asks for the role's tags, or names roles, only the account matters, and the
    path of service-linked roles, which RCPs spare (R6.32).
    """
    if role.trust.policy is None:
        return role.arn
    statements = [*role.trust.statements, *above(world, role.account)]
    if any(_tells_roles_apart(statement) for statement in statements):
        return role.arn
    return role.account, role.trust.policy, role.is_service_linked, role.arn.split(":")[1]


def above(world: World, account: str) -> Iterator[Statement]:
    """Yield what limits calls on resources of an account, whoever calls: the statements of RCPs,
    and of VPC endpoints that a call may come through.
    """
    for level in rcps(world.snapshot, account):
        for policy in level:
            yield from policy.statements
    for endpoint in world.snapshot.endpoints.values():
        yield from endpoint.statements


def _tells_roles_apart(statement: Statement) -> bool:
    if statement.resources is not None and any(
        pattern.text != "*" for pattern in statement.resources.patterns
    ):
        return True
    for condition in statement.conditions:
        variables = (variable.key for value in condition.values for variable in value.variables)
        if any(key.startswith(_TAGS) for key in (condition.key, *variables)):
            return True
    return False
