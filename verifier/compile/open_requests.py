"""Requests of which only the kind of caller is known: what one policy alone can be asked about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from iam_smt.automata import EVERYTHING, clause
from iam_smt.context import ACCOUNT
from iam_smt.credentials import Chain
from iam_smt.finite import FiniteVariable, Governed
from iam_smt.identities import PrincipalKeys
from iam_smt.model import Model
from iam_smt.organizations import unknown_membership
from iam_smt.principals import Kind
from iam_smt.relevance import relevant
from iam_smt.terms import Term, both, conjunction
from iam_smt.texts import StringVariable
from verifier import catalogued_keys
from verifier.compile.actions import ActionSpace
from verifier.compile.callers import Caller
from verifier.compile.calls import Call
from verifier.compile.strangers import anonymous_caller, named_caller, outside_caller
from verifier.compile.targets import Target
from verifier.disputes import DEFAULT, Readings
from verifier.policy.principals import ProviderEntry, ServiceEntry
from verifier.policy.syntax import Policy, PolicyKind
from verifier.request import Request
from verifier.snapshot.model import Zone

_ANYWHERE = Zone(frozenset(), frozenset())
_OF_AN_ACCOUNT = (Kind.USER, Kind.ROLE_SESSION, Kind.FEDERATED_USER, Kind.ROOT)
_CARRIERS = {
    PolicyKind.IDENTITY: (Kind.USER, Kind.ROLE_SESSION),
    PolicyKind.BOUNDARY: (Kind.USER, Kind.ROLE_SESSION),
    PolicyKind.SESSION: (Kind.ROLE_SESSION, Kind.FEDERATED_USER),
    PolicyKind.SCP: _OF_AN_ACCOUNT,
}
"""Who a policy without `Principal` can be about."""

UNNAMED_SERVICE = "example.amazonaws.com"
"""Stands for every service that no policy names."""

_PROVIDER = "arn:{}:iam::999999999999:{}-provider/{}"


@dataclass(frozen=True)
class OpenRequest:
    """A request by some caller of a kind, with any action, on any resource, with any context."""

    call: Call
    actions: ActionSpace
    action: FiniteVariable
    resource: StringVariable

    def with_axioms(self, question: Term) -> Term:
        """Return the question with what is true of every such request and has to do with it, and
        with what disputed points say of it, as they are read.
        """
        said = conjunction((question, *self.call.of_readings()))
        return both(said, *relevant(said, [self.call.axioms()]))

    @property
    def depends_on_caller(self) -> bool:
        """Whether a key that was asked for says something of the caller."""
        sources = self.call.context.sources.values()
        return any(isinstance(source, PrincipalKeys) for source in sources)

    def decode(self, model: Model) -> Request:
        """Return the concrete request that a model describes."""
        return self.call.decode(model, self.actions.name(model.name(self.action)))


def open_request(
    caller: Caller,
    actions: ActionSpace,
    not_before: Fraction | None,
    readings: Readings = DEFAULT,
) -> OpenRequest:
    """Return the request of a caller of which nothing else is known."""
    label = caller.label
    resource = StringVariable(f"{label}.resource", EVERYTHING)
    owner = StringVariable(f"{label}.owner", clause([ACCOUNT]), ("111122223333",))
    target = Target(
        "any resource", resource, "", owner, unknown_membership(f"{label} owner"), None, (), None,
        known=False,
    )  # fmt: skip
    action = FiniteVariable(
        f"{label}.action", actions.everything, Governed(resource, actions.domains)
    )

    def is_of(*services: str) -> Term:
        return action.among(actions.of_services(*services))

    def may_have(key: str) -> Term:
        return action.among(_with(key, actions))

    call = Call(
        label, caller, "", target, not_before, is_of=is_of, may_have=may_have, readings=readings
    )
    return OpenRequest(call, actions, action, resource)


def _with(key: str, actions: ActionSpace) -> int:
    """Return the actions with calls of which a condition key may come."""
    found = actions.everything & ~actions.of_services(*catalogued_keys.strange_to(key))
    of_iam = actions.of_services("iam") if key.startswith("iam:") else 0
    while of_iam:
        bit = of_iam & -of_iam
        of_iam ^= bit
        if not catalogued_keys.comes_with(key, actions.name(bit.bit_length() - 1)):
            found &= ~bit
    return found


def askers(policies: Iterable[Policy], partition: str) -> Iterator[Caller]:
    """Yield a caller of each kind that policies of one kind can be about (section 3).

    Beside every service and provider that they name comes one that they do not.
    """
    policies = list(policies)
    kind = policies[0].kind
    providers = [*_named(policies, ProviderEntry), *_asked_about(policies, partition)]
    providers += [_PROVIDER.format(partition, "saml", "example")]
    providers += [_PROVIDER.format(partition, "oidc", "example")]
    for found in _CARRIERS.get(kind, _OF_AN_ACCOUNT):
        yield outside_caller(_ANYWHERE, found, partition, found.value, Chain(True, True))
    if kind in _CARRIERS:
        return
    yield anonymous_caller("anonymous", Chain(True, True))
    for name in dict.fromkeys((*_named(policies, ServiceEntry), UNNAMED_SERVICE)):
        yield named_caller(Kind.SERVICE, name, partition, name, Chain(True, True))
    for name in dict.fromkeys(providers):
        found = Kind.SAML if ":saml-provider/" in name else Kind.OIDC
        yield named_caller(found, name, partition, name, Chain(True, True))


def _asked_about(policies: Iterable[Policy], partition: str) -> Iterator[str]:
    """Yield the OIDC providers of whose claims a condition asks, or a variable makes use."""
    for policy in policies:
        for statement in policy.statements:
            for condition in statement.conditions:
                variables = (v.key for template in condition.values for v in template.variables)
                for key in (condition.key, *variables):
                    issuer, _, claim = key.rpartition(":")
                    if claim and "." in issuer:
                        yield _PROVIDER.format(partition, "oidc", issuer)


def _named(policies: Iterable[Policy], entry: type[ServiceEntry | ProviderEntry]) -> Iterator[str]:
    for policy in policies:
        for statement in policy.statements:
            for item in statement.principal.entries if statement.principal else ():
                if isinstance(item, entry):
                    yield item.text
