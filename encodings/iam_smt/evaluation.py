"""How identity, resource, boundary, session, SCP and RCP decisions combine (section 6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from iam_smt.principals import ACCOUNT_KINDS, FEDERATED_KINDS, Grant, Grants, Kind
from iam_smt.terms import FALSE, TRUE, Term, both, conjunction, disjunction, either, negation


@dataclass(frozen=True, slots=True)
class Votes:
    """What the policies of one type say: terms that hold iff some statement allows, or denies."""

    allow: Term = FALSE
    deny: Term = FALSE


ALLOW_ALL = Votes(allow=TRUE)
"""A type of policy that is not in force: it stops nothing."""


@dataclass(frozen=True, slots=True)
class Layers:
    """What each type of policy says of one request.

    `grants` are the allows of the resource policy by class of principal entry. A type that is
    absent or does not bind the caller is `ALLOW_ALL`; for the identity policies it is `Votes()`.
    `refused` holds iff the service refuses whatever the policies say (6.11).
    """

    identity: Votes = Votes()
    grants: tuple[tuple[Grant, Term], ...] = ()
    resource_deny: Term = FALSE
    boundary: Votes = ALLOW_ALL
    session: Votes = ALLOW_ALL
    scps: Votes = ALLOW_ALL
    rcps: Votes = ALLOW_ALL
    endpoint: Votes = ALLOW_ALL
    refused: Term = FALSE

    def granted(self, *classes: Grant) -> Term:
        """Holds iff the resource policy allows by one of these classes."""
        return disjunction(term for grant, term in self.grants if grant in classes)

    def without(self, layer: str) -> Layers:
        """Return the same layers as if `layer`, the name of a field, stopped nothing."""
        match layer:
            case "resource_deny":
                return replace(self, resource_deny=FALSE)
            case "refused":
                return replace(self, refused=FALSE)
            case "identity":
                return replace(self, identity=Votes(TRUE, FALSE))
            case "grants":
                return replace(self, grants=tuple((grant, TRUE) for grant in Grant))
            case "boundary":
                return replace(self, boundary=ALLOW_ALL)
            case "session":
                return replace(self, session=ALLOW_ALL)
            case "scps":
                return replace(self, scps=ALLOW_ALL)
            case "rcps":
                return replace(self, rcps=ALLOW_ALL)
            case "endpoint":
                return replace(self, endpoint=ALLOW_ALL)
        raise ValueError(f"no such layer: {layer}")


LAYERS = (
    "refused",
    "resource_deny",
    "scps",
    "rcps",
    "endpoint",
    "boundary",
    "session",
    "identity",
    "grants",
)
"""The names of the layers, as `Layers.without` takes them; what only limits comes first."""


def levels(votes: Iterable[Votes]) -> Votes:
    """Return what levels say together: each must allow, any may deny (R6.21, R6.31)."""
    found = list(votes)
    return Votes(
        allow=conjunction(level.allow for level in found),
        deny=disjunction(level.deny for level in found),
    )


@dataclass(frozen=True, slots=True)
class Setting:
    """What the kinds of caller and resource mean for the decision.

    `same_account`: the caller's account owns the resource. `strict`: a role's trust policy or a
    key policy must allow even then (R6.50, R6.51). `accepted`: the service answers this kind of
    caller for this action (R6.81, R7.11). `session_limits_all`: a session policy limits also what
    is granted to the session by name, or to everyone (R6.12).
    """

    kind: Kind
    same_account: bool
    strict: bool = False
    accepted: bool = True
    session_limits_all: bool = False


def allowed(layers: Layers, setting: Setting) -> Term:
    """Holds iff the request is allowed (R6.3, R6.4)."""
    denied = either(
        layers.identity.deny,
        layers.resource_deny,
        layers.boundary.deny,
        layers.session.deny,
        layers.scps.deny,
        layers.rcps.deny,
        layers.endpoint.deny,
        layers.refused,
    )
    return conjunction(
        (
            negation(denied),
            layers.scps.allow,
            layers.rcps.allow,
            layers.endpoint.allow,
            _core(layers, setting),
        )
    )


def _core(layers: Layers, setting: Setting) -> Term:
    """Holds iff identity side and resource side allow together.

    In one account R6.10-R6.16 and, where `strict`, R6.50 and R6.51: an account grant then leaves
    it to IAM (R3.30). Across accounts R6.70-R6.74 (R3.31). Callers without an account: R6.80-R6.82.
    """
    if not setting.accepted:
        return FALSE
    if setting.kind not in ACCOUNT_KINDS:
        return layers.granted(Grant.ANY, _NAMED_BY[setting.kind])
    caged = both(layers.boundary.allow, layers.session.allow)
    if not setting.same_account:
        trusted = TRUE if setting.kind is Kind.ROOT else layers.identity.allow
        return both(layers.granted(*Grant), trusted, caged)
    if setting.kind is Kind.ROOT:
        granted = layers.granted(Grant.SELF, Grant.ANY, Grant.ACCOUNT)
        return both(granted if setting.strict else TRUE, caged)
    delegated = layers.granted(Grant.ACCOUNT) if setting.strict else TRUE
    by_name = layers.granted(Grant.ROLE, Grant.PARENT)
    directly = layers.granted(Grant.SELF, Grant.ANY)
    return either(
        both(directly, layers.session.allow) if setting.session_limits_all else directly,
        both(either(by_name, both(delegated, layers.identity.allow)), caged),
    )


_NAMED_BY = {
    Kind.SERVICE: Grant.SERVICE,
    Kind.ANONYMOUS: Grant.ANY,
    **dict.fromkeys(FEDERATED_KINDS, Grant.FEDERATED),
}


def merge(grants: Iterable[Grants]) -> tuple[tuple[Grant, Term], ...]:
    """Return grants of several statements, or entries, as one for each class."""
    found: dict[Grant, list[Term]] = {}
    for item in grants:
        for grant, term in item.items():
            found.setdefault(grant, []).append(term)
    return tuple((grant, disjunction(terms)) for grant, terms in found.items())
