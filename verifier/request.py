"""One request to AWS, concrete: who asks for what, on which resource, in which context."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType


class PrincipalType(Enum):
    """The kinds of principal of R3.1; exactly one holds for a request."""

    ROOT = "root"
    USER = "user"
    ROLE_SESSION = "role session"
    FEDERATED_USER = "federated user"
    SERVICE = "service"
    ANONYMOUS = "anonymous"
    SAML = "SAML identity"
    OIDC = "OIDC identity"


ACCOUNT_KINDS = frozenset(
    {
        PrincipalType.ROOT,
        PrincipalType.USER,
        PrincipalType.ROLE_SESSION,
        PrincipalType.FEDERATED_USER,
    }
)
"""The kinds that belong to an account, whose policies bind them."""

FEDERATED_KINDS = frozenset({PrincipalType.SAML, PrincipalType.OIDC})

BUILT_IN_PROVIDERS = frozenset(
    {
        "cognito-identity.amazonaws.com",
        "www.amazon.com",
        "graph.facebook.com",
        "accounts.google.com",
    }
)
"""OIDC providers that are named without an ARN (R3.20)."""

_ARN = re.compile(r"arn:(?P<partition>[^:]+):(?:iam|sts)::(?P<account>[^:]*):(?P<rest>.+)", re.S)


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks (R3.1).

    `name` is what Principal entries are held against: the ARN of the user, of the session, of the
    federated user or of the root user; the name of a service; the ARN or name of a provider;
    `anonymous`. `account` has 12 digits and is None where no account stands behind the principal.
    `role` is the role's ARN of a role session, `parent` the user's ARN behind a federated user.
    """

    kind: PrincipalType
    name: str
    account: str | None = None
    role: str | None = None
    parent: str | None = None
    canonical_user: str | None = None

    @property
    def partition(self) -> str | None:
        """`aws`, `aws-cn` or `aws-us-gov`, for a principal of an account."""
        return self.name.split(":")[1] if self.kind in ACCOUNT_KINDS else None

    @property
    def arn(self) -> str | None:
        """The value of `aws:PrincipalArn`: for a session that of its role (R3.1, R5.16)."""
        if self.kind not in ACCOUNT_KINDS:
            return None
        return self.role or self.name

    @property
    def session_name(self) -> str | None:
        """The session name of a role session (R7.32)."""
        return self.name.rsplit("/", 1)[1] if self.kind is PrincipalType.ROLE_SESSION else None

    @property
    def is_service_linked(self) -> bool:
        """Whether this is a session of a service-linked role (R6.83, R7.1)."""
        return self.role is not None and ":role/aws-service-role/" in self.role

    @classmethod
    def parse(cls, text: str, role: str | None = None, parent: str | None = None) -> Principal:
        """Read a principal as people write it; `role` gives a session's role ARN with its path.

        Without `role`, a session's role is taken to have no path. Raises `ValueError`.
        """
        if text == "anonymous":
            return cls(PrincipalType.ANONYMOUS, text)
        if text in BUILT_IN_PROVIDERS:
            return cls(PrincipalType.OIDC, text)
        match = _ARN.fullmatch(text)
        if not match:
            if re.fullmatch(r"[\w.-]+\.amazonaws\.com(\.cn)?", text):
                return cls(PrincipalType.SERVICE, text)
            raise ValueError(f"`{text}` is not a principal")
        account, (kind, _, name) = match["account"], match["rest"].partition("/")
        if match["rest"] == "root":
            return cls(PrincipalType.ROOT, text, account)
        if kind == "user" and name:
            return cls(PrincipalType.USER, text, account)
        if kind == "assumed-role" and name.count("/") == 1:
            plain = f"arn:{match['partition']}:iam::{account}:role/{name.split('/')[0]}"
            return cls(PrincipalType.ROLE_SESSION, text, account, role=role or plain)
        if kind == "federated-user" and name:
            return cls(PrincipalType.FEDERATED_USER, text, account, parent=parent)
        if kind == "oidc-provider" and name:
            return cls(PrincipalType.OIDC, text)
        if kind == "saml-provider" and name:
            return cls(PrincipalType.SAML, text)
        raise ValueError(f"`{text}` is not a principal")


def session_of(role_arn: str, session_name: str) -> Principal:
    """Return the session `session_name` of the role (R5.16, R7.31)."""
    _, partition, _, _, account, rest = role_arn.split(":", 5)
    role_name = rest.rsplit("/", 1)[-1]
    name = f"arn:{partition}:sts::{account}:assumed-role/{role_name}/{session_name}"
    return Principal(PrincipalType.ROLE_SESSION, name, account, role=role_arn)


Context = Mapping[str, tuple[str, ...]]
"""Condition keys in lower case (R4.4), each with its values as text."""


def context(values: Mapping[str, str | tuple[str, ...] | list[str]]) -> Context:
    """Return a context from keys in any letter case with one value or several."""
    return MappingProxyType(
        {
            key.lower(): (value,) if isinstance(value, str) else tuple(value)
            for key, value in values.items()
        }
    )


@dataclass(frozen=True, slots=True)
class Request:
    """One authorization that AWS makes: the context is complete, a key not in it is absent.

    `resource` is an ARN, or `*` for an action without a resource type (R2.29).
    `resource_account` owns the resource; for `*` it is the caller's account (R6.35).
    """

    principal: Principal
    action: str
    resource: str
    resource_account: str | None
    context: Context = field(default_factory=lambda: MappingProxyType({}))

    def __reduce__(self) -> tuple[object, ...]:
        """Let requests pass between processes, which the view of the context cannot."""
        values = (self.principal, self.action, self.resource, self.resource_account)
        return _rebuilt, (*values, dict(self.context))


def _rebuilt(
    principal: Principal,
    action: str,
    resource: str,
    account: str | None,
    values: dict[str, tuple[str, ...]],
) -> Request:
    return Request(principal, action, resource, account, MappingProxyType(values))
