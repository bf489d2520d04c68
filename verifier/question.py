"""What is asked, as values: the sentence of `grammar`, or the same built by hand."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from verifier.policy.syntax import Condition


class Form(Enum):
    """The forms of a question."""

    CAN = "can"
    WHO_CAN = "who can"
    WHAT_CAN = "what can"
    BECOME = "what can ... become"


class WhoKind(Enum):
    """The classes of callers that a question can be about."""

    EXTERNAL = "any external principal"
    ANYONE = "anyone"
    OUTSIDE = "anyone outside"
    ANONYMOUS = "anonymous"
    FEDERATED = "any federated identity"
    SERVICE = "any service"
    USERS = "any user"
    ROLES = "any role"
    WORKLOADS = "any workload"
    USER = "user"
    ROLE = "role"
    OTHERS = "any principal of other accounts"
    ACCOUNT = "account"
    PRINCIPAL = "principal"


@dataclass(frozen=True, slots=True)
class Who:
    """The callers.

    `names` are the accounts and organizations to be outside of, the provider, the service, the
    name of the user or role, or the ARN (or pattern) of the principal. `account` is the account
    whose principals are meant; it and `exceptions` narrow users and roles down.
    """

    kind: WhoKind
    names: tuple[str, ...] = ()
    account: str | None = None
    exceptions: tuple[str, ...] = ()

    def __str__(self) -> str:
        text = self.kind.value if self.kind is not WhoKind.PRINCIPAL else ""
        if self.kind is WhoKind.FEDERATED and self.names:
            text += " of"
        if self.kind is WhoKind.SERVICE and self.names:
            text = "service"
        if self.kind is WhoKind.ACCOUNT:
            return f"{text} {self.account}"
        text = " ".join([text, ", ".join(self.names)]).strip()
        if self.account:
            text += f" of account {self.account}"
        if self.exceptions:
            text += f" except {', '.join(self.exceptions)}"
        return text


class RouteKind(Enum):
    """How the goal may be reached."""

    DIRECTLY = "directly"
    ASSUMPTION = "via role assumption"
    ESCALATION = "via escalation"


@dataclass(frozen=True, slots=True)
class Route:
    """How the goal may be reached, in at most `limit` requests."""

    kind: RouteKind
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Whom:
    """Whom somebody is to become: a user or role, or without one an administrator, of `account` or
    of any.
    """

    principal: Who | None = None
    account: str | None = None

    def __str__(self) -> str:
        if self.principal is not None:
            return str(self.principal)
        return "administrator" + (f" of account {self.account}" if self.account else "")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked; every one of `where` must hold of the requests, none of `without` may.

    `who` is None where the question is who can; `actions` are as AWS spells them, several if the
    question has a pattern, and none where the question is what somebody can do, or `whom` somebody
    can become.
    """

    text: str
    form: Form
    who: Who | None
    actions: tuple[str, ...]
    resource: str | None
    route: Route
    where: tuple[Condition, ...] = ()
    without: tuple[Condition, ...] = ()
    whom: Whom | None = None
