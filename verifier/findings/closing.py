"""What closes a finding, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from verifier import facts
from verifier.finding import Closing, Kind, WayInKind
from verifier.findings.changes import Change
from verifier.findings.items import Item
from verifier.findings.naming import IDENTITY_CENTER, provider
from verifier.policy.syntax import PolicyKind
from verifier.report.phrases import called, listed, principals
from verifier.snapshot.model import Snapshot
from verifier.verdict import Cause, Verdict


def closes(snapshot: Snapshot, item: Item) -> Iterator[Closing]:
    """Yield each change that closes what an item says, the surest first, and what came of asking
    again.
    """
    found = [
        Closing(text, item.still.get(change)) for change, text in ways_to_close(snapshot, item)
    ]
    yield from sorted(found, key=lambda closing: _ORDER.index(closing.still))


_ORDER = (Verdict.NO, None, Verdict.UNKNOWN, Verdict.YES)


def ways_to_close(snapshot: Snapshot, item: Item) -> Iterator[tuple[Change, str]]:
    """Yield each change that may close what an item says, in words."""
    causes = list(dict.fromkeys(cause for exposure in item.exposures for cause in exposure.by))
    if any(IDENTITY_CENTER in arn for arn in item_arns(item)):
        where = "remove the assignments of the permission set in IAM Identity Center"
        yield Change.OTHER, where
        return
    where = _where(causes, item)
    match item.who.kind:
        case WayInKind.PRINCIPALS if PolicyKind.RESOURCE in item.by or item.kind == Kind.ROLE:
            named = principals(item.who.names, snapshot.called)
            yield Change.UNNAME, f"remove {named} from {where}"
        case WayInKind.SERVICES:
            yield Change.SOURCE, f"require aws:SourceAccount or aws:SourceOrgID in {where}"
        case WayInKind.IDENTITIES:
            yield from ((Change.OTHER, text) for text in _tenant(item, where))
    if PolicyKind.ACL in item.by:
        text = f"enforce the bucket owner's ownership of {called(item_arns(item))}"
        yield Change.OWNERSHIP, text
    elif item.who.kind in (WayInKind.ANYONE, WayInKind.ANY_PRINCIPAL, WayInKind.ORGANIZATIONS):
        organization = snapshot.organization
        if organization and organization.id in snapshot.zone.organizations:
            text = f'require aws:PrincipalOrgID = "{organization.id}" in {where}'
            yield Change.ORGANIZATION, text
        else:
            yield Change.OTHER, f"name the principals that are meant in {where}"
    of_policy = item.by == {PolicyKind.RESOURCE}
    if item.restrictable and of_policy and item.who.kind is not WayInKind.SERVICES:
        block = f"restrict public access to {called(item_arns(item))} (RestrictPublicBuckets)"
        yield Change.BLOCK, f"{block}, for all but AWS services"
    yield Change.REMOVE, f"remove {where}"


def _where(causes: Sequence[Cause], item: Item) -> str:
    """Return which statements, of which policies, in words."""
    labels = list(dict.fromkeys(cause.statement for cause in causes))
    policies = list(dict.fromkeys(cause.policy for cause in causes))
    word = "grant" if item.by <= {PolicyKind.GRANT, PolicyKind.ACL} else "statement"
    statements = f"{word}{'s' if len(labels) > 1 else ''} {listed(labels)}"
    if len(policies) == 1:
        return f"{statements} of the {policies[0]}"
    what = "trust policies" if item.kind == Kind.ROLE else "policies"
    return f"{statements} of the {what} of {called(item_arns(item))}"


def item_arns(item: Item) -> list[str]:
    """Return the resources of an item."""
    return [exposure.resource for exposure in item.exposures]


def _tenant(item: Item, where: str) -> Iterator[str]:
    if not item.opens:
        return
    for name in item.who.names:
        host = provider(name)
        if host in facts.SHARED_PROVIDERS:
            claim = facts.SHARED_PROVIDERS[host][0]
            yield f"require {host}:{claim} to name your own tenant in {where}"


_MANAGING = ("OrganizationAccountAccessRole", "AWSControlTowerExecution", "stacksets-exec-")
"""Names of roles that AWS makes for the management account of an organization."""

_GUARDING = {"sts:externalid", "aws:multifactorauthpresent"}


def notes(item: Item, keys: Iterable[str]) -> Iterator[str]:
    """Yield what else is good to know; `keys` are the condition keys that were asked for."""
    if item.kind == Kind.SERVICE:
        yield "the service may act for a resource of any account (R7.41)"
    if item.kind != Kind.ROLE or item.who.kind is not WayInKind.PRINCIPALS:
        return
    names = [arn.rpartition("/")[2] for arn in item_arns(item)]
    if all(name.startswith(_MANAGING) for name in names):
        yield (
            "AWS makes such a role for the management account of an organization: if this account"
            " is yours, count it to the zone of trust in snapshot.toml"
        )
    elif all(name.isdigit() for name in item.who.names) and _GUARDING.isdisjoint(keys):
        yield (
            "no external id is asked for: if the account acts for others, too, any of them may come"
            " in through it (R7.40)"
        )
