"""Two snapshots side by side: their callers, and what these act on in the one and the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from iam_smt.credentials import Chain
from verifier.compile.callers import Caller
from verifier.compile.standing import rcps as rcps_of
from verifier.compile.targets import Target, resource_target, unlisted_policy
from verifier.policy.attached import ApplicablePolicies
from verifier.policy.syntax import PolicyKind
from verifier.queries import accountless, origins, strangers
from verifier.queries.origins import Origin, Start
from verifier.queries.world import World
from verifier.snapshot.model import Role, User


class Side:
    """One of the snapshots, ready to be asked; `principals` are users, roles and root users."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.snapshot = world.snapshot
        self.principals = {origin.name: origin for origin in self._principals()}

    def _principals(self) -> list[Origin]:
        found = [origins.root(self.world, account) for account in self.snapshot.accounts]
        found += [origins.user(self.world, user) for user in self.snapshot.users()]
        found += [origins.role(self.world, role) for role in self.snapshot.roles()]
        return found

    def ways_in(self) -> Iterator[Origin]:
        """Yield the classes of callers from outside, and the services that are let in."""
        yield strangers.outside(self.world)
        yield accountless.federated(self.world)
        yield accountless.anonymous(self.world)
        for name in self.world.services:
            yield accountless.service(self.world, name)

    def policies(self, arn: str) -> ApplicablePolicies | None:
        """Return what binds a principal, None if there is none of this ARN."""
        origin = self.principals.get(arn)
        return caller(origin.starts[0]).policies if origin else None

    def entity(self, arn: str) -> User | Role | None:
        """Return the user or role of this ARN."""
        return self.snapshot.user(arn) or self.snapshot.role(arn)

    def guarded(self, target: Target) -> Target | None:
        """Return what the other snapshot calls `target` as this one guards it, None for a role that
        is not here. A resource that is not listed is guarded by nothing of its own.
        """
        rcps = rcps_of(self.snapshot, str(target.owner))
        if target.policy is not None and target.policy.kind is PolicyKind.TRUST:
            role = self.snapshot.role(target.shape)
            return replace(target, policy=role.trust, rcps=rcps) if role else None
        listed = self.snapshot.resources.get(target.inside or target.shape)
        if listed is None:
            return replace(target, policy=unlisted_policy(target), shares=(), rcps=rcps)
        here = resource_target(self.snapshot, listed)
        policy = listed.policy if target.inside else here.policy
        return replace(target, policy=policy, shares=here.shares, rcps=here.rcps)


def caller(start: Start) -> Caller:
    """Return a caller on a path of its own."""
    return start.make(Chain())
