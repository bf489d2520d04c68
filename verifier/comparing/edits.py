"""Which policies differ between two snapshots, and which of the edits make a request allowed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from itertools import combinations

from verifier.policy.attached import ApplicablePolicies, AttachedPolicy, Level
from verifier.policy.content import level_content, levels_content, policy_content
from verifier.snapshot_comparison import Edit, EditKind

_LEVELS = ("identity", "boundary", "session", "shares")
_LADDERS = {"scps": "service control policies", "rcps": "resource control policies"}
_MOST_TOGETHER = 3
"""Of more edits that are needed together, all are named."""


@dataclass(frozen=True)
class Edited:
    """What bears on a request in an old snapshot and in a new one."""

    old: ApplicablePolicies
    new: ApplicablePolicies

    def edits(self) -> list[Edit]:
        """Return how the two differ, each policy once."""
        found: dict[Edit, None] = {}
        for before, after in self._levels():
            found |= dict.fromkeys(edit for edit, *_ in _pairs(before, after) if edit)
        for name in _LADDERS:
            if _is_moved(getattr(self.old, name), getattr(self.new, name)):
                found[_moved(name)] = None
        return list(found)

    def _levels(self) -> Iterator[tuple[Level, Level]]:
        for name in _LEVELS:
            yield getattr(self.old, name), getattr(self.new, name)
        for name in _LADDERS:
            yield sum(getattr(self.old, name), ()), sum(getattr(self.new, name), ())
        yield _single(self.old.resource), _single(self.new.resource)

    def causes(
        self, allows: Callable[[ApplicablePolicies], bool], *, towards_new: bool
    ) -> tuple[Edit, ...]:
        """Return the fewest edits that, made alone, let `allows` hold; all if many are needed.

        The edits lead from the old policies to the new ones, or with `towards_new` false, back.
        """
        found = self.edits()
        for size in range(1, min(len(found), _MOST_TOGETHER) + 1):
            for chosen in combinations(found, size):
                if allows(self._with(chosen, towards_new)):
                    return chosen
        return tuple(found)

    def _with(self, made: Collection[Edit], towards_new: bool) -> ApplicablePolicies:
        base = self.old if towards_new else self.new

        def mixed(before: Level, after: Level) -> Level:
            kept = []
            for edit, one, other in _pairs(before, after):
                first, second = (one, other) if towards_new else (other, one)
                policy = second if edit in made else first
                kept += [policy] if policy is not None else []
            return tuple(kept)

        old, new = self.old, self.new
        resource = mixed(_single(old.resource), _single(new.resource))
        return replace(
            base,
            identity=mixed(old.identity, new.identity),
            boundary=mixed(old.boundary, new.boundary),
            session=mixed(old.session, new.session),
            shares=mixed(old.shares, new.shares),
            resource=resource[0] if resource else None,
            scps=_ladder("scps", old.scps, new.scps, made, towards_new, mixed),
            rcps=_ladder("rcps", old.rcps, new.rcps, made, towards_new, mixed),
        )


def _ladder(
    name: str,
    old: tuple[Level, ...],
    new: tuple[Level, ...],
    made: Collection[Edit],
    towards_new: bool,
    mixed: Callable[[Level, Level], Level],
) -> tuple[Level, ...]:
    """Return levels with some edits made: policy by policy where there are as many, else all."""
    if len(old) == len(new) and _moved(name) not in made:
        return tuple(map(mixed, old, new))
    within = _pairs(sum(old, ()), sum(new, ()))
    is_made = _moved(name) in made or any(edit in made for edit, *_ in within)
    return new if is_made is towards_new else old


def _single(policy: AttachedPolicy | None) -> Level:
    return (policy,) if policy else ()


def _is_moved(old: tuple[Level, ...], new: tuple[Level, ...]) -> bool:
    """Return whether the same policies stand on other levels."""
    if levels_content(old) == levels_content(new):
        return False
    return level_content(sum(old, ())) == level_content(sum(new, ()))


def _moved(name: str) -> Edit:
    return Edit(EditKind.MOVED, _LADDERS[name])


_Pair = tuple[Edit | None, AttachedPolicy | None, AttachedPolicy | None]


def _pairs(old: Level, new: Level) -> Iterator[_Pair]:
    """Yield each policy with the one of its name on the other side, and the edit between them."""
    before = {policy.arn or policy.title: policy for policy in old}
    after = {policy.arn or policy.title: policy for policy in new}
    for name in dict.fromkeys((*before, *after)):
        one, other = before.get(name), after.get(name)
        yield edit_between(one, other), one, other


def edit_between(one: AttachedPolicy | None, other: AttachedPolicy | None) -> Edit | None:
    """Return what was done to a policy, None if it says the same as before."""
    contents = tuple(policy and policy_content(policy) for policy in (one, other))
    known = [policy for policy in (one, other) if policy is not None]
    if not known or contents[0] == contents[1]:
        return None
    kind = EditKind.CHANGED
    if len(known) == 1:
        kind = EditKind.ADDED if other else EditKind.REMOVED
    places = [policy.place(()) if policy else "" for policy in (one, other)]
    old, new = places
    return Edit(kind, known[-1].title, old, new, (known[-1].arn, contents))
