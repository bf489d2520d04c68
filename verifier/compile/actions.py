"""Every action that exists, as a finite set: what a list of patterns names is one integer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from copy import copy
from functools import cached_property, lru_cache, reduce
from operator import or_
from typing import Protocol

from iam_smt.automata import EVERYTHING, Clause, clause, exactly
from verifier import catalogue
from verifier.catalogue import ResourceType
from verifier.compile.arns import sample, type_pattern
from verifier.policy.syntax import ActionElement

_Form = tuple[int, tuple[tuple[Clause, str], ...]]
"""Actions of one service, and what each of them may be called on, with a plain example."""


class ActionSpace(Protocol):
    """Finitely many actions, or kinds of actions; a set of them is an integer."""

    @property
    def everything(self) -> int:
        """The set of all."""

    def name(self, position: int) -> str:
        """Return the action behind a bit."""

    def of(self, element: ActionElement) -> int:
        """Return the actions that an element is about (R2.6)."""

    def of_services(self, *services: str) -> int:
        """Return the actions of some services."""

    def domains(self, bits: int) -> Iterator[tuple[int, Clause, str]]:
        """Split a set by what the actions may be called on, each part with an example."""


class Actions:
    """The actions of the catalogue, and those that policies name although it has them not (R2.8).

    A set of actions is an integer; bit `n` stands for the action at position `n`. Of the actions
    that are in no catalogue only those count that were taken in by `with_those_of`: what other
    policies name is nothing to these.
    """

    def __init__(self) -> None:
        self._names: list[str] = []
        self._positions: dict[str, int] = {}
        self._services: dict[str, int] = {}
        self._patterns: dict[str, tuple[int, int]] = {}
        self._forms: dict[int, _Form] = {}
        self._index = catalogue.index()
        for name in self._index.names:
            self._add(name)
        self._known = len(self._names)

    @property
    def everything(self) -> int:
        """The set of all actions."""
        return (1 << len(self._names)) - 1

    def name(self, position: int) -> str:
        """Return an action as AWS spells it, or as a policy does."""
        return self._names[position]

    def has(self, name: str) -> bool:
        """Return whether an action is among these, in any letter case."""
        return name.lower() in self._positions

    def with_those_of(self, elements: Iterable[ActionElement]) -> Actions:
        """Return these actions, and those besides that elements name and no catalogue has."""
        texts = (template.text for element in elements for template in element.patterns)
        found: dict[str, str] = {}
        for text in texts:
            if ":" in text and not {"*", "?"}.intersection(text):
                name = text.lower()
                if name not in self._positions:
                    found.setdefault(name, text)
        return _with(self, tuple(found.values())) if found else self

    def with_names(self, names: Iterable[str]) -> Actions:
        """Return these actions, and more with these names."""
        more = copy(self)
        more._names = [*self._names]
        more._positions = {**self._positions}
        more._services = {**self._services}
        more._patterns = {**self._patterns}
        for name in names:
            more._add(name)
        return more

    def of(self, element: ActionElement) -> int:
        """Return the actions that an element is about (R2.6)."""
        bits = 0
        for template in element.patterns:
            bits |= self._named(template.text)
        return self.everything & ~bits if element.negated else bits

    def of_services(self, *services: str) -> int:
        """Return the actions of some services."""
        bits = 0
        for service in services:
            bits |= self._services.get(service, 0)
        return bits

    def named(self, names: Iterable[str]) -> int:
        """Return the set of actions of the catalogue with these names, in any letter case."""
        return reduce(or_, (1 << self._positions[name.lower()] for name in names), 0)

    def names(self, bits: int) -> Iterator[str]:
        """Yield the names in a set."""
        return (self._names[position] for position in _positions(bits))

    @cached_property
    def by_types(self) -> tuple[tuple[tuple[ResourceType, ...], int], ...]:
        """The actions of the catalogue by the resource types that they are called on."""
        found: dict[int, int] = {}
        lists: dict[int, tuple[ResourceType, ...]] = {}
        for position, types in enumerate(self._index.types):
            found[id(types)] = found.get(id(types), 0) | 1 << position
            lists[id(types)] = types
        return tuple((lists[key], bits) for key, bits in found.items())

    @cached_property
    def by_level(self) -> dict[str, int]:
        """The actions of the catalogue by access level, as the catalogue writes it."""
        found: dict[str, int] = {}
        for position, level in enumerate(self._index.levels):
            found[level] = found.get(level, 0) | 1 << position
        return found

    def services_in(self, bits: int) -> list[str]:
        """Return the services that have one of these actions."""
        return sorted(name for name, those in self._services.items() if those & bits)

    @property
    def unlisted(self) -> int:
        """The actions that policies name although the catalogue has them not."""
        return self.everything >> self._known << self._known

    def domains(self, bits: int) -> Iterator[tuple[int, Clause, str]]:
        """Split a set of actions by what their resources look like (R2.29-R2.31).

        An action that no catalogue has may be called on anything; one that needs no resource comes
        twice, with resources and with `*`.
        """
        while bits:
            position = (bits & -bits).bit_length() - 1
            together, forms = self._form(position)
            for resources, example in forms:
                yield bits & together, resources, example
            bits &= ~together

    def _add(self, name: str) -> None:
        position = self._positions[name.lower()] = len(self._names)
        self._names.append(name)
        service = name.partition(":")[0].lower()
        self._services[service] = self._services.get(service, 0) | 1 << position

    def _named(self, text: str) -> int:
        """Return the actions that one pattern names (R2.1-R2.4)."""
        if text and not text.strip("*"):
            return self.everything
        text = text.lower()
        if ":" not in text:
            return 0
        if "*" not in text and "?" not in text:
            position = self._positions.get(text)
            return 0 if position is None else 1 << position
        bits, seen = self._patterns.get(text, (0, 0))
        if seen < len(self._names):
            bits |= self._matching(text, seen)
            self._patterns[text] = bits, len(self._names)
        return bits

    def _matching(self, text: str, start: int) -> int:
        service, _, name = text.partition(":")
        candidates = self.everything >> start << start
        if "*" not in service and "?" not in service:
            candidates &= self._services.get(service, 0)
            if not name.strip("*") and name:
                return candidates
        wanted = re.compile(f"{_regex(service, '[^:]')}:{_regex(name, '.')}", re.DOTALL)
        bits = 0
        for position in _positions(candidates):
            if wanted.fullmatch(self._names[position].lower()):
                bits |= 1 << position
        return bits

    def _form(self, position: int) -> _Form:
        """Return the actions whose resources look like those of one action, and how they look."""
        if position >= self._known:
            return 1 << position, ((EVERYTHING, "*"),)
        if position not in self._forms:
            self._read_forms(self._names[position].partition(":")[0].lower())
        return self._forms[position]

    def _read_forms(self, service: str) -> None:
        alike: dict[tuple[ResourceType, ...], int] = {}
        for position in _positions(self._services[service]):
            if position < self._known:
                kinds = self._index.types[position]
                alike[kinds] = alike.get(kinds, 0) | 1 << position
        for kinds, bits in alike.items():
            required = [kind for kind in kinds if kind.required]
            taken = required or kinds
            named = [(clause(map(type_pattern, taken)), sample(taken[0]))] if kinds else []
            form = bits, (*named, *([] if required else [(exactly("*"), "*")]))
            self._forms.update((position, form) for position in _positions(bits))


@lru_cache(maxsize=1 << 8)
def _with(known: Actions, names: tuple[str, ...]) -> Actions:
    return known.with_names(names)


@lru_cache(maxsize=1)
def actions() -> Actions:
    """Return the actions of the catalogue, read once."""
    return Actions()


def _positions(bits: int) -> Iterator[int]:
    """Yield the places of the bits that are set, without an operation on the whole for each."""
    data = bits.to_bytes(bits.bit_length() // 8 + 1, "little")
    for index, byte in enumerate(data):
        if byte:
            for offset in range(8):
                if byte >> offset & 1:
                    yield index * 8 + offset


def _regex(pattern: str, one: str) -> str:
    return re.escape(pattern).replace(r"\*", f"{one}*").replace(r"\?", one)
