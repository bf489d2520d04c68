"""The stops of a path: who or what each hop leads to, in the few words that a picture has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import zip_longest

from verifier.request import Principal, PrincipalType
from verifier.verdict import Hop

_ASSUME = ("sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity")
OUTSIDE = "outside"
"""How the name of a place begins that is not in the zone of trust."""


class Kind(Enum):
    """What a stop is."""

    ANYBODY = "anybody"
    USER = "user"
    ROLE = "role"
    ROOT = "root user"
    SERVICE = "service"
    PROVIDER = "identity provider"
    RESOURCE = "resource"


@dataclass(frozen=True, slots=True)
class Stop:
    """A box of the picture: a short name, the whole one, and the account that it stands in.

    `service` is that of a resource, where its ARN tells.
    """

    kind: Kind
    name: str
    full_name: str
    place: str
    service: str = ""

    @property
    def caption(self) -> str:
        """What stands above the name."""
        return " · ".join(filter(None, (self.kind.value, self.service)))


_KINDS = {
    PrincipalType.ROOT: Kind.ROOT,
    PrincipalType.USER: Kind.USER,
    PrincipalType.ROLE_SESSION: Kind.ROLE,
    PrincipalType.FEDERATED_USER: Kind.USER,
    PrincipalType.SERVICE: Kind.SERVICE,
    PrincipalType.ANONYMOUS: Kind.ANYBODY,
    PrincipalType.SAML: Kind.PROVIDER,
    PrincipalType.OIDC: Kind.PROVIDER,
}


def stops(hops: Sequence[Hop], accounts: Mapping[str, str | None]) -> Iterator[Stop]:
    """Yield the first caller, and what each hop leads to: whoever calls next, or what was acted
    on where that is the same caller, or nobody.

    `accounts` has the accounts of the zone of trust with their names.
    """
    if hops:
        yield _caller(hops[0].request.principal, accounts)
    for hop, following in zip_longest(hops, hops[1:]):
        if following is not None and following.request.principal != hop.request.principal:
            yield _caller(following.request.principal, accounts)
        else:
            yield _target(hop, accounts)


def _target(hop: Hop, accounts: Mapping[str, str | None]) -> Stop:
    kind = Kind.ROLE if hop.action in _ASSUME else Kind.RESOURCE
    place = _place(hop.request.resource_account, accounts)
    service = _service(hop.resource) if kind is Kind.RESOURCE else ""
    return Stop(kind, short_name(hop.resource), hop.resource, place, service)


def _caller(principal: Principal, accounts: Mapping[str, str | None]) -> Stop:
    kind = _KINDS[principal.kind]
    full = principal.role or principal.name
    if kind is Kind.ANYBODY:
        return Stop(kind, "anybody", "anybody, without a signature", OUTSIDE)
    place = "AWS" if kind is Kind.SERVICE else _place(principal.account, accounts)
    return Stop(kind, short_name(full), full, place)


def _service(arn: str) -> str:
    parts = arn.split(":", 5)
    return parts[2] if len(parts) == 6 else ""


def _place(account: str | None, accounts: Mapping[str, str | None]) -> str:
    if account is None:
        return OUTSIDE
    if accounts and account not in accounts:
        return f"{OUTSIDE} · {account}"
    name = accounts.get(account)
    return f"{name} · {account}" if name else account


def short_name(text: str) -> str:
    """Return the part of an ARN by which people call it; anything else as it is."""
    parts = text.split(":", 5)
    if len(parts) < 6:
        return text
    rest = parts[5]
    if parts[2] in ("iam", "sts"):
        kind, _, name = rest.partition("/")
        return name.rsplit("/", 1)[-1] if kind in ("role", "user") else name or rest
    return rest
