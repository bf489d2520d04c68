"""One call to AWS with open parts: its keys, what authorizes it, and what is true of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import partial
from types import MappingProxyType

from iam_smt.assume_role import AssumeRoleKeys
from iam_smt.automata import clause
from iam_smt.context import KeyType, Source, SymbolicContext
from iam_smt.credentials import overruled
from iam_smt.identities import PrincipalKeys
from iam_smt.keys import Key, SingleKey, Truth
from iam_smt.model import Model
from iam_smt.patterns import ANYTHING
from iam_smt.principals import ACCOUNT_KINDS
from iam_smt.requests import CallKeys, NetworkKeys, encryption_context_of, tags_of
from iam_smt.resources import ResourceKeys
from iam_smt.terms import FALSE, TRUE, Atom, Term, both, conjunction, implies, negation, truth
from iam_smt.texts import StringVariable, member
from verifier import catalogued_keys, facts
from verifier.compile.authorization import Authorization
from verifier.compile.callers import Caller
from verifier.compile.decoding import ALWAYS_SHOWN, principal_of, show, values_of
from verifier.compile.foreign_keys import Elsewhere, Given, OfCall, Unlisted
from verifier.compile.key_atoms import atoms_of
from verifier.compile.requests import SymbolicRequest
from verifier.compile.targets import Target, tag_texts
from verifier.disputes import DEFAULT, Readings
from verifier.policy.attached import AttachedPolicy
from verifier.request import Request, context

_TYPES = {
    "Bool": KeyType.BOOLEAN,
    "Numeric": KeyType.NUMBER,
    "Date": KeyType.DATE,
    "IPAddress": KeyType.ADDRESS,
}

_SAML = clause([(ANYTHING, ":saml-provider/", ANYTHING)])
"""The names of identity providers that are SAML ones."""

_TIMES = ("aws:currenttime", "aws:epochtime", "aws:tokenissuetime")


def type_of(key: str) -> KeyType | None:
    """Return the type of a condition key by the catalogue."""
    found = catalogued_keys.key_type(key)
    if found is None:
        return None
    return KeyType.TEXTS if found.startswith("ArrayOf") else _TYPES.get(found, KeyType.TEXT)


class Call:
    """A call of `action` by `caller` on `target`; its keys are made as policies mention them.

    `assume` holds the keys of an assume-role call, `given` those that the call itself fixes.
    `not_before` is in seconds since 1970. Where the action is open, `is_of` gives a term that
    holds iff it is of one of the services named, and `may_have` one that holds iff a key can come
    with it. Disputed points are read as `readings` say.
    `of_call` has the keys of the call that this is another authorization of.
    """

    def __init__(
        self,
        label: str,
        caller: Caller,
        action: str,
        target: Target,
        not_before: Fraction | None,
        assume: AssumeRoleKeys | None = None,
        endpoints: Mapping[str, AttachedPolicy] = MappingProxyType({}),
        is_of: Callable[..., Term] | None = None,
        may_have: Callable[[str], Term] | None = None,
        given: Mapping[str, Key] = MappingProxyType({}),
        readings: Readings = DEFAULT,
        of_call: OfCall | None = None,
    ) -> None:
        self._endpoints = endpoints
        self._readings = readings
        self.label = label
        self.caller = caller
        self.action = action
        self.target = target
        self.assume = assume
        principal = caller.principal
        service = action.partition(":")[0].lower()
        if is_of is None:

            def is_of(*services: str) -> Term:
                return truth(service in services)

        keys = CallKeys(
            label, principal.kind, is_of, principal.partition, not_before or Fraction(0)
        )
        self.clock = keys.clock
        self._via_service = keys.via_service
        self._not_before = not_before
        self._only_shown: set[str] = set()
        self._given = given
        network = NetworkKeys(label, principal.kind, keys.via_service)
        sources: list[Source] = [source for source in (of_call, assume) if source is not None]
        sources += [keys, network, self._person(), self._resource(service), tags_of(label)]
        sources += [encryption_context_of(label), Unlisted(label)]
        elsewhere = Elsewhere(label, may_have or partial(_comes_with, action), type_of, sources)
        first = [Given(given)] if given else []
        self.context = SymbolicContext(label, [*first, elsewhere, *sources], type_of)

    def _person(self) -> PrincipalKeys:
        caller = self.caller
        return PrincipalKeys(
            self.label,
            caller.principal,
            caller.credentials,
            caller.membership,
            self.clock,
            caller.user_id,
            caller.user_name,
            catalogued_keys.is_claim,
            self._not_before,
            assuming=self.action.lower() == "sts:assumerole",
        )

    def _resource(self, service: str) -> ResourceKeys:
        target = self.target
        tags = tag_texts(target, self.label, self._readings.of("X-12"))
        return ResourceKeys(self.label, service, target.owner, target.membership, tags, self._tag)

    def _tag(self, name: str, own: SingleKey) -> SingleKey:
        """Let an inherited session tag replace the tag of the role to assume (R7.62)."""
        if self.assume is None:
            return own
        return overruled(own, self.caller.credentials.inherited(name))

    def authorization(self, action: str | None = None) -> Authorization:
        """Return what authorizes the call, or an `action` that it needs besides (R6.61)."""
        caller, target = self.caller, self.target
        request = SymbolicRequest(
            caller.principal,
            action or self.action,
            target.resource,
            target.shape,
            caller.account is not None and caller.account == target.owner,
            self.context,
            bool(caller.policies.boundary),
            self._readings,
        )
        policies = replace(
            caller.policies, resource=target.policy, shares=target.shares, rcps=target.rcps
        )
        return Authorization(request, policies, self._endpoints)

    def note(self) -> None:
        """Make what policies ask of this call known to every hop of its chain."""
        if self.assume is not None:
            self.assume.note_tags()
        asked = self.context.keys.keys() - self._only_shown
        self.caller.credentials.chain.time_matters |= not asked.isdisjoint(_TIMES)

    def axioms(self) -> Term:
        """Return what is true of every such call (section 5.2), of the keys made so far."""
        self.note()
        return conjunction(
            (
                self.caller.facts,
                self.target.facts,
                *self._of_time(),
                *self._of_session_tokens(),
                *self.of_readings(),
                *self.context.axioms(),
            )
        )

    def of_readings(self) -> Iterator[Term]:
        """Yield what readings of disputed points say of the keys of MFA and of the identity
        provider (X-14), and of the address of a forward access session (X-15).
        """
        credentials, reading = self.caller.credentials, self._readings.of("X-14")
        if reading != "any" and self.caller.principal.kind in ACCOUNT_KINDS:
            mfa = self.context.key("aws:multifactorauthpresent")
            if reading == "older":
                yield implies(credentials.temporary, mfa.present)
            elif not credentials.by_user:
                yield negation(mfa.present)
        if reading != "any":
            provider = self.context.key("aws:federatedprovider")
            if isinstance(provider, SingleKey) and isinstance(provider.value, str | StringVariable):
                by_saml = member(provider.value, _SAML)
                if reading == "current":
                    yield implies(by_saml, negation(provider.present))
                elif by_saml is TRUE:
                    yield provider.present
        if self._via_service is not FALSE and self._readings.of("X-15") == "service":
            yield implies(self._via_service, self.context.key("aws:sourceip").present)

    def _of_session_tokens(self) -> Iterator[Term]:
        """Yield what sessions of `GetSessionToken` cannot call, for who has no others (R7.45)."""
        if self.caller.signs_in:
            return
        credentials, service = self.caller.credentials, self.action.partition(":")[0].lower()
        if service == "iam":
            key = self.context.key("aws:multifactorauthpresent")
            shown = isinstance(key, SingleKey) and isinstance(key.value, Truth) and key.value.term
            yield implies(credentials.temporary, both(key.present, shown or FALSE))
        elif service == "sts" and self.action.lower() not in facts.OF_SESSIONS:
            yield negation(credentials.temporary)

    def _of_time(self) -> Iterator[Term]:
        """Yield that the call is not made before the day of the question, by good credentials."""
        credentials = self.caller.credentials
        if credentials.chain.time_matters:
            yield credentials.used_at(self.clock)
            if self._not_before is not None:
                yield negation(self.clock.compare("<", self._not_before))

    def decode(self, model: Model, action: str | None = None) -> Request:
        """Return the concrete request that a model describes."""
        shown = [*ALWAYS_SHOWN, *self._given]
        if self.assume is not None:
            shown += ["sts:rolesessionname", *self.assume.carried()]
        self._only_shown |= set(shown) - self.context.keys.keys()
        show(shown, self.context)
        return Request(
            principal_of(self.caller, model),
            action or self.action,
            model.text(self.target.resource),
            model.text(self.target.owner),
            context(values_of(self.context.keys, model)),
        )

    def atoms_of(self, name: str) -> set[Atom]:
        """Return the atoms that choose whether a key that was asked for is there, and its value."""
        return atoms_of(self.context.keys[name])

    def chosen(self, model: Model) -> frozenset[str]:
        """Return the present keys whose choice made the model possible."""
        return frozenset(
            name
            for name, key in self.context.keys.items()
            if model.holds(key.present) and not model.literals.keys().isdisjoint(atoms_of(key))
        )


def _comes_with(action: str, key: str) -> Term:
    return truth(catalogued_keys.comes_with(key, action))
