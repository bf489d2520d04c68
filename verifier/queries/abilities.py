"""What a principal can do: the actions of the catalogue, asked about class by class.

Actions that the same patterns name, with the same resource types, are decided together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from iam_smt.principals import Kind
from verifier import catalogue, facts
from verifier.compile.matching import action_fits, may_fit
from verifier.policy.attached import AttachedPolicy
from verifier.policy.syntax import ActionElement, Effect
from verifier.queries.closure import Closure
from verifier.queries.goals import Goal, aims
from verifier.queries.offers import Offers
from verifier.queries.reach import Search
from verifier.queries.world import World
from verifier.verdict import Verdict, Way


def abilities(
    world: World, closure: Closure, classes: list[list[str]], resource: str | None
) -> Iterator[Way]:
    """Yield a way for each action that is not ruled out, under the action's name."""
    offers = _Offers(world, closure)
    for members in classes:
        if not offers.may_include(members[0]):
            continue
        wanted = Offers(aims(world, Goal((members[0],), resource)))
        way = Search(world, closure, wanted).run()
        if way.verdict is Verdict.NO:
            continue
        for name in members:
            yield Way(name, way.verdict, way.witness, reason=way.reason, provisos=way.provisos)


class _Offers:
    """The Allow statements that can be of use to a caller and to the roles that it can become."""

    def __init__(self, world: World, closure: Closure) -> None:
        policies: list[AttachedPolicy] = []
        self._is_root = False
        for trail in closure:
            caller = trail.end(world)
            self._is_root |= caller.principal.kind is Kind.ROOT
            policies += caller.policies.identity
        for resource in world.snapshot.resources.values():
            policies += resource.admitting
        self._unread = any(policy.policy is None for policy in policies)
        self._elements = _allowing(policies)
        self._trusts = _allowing(role.trust for role in world.snapshot.roles())

    def may_include(self, action: str) -> bool:
        """Return whether some statement offers `action`; what none does is allowed to nobody."""
        name = action.lower()
        if self._is_root or self._unread or name in facts.ALWAYS_ALLOWED:
            return True
        offered = self._elements
        if name in facts.TRUST_ACTIONS:
            offered = {*offered, *self._trusts}
        return any(may_fit(item, action) for item in offered)


def _allowing(policies: Iterable[AttachedPolicy]) -> set[ActionElement]:
    return {
        statement.actions
        for policy in policies
        for statement in policy.statements
        if statement.effect is Effect.ALLOW
    }


def action_classes(world: World) -> list[list[str]]:
    """Return the actions of the catalogue by what can tell them apart in this snapshot."""
    statements = [
        statement.actions for policy in _policies(world) for statement in policy.statements
    ]
    prefixes = world.readings.of("X-10")
    found: dict[object, list[str]] = {}
    for service in catalogue.services():
        relevant = [
            element
            for element in statements
            if any(_may_name(pattern.text, service) for pattern in element.patterns)
        ]
        for action in catalogue.actions(service):
            signature = (
                service,
                tuple(action_fits(element, action, prefixes) for element in relevant),
                tuple(kind.arn for kind in catalogue.resource_types(action)),
                peculiar(action),
            )
            found.setdefault(signature, []).append(action)
    return list(found.values())


def _may_name(pattern: str, service: str) -> bool:
    prefix = pattern.partition(":")[0].lower()
    return prefix == service or "*" in prefix or "?" in prefix


_OTHERS = frozenset({"iam:passrole", "kms:retiregrant", "sts:assumeroot"})


def peculiar(action: str) -> str:
    """Return the action itself where the service treats it in a way of its own (6.7, 6.11)."""
    name = action.lower()
    groups: Iterable[frozenset[str]] = (
        facts.ALWAYS_ALLOWED,
        facts.TRUST_ACTIONS,
        facts.LONG_TERM_ONLY,
        facts.KMS_ACROSS_ACCOUNTS,
        facts.BUCKET_POLICY,
        facts.AWS_POLICY_EDITS,
        facts.RESERVED_ROLE_EDITS,
        facts.ALIAS_EDITS,
        facts.UNSIGNED_ACTIONS,
        facts.BEYOND_SCPS_FOR_ROOT,
    )
    special = any(name in group for group in groups) or name in _OTHERS
    return name if special else ""


def _policies(world: World) -> Iterator[AttachedPolicy]:
    """Yield every policy of the snapshot once."""
    snapshot = world.snapshot
    seen: set[AttachedPolicy] = set()
    held: list[AttachedPolicy | None] = []
    for user in snapshot.users():
        held += [*user.policies, user.boundary]
    for role in snapshot.roles():
        held += [*role.policies, role.boundary, role.trust]
    for resource in snapshot.resources.values():
        held += resource.admitting
    held += snapshot.endpoints.values()
    if snapshot.organization:
        for place in snapshot.organization.places.values():
            for level in (*(place.scps or ()), *(place.rcps or ())):
                held += level
    for policy in held:
        if policy is not None and policy not in seen:
            seen.add(policy)
            yield policy
