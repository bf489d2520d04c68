"""Which calls some statement offers at all: what none names is allowed to nobody (R6.4)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from iam_smt.principals import Kind
from verifier import facts
from verifier.compile.callers import Caller
from verifier.compile.matching import may_fit
from verifier.compile.roots import ASSUME_ROOT
from verifier.compile.targets import Target
from verifier.policy.attached import AttachedPolicy
from verifier.policy.syntax import Effect

Aim = tuple[str, Target]
"""An action and what it is called on."""


class Offers:
    """The aims of a question, by whether a policy of the target or of the caller offers them."""

    def __init__(self, aims: Iterable[Aim]) -> None:
        self.aims = list(aims)
        self._actions = frozenset(action for action, _ in self.aims)
        self._admitted = [
            any(allows_action(policy, action) for policy in target.admitting)
            for action, target in self.aims
        ]
        self._to_anyone = any(action.lower() in facts.ALWAYS_ALLOWED for action in self._actions)
        self._rooted = [aim for aim in self.aims if aim[1].task]
        self._of: dict[tuple[str | None, frozenset[str]], list[Aim]] = {}

    def to(self, caller: Caller) -> list[Aim]:
        """Return the aims that some statement offers the caller, its conditions set aside.

        A root user needs no statement in its own account, nor does anyone for what is always
        allowed (R6.14, R6.15, R6.59). In other accounts the resource must let the caller in
        (R6.71).
        """
        if self._to_anyone:
            return [aim for aim in self.aims if _is_own(caller, aim[1]) and not aim[1].task]
        own = self._actions
        if caller.principal.kind is not Kind.ROOT:
            own = frozenset(
                action
                for action in own
                if any(allows_action(policy, action) for policy in caller.policies.identity)
            )
        key = caller.account, own
        if key not in self._of:
            self._of[key] = [
                (action, target)
                for (action, target), admitted in zip(self.aims, self._admitted, strict=True)
                if not target.task
                and (admitted or (action in own and caller.account == target.owner))
            ]
        return self._of[key] + self._by_root(caller) if self._rooted else self._of[key]

    def _by_root(self, caller: Caller) -> list[Aim]:
        """Return the aims of whoever assumes a root user, if the caller may be one (R7.71)."""
        may = caller.principal.kind in (Kind.USER, Kind.ROLE_SESSION) and any(
            allows_action(policy, ASSUME_ROOT) for policy in caller.policies.identity
        )
        return self._rooted if may else []


def _is_own(caller: Caller, target: Target) -> bool:
    """Return whether the target is a resource, or `*` as calls of the caller have it (R6.35)."""
    return target.shape != "*" or caller.account in (None, target.owner)


@lru_cache(maxsize=1 << 18)
def allows_action(policy: AttachedPolicy, action: str) -> bool:
    """Return whether an Allow of the policy names the action, or may for want of its document."""
    return policy.policy is None or any(
        statement.effect is Effect.ALLOW and may_fit(statement.actions, action)
        for statement in policy.statements
    )
