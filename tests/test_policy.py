"""What is legal to read but odd is noted, and read by the rules."""

from __future__ import annotations

from typing import Any

import pytest

from verifier import documents
from verifier.policy.operators import Quantifier, read_operator
from verifier.policy.parse import parse_policy
from verifier.policy.reading import Location
from verifier.policy.syntax import Policy, PolicyKind
from verifier.policy.templates import Variable, Wildcard, template

NEW = "2012-10-17"
ALLOW = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}


def _read(document: Any, kind: PolicyKind = PolicyKind.IDENTITY) -> tuple[Policy, list[str]]:
    notes: list[str] = []
    location = Location(documents.parse("{}", "policy.json"))
    policy = parse_policy(document, kind, location, lambda text, pointer: notes.append(text))
    return policy, notes


@pytest.mark.parametrize(
    ("change", "remark"),
    [
        (
            {"Action": "GetObject"},
            "the action `GetObject` has no service, so it matches nothing (R2.1)",
        ),
        (
            {"Resource": "arn:aws:s3"},
            "the resource `arn:aws:s3` is not a whole ARN; it is a plain pattern (R2.26)",
        ),
        (
            {"Resource": "arn:aws:sns:${aws:RequestedRegion}:1:t"},
            "the resource `arn:aws:sns:${aws:RequestedRegion}:1:t` has a variable before its fifth"
            " colon, where it is plain text (R2.41)",
        ),
        (
            {"Condition": {"StringMatches": {"aws:username": "x"}}},
            "`StringMatches` is not a condition operator, did you mean `StringEquals`; it is never"
            " true (R4.6)",
        ),
        (
            {"Condition": {"stringequals": {"aws:username": "x"}}},
            "`stringequals` is written `StringEquals` (R1.26)",
        ),
    ],
)
def test_oddities_are_noted(change: dict[str, Any], remark: str) -> None:
    """Each oddity is told once, with its rule."""
    _, notes = _read({"Version": NEW, "Statement": {**ALLOW, **change}})
    assert notes == [remark]


def test_nobody_is_noted() -> None:
    """A principal that matches nobody is told, with the reason (R3.12, R3.41)."""
    principals = ["arn:aws:iam::111122223333:user/*", "AROAEXAMPLEID1234", "x"]
    statement = {**ALLOW, "Principal": {"AWS": principals}}
    _, notes = _read({"Version": NEW, "Statement": statement}, PolicyKind.RESOURCE)
    assert [note.partition(": ")[2] for note in notes] == [
        "wildcards are legal only as the whole entry",
        "the unique id of an entity that no longer exists matches nobody",
        "it is neither an account id nor the ARN of an IAM principal",
    ]


def test_text_and_url_encoded_documents() -> None:
    """A document may be an object, JSON text, or URL-encoded text."""
    text = (
        '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}'
    )
    for document in (text, text.replace('"', "%22").replace("{", "%7B").replace(" ", "%20")):
        policy, _ = _read(document)
        assert [statement.effect.value for statement in policy.statements] == ["Deny"]


def test_labels() -> None:
    """A statement is called by its Sid, or by its number (R1.13)."""
    policy, _ = _read({"Version": NEW, "Statement": [ALLOW, {**ALLOW, "Sid": "Named"}]})
    assert [statement.label for statement in policy.statements] == ["1", "Named"]


@pytest.mark.parametrize(
    ("text", "options", "tokens"),
    [
        ("a*b?c", {}, ("a", Wildcard.RUN, "b", Wildcard.ONE, "c")),
        ("a**b", {}, ("a", Wildcard.RUN, "b")),
        ("a*b", {"wildcards": False}, ("a*b",)),
        ("${aws:UserName}", {}, (Variable("aws:username"),)),
        ("${aws:x, 'd'}", {}, (Variable("aws:x", "d"),)),
        ("x${*}${?}${$}y", {}, ("x*?$y",)),
        ("${*}", {"variables": False}, ("${", Wildcard.RUN, "}")),
        ("${open", {}, ("${open",)),
        ("${ a}", {}, ("${ a}",)),
        ("${aws:x}:${aws:y}", {"arn": True}, ("${aws:x}:${aws:y}",)),
        ("a:b:c:d:e:${aws:y}", {"arn": True}, ("a:b:c:d:e:", Variable("aws:y"))),
        ("", {}, ()),
    ],
)
def test_templates(text: str, options: dict[str, bool], tokens: tuple[Any, ...]) -> None:
    """Strings are split into text, wildcards and variables (R1.4, R2.40-R2.46)."""
    given = {"wildcards": True, "variables": True, **options}
    assert tokens == template(text, **given).tokens


@pytest.mark.parametrize(
    ("text", "name", "quantifier", "if_exists"),
    [
        ("StringEquals", "StringEquals", None, False),
        ("ForAnyValue:StringLikeIfExists", "StringLike", Quantifier.ANY, True),
        ("forallvalues:arnnotlike", "ArnNotLike", Quantifier.ALL, False),
        ("NullIfExists", None, None, True),
        ("ForSomeValues:StringEquals", None, None, False),
        ("", None, None, False),
    ],
)
def test_operators(
    text: str, name: str | None, quantifier: Quantifier | None, if_exists: bool
) -> None:
    """Operators are read in any letter case (R4.7, X-9)."""
    found = read_operator(text)
    assert (name, quantifier, if_exists) == (found.name, found.quantifier, found.if_exists)
