"""What a request is about: a resource of the snapshot, or any other of its type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from iam_smt.automata import clause
from iam_smt.organizations import Membership
from iam_smt.patterns import ANYTHING, Pattern, merged
from iam_smt.realize import Realized, realize
from iam_smt.terms import TRUE, Term, conjunction, negation
from iam_smt.texts import StringVariable, Text, member
from verifier.catalogue import ResourceType
from verifier.compile.arns import form, may_be_of_service, type_clause
from verifier.compile.callers import symbolic_tags
from verifier.compile.standing import membership, rcps
from verifier.policy.attached import AttachedPolicy, Level
from verifier.policy.parse import policy_from_text
from verifier.policy.syntax import PolicyKind
from verifier.snapshot.model import Resource, Role, Snapshot, Tags

_DEFAULT_KEY_POLICY = (
    '{"Version": "2012-10-17", "Statement": {"Effect": "Allow",'
    ' "Principal": {"AWS": "ACCOUNT"}, "Action": "kms:*", "Resource": "*"}}'
)


@dataclass(frozen=True, slots=True)
class Target:
    """A resource with its owner and the policies that guard it.

    `inside` is the ARN of the listed resource in which it lies, "" where it lies in none. `shares`
    are KMS grants and ACLs, which admit callers beside the policy. `known` says whether
    the snapshot lists it; `facts` is what is true of an open ARN. `task` is the task policy with
    which its owner's root user is to be assumed to call it, "" for a call of one's own (R7.71).
    """

    label: str
    resource: Text
    shape: str
    owner: Text
    membership: Membership
    policy: AttachedPolicy | None
    rcps: tuple[Level, ...]
    tags: Tags | None
    known: bool
    facts: Term = TRUE
    shares: Level = ()
    inside: str = ""
    task: str = ""

    @property
    def admitting(self) -> Level:
        """Whatever may admit callers on the side of the resource."""
        return ((self.policy,) if self.policy else ()) + self.shares


def resource_target(snapshot: Snapshot, resource: Resource) -> Target:
    """Return a resource that the snapshot lists; no RCP binds keys that AWS manages (R6.32)."""
    policy = resource.policy
    if policy is None and _is_key(resource.arn):
        policy = _default_key_policy(resource.account)
    return Target(
        resource.arn,
        resource.arn,
        resource.arn,
        resource.account,
        membership(snapshot, resource.account, f"account {resource.account}"),
        policy,
        () if resource.is_managed else rcps(snapshot, resource.account),
        resource.tags,
        known=True,
        shares=resource.shares,
    )


def role_target(snapshot: Snapshot, role: Role) -> Target:
    """Return a role as the resource of assume-role calls."""
    return Target(
        role.arn,
        role.arn,
        role.arn,
        role.account,
        membership(snapshot, role.account, f"account {role.account}"),
        role.trust,
        rcps(snapshot, role.account),
        role.tags,
        known=True,
    )


def entity_target(
    snapshot: Snapshot, arn: Text, shape: str, tags: Tags | None, facts: Term = TRUE
) -> Target:
    """Return a user, role, group or policy as the resource of IAM calls, which has no policy of
    its own; `shape` is an ARN of its form and account.
    """
    account = shape.split(":", 5)[4]
    return Target(
        shape,
        arn,
        shape,
        account,
        membership(snapshot, account, f"account {account}"),
        None,
        rcps(snapshot, account),
        tags,
        known=isinstance(arn, str),
        facts=facts,
    )


def any_target(
    snapshot: Snapshot, kind: ResourceType, account: str, partition: str, label: str
) -> Target:
    """Return any resource of a type that `account` may come to own; nothing is known of its tags,
    and it has no policy of its own.
    """
    domain, sample = form(kind, account, partition)
    variable = StringVariable(f"{label}.{kind.name}", clause([domain]), (sample,))
    return Target(
        f"a {kind.name} of {account}",
        variable,
        sample,
        account,
        membership(snapshot, account, f"account {account}"),
        None,
        rcps(snapshot, account),
        None,
        known=False,
    )


def account_target(snapshot: Snapshot, account: str) -> Target:
    """Return `*`, against which actions without a resource type are authorized (R2.29, R6.35)."""
    return Target(
        "*",
        "*",
        "*",
        account,
        membership(snapshot, account, f"account {account}"),
        None,
        rcps(snapshot, account),
        {},
        known=True,
    )


def contained_target(
    snapshot: Snapshot, resource: Resource, kind: ResourceType, wanted: Pattern | None
) -> Target | None:
    """Return whatever of a type lies inside a listed resource, as objects lie in a bucket.

    It is guarded by the policy of the resource that contains it. None if nothing of the type can.
    """
    if not may_be_of_service(resource.arn, kind):
        return None
    inside = clause([(resource.arn, mark, ANYTHING) for mark in "/:"])
    of_type = type_clause(kind)
    found = realize([(inside, True), (of_type, True)])
    if not isinstance(found, Realized):
        return None
    variable = StringVariable(f"{kind.name} in {resource.arn}", inside, (found.text,))
    facts = [member(variable, of_type)]
    if wanted is not None:
        facts.append(member(variable, clause([wanted])))
    return Target(
        f"any {kind.name} in {resource.arn}",
        variable,
        found.text,
        resource.account,
        membership(snapshot, resource.account, f"account {resource.account}"),
        resource.policy,
        rcps(snapshot, resource.account),
        None,
        known=True,
        facts=conjunction(facts),
        shares=resource.shares,
        inside=resource.arn,
    )


def other_target(
    snapshot: Snapshot,
    kind: ResourceType,
    account: str,
    partition: str,
    label: str,
    wanted: Pattern | None,
    listed: list[str],
) -> Target:
    """Return any resource of a type that `account` owns and that is neither listed nor inside a
    listed one.

    Such a resource has no policy of its own, but for KMS keys, which then have the default key
    policy.
    """
    domain, sample = form(kind, account, partition)
    variable = StringVariable(f"{label}.resource", clause([domain]), (sample,))
    excluded = [(arn, *rest) for arn in listed for rest in ((), ("/", ANYTHING), (":", ANYTHING))]
    facts: list[Term] = (
        [negation(member(variable, clause(map(merged, excluded))))] if listed else []
    )
    if wanted is not None:
        facts.append(member(variable, clause([wanted])))
    policy = _default_key_policy(account) if _is_key(sample) else None
    return Target(
        f"any other {kind.name} of {account}",
        variable,
        sample,
        account,
        membership(snapshot, account, f"account {account}"),
        policy,
        rcps(snapshot, account),
        None,
        known=False,
        facts=conjunction(facts),
    )


def tag_texts(target: Target, label: str, reading: str) -> Mapping[str, Text] | None:
    """Return the tags of a target in the call `label` as texts, None where they are not known; see
    `symbolic_tags` for the `reading`.
    """
    if target.tags is None:
        return None
    return symbolic_tags(target.tags, f"{label}: {target.label}", reading)


def _is_key(arn: str) -> bool:
    parts = arn.split(":", 5)
    return len(parts) > 5 and parts[2] == "kms" and parts[5].startswith("key/")


def unlisted_policy(target: Target) -> AttachedPolicy | None:
    """Return the policy that guards a resource of which nothing is listed: none, but for keys."""
    return _default_key_policy(str(target.owner)) if _is_key(target.shape) else None


def _default_key_policy(account: str) -> AttachedPolicy:
    text = _DEFAULT_KEY_POLICY.replace("ACCOUNT", account)
    return AttachedPolicy(
        PolicyKind.RESOURCE,
        f"default key policy of account {account}, assumed",
        policy_from_text(text, PolicyKind.RESOURCE),
    )
