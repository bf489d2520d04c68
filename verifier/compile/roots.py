"""The root users of member accounts, as what `sts:AssumeRoot` is called on (7.8)."""

from __future__ import annotations

from verifier.compile.callers import membership
from verifier.compile.targets import Target, rcps
from verifier.snapshot.model import Snapshot

ASSUME_ROOT = "sts:AssumeRoot"


def root_target(snapshot: Snapshot, account: str) -> Target:
    """Return the root user of an account, guarded by who its organization lets assume it.

    That is nobody for the management account, and for an account in no organization (R7.70).
    """
    organization = snapshot.organization
    partition = snapshot.accounts[account].partition
    arn = f"arn:{partition}:iam::{account}:root"
    is_member = organization is not None and (
        account in organization.places and account != organization.management_account
    )
    return Target(
        arn,
        arn,
        arn,
        account,
        membership(snapshot, account, f"account {account}"),
        organization.root_access if organization and is_member else None,
        rcps(snapshot, account),
        {},
        known=True,
    )
