"""Where an account stands: its organization, and the SCPs and RCPs above it."""

from __future__ import annotations

from iam_smt.organizations import (
    NO_ORGANIZATION,
    Membership,
    member_of,
    unknown_membership,
)
from verifier.policy.attached import Level
from verifier.snapshot.model import Place, Snapshot


def membership(snapshot: Snapshot, account: str, label: str) -> Membership:
    """Return the organization of an account of the zone: none, a known or an unknown one."""
    place = snapshot.place(account)
    if snapshot.organization and place:
        unknown = place.path.endswith("/r-unknown/")
        return member_of(snapshot.organization.id, None if unknown else place.path)
    return NO_ORGANIZATION if snapshot.organization else unknown_membership(label)


def scps(snapshot: Snapshot, account: str) -> tuple[Level, ...]:
    """Return the SCP levels above an account; none bind the management account (R6.20,
    R6.84).
    """
    place = _governed(snapshot, account)
    return place.scps or () if place else ()


def rcps(snapshot: Snapshot, account: str) -> tuple[Level, ...]:
    """Return the RCP levels above an account; none for the management account (R6.32, R6.84)."""
    place = _governed(snapshot, account)
    return place.rcps or () if place else ()


def _governed(snapshot: Snapshot, account: str) -> Place | None:
    place = snapshot.place(account)
    organization = snapshot.organization
    if place is None or organization is None or account == organization.management_account:
        return None
    return place
