"""Changes of a snapshot whose effect on every answer is known beforehand."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random
from typing import Any

from verifier.policy.attached import AttachedPolicy
from verifier.policy.operators import Values
from verifier.policy.reading import Location
from verifier.policy.syntax import Condition, Effect, Policy, Statement
from verifier.policy.templates import Template, template
from verifier.snapshot.model import Role, Snapshot, User

Statements = tuple[Statement, ...]
Change = Callable[[Statements], Statements]


def reversed_order(statements: Statements) -> Statements:
    """Statements may stand in any order (R1.7)."""
    return tuple(reversed(statements))


def twice(statements: Statements) -> Statements:
    """A statement may be repeated (R1.7)."""
    return statements + statements


def split(statements: Statements) -> Statements:
    """A statement about several actions and resources is as many statements about one of each."""
    return tuple(
        replace(statement, actions=actions, resources=resources)
        for statement in statements
        for actions in _each(statement.actions)
        for resources in _each(statement.resources)
    )


def _each(element: Any) -> list[Any]:
    if element is None or element.negated or len(element.patterns) < 2:
        return [element]
    return [replace(element, patterns=(pattern,)) for pattern in element.patterns]


def unions(statements: Statements) -> Statements:
    """A run is nothing, or one character and a run: each glob is the union of two."""
    return tuple(
        replace(
            statement,
            actions=_parted(statement.actions),
            resources=_parted(statement.resources),
            conditions=tuple(map(_condition, statement.conditions)),
        )
        for statement in statements
    )


def _parted(element: Any) -> Any:
    if element is None:
        return None
    parts = (part for pattern in element.patterns for part in _parts(pattern))
    return replace(element, patterns=tuple(parts))


def _condition(condition: Condition) -> Condition:
    if condition.operator.values is not Values.PATTERN or "Equals" in str(condition.operator.name):
        return condition
    return replace(condition, values=tuple(part for v in condition.values for part in _parts(v)))


def _parts(pattern: Template) -> list[Template]:
    if "${" in pattern.text or pattern.text.strip("*") == "" or "*" not in pattern.text:
        return [pattern]
    before, _, after = pattern.text.partition("*")
    return [
        template(text, wildcards=True, variables=False)
        for text in (before + after, f"{before}?*{after}")
    ]


EQUAL: dict[str, Change] = {
    "reversed": reversed_order,
    "twice": twice,
    "split": split,
    "unions": unions,
}
"""What changes nothing."""


def without_an_allow(random: Random, statements: Statements) -> Statements:
    """Leave out one statement that allows, if there is one."""
    allowing = [item for item in statements if item.effect is Effect.ALLOW]
    dropped = random.choice(allowing) if allowing else None
    return tuple(item for item in statements if item is not dropped)


def with_a_deny(random: Random, statements: Statements) -> Statements:
    """Deny besides what one statement allows, if there is one."""
    allowing = [item for item in statements if item.effect is Effect.ALLOW]
    if not allowing:
        return statements
    return (*statements, replace(random.choice(allowing), effect=Effect.DENY))


class Remade:
    """Values made anew: `replaced` gives what stands for a value, None where its parts are to be
    looked at. What was shared stays shared.
    """

    def __init__(self, replaced: Callable[[Any], Any]) -> None:
        self._replaced = replaced
        self._known: dict[int, tuple[Any, Any]] = {}

    def of(self, value: Any) -> Any:
        """Return a value made anew."""
        if id(value) in self._known:
            return self._known[id(value)][1]
        found = self._replaced(value)
        if found is None:
            found = self._by_parts(value)
        self._known[id(value)] = value, found
        return found

    def _by_parts(self, value: Any) -> Any:
        if isinstance(value, tuple | frozenset):
            return type(value)(map(self.of, value))
        if isinstance(value, Mapping):
            return {self.of(key): self.of(item) for key, item in value.items()}
        if isinstance(value, Location) or not dataclasses.is_dataclass(value):
            return value
        names = [field.name for field in dataclasses.fields(value) if field.init]
        return replace(value, **{name: self.of(getattr(value, name)) for name in names})


def changed(snapshot: Snapshot, change: Change) -> Snapshot:
    """Return the snapshot with the statements of every policy changed."""

    def replaced(value: Any) -> Any:
        is_policy = isinstance(value, Policy)
        return replace(value, statements=change(value.statements)) if is_policy else None

    found: Snapshot = Remade(replaced).of(snapshot)
    return found


def with_names(text: str, names: Mapping[str, str]) -> str:
    """Return a text with whole words replaced."""
    word = rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)"
    return re.sub(word, lambda found: names[found[0]], text)


def renamed(snapshot: Snapshot, names: Mapping[str, str]) -> Snapshot:
    """Return the snapshot with whole words in all its texts replaced."""

    def replaced(value: Any) -> Any:
        return with_names(value, names) if isinstance(value, str) else None

    found: Snapshot = Remade(replaced).of(snapshot)
    return found


def everyone_with(snapshot: Snapshot, more: Callable[[User | Role], User | Role]) -> Snapshot:
    """Return the snapshot with every user and role changed."""
    accounts = {
        name: replace(
            account,
            users={arn: more(user) for arn, user in account.users.items()},
            roles={arn: more(role) for arn, role in account.roles.items()},
        )
        for name, account in snapshot.accounts.items()
    }
    return replace(snapshot, accounts=accounts)


def with_policy(policy: AttachedPolicy, who: Any) -> Any:
    """Return a user or role with one more policy."""
    return replace(who, policies=(*who.policies, policy))


def with_boundary(policy: AttachedPolicy, who: Any) -> Any:
    """Return a user or role with a permissions boundary, if it had none."""
    return who if who.boundary else replace(who, boundary=policy)


def with_scp(snapshot: Snapshot, policy: AttachedPolicy) -> Snapshot:
    """Return the snapshot with one more SCP at the last level above every account."""
    if snapshot.organization is None:
        return snapshot
    places = {
        account: replace(place, scps=(*place.scps[:-1], (*place.scps[-1], policy)))
        if place.scps
        else place
        for account, place in snapshot.organization.places.items()
    }
    return replace(snapshot, organization=replace(snapshot.organization, places=places))
