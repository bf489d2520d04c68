"""Two policies: does one allow anything that the other does not?"""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from random import Random
from typing import Any

from benchmarks.baselines import DECIDERS
from benchmarks.families.policies import pair
from benchmarks.records import Record, timed
from iam_smt.terms import Term, conjunction
from iam_smt.theory import Sat, Solver, Unsat, Unsolved
from tests.corpora import rows
from verifier.compare import compare, exceeds
from verifier.compile.actions import actions
from verifier.policy.attached import AttachedPolicy
from verifier.policy.parse import policy_from_text
from verifier.policy.syntax import PolicyKind

_LARGE = (
    "ReadOnlyAccess",
    "PowerUserAccess",
    "SecurityAudit",
    "ViewOnlyAccess",
    "AdministratorAccess",
)
_SEED = 1
_RUNS = 5
_ONCE_SLOW = {
    "SageMakerStudioProjectUserRolePermissionsBoundary v2 > v3": "an exception that grew: 450 ms",
    "AWSElasticDisasterRecoveryLaunchActionsPolicy v3 > v4": "resources that grew: 240 ms",
    "AWSShieldDRTAccessPolicy v3 > v2": "one action, forty types of resource to try: 100 ms",
}
"""Questions about versions that were slow once, with the cause and the time of then."""


def policy(document: Any, title: str, kind: PolicyKind = PolicyKind.IDENTITY) -> AttachedPolicy:
    """Return a document as a policy of a kind."""
    return AttachedPolicy(kind, title, policy_from_text(json.dumps(document), kind))


def _exceeds(one: AttachedPolicy, other: AttachedPolicy) -> str:
    found = exceeds(one, other)
    if found is None:
        return "no"
    return "yes" if found.request is not None else "unknown"


def managed_pairs(count: int = 3000) -> Iterator[Record]:
    """Ordered pairs of AWS managed policies, a quarter against five of the largest; warm."""
    policies = {
        row["name"]: policy(row["document"], row["name"])
        for row in rows("aws_managed_policies.jsonl.gz")
    }
    names = sorted(policies)
    random = Random(_SEED)
    pairs = []
    for number in range(count):
        one, other = random.sample(names, 2)
        pairs.append((one, random.choice(_LARGE) if number % 4 == 0 else other))
    for one in names:
        _exceeds(policies[one], policies["ReadOnlyAccess"])
    _warm_up()
    for one, other in pairs:
        yield timed(
            "managed pairs",
            f"{one} > {other}",
            partial(_exceeds, policies[one], policies[other]),
        )


def _warm_up() -> None:
    """Read the whole catalogue, and spare the garbage collector what stays."""
    known = actions()
    for _ in known.domains(known.everything):
        pass
    gc.freeze()


def managed_versions() -> Iterator[Record]:
    """Each version of an AWS managed policy and the next, in both directions; warm."""
    broad = next(
        policy(row["document"], row["name"])
        for row in rows("aws_managed_policies.jsonl.gz")
        if row["name"] == "ReadOnlyAccess"
    )
    _warm_up()
    for row in rows("aws_managed_policy_history.jsonl.gz"):
        policies = [policy(item["document"], item["version"]) for item in row["versions"]]
        for item in policies:
            _exceeds(item, broad)
        for old, new in pairwise(policies):
            for one, other in ((new, old), (old, new)):
                yield timed(
                    "managed versions",
                    f"{row['name']} {one.title} > {other.title}",
                    partial(_exceeds, one, other),
                )


def regressions() -> Iterator[Record]:
    """What was slow once, cold: the first question about both policies."""
    documents = {
        f"{row['name']} {item['version']}": item["document"]
        for row in rows("aws_managed_policy_history.jsonl.gz")
        for item in row["versions"]
    }
    _warm_up()
    for case in _ONCE_SLOW:
        name, one, _, other = case.split()
        for _ in range(_RUNS):
            old, new = (policy(documents[f"{name} {version}"], version) for version in (one, other))
            yield timed("regressions", case, partial(_exceeds, old, new))


def cross_check(count: int = 300) -> Iterator[Record]:
    """The hardest question of a sample of version pairs, decided by cvc5: it must not disagree."""
    pairs = []
    for row in rows("aws_managed_policy_history.jsonl.gz"):
        policies = [policy(item["document"], item["version"]) for item in row["versions"]]
        pairs += [(row["name"], old, new) for old, new in pairwise(policies)]
    for name, old, new in Random(_SEED).sample(pairs, count):
        question = _hardest(old, new)
        if question is None:
            continue
        said = DECIDERS["verifier"](question)
        case = f"{name} {old.title} {new.title}"
        record = timed("cross-check", case, partial(DECIDERS["cvc5"], question), solver="cvc5")
        if {said, record.verdict} == {"sat", "unsat"}:
            raise AssertionError(f"{case}: cvc5 says {record.verdict}, the glob theory {said}")
        yield record


def quacky() -> Iterator[Record]:
    """The pairs of another tool with its answers; a verdict that differs says so."""
    _warm_up()
    for number, row in enumerate(rows("policy_pairs_quacky.jsonl.gz")):
        documents = [row["policy1"], row["policy2"]]
        text = json.dumps(documents)
        kind = PolicyKind.RESOURCE if '"Principal"' in text else PolicyKind.IDENTITY
        one, other = (policy(item, f"policy{place}", kind) for place, item in enumerate(documents))

        def ask(one: AttachedPolicy = one, other: AttachedPolicy = other) -> str:
            found = {"no": "UNSAT", "yes": "SAT", "unknown": "UNKNOWN"}
            return f"{found[_exceeds(one, other)]} {found[_exceeds(other, one)]}"

        record = timed("quacky pairs", f"{number} {row['p2']}", ask)
        wanted = (row["p1_minus_p2"], row["p2_minus_p1"])
        same = all(
            theirs in (None, ours)
            for ours, theirs in zip(record.verdict.split(), wanted, strict=True)
        )
        yield record if same else Record(**{**vars(record), "verdict": f"{record.verdict} differs"})


class _Listening(Solver):
    """Keeps what it was asked."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.asked: list[Term] = []

    def solve(self, *terms: Term) -> Sat | Unsat | Unsolved:
        self.asked.append(conjunction(terms))
        return super().solve(*terms)


def statements(sizes: tuple[int, ...] = (1, 2, 5, 10, 20), seeds: int = 3) -> Iterator[Record]:
    """Generated pairs with more and more statements, decided in each way; verdicts must agree."""
    yield from _family("statements", sizes, seeds, lambda size, seed: pair(size, seed))


def conditions(sizes: tuple[int, ...] = (1, 2, 4, 8), seeds: int = 3) -> Iterator[Record]:
    """Generated pairs of four statements with more and more conditions, decided in each way."""
    yield from _family(
        "conditions", sizes, seeds, lambda size, seed: pair(4, seed, conditions=size)
    )


def _family(name: str, sizes: tuple[int, ...], seeds: int, make: Any) -> Iterator[Record]:
    for size in sizes:
        for seed in range(seeds):
            one, other = (policy(item, "policy") for item in make(size, seed))
            question = _hardest(one, other)
            if question is None:
                continue
            said: set[str] = set()
            for solver, decide in DECIDERS.items():
                record = timed(
                    name,
                    f"{size}/{seed}",
                    partial(decide, question),
                    solver=solver,
                    size=size,
                )
                said.add(record.verdict)
                yield record
            if {"sat", "unsat"} <= said:
                raise AssertionError(f"{name} {size}/{seed}: the solvers disagree")


def _hardest(one: AttachedPolicy, other: AttachedPolicy) -> Term | None:
    """Return the question of a comparison that has most parts.

    Over any strings as actions: over those that exist, the resource depends on the action, which
    takes theories of strings beyond ten seconds at one statement.
    """
    listening = _Listening()
    compare(one, other, solver=listening, any_action=True)
    return max(listening.asked, key=lambda term: len(repr(term)), default=None)
