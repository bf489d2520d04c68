"""Everything that was edited from one snapshot to another, with whom or what it touches."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.comparing.edits import Edited, edit_between
from verifier.comparing.sides import Side
from verifier.policy.attached import ApplicablePolicies
from verifier.snapshot_comparison import Edit, EditKind

Touched = tuple[tuple[Edit, tuple[str, ...]], ...]
"""Edits, each with the principals that carry the policy, or with what it guards."""


def all_edits(old: Side, new: Side) -> Touched:
    """Return every edit once, with the principals, resources and roles that it touches."""
    found: dict[Edit, dict[str, None]] = {}
    for edit, name in (*_of_principals(old, new), *_of_roles(old, new), *_of_resources(old, new)):
        found.setdefault(edit, {})[name] = None
    return tuple((edit, tuple(names)) for edit, names in found.items())


def _of_principals(old: Side, new: Side) -> Iterator[tuple[Edit, str]]:
    for arn in dict.fromkeys((*old.principals, *new.principals)):
        before, after = old.policies(arn), new.policies(arn)
        if before is not None and after is not None:
            for edit in Edited(before, after).edits():
                yield edit, arn
        else:
            kind = EditKind.ADDED if before is None else EditKind.REMOVED
            yield Edit(kind, arn), arn


def _of_roles(old: Side, new: Side) -> Iterator[tuple[Edit, str]]:
    for role in new.snapshot.roles():
        before = old.snapshot.role(role.arn)
        edit = edit_between(before.trust, role.trust) if before else None
        if edit is not None:
            yield edit, role.arn


def _of_resources(old: Side, new: Side) -> Iterator[tuple[Edit, str]]:
    before, after = old.snapshot.resources, new.snapshot.resources
    for arn in dict.fromkeys((*before, *after)):
        one, other = before.get(arn), after.get(arn)
        if one is None or other is None:
            yield Edit(EditKind.ADDED if one is None else EditKind.REMOVED, arn), arn
        sides = (
            ApplicablePolicies(resource=item.policy, shares=item.shares)
            if item
            else ApplicablePolicies()
            for item in (one, other)
        )
        for edit in Edited(*sides).edits():
            yield edit, arn
    for account in new.snapshot.accounts:
        places = (side.snapshot.place(account) for side in (old, new))
        ladders = (ApplicablePolicies(rcps=(place.rcps or ()) if place else ()) for place in places)
        for edit in Edited(*ladders).edits():
            yield edit, f"account {account}"
    endpoints = old.snapshot.endpoints, new.snapshot.endpoints
    for name in dict.fromkeys((*endpoints[0], *endpoints[1])):
        found = edit_between(endpoints[0].get(name), endpoints[1].get(name))
        if found is not None:
            yield found, name
