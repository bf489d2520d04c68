"""Who is an administrator: whose own policies allow every action on every resource."""

from __future__ import annotations

from functools import lru_cache

from verifier.policy.attached import AttachedPolicy, Level
from verifier.policy.syntax import Effect, Statement
from verifier.snapshot.model import Role, User


def is_administrator(entity: User | Role, *, perhaps: bool = False) -> bool:
    """Return whether a user or role is an administrator of its account.

    One statement of its identity policies allows every action on every resource without a
    condition, and none denies anything; of a permissions boundary the same holds. SCPs bind
    administrators, too, and are not asked. A policy without its document says nothing of the
    kind; with `perhaps` it says whatever makes an administrator.
    """
    return _allows_everything(entity.policies, perhaps) and (
        entity.boundary is None or _allows_everything((entity.boundary,), perhaps)
    )


def _allows_everything(policies: Level, perhaps: bool) -> bool:
    if any(policy.policy is None for policy in policies) and not perhaps:
        return False
    grants = any(policy.policy is None or _grants_everything(policy) for policy in policies)
    return grants and not any(map(_denies, policies))


@lru_cache(maxsize=1 << 16)
def _grants_everything(policy: AttachedPolicy) -> bool:
    return any(map(_is_everything, policy.statements))


@lru_cache(maxsize=1 << 16)
def _denies(policy: AttachedPolicy) -> bool:
    return any(statement.effect is Effect.DENY for statement in policy.statements)


def _is_everything(statement: Statement) -> bool:
    actions, resources = statement.actions, statement.resources
    return (
        statement.effect is Effect.ALLOW
        and not statement.conditions
        and not actions.negated
        and any(
            not pattern.text.strip("*") or pattern.text == "*:*" for pattern in actions.patterns
        )
        and resources is not None
        and not resources.negated
        and any(not pattern.text.strip("*") for pattern in resources.patterns)
    )
