"""What generated cases have to do with: how often each kind of thing occurs, and how it is decided.

A comparison of the twins says nothing of what is never generated, or never decisive.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from tests.generation import REQUESTS, Generator, bearing
from verifier.policy.attached import ApplicablePolicies, AttachedPolicy
from verifier.policy.principals import PrincipalEntry
from verifier.policy.syntax import Effect, Statement
from verifier.request import Request
from verifier.semantics.authorize import authorize
from verifier.semantics.conditions import condition_holds
from verifier.semantics.statements import action_fits, resource_fits

_OUTCOMES = ("allow", "deny", "undetermined")


@dataclass
class Coverage:
    """Counts of cases by what they have to do with and by outcome.

    `entries` counts condition entries of statements about the request, by operator and truth.
    """

    cases: Counter[tuple[str, str]] = field(default_factory=Counter)
    entries: Counter[tuple[str, bool]] = field(default_factory=Counter)
    total: int = 0

    def take(self, request: Request, policies: ApplicablePolicies, outcome: str) -> None:
        """Count one case."""
        self.total += 1
        for name in {*_of_request(request), *_of_policies(policies)}:
            self.cases[name, outcome] += 1
        for statement in _about(request, policies):
            for entry in statement.conditions:
                holds = condition_holds(entry, request.context)
                self.entries[entry.operator.canonical, holds] += 1

    def __iadd__(self, other: Coverage) -> Coverage:
        self.cases += other.cases
        self.entries += other.entries
        self.total += other.total
        return self

    def share(self, name: str) -> float:
        """Return the share of cases that have to do with `name`."""
        return sum(self.cases[name, outcome] for outcome in _OUTCOMES) / max(1, self.total)

    def table(self) -> str:
        """Return the counts as Markdown."""
        lines = ["| what | cases | allow | deny | undetermined |", "|---|---|---|---|---|"]
        for name in sorted({name for name, _ in self.cases}):
            counts = [self.cases[name, outcome] for outcome in _OUTCOMES]
            cells = " | ".join(map(str, counts))
            lines.append(f"| {name} | {100 * self.share(name):.1f} % | {cells} |")
        lines += ["", "| condition entry | true | false |", "|---|---|---|"]
        for name in sorted({name for name, _ in self.entries}):
            lines.append(f"| {name} | {self.entries[name, True]} | {self.entries[name, False]} |")
        return "\n".join(lines) + "\n"


def _of_request(request: Request) -> Iterator[str]:
    principal = request.principal
    yield f"by {principal.kind.value}"
    if principal.is_service_linked:
        yield "by service-linked role"
    if principal.account is not None:
        same = principal.account == request.resource_account
        yield "in one account" if same else "across accounts"
    if principal.partition not in (None, "aws"):
        yield "by principal of another partition"
    yield f"on {request.action.partition(':')[0].lower()}"
    if request.context.get("aws:assumedroot") == ("true",):
        yield "by AssumeRoot session"
    if any(len(values) > 1 for values in request.context.values()):
        yield "key with several values"
    if any(not values for values in request.context.values()):
        yield "key with no value"


def _all(policies: ApplicablePolicies) -> Iterator[AttachedPolicy]:
    yield from policies.identity
    yield from policies.of_resource
    yield from policies.boundary
    yield from policies.session
    for level in (*policies.scps, *policies.rcps):
        yield from level
    if policies.endpoint:
        yield policies.endpoint


def _of_policies(policies: ApplicablePolicies) -> Iterator[str]:
    if len(policies.scps) > 1:
        yield "several levels of SCPs"
    for attached in _all(policies):
        yield f"with {attached.kind.value}"
        if attached.policy is None:
            yield "with policy without its document"
            continue
        yield f"version {attached.policy.version}"
        for statement in attached.policy.statements:
            yield from _of_statement(statement)


def _of_statement(statement: Statement) -> Iterator[str]:
    yield f"{statement.effect.value.title()} statement"
    if statement.actions.negated:
        yield "NotAction"
    if statement.resources is not None:
        if statement.resources.negated:
            yield "NotResource"
        if any(pattern.variables for pattern in statement.resources.patterns):
            yield "variable in Resource"
    if statement.principal is not None:
        negated = "Not" * statement.principal.negated
        for entry in statement.principal.entries:
            yield f"{negated}Principal {_kind(entry)}"
    for condition in statement.conditions:
        if any(value.variables for value in condition.values):
            yield "variable in Condition"
        if len(condition.values) > 1:
            yield "several values in Condition"
        if condition.operator.if_exists and condition.operator.name is not None:
            negated = "negated " * ("Not" in condition.operator.name)
            guards = " in Deny" if statement.effect is Effect.DENY else ""
            yield f"{negated}IfExists{guards}"
        if condition.operator.quantifier is not None:
            yield f"{condition.operator.quantifier.value}"


def _kind(entry: PrincipalEntry) -> str:
    return type(entry).__name__.removesuffix("Entry")


def _about(request: Request, policies: ApplicablePolicies) -> Iterator[Statement]:
    for attached in _all(policies):
        for statement in attached.statements:
            if action_fits(statement.actions, request.action) and resource_fits(
                statement.resources, request
            ):
                yield statement


def coverage(seed: int, numbers: range) -> Coverage:
    """Return what the generated cases of these numbers have to do with; see `decisions`."""
    found = Coverage()
    for number in numbers:
        generator = Generator(Random(f"{seed}/{number}"))
        documents, action = generator.case()
        policies = bearing(documents, action)
        for _ in range(REQUESTS):
            request = generator.request(action)
            found.take(request, policies, authorize(request, policies).outcome.value)
    return found
