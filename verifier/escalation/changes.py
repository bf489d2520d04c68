"""What a call changes: the effects of section 8 as values, without any meaning yet."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache

from verifier import documents
from verifier.errors import InputError
from verifier.escalation.table import Effect
from verifier.policy.attached import AttachedPolicy
from verifier.policy.parse import parse_policy, policy_from_text
from verifier.policy.reading import Location
from verifier.policy.syntax import Policy, PolicyKind
from verifier.snapshot.model import ManagedPolicy

_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
_ANYONE = {
    "Effect": "Allow",
    "Principal": "*",
    "Action": [
        "sts:AssumeRole",
        "sts:AssumeRoleWithSAML",
        "sts:AssumeRoleWithWebIdentity",
        "sts:TagSession",
        "sts:SetSourceIdentity",
    ],
}
ADMINISTRATOR_ACCESS = "arn:{partition}:iam::aws:policy/AdministratorAccess"
"""The managed policy that every account has and that allows everything."""

NOWHERE = Location(documents.parse("{}", "made on the way"))
"""The place of what no file holds."""


@dataclass(frozen=True, slots=True)
class Change:
    """One effect on the entity with this ARN.

    `policy` is the managed policy that is attached, detached, versioned or made the boundary, by
    its ARN; the title of an inline policy; or the user that joins or leaves a group. `version` is
    the version of a policy that becomes its default, `tags` are new tags.
    """

    effect: Effect
    entity: str
    policy: str = ""
    version: str = ""
    tags: tuple[tuple[str, str], ...] = ()


@lru_cache(maxsize=1)
def everything() -> Policy:
    """Return a policy document that allows everything."""
    return _document(PolicyKind.IDENTITY, _ALL)


@lru_cache(maxsize=1)
def inline() -> AttachedPolicy:
    """Return the inline policy that a caller gives to somebody: it allows everything."""
    return AttachedPolicy(PolicyKind.IDENTITY, "the policy that was put there", everything())


@lru_cache(maxsize=1)
def open_trust() -> Policy:
    """Return a trust policy under which everyone may assume the role."""
    return _document(PolicyKind.TRUST, _ANYONE)


@lru_cache(maxsize=4)
def administrator_access(arn: str) -> ManagedPolicy | None:
    """Return the managed policy that every account has and that allows everything, if `arn` is its
    ARN.
    """
    partition = arn.split(":")[1] if ":" in arn else ""
    if arn != ADMINISTRATOR_ACCESS.format(partition=partition):
        return None
    title = 'managed policy "AdministratorAccess"'
    return ManagedPolicy(arn, AttachedPolicy(PolicyKind.IDENTITY, title, everything(), None, arn))


@lru_cache(maxsize=1 << 12)
def version(policy: ManagedPolicy, name: str) -> Policy | None:
    """Return another version of a managed policy, None if it cannot be read."""
    location = policy.others[name]
    try:
        return parse_policy(location.value, PolicyKind.IDENTITY, location)
    except InputError:
        return None


def _document(kind: PolicyKind, statement: object) -> Policy:
    text = json.dumps({"Version": "2012-10-17", "Statement": statement})
    return policy_from_text(text, kind)
