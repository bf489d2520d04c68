"""Policies where they are attached, and the set of them that bears on one request."""

from __future__ import annotations

from dataclasses import dataclass

from verifier.documents import Pointer
from verifier.policy.reading import Location
from verifier.policy.syntax import Policy, PolicyKind, Statement


@dataclass(frozen=True, slots=True, eq=False)
class AttachedPolicy:
    """A policy in its place: `title` is what people call it, `policy` is None where the snapshot
    names it without its document. `doubt` tells why it may be in force or not, "" if it is for
    certain. Compared by identity.
    """

    kind: PolicyKind
    title: str
    policy: Policy | None
    location: Location | None = None
    arn: str | None = None
    doubt: str = ""

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The statements, none where the document is missing."""
        return self.policy.statements if self.policy else ()

    def place(self, position: Pointer) -> str:
        """Return `file:line:column` of what stands at `position`, "" where it is not known."""
        return str(self.location.at(*position)) if self.location else ""


Level = tuple[AttachedPolicy, ...]
"""What is attached at one level between the organization's root and an account (R6.21)."""


@dataclass(frozen=True, slots=True)
class ApplicablePolicies:
    """Every policy that bears on a request (R6.1, R6.2).

    An empty `boundary`, `session`, `scps` or `rcps` means that there is none of the type; `scps`
    and `rcps` are levels from the root down, for member accounts only (R6.20, R6.30). `resource`
    is the policy of the target: the trust policy of a role, the key policy of a KMS key. `shares`
    are the KMS grants and ACLs of the target: they allow beside its policy, and never deny (R6.45,
    R6.52).
    """

    identity: Level = ()
    resource: AttachedPolicy | None = None
    boundary: Level = ()
    session: Level = ()
    scps: tuple[Level, ...] = ()
    rcps: tuple[Level, ...] = ()
    endpoint: AttachedPolicy | None = None
    shares: Level = ()

    @property
    def every(self) -> Level:
        """All of them, without the layers that they form."""
        levels = (*self.scps, *self.rcps)
        endpoint = (self.endpoint,) if self.endpoint else ()
        caller = self.identity + self.boundary + self.session
        return caller + self.of_resource + sum(levels, ()) + endpoint

    @property
    def of_resource(self) -> Level:
        """Whatever may admit callers on the side of the resource."""
        return ((self.resource,) if self.resource else ()) + self.shares
