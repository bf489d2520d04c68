"""Hitting sets: few members, or the fewest, of which every one of some sets has one."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

import z3

Member = TypeVar("Member", bound=Hashable)

_MOST_STEPS = 10_000_000
"""Z3's own count of work (`rlimit`) for one set: some seconds."""


def smallest_hitting(
    sets: Iterable[frozenset[Member]],
    excluded: Iterable[frozenset[Member]],
    order: Sequence[Member],
) -> frozenset[Member] | None:
    """Return a smallest set with a member of each of `sets` that holds none of those `excluded`
    as a whole; None if there is none.

    `order` has every member, and makes the result the same from run to run. Raises `TimeoutError`
    if that is more than Z3 is given to do.
    """
    context = z3.Context()
    optimize = z3.Optimize(ctx=context)
    optimize.set("rlimit", _MOST_STEPS)
    names = {member: z3.Bool(f"member {number}", context) for number, member in enumerate(order)}
    for chosen in sets:
        optimize.add(_any(context, (names[item] for item in order if item in chosen)))
    for known in excluded:
        optimize.add(_any(context, (z3.Not(names[item]) for item in order if item in known)))
    for name in names.values():
        optimize.add_soft(z3.Not(name))
    match optimize.check():
        case z3.unsat:
            return None
        case z3.sat:
            model = optimize.model()
            return frozenset(member for member, name in names.items() if z3.is_true(model[name]))
    raise TimeoutError("the smallest set was not found")


def small_hitting(sets: Iterable[frozenset[Member]], order: Sequence[Member]) -> frozenset[Member]:
    """Return a small set with a member of each of `sets`: always one that most of the rest have."""
    left = list(sets)
    found: list[Member] = []
    while left:
        best = max(order, key=lambda member: sum(member in chosen for chosen in left))
        found.append(best)
        left = [chosen for chosen in left if best not in chosen]
    return frozenset(found)


def _any(context: z3.Context, terms: Iterable[z3.BoolRef]) -> z3.BoolRef:
    return z3.Or(*terms, z3.BoolVal(False, context))
