"""The organization as a tree: its units, their accounts, and the policies that are attached."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from verifier.finding import Severity
from verifier.policy.attached import Level
from verifier.review.model import Review, accounts_of
from verifier.snapshot.model import Account, Place, Snapshot


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account of the snapshot, or of its organization, in numbers.

    `users` and `roles` are None for an account whose principals are not in the snapshot.
    """

    id: str
    name: str | None
    unit: str
    management: bool
    users: int | None
    roles: int | None
    resources: int
    scps: tuple[str, ...]
    rcps: tuple[str, ...]
    findings: dict[Severity, int] = field(default_factory=dict)


def tree(review: Review) -> list[AccountRow]:
    """Return every account that is known of, unit by unit."""
    snapshot = review.snapshot
    places = snapshot.organization.places if snapshot.organization else {}
    owned = Counter(resource.account for resource in snapshot.resources.values())
    found: dict[str, Counter[Severity]] = {}
    for finding in review.open:
        for account in accounts_of(finding):
            found.setdefault(account, Counter())[finding.severity] += 1
    rows = [
        _row(snapshot, account, places.get(account), owned[account], found.get(account, Counter()))
        for account in {**dict.fromkeys(snapshot.accounts), **dict.fromkeys(places)}
    ]
    return sorted(rows, key=lambda row: (row.unit, row.id))


def _row(
    snapshot: Snapshot, number: str, place: Place | None, owned: int, found: Counter[Severity]
) -> AccountRow:
    account = snapshot.accounts.get(number)
    known = account if account and (account.users or account.roles) else None
    organization = snapshot.organization
    return AccountRow(
        number,
        account.name if account else None,
        place.path.strip("/").partition("/")[2].replace("/", " / ") if place else "",
        bool(organization and organization.management_account == number),
        _count(known, "users"),
        _count(known, "roles"),
        owned,
        _titles(place.scps if place else None),
        _titles(place.rcps if place else None),
        dict(found),
    )


def _count(account: Account | None, what: str) -> int | None:
    return None if account is None else len(getattr(account, what))


def _titles(levels: tuple[Level, ...] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(policy.title for level in levels or () for policy in level))
