"""Whom a role's trust policy may admit, as far as its entries tell without their conditions."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.compile.matching import may_fit
from verifier.policy.principals import (
    AccountEntry,
    Everyone,
    PrincipalEntry,
    ProviderEntry,
    ServiceEntry,
)
from verifier.policy.syntax import Effect, Statement
from verifier.snapshot.model import Role


def _allows(role: Role) -> Iterator[Statement]:
    return (item for item in role.trust.statements if item.effect is Effect.ALLOW)


def providers(role: Role) -> tuple[str, ...] | None:
    """Return the identity providers that a role's trust policy names."""
    found = names(role, ProviderEntry)
    return None if found is None else tuple(dict.fromkeys(found))


def names(role: Role, kind: type[ProviderEntry | ServiceEntry]) -> list[str] | None:
    """Return the names of one kind that a role's trust policy admits, None where any may be."""
    if admits(role, any_account=False):
        return None
    return [
        entry.text
        for statement in _allows(role)
        for entry in (statement.principal.entries if statement.principal else ())
        if isinstance(entry, kind)
    ]


def admits(role: Role, *kinds: type[PrincipalEntry], any_account: bool = True) -> bool:
    """Return whether the trust policy may let principals that entries of these kinds name assume
    the role: by such an entry, one for everyone, or, with `any_account`, one for an account.
    """
    wider = (Everyone, AccountEntry) if any_account else (Everyone,)
    return role.trust.policy is None or any(
        statement.principal is None
        or statement.principal.negated
        or any(isinstance(entry, (*kinds, *wider)) for entry in statement.principal.entries)
        for statement in _allows(role)
    )


def trusts(role: Role, action: str) -> bool:
    """Return whether some statement of the trust policy may allow `action`."""
    return role.trust.policy is None or any(
        may_fit(statement.actions, action) for statement in _allows(role)
    )
