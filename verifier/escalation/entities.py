"""What the changes ask of the entities of a snapshot, found out once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from verifier.escalation.table import Effect
from verifier.policy.attached import Level
from verifier.policy.syntax import Policy
from verifier.snapshot.model import ManagedPolicy, Role, Snapshot, User


def account_of(arn: str) -> str:
    """Return the account in an ARN, "" if it has none."""
    parts = arn.split(":", 5)
    return parts[4] if len(parts) > 5 else ""


class Entities:
    """Users, roles and groups of a snapshot by the managed policies that they have."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    @cached_property
    def holders(self) -> dict[str, set[str]]:
        """Who has a managed policy attached, or as its boundary, by the policy's ARN."""
        found: dict[str, set[str]] = defaultdict(set)
        for account in self.snapshot.accounts.values():
            bounded: list[User | Role] = [*account.users.values(), *account.roles.values()]
            for entity in bounded:
                for policy in (*entity.policies, entity.boundary):
                    if policy is not None and policy.arn is not None:
                        found[policy.arn].add(entity.arn)
            for group in account.groups.values():
                for policy in group.policies:
                    if policy.arn is not None:
                        found[policy.arn].add(group.arn)
        return found

    @cached_property
    def managed(self) -> dict[str, list[ManagedPolicy]]:
        """The customer managed policies of each account."""
        found: dict[str, list[ManagedPolicy]] = defaultdict(list)
        for policy in self.snapshot.policies.values():
            found[account_of(policy.arn)].append(policy)
        return found

    def bears_on(self, effect: Effect) -> bool:
        """Return whether any policy asks about what an effect changes."""
        match effect:
            case Effect.TAGS | Effect.NO_TAGS:
                return any("principaltag/" in key or "resourcetag/" in key for key in self._keys)
            case Effect.MFA:
                return any("multifactorauth" in key for key in self._keys)
        return True

    @property
    def asks_for_resource_tags(self) -> bool:
        """Whether any policy asks about the tags of resources."""
        return any("resourcetag/" in key for key in self._keys)

    @cached_property
    def wanted_tags(self) -> tuple[tuple[str, str], ...]:
        """The tags, as they are written, that conditions compare those of principals and resources
        with, where they compare with a fixed text.
        """
        found: dict[tuple[str, str], None] = {}
        for policy in {id(item): item for item in self._policies()}.values():
            for statement in policy.statements:
                for condition in statement.conditions:
                    family, _, name = condition.written.partition("/")
                    if not family.lower().endswith((":principaltag", ":resourcetag")):
                        continue
                    for value in condition.values:
                        if name and not value.variables and not set(value.text) & set("*?"):
                            found[name, value.text] = None
        return tuple(found)

    @cached_property
    def _keys(self) -> set[str]:
        """The condition keys that policies ask about, or have in variables, in lower case."""
        found: set[str] = set()
        for policy in {id(item): item for item in self._policies()}.values():
            for statement in policy.statements:
                written = [template for item in statement.conditions for template in item.values]
                written += statement.resources.patterns if statement.resources else ()
                found |= {condition.key for condition in statement.conditions}
                found |= {item.key for template in written for item in template.variables}
        return found

    def _policies(self) -> Iterator[Policy]:
        snapshot = self.snapshot
        bounded: list[User | Role] = [*snapshot.users(), *snapshot.roles()]
        attached = [policy for entity in bounded for policy in entity.policies]
        attached += [entity.boundary for entity in bounded if entity.boundary]
        attached += [role.trust for role in snapshot.roles()]
        attached += [policy.attached for policy in snapshot.policies.values()]
        attached += [item.policy for item in snapshot.resources.values() if item.policy]
        for place in snapshot.organization.places.values() if snapshot.organization else ():
            for level in (*(place.scps or ()), *(place.rcps or ())):
                attached += level
        yield from (policy.policy for policy in attached if policy.policy)

    def own(self, user: User) -> Level:
        """Return the policies that a user has not from its groups (R6.2)."""
        groups = self.snapshot.accounts[user.account].groups.values()
        sizes = {group.name: len(group.policies) for group in groups}
        others = sum(sizes.get(name, 1) for name in user.groups)
        return user.policies[: len(user.policies) - others]
