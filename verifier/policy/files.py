"""Policies in files of their own: as they stand, or as the AWS CLI prints them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from verifier import documents
from verifier.documents import Document, Pointer
from verifier.errors import PolicyError
from verifier.facts import TRUST_ACTIONS
from verifier.policy.attached import AttachedPolicy
from verifier.policy.parse import parse_policy
from verifier.policy.reading import Location
from verifier.policy.syntax import PolicyKind

_WRAPPERS: tuple[tuple[str, ...], ...] = (
    ("PolicyVersion", "Document"),
    ("PolicyDocument",),
    ("Policy", "Content"),
    ("Policy",),
    ("ResourcePolicy",),
    ("Role", "AssumeRolePolicyDocument"),
    ("AssumeRolePolicyDocument",),
    ("Document",),
)
"""Where the commands of the AWS CLI put a policy in what they print."""


def read_policies(
    paths: Sequence[Path], kind: str | None, remark: Callable[[str], None]
) -> list[AttachedPolicy]:
    """Read policies of one kind, which is told from their elements if it is not given.

    Raises `InputError` with the place. `remark` receives what is odd.
    """
    found = [(path, documents.read(path, str(path))) for path in paths]
    places = [_place(document) for _, document in found]
    kinds = [PolicyKind[kind.upper()]] if kind else [kind_of(place.value) for place in places]
    chosen = next((item for item in kinds if item is not PolicyKind.IDENTITY), kinds[0])
    return [
        AttachedPolicy(
            chosen,
            path.name,
            parse_policy(place.value, chosen, place, _note(place, remark)),
            place,
        )
        for (path, _), place in zip(found, places, strict=True)
    ]


def _note(place: Location, remark: Callable[[str], None]) -> Callable[[str, Pointer], None]:
    return lambda text, pointer: remark(f"{place.at(*pointer)}: {text}")


def _place(document: Document) -> Location:
    """Return where in a file the policy stands."""
    for steps in _WRAPPERS:
        value: Any = document.value
        for step in steps:
            value = value.get(step) if isinstance(value, dict) else None
        if isinstance(value, dict | str):
            return Location(document, steps)
    if isinstance(document.value, dict) and {"Accounts", "UserDetailList"} & document.value.keys():
        raise PolicyError(
            "this is a snapshot, not a policy", "compare files of one policy each", document.place()
        )
    return Location(document)


def kind_of(policy: Any) -> PolicyKind:
    """Return the kind that the elements of a policy tell: who has a `Principal` is attached to a
    resource, and to a role if its actions are those of role assumption (R1.14).
    """
    objects = list(statements_of(policy))
    if not any({"Principal", "NotPrincipal"} & item.keys() for item in objects):
        return PolicyKind.IDENTITY
    actions = [_listed(item.get("Action")) for item in objects]
    trusts = all(
        names and all(str(name).lower() in TRUST_ACTIONS for name in names) for names in actions
    )
    without_resource = not any("Resource" in item or "NotResource" in item for item in objects)
    return PolicyKind.TRUST if trusts and without_resource else PolicyKind.RESOURCE


def statements_of(policy: Any) -> Iterator[dict[str, Any]]:
    """Yield the statements of a policy that has not been checked, an object or text."""
    if isinstance(policy, str):
        text = unquote(policy) if policy.lstrip().startswith("%") else policy
        policy = documents.parse(text, "").value
    statements = policy.get("Statement", []) if isinstance(policy, dict) else []
    return (item for item in _listed(statements) if isinstance(item, dict))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
