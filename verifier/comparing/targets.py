"""What is guarded otherwise on the other side, and for which actions that can matter."""

from __future__ import annotations

from collections.abc import Iterator

from verifier import facts
from verifier.comparing import affected
from verifier.comparing.differences import Comparing
from verifier.compile.targets import Target, account_target, resource_target
from verifier.policy.attached import ApplicablePolicies
from verifier.policy.content import policy_content
from verifier.queries.offers import Offers


class Changed:
    """The resources and roles that other policies guard on the two sides of a comparison.

    `actions` are those for which it can matter.
    """

    def __init__(self, comparing: Comparing) -> None:
        self._comparing = comparing
        self.actions = 0
        for bits in self._affected():
            self.actions |= bits

    def _affected(self) -> Iterator[int]:
        here, there = self._comparing.here.snapshot, self._comparing.there.snapshot
        endpoints = here.endpoints.values(), there.endpoints.values()
        yield affected.between(self._comparing.space, *endpoints)
        for resource in here.resources.values():
            yield self._by_policies(resource_target(here, resource))
        for account in here.accounts:
            yield self._by_policies(account_target(here, account))
        for role in here.roles():
            other = there.role(role.arn)
            if other is None or policy_content(role.trust) != policy_content(other.trust):
                yield self._comparing.space.named(facts.TRUST_ACTIONS)
                return

    def _by_policies(self, target: Target) -> int:
        other = self._comparing.there.guarded(target)
        if other is None:
            return affected.EVERYTHING
        return affected.by_target(self._comparing.space, _of(target), _of(other))

    def among(self, wanted: Offers, action: str) -> set[int]:
        """Return which targets of an action are guarded otherwise as to it, by identity."""
        return {
            id(target)
            for _, target in wanted.aims
            if self._comparing.is_guarded_otherwise(target, action)
        }


def _of(target: Target) -> ApplicablePolicies:
    return ApplicablePolicies(resource=target.policy, shares=target.shares, rcps=target.rcps)
