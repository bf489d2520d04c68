"""Entries of a Principal element, told apart by their form (section 3.2 of the semantics)."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Everyone:
    """`"*"` or `{"AWS": "*"}`: every principal, anonymous ones included (R3.11)."""

    text: str = "*"


@dataclass(frozen=True, slots=True)
class AccountEntry:
    """`111111111111` or its root ARN: the account principal (R3.14); no partition if bare."""

    text: str
    account: str
    partition: str | None


@dataclass(frozen=True, slots=True)
class UserEntry:
    """A user's ARN (R3.15)."""

    text: str


@dataclass(frozen=True, slots=True)
class RoleEntry:
    """A role's ARN: every session of the role (R3.16)."""

    text: str


@dataclass(frozen=True, slots=True)
class SessionEntry:
    """The ARN of one assumed-role session (R3.17)."""

    text: str
    partition: str
    account: str
    role_name: str
    session_name: str


@dataclass(frozen=True, slots=True)
class FederatedUserEntry:
    """The ARN of one federated user (R3.18)."""

    text: str


@dataclass(frozen=True, slots=True)
class ServiceEntry:
    """The name of a service principal, matched exactly (R3.19)."""

    text: str


@dataclass(frozen=True, slots=True)
class ProviderEntry:
    """A SAML or OIDC provider: its ARN or its built-in name (R3.20)."""

    text: str


@dataclass(frozen=True, slots=True)
class CanonicalUserEntry:
    """The canonical id of an account in S3 (R3.21)."""

    text: str


@dataclass(frozen=True, slots=True)
class AuthenticatedUsers:
    """The group of an ACL that has every principal of every AWS account (R6.45)."""

    text: str = "AuthenticatedUsers"


@dataclass(frozen=True, slots=True)
class RootUserEntry:
    """An account in the policy of a gateway endpoint: its root user only (R6.41)."""

    text: str
    account: str
    partition: str | None


@dataclass(frozen=True, slots=True)
class OpenEntry:
    """An entry of which it is open whether it counts; `reason` says why."""

    entry: NamedEntry
    reason: str

    @property
    def text(self) -> str:
        """The entry as written."""
        return self.entry.text


@dataclass(frozen=True, slots=True)
class Nobody:
    """An entry that matches no principal; `reason` says why (R3.12, R3.13, R3.41)."""

    text: str
    reason: str


NamedEntry = AccountEntry | UserEntry | RoleEntry | SessionEntry | FederatedUserEntry
"""What names an account, or a principal of one."""

PrincipalEntry = (
    Everyone
    | NamedEntry
    | RootUserEntry
    | OpenEntry
    | ServiceEntry
    | ProviderEntry
    | CanonicalUserEntry
    | AuthenticatedUsers
    | Nobody
)


@dataclass(frozen=True, slots=True)
class PrincipalElement:
    """`Principal` or, when `negated`, `NotPrincipal`; its entries are alternatives (R3.10)."""

    entries: tuple[PrincipalEntry, ...]
    negated: bool = False


ENTRY_KEYS = ("AWS", "Service", "Federated", "CanonicalUser")

_ARN = re.compile(r"arn:(?P<partition>[^:]+):(?P<service>iam|sts)::(?P<account>[^:]*):(?P<rest>.+)")
_ACCOUNT = re.compile(r"\d{12}")
_UNIQUE_ID = re.compile(r"A(IDA|ROA|GPA|IPA|NPA|NVA|SIA|KIA|BIA|CCA|PKA|SCA)[A-Z0-9]{8,}")
"""What unique ids look like, by their prefixes (R3.43)."""


def read_entry(key: str, text: str) -> PrincipalEntry:
    """Read one entry that stands under `key`, one of `ENTRY_KEYS`."""
    if key == "Service":
        return (
            Nobody(text, "wildcards are not legal in a service principal")
            if ("*" in text or "?" in text)
            else ServiceEntry(text)
        )
    if key == "Federated":
        return (
            Nobody(text, "wildcards are not legal in a provider")
            if ("*" in text or "?" in text)
            else ProviderEntry(text)
        )
    if key == "CanonicalUser":
        return CanonicalUserEntry(text)
    return _read_aws_entry(text)


def _read_aws_entry(text: str) -> PrincipalEntry:
    if text == "*":
        return Everyone()
    if _ACCOUNT.fullmatch(text):
        return AccountEntry(text, text, None)
    if _UNIQUE_ID.fullmatch(text):
        return Nobody(text, "the unique id of an entity that no longer exists matches nobody")
    if "*" in text or "?" in text:
        return Nobody(text, "wildcards are legal only as the whole entry")
    match = _ARN.fullmatch(text)
    if not match:
        return Nobody(text, "it is neither an account id nor the ARN of an IAM principal")
    kind, _, name = match["rest"].partition("/")
    if match["service"] == "iam":
        if match["rest"] == "root":
            return AccountEntry(text, match["account"], match["partition"])
        if kind == "user" and name:
            return UserEntry(text)
        if kind == "role" and name:
            return RoleEntry(text)
        if kind == "group":
            return Nobody(text, "a group cannot be a principal")
    elif kind == "federated-user" and name:
        return FederatedUserEntry(text)
    elif kind == "assumed-role" and name.count("/") == 1 and all(name.split("/")):
        role_name, session_name = name.split("/")
        return SessionEntry(text, match["partition"], match["account"], role_name, session_name)
    return Nobody(text, "it is not the ARN of a user, role, session or account")
