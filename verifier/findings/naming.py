"""Who comes in by an opening, as narrow as was proved, and in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from iam_smt.terms import FALSE, Term, disjunction, negation
from verifier import facts
from verifier.compile.open_requests import UNNAMED_SERVICE
from verifier.compile.principals import grant
from verifier.finding import WayIn, WayInKind
from verifier.findings.cases import Case
from verifier.findings.needs import needed, refuted
from verifier.findings.openings import Opening
from verifier.findings.outsiders import is_outside
from verifier.policy.principals import AccountEntry, AuthenticatedUsers, Everyone, PrincipalEntry
from verifier.queries.world import World
from verifier.report.phrases import listed, principals
from verifier.verdict import Proviso

EVERYBODY = (Everyone, AuthenticatedUsers)
"""Entries that name nobody: `*`, and the group of an ACL that all signed callers are in."""

_PINNING = {
    "aws:principalaccount": WayInKind.PRINCIPALS,
    "aws:principalarn": WayInKind.PRINCIPALS,
    "aws:principalorgid": WayInKind.ORGANIZATIONS,
}
_POSITIVE = {"StringEquals", "StringLike", "ArnEquals", "ArnLike", "StringEqualsIgnoreCase"}
_FIRST_FIELDS = 5
"""Of an ARN, those that stand before the resource: with them fixed, the account is."""

IDENTITY_CENTER = ":role/aws-reserved/sso.amazonaws.com/"


def way_in(world: World, opening: Opening) -> tuple[WayIn, tuple[Proviso, ...]]:
    """Return who comes in, and the provisos that are not part of saying who."""
    match opening.kind:
        case WayInKind.IDENTITIES:
            return _identities(opening), opening.provisos
        case WayInKind.SERVICES:
            return _services(opening), opening.provisos
    entries = list(_entries(world, opening))
    if not any(isinstance(entry, EVERYBODY) for entry in entries):
        names = tuple(dict.fromkeys(map(_name, entries)))
        rest = tuple(item for item in opening.provisos if not _tells(world, opening, entries, item))
        return WayIn(WayInKind.PRINCIPALS, names, principals(names, world.snapshot.called)), rest
    for proviso in opening.provisos:
        found = _pinned(world, proviso)
        if found is not None:
            rest = tuple(item for item in opening.provisos if item is not proviso)
            return found, rest
    if opening.kind is WayInKind.ANYONE:
        text = "anyone, even without AWS credentials,"
        return WayIn(WayInKind.ANYONE, (), text), opening.provisos
    return WayIn(WayInKind.ANY_PRINCIPAL, (), "any AWS principal"), opening.provisos


def _entries(world: World, opening: Opening) -> Iterator[PrincipalEntry]:
    """Yield the entries of the statement by which somebody really comes in."""
    element = opening.statement.principal
    if element is None or element.negated:
        yield Everyone()
        return
    entries = [entry for entry in element.entries if is_outside(world, entry)]
    if len(entries) == 1 or any(isinstance(entry, EVERYBODY) for entry in entries):
        yield from entries
        return
    yield from [
        entry
        for entry in entries
        if any(_comes_in_by(world, opening, entry, case) for case in opening.cases)
    ] or entries


def _comes_in_by(world: World, opening: Opening, entry: PrincipalEntry, case: Case) -> bool:
    named = _named(case, [entry])
    if named is FALSE:
        return False
    return not refuted(world, case.term(), case.about(opening.statement), named)


def _named(case: Case, entries: Iterable[PrincipalEntry]) -> Term:
    principal = case.path.last.caller.principal
    return disjunction(term for entry in entries for term in grant(entry, principal).values())


def _tells(world: World, opening: Opening, entries: list[PrincipalEntry], proviso: Proviso) -> bool:
    """Return whether naming the entries says what a proviso of another policy says."""
    if proviso.condition in opening.statement.conditions:
        return False
    for case in opening.cases:
        request = case.path.last.authorization().request
        terms = [case.besides, case.path.surroundings(), _named(case, entries)]
        if not refuted(world, *terms, negation(needed(proviso, request))):
            return False
    return True


def _name(entry: PrincipalEntry) -> str:
    return entry.account if isinstance(entry, AccountEntry) else entry.text


def _pinned(world: World, proviso: Proviso) -> WayIn | None:
    """Return who comes in if a proviso says it: fixed accounts, principals or organizations."""
    condition = proviso.condition
    kind = _PINNING.get(condition.key)
    positive = condition.operator.name in _POSITIVE
    if kind is None or positive is not proviso.holds or condition.operator.quantifier:
        return None
    if positive and condition.operator.if_exists:
        return None
    values = [value.text for value in condition.values]
    if not all(_is_fixed(condition.key, value) for value in values) or not values:
        return None
    if kind is WayInKind.PRINCIPALS:
        return WayIn(kind, tuple(values), principals(values, world.snapshot.called))
    organization = world.snapshot.organization
    if organization and values == [organization.id]:
        return WayIn(kind, tuple(values), f"the other accounts of the organization {values[0]}")
    plural = "s" if len(values) > 1 else ""
    return WayIn(kind, tuple(values), f"any principal of the organization{plural} {listed(values)}")


def _is_fixed(key: str, value: str) -> bool:
    checked = ":".join(value.split(":")[:_FIRST_FIELDS]) if key == "aws:principalarn" else value
    fields_due = key != "aws:principalarn" or value.count(":") >= _FIRST_FIELDS
    return fields_due and not any(mark in checked for mark in "*?$")


def _identities(opening: Opening) -> WayIn:
    names = tuple(name for name in opening.names if name)
    return WayIn(WayInKind.IDENTITIES, names, identities(names, opening.cases[0].guard.arn))


def identities(names: Iterable[str], role: str) -> str:
    """Return in words whom providers vouch for that ask for `role`."""
    names = list(names)
    if IDENTITY_CENTER in role:
        return "people who sign in with IAM Identity Center"
    if "rolesanywhere.amazonaws.com" in names:
        return "holders of certificates of IAM Roles Anywhere"
    if "credentials.iot.amazonaws.com" in names:
        return "devices with certificates of AWS IoT"
    return f"identities of {listed(map(provider, names))}"


def provider(name: str) -> str:
    """Return how people call a provider: its host, or the name of a SAML provider."""
    host = name.rpartition("oidc-provider/")[2]
    before, mark, saml = host.rpartition("saml-provider/")
    return f"the SAML provider {saml}" if mark else host or before


def _services(opening: Opening) -> WayIn:
    names = tuple(opening.names)
    if UNNAMED_SERVICE in names:
        return WayIn(WayInKind.SERVICES, (), "whoever drives any AWS service")
    return WayIn(WayInKind.SERVICES, names, f"whoever drives {listed(names)}")


def is_open(way: WayIn, provisos: Iterable[Proviso]) -> bool:
    """Return whether anybody on earth can be among those who come in (R7.17, R7.18)."""
    if way.kind is WayInKind.IDENTITIES:
        hosts = {provider(name) for name in way.names} & facts.SHARED_PROVIDERS.keys()
        return any(not _names_tenant(host, provisos) for host in hosts)
    return way.kind in (WayInKind.ANYONE, WayInKind.ANY_PRINCIPAL)


def _names_tenant(host: str, provisos: Iterable[Proviso]) -> bool:
    """Return whether a proviso pins the tenant of a shared provider."""
    claim, before, end = facts.SHARED_PROVIDERS[host]
    for proviso in provisos:
        condition = proviso.condition
        operator = condition.operator
        positive = operator.name in _POSITIVE and not (operator.if_exists or operator.quantifier)
        if condition.key == f"{host}:{claim}" and positive and proviso.holds and condition.values:
            return all(_is_of_tenant(value.text, before, end) for value in condition.values)
    return False


def _is_of_tenant(value: str, before: str, end: str) -> bool:
    fixed = value.split("*")[0].split("?")[0]
    if not before:
        return fixed == value != ""
    name, mark, _ = fixed.removeprefix(before).partition(end)
    return fixed.startswith(before) and bool(name) and bool(mark)
