"""The summary of a review in plain words, for people who were not there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from verifier.check.run import Status
from verifier.finding import Kind, Severity
from verifier.report.phrases import listed
from verifier.review.graph import Side
from verifier.review.model import Map, Review
from verifier.snapshot.model import Account

KINDS = {
    Kind.PUBLIC.value: "Public resources",
    Kind.EXTERNAL.value: "External access",
    Kind.ROLE.value: "Roles open to the outside",
    Kind.SERVICE.value: "Services without a guard",
    Kind.ESCALATION.value: "Escalation of privileges",
    Kind.INVARIANT.value: "Violated invariants",
}
"""How the kinds of findings are called, in the order in which they stand."""


def kind_name(kind: str) -> str:
    """Return how a kind of finding is called."""
    return KINDS.get(kind, kind.replace("-", " ").capitalize())


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: `1 role`, `2 roles`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def summary(review: Review) -> Iterator[str]:
    """Yield the sentences of the summary."""
    yield _subject(review)
    yield _findings(review)
    yield from filter(None, map(_map, review.maps[:1]))
    yield _coverage(review)
    if review.undecided:
        callers = counted(len(review.undecided), "caller")
        yield f"Of {callers} it is unknown whether they can become administrator via escalation."
    if review.checked:
        yield _invariants(review)


def _subject(review: Review) -> str:
    snapshot = review.snapshot
    organization = snapshot.organization
    of = f" of the organization {organization.id}" if organization else ""
    policies = sum(item.policy is not None for item in snapshot.resources.values())
    held = [
        counted(sum(1 for _ in snapshot.roles()), "role"),
        counted(sum(1 for _ in snapshot.users()), "user"),
        f"{counted(len(snapshot.resources), 'resource')}, {policies:,} of them with a policy",
    ]
    accounts = counted(sum(_is_held(item) for item in snapshot.accounts.values()), "account")
    return (
        f"The snapshot holds {accounts}{of}: {listed(held)}."
        f" Requests are made on or after {snapshot.as_of}."
    )


def _is_held(account: Account) -> bool:
    return bool(account.users or account.roles)


def _findings(review: Review) -> str:
    counts = [(severity, review.count(severity)) for severity in Severity]
    said = [f"{count:,} {severity.value}" for severity, count in counts if count]
    text = f"{counted(len(review.open), 'finding is', 'findings are')} open"
    text = text + (f": {listed(said)}." if said else ".") if review.open else "No finding is open."
    if review.suppressed:
        text += f" {counted(len(review.suppressed), 'more is', 'more are')} intended or accepted."
    return text


def _map(found: Map) -> str:
    graph = found.graph
    ways = sum(len(box.nodes) for box in graph.boxes if box.side is Side.WAY_IN)
    unknown = ""
    if found.open:
        unknown = f" Of {counted(len(found.open), 'role')} it is unknown."
    if not graph.roles:
        sure = "Nobody from outside can become a role of these accounts."
        return f"No role is known that can be become from outside.{unknown}" if unknown else sure
    hops = max(index for index, column in enumerate(graph.columns) if column[0].side is Side.ROLE)
    lead = "way in leads" if ways == 1 else "ways in lead"
    far = f", at most {counted(hops, 'hop')} away" if hops > 1 else ""
    return f"From outside, {ways:,} {lead} to {counted(graph.roles, 'role')}{far}.{unknown}"


def _coverage(review: Review) -> str:
    if review.outside.gaps:
        number = counted(len({gap.resource for gap in review.outside.gaps}), "resource")
        return f"Of {number} it is unknown whether more is allowed: see what is open."
    coverage = review.outside.coverage
    return (
        "Every request from outside that is allowed is covered by a finding: the solver refuted"
        f" {counted(coverage.proved, 'question')} about anything else, and"
        f" {counted(coverage.by_matching, 'policy names', 'policies name')} nobody from outside."
    )


def _invariants(review: Review) -> str:
    counts = Counter(item.status for item in review.checked)
    said = [
        f"{counts[status]:,} {word}"
        for status, word in (
            (Status.VIOLATED, "violated"),
            (Status.UNKNOWN, "unknown"),
            (Status.ACCEPTED, "accepted"),
            (Status.HOLDS, "holding"),
        )
        if counts[status]
    ]
    return f"Of {counted(len(review.checked), 'invariant')}, {listed(said)}."
