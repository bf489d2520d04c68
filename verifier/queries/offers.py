"""Which calls some statement offers at all: what none names is allowed to nobody (R6.4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from iam_smt.principals import Kind
from verifier import facts
from verifier.compile.callers import Caller
from verifier.compile.matching import may_fit
from verifier.compile.targets import Target
from verifier.policy.attached import AttachedPolicy
from verifier.policy.syntax import Effect

Aim = tuple[str, Target]
"""An action and what it is called on."""


class Offers:
    """The aims of a question, by whether a policy of the target or of the caller offers them."""

    def __init__(self, aims: Iterable[Aim]) -> None:
        self.aims = list(aims)
        self._actions = {action for action, _ in self.aims}
        self._admitted = [
            any(allows_action(policy, action) for policy in target.admitting)
            for action, target in self.aims
        ]
        self._by_target = [
            aim for aim, admitted in zip(self.aims, self._admitted, strict=True) if admitted
        ]
        self._to_anyone = any(action.lower() in facts.ALWAYS_ALLOWED for action in self._actions)

    def to(self, caller: Caller) -> list[Aim]:
        """Return the aims that some statement offers the caller, its conditions set aside.

        A root user needs no statement, nor does anyone for what is always allowed (R6.14, R6.15,
        R6.59).
        """
        if self._to_anyone or caller.principal.kind is Kind.ROOT:
            return self.aims
        own = {
            action
            for action in self._actions
            if any(allows_action(policy, action) for policy in caller.policies.identity)
        }
        if own == self._actions:
            return self.aims
        if not own:
            return self._by_target
        return list(self._merged(own))

    def _merged(self, own: set[str]) -> Iterator[Aim]:
        for aim, admitted in zip(self.aims, self._admitted, strict=True):
            if admitted or aim[0] in own:
                yield aim


@lru_cache(maxsize=1 << 18)
def allows_action(policy: AttachedPolicy, action: str) -> bool:
    """Return whether an Allow of the policy names the action, or may for want of its document."""
    return policy.policy is None or any(
        statement.effect is Effect.ALLOW and may_fit(statement.actions, action)
        for statement in policy.statements
    )
