"""A policy document as values: what is written, without any meaning yet."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from verifier.documents import Pointer
from verifier.policy.operators import Operator
from verifier.policy.principals import PrincipalElement
from verifier.policy.templates import Template


class Effect(Enum):
    """What a statement does to the requests that it matches (R1.12)."""

    ALLOW = "Allow"
    DENY = "Deny"


class PolicyKind(Enum):
    """The types of policy that R1.14 tells apart; the kind decides which elements are legal.

    KMS grants and ACLs are no policies, but read as statements that allow (R6.45, R6.52).
    """

    IDENTITY = "identity policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"
    RESOURCE = "resource policy"
    TRUST = "trust policy"
    SCP = "service control policy"
    RCP = "resource control policy"
    ENDPOINT = "VPC endpoint policy"
    GRANT = "KMS grant"
    ACL = "access control list"

    @property
    def with_article(self) -> str:
        """The kind as people say it: `an identity policy`."""
        return ("an " if self.value[0] in "aeiou" else "a ") + self.value


@dataclass(frozen=True, slots=True, eq=False)
class ActionElement:
    """`Action` or, when `negated`, `NotAction`: patterns as written (R2.6).

    Compared by identity, so that results can be kept per element.
    """

    patterns: tuple[Template, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class ResourceElement:
    """`Resource` or, when `negated`, `NotResource` (R2.28). Compared by identity."""

    patterns: tuple[Template, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """One (operator, key) entry of a Condition element with its values (R4.1).

    `key` is lower-cased, for keys ignore case (R4.4); `written` is the key as it stands.
    """

    operator: Operator
    key: str
    written: str
    values: tuple[Template, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """One statement; `resources` is None where the attached resource is meant (R1.15).

    Compared by identity, so that results can be kept per statement. `position` leads from the
    top of the document to the statement. What a service adds may stand there only under certain
    readings of disputed points: `standing` has the pairs of X-18 and X-20.
    """

    position: Pointer
    sid: str | None
    effect: Effect
    principal: PrincipalElement | None
    actions: ActionElement
    resources: ResourceElement | None
    conditions: tuple[Condition, ...]
    standing: frozenset[tuple[str, str]] | None = None

    @property
    def label(self) -> str:
        """How people find the statement: its Sid, or its number counted from 1."""
        if self.sid:
            return self.sid
        number = self.position[-1] if len(self.position) > 1 else 0
        return str(int(number) + 1)


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """A policy document of a known kind. Compared by identity."""

    kind: PolicyKind
    version: str | None
    id: str | None
    statements: tuple[Statement, ...]
