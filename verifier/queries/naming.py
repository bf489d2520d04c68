"""What people type for a principal → the words of a sentence: a name, an account, a service."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from verifier.errors import QuestionError
from verifier.queries.callers import SERVICE_NAME, several
from verifier.queries.grammar import names_callers
from verifier.queries.trusts import TrustIndex
from verifier.snapshot.model import Role, Snapshot, User

_ACCOUNT = re.compile(r"\d{12}")


def phrase(snapshot: Snapshot, text: str) -> str:
    """Return the words that name in a sentence whom `text` means.

    Besides the words themselves (`any external principal`, an ARN) these are: the name, the path
    with the name (`role/ci/deploy`) or the unique id of a user or role, the number of an account,
    a service (`ec2.amazonaws.com`) and an identity provider that roles trust. Raises
    `QuestionError` if it is none of these, or the name of several.
    """
    text = " ".join(text.split())
    if names_callers(text):
        return text
    if _ACCOUNT.fullmatch(text):
        return f"account {text}"
    found = [entity for entity in _entities(snapshot) if _is_called(entity, text)]
    if len(found) == 1:
        return found[0].arn
    if found:
        raise several(text, [entity.arn for entity in found])
    if SERVICE_NAME.fullmatch(text):
        return f"service {text}"
    providers = TrustIndex(snapshot).names("provider")
    if any(name == text or name.endswith(f"-provider/{text}") for name in providers):
        return f"any federated identity of {text}"
    near = get_close_matches(text, [entity.name for entity in _entities(snapshot)], 1, 0.6)
    hint = f"; did you mean `{near[0]}`" if near else ""
    raise QuestionError(f"`{text}` is nobody in this snapshot{hint}")


def _entities(snapshot: Snapshot) -> Iterator[User | Role]:
    yield from snapshot.users()
    yield from snapshot.roles()


def _is_called(entity: User | Role, text: str) -> bool:
    return text in (entity.name, entity.id) or entity.arn.endswith(f":{text}")
