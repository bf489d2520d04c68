"""Chains that depend on their sessions, and what closes them; each beside the plain way."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import combinations
from pathlib import Path

from benchmarks.families import chains
from benchmarks.records import Record, timed
from verifier import Snapshot
from verifier.queries import likeness
from verifier.queries.edits import Edit, Editor, home_of
from verifier.verdict import Cause

_RUNS = 3
_MOST_TOLD_APART = 50


def crowds(sizes: tuple[int, ...] = (25, 50, 200, 1000, 2000)) -> Iterator[Record]:
    """More and more roles that all trust each other; the baseline follows every one of them."""
    for size in sizes:
        with _account(chains.crowd, size) as snapshot:

            def ask(snapshot: Snapshot = snapshot) -> str:
                return str(snapshot.ask(chains.QUESTION).verdict.value)

            case = f"{size} roles"
            for _ in range(_RUNS):
                yield timed("crowds", case, ask, size=size)
            if size <= _MOST_TOLD_APART:
                few, likeness._FEW = likeness._FEW, size + 2
                yield timed("crowds", case, ask, solver="every role", size=size)
                likeness._FEW = few


def cuts(sizes: tuple[int, ...] = (2, 3, 4, 5)) -> Iterator[Record]:
    """More and more ways that share nothing; the baseline tries all sets of statements by size."""
    for size in sizes:
        with _account(chains.doors, size) as snapshot:

            def ask(snapshot: Snapshot = snapshot) -> str:
                margin = snapshot.ask(chains.QUESTION, margins=True).ways[0].margin
                return f"{margin.at_least} statements" if margin else "none"

            case = f"{size} ways"
            for _ in range(_RUNS):
                yield timed("cuts", case, ask, size=size)
            yield timed("cuts", case, partial(_tried, snapshot), solver="all sets", size=size)


@contextmanager
def _account(write: Callable[[Path, int], None], size: int) -> Iterator[Snapshot]:
    with tempfile.TemporaryDirectory() as name:
        write(Path(name), size)
        yield Snapshot.load(name)


def _tried(snapshot: Snapshot) -> str:
    """Return how many statements close the question, found by asking without each set of them."""
    edits = [
        Edit(policy.policy, home_of(policy), statement, Cause(policy.title, "", "", ""))
        for role in snapshot.contents.roles()
        for policy in (role.trust, *role.policies)
        if policy.policy is not None
        for statement in policy.statements
    ]
    for size in range(1, len(edits) + 1):
        for chosen in combinations(edits, size):
            contents = Editor(chosen).snapshot(snapshot.contents)
            if Snapshot(contents).ask(chains.QUESTION).no:
                return f"{size} statements"
    return "none"
