"""Keys of a call that are those of another call, that it fixes itself, or that it never has."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from iam_smt.context import KeyType, Source, SymbolicContext, free_key
from iam_smt.keys import ABSENT, Key, SetKey, SingleKey
from iam_smt.terms import FALSE, TRUE, Flag, Term, both
from verifier import condition_keys


@dataclass(frozen=True)
class Unlisted:
    """Keys that no catalogue has: what has no colon is no key of AWS's (R4.8); of a key that only
    looks like a global one it is open whether it is ever there (R5.1).
    """

    label: str

    def key(self, name: str) -> Key | None:
        """Return the key `name` if it is none of AWS's."""
        if ":" not in name:
            return ABSENT
        if not condition_keys.is_unlisted(name):
            return None
        there = Flag(
            f"{self.label} has {name}", f"the condition key `{name}` is none that AWS documents"
        )
        return free_key(self.label, name, KeyType.TEXT, there)

    def axioms(self) -> list[Term]:
        """Nothing is known of such keys."""
        return []


@dataclass(frozen=True)
class Given:
    """Keys of which the call itself says what they are, by name in lower case."""

    keys: Mapping[str, Key]

    def key(self, name: str) -> Key | None:
        """Return the key `name` if the call says what it is."""
        return self.keys.get(name)

    def axioms(self) -> list[Term]:
        """Nothing more is known of such keys."""
        return []


@dataclass(frozen=True)
class OfCall:
    """The keys that all authorizations of one call share: who calls, from where, when (R6.60).

    Each has the keys of its own resource; `with_tags` says that the tags passed are shared, too,
    `of_service` the same of what depends on the service.
    """

    context: SymbolicContext
    with_tags: bool
    of_service: bool

    def key(self, name: str) -> Key | None:
        """Return the key of the call if it is one of those."""
        return self.context.key(name) if self._is_shared(name) else None

    def _is_shared(self, name: str) -> bool:
        if name.startswith(("aws:requesttag/", "aws:tagkeys")):
            return self.with_tags
        if name in ("aws:securetransport", "aws:requestedregion"):
            return self.of_service
        return name.startswith("aws:") and not name.startswith("aws:resource")

    def axioms(self) -> list[Term]:
        """The call itself tells what is true of its keys."""
        return []


@dataclass(frozen=True)
class Elsewhere:
    """Keys that come with calls of other services, or with other calls, only (R4.8, R5.60).

    `may_have` gives a term that holds iff the call can have a key, `type_of` its type; what is
    known of a key that comes is known to one of the sources `behind`.
    """

    label: str
    may_have: Callable[[str], Term]
    type_of: Callable[[str], KeyType | None]
    behind: Sequence[Source]

    def key(self, name: str) -> Key | None:
        """Return the key `name` if it cannot come with every such call."""
        possible = self.may_have(name)
        if possible is TRUE:
            return None
        key_type = self.type_of(name) or KeyType.TEXT
        if possible is FALSE:
            return SetKey(FALSE, ()) if key_type is KeyType.TEXTS else ABSENT
        known = (source.key(name) for source in self.behind)
        found = next((key for key in known if key), None) or free_key(self.label, name, key_type)
        present = both(possible, found.present)
        if isinstance(found, SingleKey):
            return SingleKey(present, found.value)
        return SetKey(present, found.members)

    def axioms(self) -> list[Term]:
        """Nothing more is known of such keys."""
        return []
