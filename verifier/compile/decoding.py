"""How a model of a call is read back: its caller, and the keys that a witness shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from iam_smt.context import SymbolicContext
from iam_smt.keys import Key, SingleKey, Truth, Value
from iam_smt.model import Model
from iam_smt.networks import AddressVariable
from iam_smt.numbers import Form, NumberVariable, write_moment, write_number
from iam_smt.principals import ACCOUNT_KINDS, Kind
from iam_smt.sets import SetVariable
from verifier.compile.callers import Caller
from verifier.request import Principal, PrincipalType, session_of

ALWAYS_SHOWN = (
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principaltype",
    "aws:principalisawsservice",
    "aws:username",
    "aws:userid",
    "aws:sourceip",
    "aws:currenttime",
    "aws:securetransport",
    "aws:viaawsservice",
    "aws:requestedregion",
    "aws:resourceaccount",
    "aws:assumedroot",
)
"""Keys that every witness carries where they are present, asked about or not."""

_LISTED = {
    "aws:requesttag/": "aws:tagkeys",
    "sts:transitivetagkeys": "aws:tagkeys",
    "kms:encryptioncontext:": "kms:encryptioncontextkeys",
}
"""Keys of which each witness carries the list, by how they begin."""


def principal_of(caller: Caller, model: Model) -> Principal:
    """Return the concrete principal that a model describes."""
    own = caller.principal
    kind = PrincipalType[own.kind.name]
    if own.kind not in ACCOUNT_KINDS:
        return Principal(kind, own.provider or "anonymous")
    arn = model.text(own.arn or "")
    account = model.text(own.account or "")
    canonical = own.canonical_user
    canonical_user = None if canonical is None else model.text(canonical)
    if own.kind is Kind.ROLE_SESSION:
        session = session_of(arn, model.text(own.session_name or "example"))
        return replace(session, canonical_user=canonical_user)
    parent = None if own.parent is None else model.text(own.parent)
    return Principal(kind, arn, account, parent=parent, canonical_user=canonical_user)


def show(names: Iterable[str], context: SymbolicContext) -> None:
    """Make the keys of these names, and the lists of those that there are then."""
    for name in names:
        context.key(name)
    for prefix, listing in _LISTED.items():
        if any(name.startswith(prefix) for name in context.keys):
            context.key(listing)


def values_of(keys: Mapping[str, Key], model: Model) -> dict[str, str | tuple[str, ...]]:
    """Return what the keys hold that are present in a model."""
    found: dict[str, str | tuple[str, ...]] = {}
    for name, key in sorted(keys.items()):
        if model.holds(key.present):
            found[name] = _held(key, model)
    if "aws:calledvia" in found:
        found["aws:calledvia"] = _in_order(found)
    return found


def _in_order(values: Mapping[str, str | tuple[str, ...]]) -> tuple[str, ...]:
    """Return the services that call one for another, the first and the last at their ends (R5.50);
    a service may come again.
    """
    listed = values["aws:calledvia"]
    first, last = values.get("aws:calledviafirst"), values.get("aws:calledvialast")
    between = [name for name in listed if name not in (first, last)]
    ends = [name for name in (first, last) if isinstance(name, str)]
    if len(ends) == 2 and first == last and not between:
        return (ends[0],)
    start = ends[:1] if first is not None else []
    return (*start, *between, *(ends[-1:] if last is not None else []))


def _held(key: Key, model: Model) -> str | tuple[str, ...]:
    if isinstance(key, SingleKey):
        return _value(key.value, model)
    if isinstance(key.members, SetVariable):
        return model.members(key.members)
    return tuple(model.text(text) for guard, text in key.members if model.holds(guard))


def _value(value: Value, model: Model) -> str:
    match value:
        case Truth(term=term):
            return "true" if model.holds(term) else "false"
        case AddressVariable():
            return model.address(value)
        case NumberVariable(form=form):
            number = model.number(value)
            return write_moment(number) if form is Form.DATE else write_number(number)
    return model.text(value)
