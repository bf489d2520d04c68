"""What one call must be authorized for besides: its other resources, tags, a role (6.8).

Only of callers whose account the snapshot holds; of all others what was asked about is decided
alone, so that more may seem possible than is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from iam_smt.automata import EVERYTHING, clause, exactly
from iam_smt.context import ACCOUNT
from iam_smt.keys import Key, SetKey, known
from iam_smt.organizations import unknown_membership
from iam_smt.principals import ACCOUNT_KINDS
from iam_smt.sets import SetVariable
from iam_smt.terms import FALSE, TRUE, Term
from iam_smt.texts import StringVariable
from verifier import catalogue, dependent_actions
from verifier.catalogue import ResourceType
from verifier.compile.arns import is_of_type, type_pattern
from verifier.compile.callers import Caller
from verifier.compile.calls import Call
from verifier.compile.standing import membership
from verifier.compile.targets import Target, other_target, resource_target
from verifier.policy.attached import AttachedPolicy
from verifier.policy.parse import policy_from_text
from verifier.policy.syntax import PolicyKind
from verifier.snapshot.model import Account, Snapshot

_MOST_LISTED = 8
_SHARING = (
    '{"Version": "2012-10-17",'
    ' "Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}'
)


def _always(call: Call) -> Term:
    return TRUE


def _passes_tags(call: Call) -> Term:
    """Return a term that holds iff a call passes tags: none does where no policy asks for any."""
    if not any(name.startswith(("aws:requesttag/", "aws:tagkeys")) for name in call.context.keys):
        return FALSE
    key = call.context.key("aws:tagkeys")
    is_open = isinstance(key, SetKey) and isinstance(key.members, SetVariable)
    return key.members.some(EVERYTHING) if is_open else FALSE  # type: ignore[union-attr]


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that a call must be authorized for besides: `action` on one of these targets.

    `when` says of the call whether it must; `passes_tags` that the tags are those of the call.
    """

    action: str
    targets: tuple[Target, ...]
    given: Mapping[str, Key] = field(default_factory=dict)
    when: Callable[[Call], Term] = _always
    passes_tags: bool = False


def besides(snapshot: Snapshot, caller: Caller, action: str, target: Target) -> Iterator[Need]:
    """Yield what `caller` must be allowed besides, to call `action` on `target` (R6.60, R6.61)."""
    account = snapshot.accounts.get(caller.account or "")
    if account is None or caller.principal.kind not in ACCOUNT_KINDS:
        return
    name = action.lower()
    service, _, operation = action.partition(":")
    if _needs_every_resource(action):
        for kind in catalogue.resource_types(action):
            if kind.required and not is_of_type(target.shape, kind):
                yield Need(action, tuple(_of_type(snapshot, account, kind, target.label)))
    other = dependent_actions.PAIRED.get(name)
    if other is not None:
        for kind in catalogue.resource_types(other):
            yield Need(
                other, tuple(_of_type(snapshot, account, kind, f"{action} of {target.label}"))
            )
    tagging = dependent_actions.TAGS_BY.get(name)
    if service in dependent_actions.TAGS_BY and catalogue.takes_tags(action):
        tagging = dependent_actions.TAGS_BY[service]
    if tagging is not None and name != tagging.lower():
        by_action = {"ec2:createaction": known(operation)} if service == "ec2" else {}
        yield Need(tagging, (target,), by_action, _passes_tags, passes_tags=True)
    passed_to = dependent_actions.TAKES_ROLE.get(name)
    if passed_to is not None and account.roles:
        given = {"iam:passedtoservice": known(passed_to)}
        yield Need("iam:PassRole", (_roles(snapshot, account, target.label),), given)


def _needs_every_resource(action: str) -> bool:
    service = action.lower().partition(":")[0]
    return not dependent_actions.EVERY_RESOURCE.isdisjoint((service, action.lower()))


def unsolved(action: str) -> tuple[str, ...]:
    """Return what a call of an action may have to be authorized for besides, which `besides` does
    not yield: an answer takes it to be allowed (R6.60, R6.61).
    """
    kinds = [kind.name for kind in catalogue.resource_types(action) if kind.required]
    others = (
        ("its other resources",) if len(kinds) > 1 and not _needs_every_resource(action) else ()
    )
    return others + dependent_actions.PERHAPS.get(action.lower(), ())


def _of_type(
    snapshot: Snapshot, account: Account, kind: ResourceType, label: str
) -> Iterator[Target]:
    """Yield what of a type the call may take: listed resources, any other, or what is shared."""
    arns = [
        arn
        for arn, resource in snapshot.resources.items()
        if resource.account == account.id and is_of_type(arn, kind)
    ]
    for arn in arns[:_MOST_LISTED]:
        yield resource_target(snapshot, snapshot.resources[arn])
    title = f"{kind.name} beside {label}"
    partition = account.partition
    yield other_target(snapshot, kind, account.id, partition, title, None, arns)
    if "${Account}" in kind.arn:
        yield _shared(kind, title)


def _shared(kind: ResourceType, title: str) -> Target:
    """Return a resource of another account, which may be shared with the caller's or not."""
    doubt = f"whether a {kind.name} that the snapshot does not list may be used is not known"
    sharing = policy_from_text(_SHARING, PolicyKind.RESOURCE)
    return Target(
        f"shared {kind.name}",
        StringVariable(f"{title}, shared", clause([type_pattern(kind)])),
        kind.arn.replace("${Partition}", "aws"),
        StringVariable(f"{title}, owner", clause([ACCOUNT]), ("999999999999",)),
        unknown_membership(f"{title}, owner"),
        AttachedPolicy(PolicyKind.RESOURCE, f"sharing of {kind.name}", sharing, doubt=doubt),
        (),
        None,
        known=False,
    )


def _roles(snapshot: Snapshot, account: Account, label: str) -> Target:
    """Return any role of an account as what is passed to a service (R7.51); its tags are free."""
    arns = sorted(account.roles)
    return Target(
        f"any role of {account.id}",
        StringVariable(f"role beside {label}", exactly(*arns), (arns[0],)),
        arns[0],
        account.id,
        membership(snapshot, account.id, f"account {account.id}"),
        None,
        (),
        None,
        known=True,
    )
