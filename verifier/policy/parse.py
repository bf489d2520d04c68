"""JSON → `Policy`, by the grammar of section 1; every malformed element is refused by name.

What the rules give a meaning although AWS would not store it (an unknown operator, a wildcard
inside a principal) is read, and noted: nothing is dropped in silence.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from verifier import documents
from verifier.documents import Lexeme, Pointer
from verifier.errors import InputError, PolicyError
from verifier.policy import elements
from verifier.policy.principals import Everyone
from verifier.policy.reading import Location, Note, Reading, kind_of, shown
from verifier.policy.syntax import Effect, Policy, PolicyKind, Statement

NEW, OLD = "2012-10-17", "2008-10-17"
_DOCUMENT_KEYS = ("Version", "Id", "Statement")
_STATEMENT_KEYS = (
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)
_EXCLUSIVE = (("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal"))
_WITHOUT_ID = {PolicyKind.IDENTITY, PolicyKind.BOUNDARY, PolicyKind.SESSION}
_ORGANIZATION = {PolicyKind.SCP, PolicyKind.RCP}


def parse_policy(
    value: Any, kind: PolicyKind, location: Location, note: Note | None = None
) -> Policy:
    """Read a policy of `kind` from JSON, or from JSON text, plain or URL-encoded.

    Raises `PolicyError` with the place. `note` receives what is legal to read but odd.
    """
    if isinstance(value, str) and not isinstance(value, Lexeme):
        value, location = _unpack(value, location)
    return _policy(Reading(kind, location, note or (lambda remark, pointer: None)), value)


def policy_from_text(text: str, kind: PolicyKind, file: str = "<policy>") -> Policy:
    """Read a policy of `kind` from JSON text."""
    document = documents.parse(text, file)
    return parse_policy(document.value, kind, Location(document))


def _unpack(text: str, location: Location) -> tuple[Any, Location]:
    """Parse a document that is stored as text inside another; its places are those of the text."""
    plain = unquote(text) if text.lstrip().startswith("%") else text
    try:
        return documents.parse(plain, "").value, Location(location.document, location.pointer)
    except InputError as error:
        line = f" (line {error.place.line} of the text)" if error.place and error.place.line else ""
        place = location.document.place(location.pointer)
        raise PolicyError(f"the policy text {error.problem}{line}", error.remedy, place) from None


def _policy(reading: Reading, value: Any) -> Policy:
    if not isinstance(value, dict):
        raise reading.fail(
            f"a policy must be a JSON object, not {kind_of(value)}",
            'write {"Version": "2012-10-17", "Statement": [...]} (R1.1)',
        )
    reading.only(value, _DOCUMENT_KEYS, "policy element")
    if "Statement" not in value:
        raise reading.fail("the policy has no `Statement`", "add one, or a list of them (R1.1)")
    version = _version(reading, value)
    identifier = _id(reading, value)
    written = value["Statement"]
    positions: list[Pointer] = (
        [("Statement", index) for index in range(len(written))]
        if isinstance(written, list)
        else [("Statement",)]
    )
    values = written if isinstance(written, list) else [written]
    statements = tuple(
        _statement(reading, item, position)
        for item, position in zip(values, positions, strict=True)
    )
    if not statements:
        reading.note("the policy has no statement, so it decides nothing", "Statement")
    _note_repeated_sids(reading, statements)
    return Policy(reading.kind, version, identifier, statements)


def _version(reading: Reading, value: dict[str, Any]) -> str | None:
    version = value.get("Version")
    if "Version" not in value:
        if reading.kind in _ORGANIZATION:
            raise reading.fail(
                f"{reading.kind.with_article} needs a `Version`", f'write "{NEW}" (R1.14)'
            )
        return None
    if version not in (NEW, OLD):
        remedy = f'write "{NEW}" or "{OLD}" (R1.2)'
        raise reading.fail(f"{shown(version)} is not a policy version", remedy, "Version")
    if reading.kind in _ORGANIZATION and version != NEW:
        problem = f"`{version}` is not the version of {reading.kind.with_article}"
        raise reading.fail(problem, f'write "{NEW}" (R1.14)', "Version")
    reading.variables = version == NEW
    return str(version)


def _id(reading: Reading, value: dict[str, Any]) -> str | None:
    if "Id" not in value:
        return None
    if reading.kind in _WITHOUT_ID:
        problem = f"`Id` is not legal in {reading.kind.with_article}"
        raise reading.fail(problem, "leave it out (R1.5)", "Id")
    return reading.string(value["Id"], "Id", "Id")


def _statement(reading: Reading, value: Any, position: Pointer) -> Statement:
    if not isinstance(value, dict):
        raise reading.fail(
            f"a statement must be a JSON object, not {kind_of(value)}",
            "write an object with `Effect`, `Action` and so on (R1.6)",
            *position,
        )
    reading.only(value, _STATEMENT_KEYS, "statement element", *position)
    for one, other in _EXCLUSIVE:
        if one in value and other in value:
            problem = f"`{one}` and `{other}` stand in one statement"
            raise reading.fail(problem, "keep one of them (R1.11)", *position, other)
    sid = reading.string(value["Sid"], "Sid", *position, "Sid") if "Sid" in value else None
    statement = Statement(
        position,
        sid,
        _effect(reading, value, position),
        elements.principal(reading, value, position),
        elements.actions(reading, value, position),
        elements.resources(reading, value, position),
        elements.conditions(reading, value, position),
    )
    if reading.kind is PolicyKind.RCP:
        _check_rcp(reading, statement)
    return statement


def _effect(reading: Reading, value: dict[str, Any], position: Pointer) -> Effect:
    if "Effect" not in value:
        raise reading.fail(
            "the statement has no `Effect`", 'add "Allow" or "Deny" (R1.12)', *position
        )
    effect = value["Effect"]
    if effect not in ("Allow", "Deny"):
        raise reading.fail(
            f"{shown(effect)} is not an effect",
            'write "Allow" or "Deny", in this letter case (R1.12)',
            *position,
            "Effect",
        )
    return Effect(effect)


def _note_repeated_sids(reading: Reading, statements: tuple[Statement, ...]) -> None:
    seen = set()
    for statement in statements:
        if statement.sid and statement.sid in seen:
            remark = f"the Sid {shown(statement.sid)} stands twice in the policy (R1.13)"
            reading.note(remark, *statement.position, "Sid")
        seen.add(statement.sid)


def _check_rcp(reading: Reading, statement: Statement) -> None:
    """Hold customer-written RCPs to R1.14; `RCPFullAWSAccess` alone may allow (R6.31)."""
    at = statement.position
    entries = statement.principal.entries if statement.principal else ()
    if not entries or not all(isinstance(entry, Everyone) for entry in entries):
        raise reading.fail(
            'the `Principal` of a resource control policy must be "*"',
            "narrow it down with conditions (R1.14)",
            *at,
            "Principal",
        )
    actions = [pattern.text for pattern in statement.actions.patterns]
    if statement.effect is Effect.ALLOW:
        resources = statement.resources.patterns if statement.resources else ()
        everything = [pattern.text for pattern in resources] == ["*"] == actions
        if everything and not statement.conditions:
            return
        problem = "a resource control policy cannot allow"
        raise reading.fail(problem, 'write "Deny" (R1.14)', *at, "Effect")
    if statement.actions.negated:
        problem = "`NotAction` is not legal in a resource control policy"
        raise reading.fail(problem, "list the actions (R1.14)", *at, "NotAction")
    if "*" in actions:
        problem = "a resource control policy must name the service of an action"
        raise reading.fail(problem, 'write for example "s3:*" (R1.14)', *at, "Action")
