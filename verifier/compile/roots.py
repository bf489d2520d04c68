"""The root users of member accounts: who assumes them by `sts:AssumeRoot`, and for what (7.8)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from iam_smt.credentials import Chain, RootSession
from verifier import facts
from verifier.compile.callers import Caller, root_caller
from verifier.compile.standing import membership, rcps
from verifier.compile.targets import Target
from verifier.policy.attached import AttachedPolicy
from verifier.policy.parse import policy_from_text
from verifier.policy.syntax import PolicyKind
from verifier.snapshot.model import Snapshot

ASSUME_ROOT = "sts:AssumeRoot"


def root_target(snapshot: Snapshot, account: str) -> Target:
    """Return the root user of an account, guarded by who its organization lets assume it.

    That is nobody for the management account, and for an account in no organization (R7.70).
    """
    organization = snapshot.organization
    arn = f"arn:{snapshot.accounts[account].partition}:iam::{account}:root"
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


def rooted(snapshot: Snapshot, action: str, targets: Iterable[Target]) -> Iterator[Target]:
    """Yield what an assumed root user of a member account may call `action` on, by its task.

    The tasks about credentials are about those of the root user itself (R7.70, R7.71).
    """
    tasks = [task for task, may in facts.ROOT_TASKS.items() if action.lower() in may]
    if not tasks or snapshot.organization is None:
        return
    members = {
        account: root_target(snapshot, account)
        for account in snapshot.accounts
        if root_target(snapshot, account).policy is not None
    }
    targets = list(targets)
    for task in tasks:
        about = [replace(root, policy=None) for root in members.values()]
        if not task.startswith("IAM"):
            about = [target for target in targets if target.owner in members]
        for target in about:
            yield replace(target, label=f"{target.label}, as root", task=task)


def root_session(snapshot: Snapshot, account: str, task: str, label: str, chain: Chain) -> Caller:
    """Return the root user of a member account as assumed for a task: it is held to the task policy
    (R6.16, R7.71).
    """
    partition = snapshot.accounts[account].partition
    found = root_caller(snapshot, account, partition, label, chain)
    policies = replace(found.policies, session=(_task_policy(task),))
    return replace(found, credentials=RootSession(chain), policies=policies)


def task_arn(partition: str, task: str) -> str:
    """Return the ARN of a task policy."""
    return f"arn:{partition}:iam::aws:policy/root-task/{task}"


@lru_cache(maxsize=16)
def _task_policy(task: str) -> AttachedPolicy:
    """Return what a task lets the root user do; tasks about credentials, with its own only."""
    resource = "arn:*:iam::*:root" if task.startswith("IAM") else "*"
    statement = {"Effect": "Allow", "Action": facts.ROOT_TASKS[task], "Resource": resource}
    text = json.dumps({"Version": "2012-10-17", "Statement": statement})
    policy = policy_from_text(text, PolicyKind.SESSION)
    return AttachedPolicy(PolicyKind.SESSION, f"task policy {task}", policy)
