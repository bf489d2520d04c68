"""What else than policies has changed of callers and resources, where a policy asks about it."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.comparing.sides import Side
from verifier.queries.action_classes import policies
from verifier.snapshot.model import Tags
from verifier.snapshot_comparison import OpenPoint

_OF_PLACES = ("aws:principalorgpaths", "aws:resourceorgpaths", "aws:principalorgid")


def changed_facts(old: Side, new: Side) -> Iterator[OpenPoint]:
    """Yield every caller or resource of which a policy may now see other facts.

    Requests are compared as if all of them were as in the snapshot that allows the request: what
    the change of a fact alone lets anybody do is not known.
    """
    asked = _asked_about(old) | _asked_about(new)
    for arn in new.principals:
        before, after = old.entity(arn), new.entity(arn)
        if before is None or after is None:
            continue
        for name in _different(before.tags, after.tags):
            if {f"aws:principaltag/{name}", f"aws:resourcetag/{name}"} & asked:
                yield OpenPoint(arn, f"its tag `{name}` has changed, and policies ask for it")
        if before.id != after.id and "aws:userid" in asked:
            yield OpenPoint(arn, "its unique id has changed, and policies ask for it")
    for arn, resource in new.snapshot.resources.items():
        other = old.snapshot.resources.get(arn)
        if other is not None and (resource.tags or other.tags):
            for name in _different(other.tags or {}, resource.tags or {}):
                if any(key.endswith(f"tag/{name}") for key in asked):
                    yield OpenPoint(arn, f"its tag `{name}` has changed, and policies ask for it")
    if asked.intersection(_OF_PLACES):
        for account in new.snapshot.accounts:
            places = [side.snapshot.place(account) for side in (old, new)]
            if places[0] and places[1] and places[0].path != places[1].path:
                yield OpenPoint(f"account {account}", "it was moved, and policies ask where it is")


def _different(one: Tags, other: Tags) -> list[str]:
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def _asked_about(side: Side) -> set[str]:
    """Return every condition key that some policy asks for, or makes use of."""
    found: set[str] = set()
    for policy in policies(side.world):
        for statement in policy.statements:
            patterns = statement.resources.patterns if statement.resources else ()
            for condition in statement.conditions:
                found.add(condition.key)
                patterns += condition.values
            found |= {variable.key for item in patterns for variable in item.variables}
    return found
