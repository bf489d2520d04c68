"""The users, roles or accounts that one invariant is repeated for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedInput

from verifier.errors import InputError, Place
from verifier.policy.templates import template
from verifier.semantics.matching import glob
from verifier.snapshot.model import Role, Snapshot, User

GRAMMAR = resources.files("verifier.check").joinpath("sets.lark").read_text("utf-8")
_EXAMPLE = "every role of account 111122223333 with tag env=prod"


@dataclass(frozen=True, slots=True)
class EverySet:
    """Every user, role or account that fits; `name` is the word that stands for it in a sentence.

    `tag` is a key with its value; `pattern` and `exceptions` are held against the ARN and the
    name, of an account against its number and name.
    """

    name: str
    account: str | None = None
    tag: tuple[str, str] | None = None
    pattern: str | None = None
    exceptions: tuple[str, ...] = ()

    def members(self, snapshot: Snapshot) -> list[str]:
        """Return the ARNs, or the account numbers, in order."""
        return sorted(value for value, names in self._candidates(snapshot) if self._fits(names))

    def _candidates(self, snapshot: Snapshot) -> Iterator[tuple[str, tuple[str, ...]]]:
        if self.name == "account":
            for account in snapshot.accounts.values():
                yield account.id, (account.id, account.name or "")
            return
        entities: Iterator[User | Role]
        entities = snapshot.users() if self.name == "user" else snapshot.roles()
        for entity in entities:
            if self.account in (None, entity.account) and self._is_tagged(entity):
                yield entity.arn, (entity.arn, entity.name)

    def _is_tagged(self, entity: User | Role) -> bool:
        if self.tag is None:
            return True
        key, value = self.tag
        return value in entity.tags.get(key.lower(), ())

    def _fits(self, names: tuple[str, ...]) -> bool:
        if any(matches(pattern, name) for pattern in self.exceptions for name in names):
            return False
        return self.pattern is None or any(matches(self.pattern, name) for name in names)


def matches(pattern: str, text: str) -> bool:
    """Return whether a text is what a pattern with `*` and `?` says."""
    return glob(template(pattern, wildcards=True, variables=False).tokens, text)


@lru_cache(maxsize=1)
def _parser() -> Lark:
    return Lark(GRAMMAR, start="set", parser="lalr", maybe_placeholders=True, g_regex_flags=2)


def parse(text: str, place: Place) -> EverySet:
    """Read a set; raise `InputError` with the place."""
    try:
        tree = _parser().parse(text.strip())
    except UnexpectedInput:
        raise InputError(f"`{text}` is no set", f"a set reads like: {_EXAMPLE}", place) from None
    found: EverySet = _Reader().transform(tree)
    return found


class _Reader(Transformer[Token, Any]):
    def set(self, parts: list[Any]) -> EverySet:
        name, account, tag, pattern, exceptions = parts
        return EverySet(name, account, tag, pattern, exceptions or ())

    def kind(self, parts: list[Token]) -> str:
        return parts[0].lower()

    def of_account(self, parts: list[Token]) -> str:
        return str(parts[0])

    def tagged(self, parts: list[Token]) -> tuple[str, str]:
        key, _, value = parts[0].partition("=")
        return key, value.strip('"')

    def named(self, parts: list[Token]) -> str:
        return str(parts[0])

    def except_for(self, parts: list[Token]) -> tuple[str, ...]:
        return tuple(map(str, parts))
