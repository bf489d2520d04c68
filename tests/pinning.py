"""A concrete request given to the encoding: folded into it, or as demands on an open request."""

from __future__ import annotations

from iam_smt.automata import exactly
from iam_smt.context import KeyType, SymbolicContext
from iam_smt.keys import ABSENT, Key, SetKey, SingleKey, Truth, known, known_set
from iam_smt.networks import AddressVariable, read_network
from iam_smt.numbers import Form, NumberVariable, read_moment, read_number
from iam_smt.principals import Kind, SymbolicPrincipal
from iam_smt.sets import SetVariable
from iam_smt.terms import FALSE, Flag, Term, negation
from iam_smt.texts import member
from verifier.catalogued_keys import is_multivalued
from verifier.compile.calls import type_of
from verifier.compile.requests import SymbolicRequest
from verifier.disputes import DEFAULT, Readings
from verifier.policy.attached import ApplicablePolicies
from verifier.request import FEDERATED_KINDS, Context, Principal, PrincipalType, Request


class KnownKeys:
    """Every key as the context of a request has it; a key that is not in it is absent."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def key(self, name: str) -> Key:
        values = self._context.get(name)
        if values is None:
            return SetKey(FALSE, ()) if is_multivalued(name) else ABSENT
        if len(values) == 1 and not is_multivalued(name):
            return known(values[0])
        return known_set(*values)

    def axioms(self) -> list[Term]:
        return []


def symbolic_principal(principal: Principal) -> SymbolicPrincipal:
    """Return a known principal as the encoding sees it."""
    named = principal.kind in FEDERATED_KINDS | {PrincipalType.SERVICE}
    return SymbolicPrincipal(
        Kind[principal.kind.name],
        principal.partition or "aws",
        principal.arn,
        principal.account,
        principal.session_name,
        principal.parent,
        principal.name if named else None,
        principal.canonical_user,
        principal.is_service_linked,
    )


def folded(
    request: Request, policies: ApplicablePolicies, readings: Readings = DEFAULT
) -> SymbolicRequest:
    """Return the request with everything known, so that its decision folds to a constant."""
    context = SymbolicContext("request", [KnownKeys(request.context)], lambda name: None)
    return _symbolic(request, policies, context, readings)


def opened(
    request: Request, policies: ApplicablePolicies, readings: Readings = DEFAULT
) -> SymbolicRequest:
    """Return the request with an open context; `pins` then demands the known one."""
    context = SymbolicContext("request", [_EpochKey()], _type)
    return _symbolic(request, policies, context, readings)


class _EpochKey:
    """`aws:EpochTime`, whose value is written in seconds (R4.46)."""

    def key(self, name: str) -> Key | None:
        if name != "aws:epochtime":
            return None
        return SingleKey(Flag("has request.aws:epochtime"), NumberVariable(name, Form.EPOCH))

    def axioms(self) -> list[Term]:
        return []


def _type(name: str) -> KeyType | None:
    return KeyType.TEXTS if is_multivalued(name) else type_of(name)


def _symbolic(
    request: Request,
    policies: ApplicablePolicies,
    context: SymbolicContext,
    readings: Readings,
) -> SymbolicRequest:
    account = request.principal.account
    return SymbolicRequest(
        symbolic_principal(request.principal),
        request.action,
        request.resource,
        request.resource,
        account is not None and account == request.resource_account,
        context,
        bool(policies.boundary),
        readings,
    )


def pins(request: SymbolicRequest, context: Context) -> list[Term] | None:
    """Return demands that the keys made so far are as in `context`.

    None if a value does not fit the type of its key, so that no such request is encoded.
    """
    years = request.readings.of("X-13") == "year"
    found: list[Term] = []
    for name, key in request.context.keys.items():
        values = context.get(name)
        if values is None:
            found.append(negation(key.present))
            continue
        found.append(key.present)
        if isinstance(key, SetKey):
            if not values:
                return None
            if isinstance(key.members, SetVariable):
                found += [key.members.some(exactly(value)) for value in values]
                found.append(negation(key.members.some(exactly(*values), outside=True)))
            continue
        if len(values) != 1:
            return None
        pin = _pin(key.value, values[0], years)
        if pin is None:
            return None
        found.append(pin)
    return found


def _pin(value: object, text: str, years: bool) -> Term | None:
    match value:
        case Truth(term=term):
            said = {"true": term, "false": negation(term)}
            return said.get(text)
        case AddressVariable():
            network = read_network(text)
            return value.within(network) if network and "/" not in text else None
        case NumberVariable(form=form):
            date = form is Form.DATE
            if date and read_number(text) is not None:
                # AWS writes such a key as a date, which no numeric operator reads.
                return None
            number = read_moment(text, years=years) if date else read_number(text)
            return value.compare("=", number) if number is not None else None
    return member(value, exactly(text))  # type: ignore[arg-type]
