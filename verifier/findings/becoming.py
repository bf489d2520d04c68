"""Which roles a role may become, over chains of any length: an upper bound, found quickly."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from iam_smt.credentials import Chain
from verifier.compile.standing import rcps, scps
from verifier.policy.attached import AttachedPolicy
from verifier.policy.syntax import Effect
from verifier.queries.closure import possible
from verifier.queries.paths import Path
from verifier.queries.world import World
from verifier.snapshot.model import Role


@dataclass
class Becoming:
    """The steps from role to role that were looked at so far, each decided once."""

    world: World
    _steps: dict[tuple[str, str], bool] = field(default_factory=dict)
    _plain: dict[AttachedPolicy, bool] = field(default_factory=dict)

    def from_role(self, role: Role) -> list[Role]:
        """Return every other role that sessions of a role may become, nearest first."""
        found = {role.arn: role}
        queue = deque([role])
        while queue:
            here = queue.popleft()
            for arn, there in self.world.trusts.of_role(here).items():
                if arn not in found and self._may_become(here, there):
                    found[arn] = there
                    queue.append(there)
        return list(found.values())[1:]

    def _may_become(self, here: Role, there: Role) -> bool:
        """Return whether a session of one role may assume the other, whatever it carries."""
        key = here.arn, there.arn
        if key not in self._steps:
            self._steps[key] = self._is_plain(here, there) or self._is_possible(here, there)
        return self._steps[key]

    def _is_plain(self, here: Role, there: Role) -> bool:
        """Return whether no condition and no Deny could be in the way of what is offered."""
        if here.boundary or self.world.snapshot.endpoints:
            return False
        snapshot = self.world.snapshot
        levels = [here.policies, (there.trust,)]
        levels += [*scps(snapshot, here.account), *rcps(snapshot, there.account)]
        return all(map(self._only_allows, levels))

    def _only_allows(self, policies: Iterable[AttachedPolicy]) -> bool:
        for policy in policies:
            if policy not in self._plain:
                self._plain[policy] = policy.policy is not None and all(
                    statement.effect is Effect.ALLOW and not statement.conditions
                    for statement in policy.statements
                )
            if not self._plain[policy]:
                return False
        return True

    def _is_possible(self, here: Role, there: Role) -> bool:
        chain = Chain()
        session = self.world.open_session(here, "session", chain)
        return possible(self.world, Path(self.world, session, chain).assume(there), set())
