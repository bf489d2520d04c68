"""Roles by who their trust policies name, so that N roles do not cost N x N questions."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from functools import lru_cache

from iam_smt.automata import Clause
from verifier.compile.matching import may_fit
from verifier.compile.resources import widest_clause
from verifier.policy.attached import AttachedPolicy, Level
from verifier.policy.principals import (
    AccountEntry,
    Everyone,
    FederatedUserEntry,
    Nobody,
    PrincipalEntry,
    ProviderEntry,
    RoleEntry,
    ServiceEntry,
    SessionEntry,
    UserEntry,
)
from verifier.policy.syntax import Effect, Statement
from verifier.request import BUILT_IN_PROVIDERS
from verifier.snapshot.model import Role, Snapshot, User

_ASSUME = ("sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity")

Key = tuple[str, ...]
"""What an entry of a trust policy names: its kind, then an ARN, an account, a name."""

_EVERYONE: Key = ("everyone",)


def _key(entry: PrincipalEntry) -> Key | None:
    match entry:
        case UserEntry(text=arn) | RoleEntry(text=arn) | FederatedUserEntry(text=arn):
            return ("arn", arn)
        case SessionEntry(account=account, role_name=name):
            return ("session", account, name)
        case AccountEntry(account=account):
            return ("account", account)
        case ServiceEntry(text=name):
            return ("service", name)
        case ProviderEntry(text=name):
            return ("provider", name)
        case Everyone():
            return _EVERYONE
    return None


def _account_of(key: Key) -> str | None:
    """Return the account that a key is about, None for services, providers and everyone."""
    match key[0]:
        case "arn":
            return key[1].split(":", 5)[4]
        case "session" | "account":
            return key[1]
    return None


class TrustIndex:
    """Every role of a snapshot under each principal that an Allow of its trust policy names."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._zone = snapshot.zone
        self._roles: dict[Key, dict[str, Role]] = {}
        self._keys: dict[str, dict[Key, None]] = {}
        self._unread: dict[str, Role] = {}
        self._unnamed_providers: dict[str, None] = {}
        for role in snapshot.roles():
            self._add(role)

    def _add(self, role: Role) -> None:
        if role.trust.policy is None:
            self._unread[role.arn] = role
            return
        for statement in role.trust.policy.statements:
            assumes = any(may_fit(statement.actions, action) for action in _ASSUME)
            if statement.effect is Effect.DENY or not assumes or statement.principal is None:
                continue
            entries = statement.principal.entries
            for entry in (Everyone(),) if statement.principal.negated else entries:
                key = _key(entry)
                if key == _EVERYONE:
                    self._unnamed_providers |= dict.fromkeys(_providers_for(role, statement))
                if key is not None and not isinstance(entry, Nobody):
                    self._roles.setdefault(key, {})[role.arn] = role
                    self._keys.setdefault(role.arn, {})[key] = None

    def _under(self, *keys: Key) -> dict[str, Role]:
        found = dict(self._unread)
        for key in keys:
            found |= self._roles.get(key, {})
        return found

    def outside(self) -> dict[str, Role]:
        """Return the roles whose trust policy names somebody outside the zone, or everyone."""
        named = ((key, _account_of(key)) for key in self._roles)
        keys = [key for key, account in named if account and account not in self._zone.accounts]
        return self._under(*keys, _EVERYONE)

    def names(self, what: str) -> Iterator[str]:
        """Yield the names of all services, or providers, that some trust policy names."""
        yield from sorted(key[1] for key in self._roles if key[0] == what)

    def providers(self) -> list[str]:
        """Return the providers whose identities some trust policy may let in: those that are named,
        and where everyone is, those that conditions are about, and the built-in ones (R3.11).
        """
        return sorted({*self.names("provider"), *self._unnamed_providers})

    def named(self, what: str, name: str) -> dict[str, Role]:
        """Return the roles that may be assumed by the service, or provider, `name`."""
        return self._under((what, name), _EVERYONE)

    def of_account(self, account: str) -> dict[str, Role]:
        """Return the roles whose trust policy names an account, something of it, or everyone."""
        keys = [key for key in self._roles if _account_of(key) == account]
        return self._under(*keys, _EVERYONE)

    def of_stranger(self, arn: str) -> dict[str, Role]:
        """Return the roles whose trust policy names a principal that the snapshot has not."""
        parts = arn.split(":", 5)
        kind, _, name = parts[5].partition("/")
        keys: list[Key] = [_EVERYONE, ("account", parts[4]), ("arn", arn)]
        if kind == "assumed-role":
            role_name = name.partition("/")[0]
            keys.append(("session", parts[4], role_name))
            keys += [
                key
                for key in self._roles
                if key[0] == "arn"
                and key[1].startswith(f"arn:{parts[1]}:iam::{parts[4]}:role/")
                and key[1].endswith(f"/{role_name}")
            ]
        elif kind == "role":
            keys.append(("session", parts[4], name.rsplit("/", 1)[-1]))
        return self._under(*keys)

    def keys(self, role: Role) -> Iterable[Key]:
        """Return what the trust policy of `role` names; everyone, if it was not read."""
        return (_EVERYONE,) if role.arn in self._unread else self._keys.get(role.arn, ())

    def of_user(self, user: User) -> dict[str, Role]:
        """Return the roles that `user` may be able to assume."""
        named = self._under(("arn", user.arn), _EVERYONE)
        return self._with_identity(named, user.account, user.policies)

    def of_role(self, role: Role, known: Container[str] = ()) -> dict[str, Role]:
        """Return the roles that sessions of `role` may be able to assume, but for those `known`."""
        named = self._under(("arn", role.arn), ("session", role.account, role.name), _EVERYONE)
        return self._with_identity(named, role.account, role.policies, known)

    def _with_identity(
        self,
        named: dict[str, Role],
        account: str,
        policies: Level,
        known: Container[str] = (),
    ) -> dict[str, Role]:
        """Drop what needs a permission that the caller has not: other accounts (R7.13), and
        roles that trust the account only (R6.50).
        """
        found = {
            arn: role for arn, role in named.items() if role.account == account and arn not in known
        }
        allowed = assumable(policies)
        if not allowed:
            return found
        by_account = self._roles.get(("account", account), {})
        for roles in (named, by_account):
            for arn, role in roles.items():
                if arn not in known and arn not in found and names_role(allowed, arn):
                    found[arn] = role
        return found


def _providers_for(role: Role, statement: Statement) -> Iterator[str]:
    """Yield the providers to ask about where a statement lets every identity assume the role."""
    head = role.arn.rpartition(":")[0]
    if may_fit(statement.actions, _ASSUME[1]):
        yield f"{head}:saml-provider/example"
    if may_fit(statement.actions, _ASSUME[2]):
        yield from BUILT_IN_PROVIDERS
        for condition in statement.conditions:
            issuer = condition.key.rpartition(":")[0]
            if "." in issuer and issuer not in BUILT_IN_PROVIDERS:
                yield f"{head}:oidc-provider/{issuer}"


Assumable = list[tuple[Clause | None, bool]]
"""Lists of roles, None for any, each with whether all but those are meant."""


def assumable(policies: Level) -> Assumable:
    """Return the roles that statements may allow to assume, their conditions set aside."""
    return [item for policy in policies for item in _assumable(policy)]


def names_role(allowed: Assumable, arn: str) -> bool:
    """Return whether a role is among those that may be assumed."""
    return any(clause is None or (arn in clause) != negated for clause, negated in allowed)


@lru_cache(maxsize=1 << 16)
def _assumable(policy: AttachedPolicy) -> tuple[tuple[Clause | None, bool], ...]:
    """Return the resources of each Allow that is about assuming roles; None may be any."""
    if policy.policy is None:
        return ((None, False),)
    found: list[tuple[Clause | None, bool]] = []
    for statement in policy.statements:
        named = may_fit(statement.actions, _ASSUME[0])
        if statement.effect is Effect.ALLOW and named:
            element = statement.resources
            found.append((widest_clause(element), element.negated) if element else (None, False))
    return tuple(found)
