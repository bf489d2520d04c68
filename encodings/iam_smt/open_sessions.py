"""A session of which nothing is known but what its role fixes: what it may carry is left free."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from iam_smt.automata import EVERYTHING, exactly
from iam_smt.context import KeyType, free_key
from iam_smt.credentials import (
    Chain,
    Credentials,
    first_present,
    free_text,
    keeps_claim,
)
from iam_smt.keys import ABSENT, Key, SingleKey, Truth, known
from iam_smt.numbers import Compare, Form, NumberVariable
from iam_smt.service_sessions import ServiceSession
from iam_smt.terms import FALSE, TRUE, Atom, Flag, Term, both
from iam_smt.texts import Choice, Join, Member, StringVariable, Text, View, member


class OpenSession(Credentials):
    """A role session of which nothing is known but what the role fixes.

    `tags` are the role's own, None where they are free, too. `taggable` says whether anyone may
    pass session tags to the role, `identifiable` the same of a source identity, `chainable`
    whether a session may assume the role. `providers` are the identity providers that the role
    trusts, None where it may trust any. `by_service` has the keys of a session that a service
    runs, None where none does; `by_user` says whether a user may have made it, showing MFA.
    """

    def __init__(
        self,
        label: str,
        chain: Chain,
        tags: Mapping[str, Text] | None,
        *,
        taggable: bool = True,
        identifiable: bool = True,
        chainable: bool = True,
        providers: tuple[str, ...] | None = (),
        by_service: ServiceSession | None = None,
        by_user: bool = True,
    ) -> None:
        super().__init__(chain)
        self.by_user = by_user
        self._label = label
        self._tags = tags
        self._taggable = taggable
        self._providers = providers
        self._by_service = by_service
        self._inheriting = chainable or taggable
        self._tag_keys: dict[str, SingleKey] = {}
        self._inherited: dict[str, SingleKey] = {}
        self._passed: dict[str, SingleKey] = {}
        self._others: dict[str, Key] = {}
        self.temporary = TRUE
        self.issued = NumberVariable(f"{label}.aws:tokenissuetime", Form.DATE)
        self.mfa_age_before = NumberVariable(f"{label} age of MFA", Form.NUMBER)
        if self._inheriting:
            self.inherits = Flag(f"{label} inherits tags")
        if chainable:
            self.chained = Flag(f"{label} was made by a session")
        shown = Flag(f"{label} has aws:multifactorauthpresent")
        self.mfa = SingleKey(shown, Truth(Flag(f"{label} shows MFA") if by_user else FALSE))
        if identifiable:
            present = Flag(f"{label} has aws:sourceidentity")
            self.source_identity = SingleKey(present, chain.source_identity)
        if providers or providers is None:
            domain = EVERYTHING if providers is None else exactly(*providers)
            self.provider = SingleKey(
                Flag(f"{label} has aws:federatedprovider"),
                StringVariable(f"{label}.aws:federatedprovider", domain),
            )

    def tag(self, name: str) -> SingleKey:
        self.chain.tags_matter = True
        if name not in self._tag_keys:
            own = free_text(self._label, f"role tag {name}")
            if self._tags is not None:
                own = known(self._tags[name]) if name in self._tags else ABSENT
            self._tag_keys[name] = first_present(self.inherited(name), self.passed(name), own)
        return self._tag_keys[name]

    def inherited(self, name: str) -> SingleKey:
        if not self._inheriting:
            return ABSENT
        if name not in self._inherited:
            present = Flag(f"{self._label} inherits tag {name}")
            self._inherited[name] = SingleKey(present, self.chain.transitive_tag(name))
        return self._inherited[name]

    def passed(self, name: str) -> SingleKey:
        if name not in self._passed:
            free = free_text(self._label, f"session tag {name}")
            self._passed[name] = free if self._taggable else ABSENT
        return self._passed[name]

    def claim(self, name: str) -> Key | None:
        if not keeps_claim(name, self._providers):
            return None
        if name not in self._others:
            key_type = KeyType.TEXTS if name.endswith(":amr") else KeyType.TEXT
            self._others[name] = free_key(self._label, name, key_type)
        return self._others[name]

    def of_service(self, name: str) -> Key:
        return self._by_service.key(name) if self._by_service else ABSENT

    def carried(self, later: Credentials) -> Binding:
        """Return what each open part of this session is when it is the session `later`."""
        pairs = [
            (self.mfa, later.mfa),
            (self.source_identity, later.source_identity),
            (self.provider, later.provider),
            *((key, later.inherited(name)) for name, key in self._inherited.items()),
            *((key, later.passed(name)) for name, key in self._passed.items()),
        ]
        others = [(key, later.claim(name)) for name, key in self._others.items()]
        if self._by_service:
            others += [(key, later.of_service(name)) for name, key in self._by_service.keys.items()]
        for key, kept in others:
            if isinstance(key, SingleKey):
                pairs.append((key, kept if isinstance(kept, SingleKey) else ABSENT))
        found = Binding.of(pairs)
        for own, meant in ((self.inherits, later.inherits), (self.chained, later.chained)):
            if isinstance(own, Flag):
                found.flags[own] = meant
        for number, other in (
            (self.issued, later.issued),
            (self.mfa_age_before, later.mfa_age_before),
        ):
            if number is not None and other is not None:
                found.numbers[number] = other
        return found


@dataclass
class Binding:
    """Flags, texts and numbers of one session with what they are in terms of another.

    `guards` has, for each value, the flag without which it says nothing.
    """

    flags: dict[Flag, Term]
    texts: dict[StringVariable, Text]
    guards: dict[Flag | StringVariable, Flag]
    numbers: dict[NumberVariable, NumberVariable]

    @classmethod
    def of(cls, pairs: Iterable[tuple[SingleKey, SingleKey]]) -> Binding:
        """Return the binding of open keys to the keys that they stand for."""
        found = cls({}, {}, {}, {})
        for key, meaning in pairs:
            if isinstance(key.present, Flag):
                found.flags[key.present] = meaning.present
            value: Flag | StringVariable | None = None
            if isinstance(key.value, Truth) and isinstance(key.value.term, Flag):
                value = key.value.term
                shown = meaning.value.term if isinstance(meaning.value, Truth) else FALSE
                found.flags[value] = shown
            elif isinstance(key.value, StringVariable) and isinstance(
                meaning.value, str | StringVariable | View | Join | Choice
            ):
                value = key.value
                found.texts[value] = meaning.value
            if value is not None and isinstance(key.present, Flag):
                found.guards[value] = key.present
        return found

    def meaning(self, atom: Atom) -> Term | None:
        """Return what an atom about the one session says of the other, where it says anything.

        None if it is about something else.
        """
        guard = self.guards.get(atom) if isinstance(atom, Flag) else None
        match atom:
            case Flag():
                meant = self.flags.get(atom)
            case Member(variable=variable, clause=of) if variable in self.texts:
                meant = member(self.texts[variable], of)
                guard = self.guards.get(variable)
            case Compare(variable=number) if number in self.numbers:
                return self.numbers[number].compare(atom.relation, atom.bound)
            case _:
                meant = None
        if meant is None or guard is None:
            return meant
        return both(self.flags[guard], meant)
