"""What an answer takes for granted because the snapshot does not say it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from verifier import facts
from verifier.compile.standing import rcps
from verifier.compile.targets import Target
from verifier.disputes import told
from verifier.policy.attached import AttachedPolicy
from verifier.queries.action_classes import unknown_patterns
from verifier.queries.besides import unsolved
from verifier.queries.strangers import other_accounts
from verifier.queries.witness_assumptions import of_public_access
from verifier.queries.world import World
from verifier.question import Form, Question, RouteKind, WhoKind
from verifier.snapshot.acl_permissions import GRANTABLE, is_of_bucket
from verifier.snapshot.model import Snapshot

_MOST_NAMED = 8
_NETWORKS = ("aws:sourcevpc", "aws:sourcevpce")
_ABOUT_THE_OUTSIDE = (WhoKind.EXTERNAL, WhoKind.OUTSIDE, WhoKind.ANYONE)


def assumptions(world: World, question: Question, targets: Iterable[Target]) -> Iterator[str]:
    """Yield every assumption behind the answer to `question`."""
    snapshot = world.snapshot
    yield from _of_files(snapshot)
    yield from _of_organization(snapshot)
    targets = list(targets)
    yield from _of_resources(targets)
    shapes = [target.shape for target in targets]
    yield from _of_grants(snapshot, shapes)
    yield from _of_managed_keys(snapshot, shapes)
    yield from _of_access_points(target.shape for target in targets if target.known)
    yield from _of_other_authorizations(question.actions, targets)
    if not GRANTABLE.isdisjoint(question.actions):
        yield from _of_acls(snapshot, shapes)
    yield from _of_root_sessions(snapshot, question)
    kind = question.who.kind if question.who else WhoKind.ANYONE
    if kind in (WhoKind.OTHERS, WhoKind.ANYONE) and other_accounts(world):
        yield (
            "principals of the organization's other accounts are allowed everything by their own"
            " accounts, within SCPs"
        )
    if kind is WhoKind.SERVICE and not (question.who and question.who.names):
        yield "a service may act for any of its customers: which do is not known (R7.41)"
    if kind in _ABOUT_THE_OUTSIDE:
        yield from _of_outsiders(snapshot)
    if kind in (WhoKind.EXTERNAL, WhoKind.FEDERATED, WhoKind.ANYONE):
        yield from _of_providers(world)
    if question.form is Form.WHAT_CAN:
        yield from _of_unknown_actions(world)
    if question.route.kind is not RouteKind.ESCALATION:
        yield "permissions are not changed on the way: that is the route via escalation"
    else:
        yield (
            "permissions change, and workloads run, by the ways that docs/escalation.md lists;"
            " new workloads find the network and the images that accounts have by default"
        )
    yield f"requests are made on or after {snapshot.as_of.isoformat()}"
    yield from told(snapshot.readings)


def of_findings(world: World) -> Iterator[str]:
    """Yield every assumption behind the findings of a snapshot."""
    snapshot = world.snapshot
    yield from _of_files(snapshot)
    yield from _of_organization(snapshot)
    foreign = sorted(snapshot.accounts.keys() - snapshot.zone.accounts)
    if foreign:
        yield f"what accounts outside the zone of trust own is not looked at: {', '.join(foreign)}"
    guarded = sum(resource.policy is not None for resource in snapshot.resources.values())
    count = len(snapshot.resources)
    if count:
        yield f"resource policies were given for {guarded} of {count} listed resources"
        yield "a resource that is not listed has no policy that lets the outside in"
    else:
        yield "no resource was given: no bucket, key or queue has a policy that lets the outside in"
    yield from _of_grants(snapshot, snapshot.resources)
    yield from _of_managed_keys(snapshot, snapshot.resources)
    yield from _of_access_points(snapshot.resources)
    yield from of_public_access(snapshot.open_to_public)
    yield from _of_acls(snapshot, [*snapshot.resources, *(f"{a}/" for a in snapshot.resources)])
    yield from _of_outsiders(snapshot)
    yield from _of_providers(world)
    yield "a service assumes a role only for the account that the role is of (R7.51)"
    yield f"requests are made on or after {snapshot.as_of.isoformat()}"
    yield from told(snapshot.readings)


def _of_outsiders(snapshot: Snapshot) -> Iterator[str]:
    yield (
        "principals of accounts outside the zone of trust are allowed everything by their own"
        " accounts (R7.82)"
    )
    yield from _of_networks(snapshot)


def _of_unknown_actions(world: World) -> Iterator[str]:
    unknown = unknown_patterns(world)
    if unknown:
        more = f" and {len(unknown) - _MOST_NAMED} more" if len(unknown) > _MOST_NAMED else ""
        named = ", ".join(f"`{text}`" for text in unknown[:_MOST_NAMED])
        yield f"what policies allow and no catalogue has is not listed: {named}{more}"


def _of_providers(world: World) -> Iterator[str]:
    providers = list(world.trusts.names("provider"))
    if providers:
        yield "identity providers may vouch for any claims: " + ", ".join(providers)


def _of_files(snapshot: Snapshot) -> Iterator[str]:
    if snapshot.unread:
        yield f"what was not read grants and denies nothing: {_few(snapshot.unread)}"


def _of_organization(snapshot: Snapshot) -> Iterator[str]:
    organization = snapshot.organization
    if organization is None:
        yield "no organization was given: no SCP or RCP binds these accounts"
        return
    absent = sorted(
        set(organization.places)
        - {account.id for account in snapshot.accounts.values() if account.users or account.roles}
    )
    if absent:
        yield (
            "the principals of these accounts of the organization are not in the snapshot: "
            + ", ".join(absent)
        )
    for account in snapshot.accounts:
        if account not in organization.places:
            yield f"account {account} has no place in the organization: no SCP or RCP binds it"


def _of_resources(targets: Iterable[Target]) -> Iterator[str]:
    listed = [target for target in targets if target.known and target.shape != "*"]
    others = [target for target in targets if not target.known]
    if listed:
        guarded = sum(target.policy is not None for target in listed)
        yield f"resource policies were given for {guarded} of {len(listed)} listed resources"
    if others:
        owners = ", ".join(dict.fromkeys(str(target.owner) for target in others))
        guard = "has no policy of its own"
        if others[0].policy:
            guard = "has the default key policy and no grants, and is not managed by AWS"
        yield f"a resource of {owners} that is not listed {guard}"


def _of_grants(snapshot: Snapshot, arns: Iterable[str]) -> Iterator[str]:
    """Yield the listed KMS keys whose grants were not given (R6.52)."""
    keys = [
        arn
        for arn in arns
        if arn.split(":")[2:3] == ["kms"]
        and (resource := snapshot.resources.get(arn)) is not None
        and resource.grants is None
    ]
    if keys:
        yield f"these KMS keys, whose grants were not given, have none: {_few(keys)}"


def _of_managed_keys(snapshot: Snapshot, arns: Iterable[str]) -> Iterator[str]:
    """Yield the listed KMS keys that RCPs bind unless AWS manages them (R6.32)."""
    found = [
        arn
        for arn in arns
        if arn.split(":")[2:3] == ["kms"]
        and (resource := snapshot.resources.get(arn)) is not None
        and resource.is_managed is None
        and rcps(snapshot, resource.account)
    ]
    if found:
        yield f"these KMS keys are not managed by AWS, so that RCPs bind them: {_few(found)}"


def _of_acls(snapshot: Snapshot, arns: Iterable[str]) -> Iterator[str]:
    """Yield the buckets and objects whose ACLs count but were not given (R6.45, R6.46)."""
    found: list[str] = []
    for arn in arns:
        bucket = snapshot.resources.get(arn.partition("/")[0])
        if bucket is None or bucket.owns_objects or not is_of_bucket(bucket.arn):
            continue
        listed = snapshot.resources.get(arn)
        if listed is None:
            found.append(f"the objects in {bucket.arn}")
        elif listed.acls is None:
            found.append(listed.arn)
    if found:
        yield f"ACLs that were not given grant nothing: of {_few(found)}"


def _of_root_sessions(snapshot: Snapshot, question: Question) -> Iterator[str]:
    """Yield that what root users may do that somebody assumes is not listed (R7.71)."""
    organization = snapshot.organization
    listed = question.form is Form.WHAT_CAN and organization is not None
    if listed and organization and organization.root_access is not None:
        yield "what they may do as the root user of a member account is asked by its action"


def _of_other_authorizations(actions: Iterable[str], targets: list[Target]) -> Iterator[str]:
    """Yield what else calls may have to be authorized for, which is taken to be allowed (R6.60,
    R6.61), and that either side is enough within an account where AWS does not say so (R6.55).
    """
    for action in actions:
        others = unsolved(action)
        if others:
            yield f"what {action} may need besides is allowed: {', '.join(others)} (R6.60, R6.61)"
    found = {
        target.shape.split(":")[2]
        for target in targets
        if target.policy is not None and target.shape.count(":") > 4
    } - facts.EITHER_SIDE
    if found:
        yield (
            "of these services one side's permission is enough within an account, as of others:"
            f" {_few(sorted(found))} (R6.55)"
        )


def _of_access_points(arns: Iterable[str]) -> Iterator[str]:
    """Yield that access points are decided by their own policies (R9.8)."""
    if any(arn.split(":")[2:3] == ["s3"] and ":accesspoint/" in arn for arn in arns):
        yield (
            "what goes through an access point is decided by its own policy: the bucket's policy"
            " allows it, too, and does not deny it"
        )


def _few(names: Iterable[str]) -> str:
    """Return names in a row, once each; of many the first."""
    once = list(dict.fromkeys(names))
    more = len(once) - _MOST_NAMED
    return ", ".join(once[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _of_networks(snapshot: Snapshot) -> Iterator[str]:
    """Yield the networks that conditions name: whose they are is not known (R5.57)."""
    named: set[str] = set()
    for policy in _resource_side(snapshot):
        for statement in policy.statements:
            for condition in statement.conditions:
                if condition.key in _NETWORKS:
                    named |= {template.text for template in condition.values}
    if named:
        yield (
            "these networks, which conditions name, may belong to the caller: "
            + ", ".join(sorted(named))
        )


def _resource_side(snapshot: Snapshot) -> Iterator[AttachedPolicy]:
    for role in snapshot.roles():
        yield role.trust
    for resource in snapshot.resources.values():
        yield from resource.admitting
