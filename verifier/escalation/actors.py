"""Whom the attacker acts as: who asks, and everybody that was become on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from iam_smt.credentials import Chain
from verifier.compile.callers import Caller
from verifier.escalation.scene import Scene
from verifier.escalation.state import State
from verifier.queries.origins import Origin, Roles, Start


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody that the attacker acts as.

    `entity` is the ARN of the user or role, "" for others; `account` the account, "" where it is
    open. `start` makes who asks, and whoever is neither user nor role. Whoever may be used for
    some actions `only` has their patterns there. `by_service` says that a service runs it.
    """

    key: str
    account: str
    entity: str = ""
    start: Start | None = None
    only: tuple[str, ...] = ()
    by_service: bool = False

    @property
    def is_root(self) -> bool:
        """Whether this is the root user of an account."""
        return self.key.endswith(":root")

    @property
    def is_role(self) -> bool:
        """Whether this is a session of a role."""
        return ":role/" in self.entity

    def caller(self, scene: Scene, chain: Chain) -> Caller:
        """Return the caller as it may be at most, with what its session may carry left free."""
        changed = self.entity in scene.state.free_tags | scene.state.retagged
        if self.start is not None and not changed:
            caller = self.start.make(chain)
        elif self.is_role:
            caller = scene.session(self.entity, chain, by_service=self.by_service)
        else:
            asks = self.start is not None or self.entity in scene.state.with_device
            caller = scene.user(self.entity, chain, shows_mfa=asks)
        return scene.bound(caller, self.entity)

    def may(self, action: str) -> bool:
        """Return whether the actor may be used for an action."""
        return not self.only or any(_fits(pattern, action) for pattern in self.only)


def asking(origin: Origin, state: State) -> Iterator[tuple[Actor, Roles]]:
    """Yield those who ask, each with what finds the roles that it may be able to assume."""
    for number, start in enumerate(origin.starts):
        caller = start.make(Chain())
        arn = caller.principal.arn if isinstance(caller.principal.arn, str) else ""
        entity = arn if state.user(arn) or state.role(arn) else ""
        key = arn if entity or arn.endswith(":root") else f"start {number}"
        yield Actor(key, caller.account or "", entity, start), start.roles


def _fits(pattern: str, action: str) -> bool:
    """Return whether an action is that of the pattern, or of its service for `service:*`."""
    if pattern.endswith(":*"):
        return action.lower().startswith(pattern[:-1].lower())
    return action.lower() == pattern.lower()
