"""Any string as an action: as many kinds as the patterns of some policies can tell apart."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from iam_smt.automata import EVERYTHING, Clause, State, clause
from iam_smt.patterns import ANY, NOT_COLON, Run, plain_character
from verifier.compile.matching import action_clause
from verifier.errors import QuestionError
from verifier.policy.syntax import ActionElement

_MOST_STATES = 200_000
_FORM = clause([(NOT_COLON, Run(NOT_COLON), ":", ANY, Run(ANY))])
"""What an action looks like: a service, a colon, a name."""


class AnyActions:
    """All strings of the form of an action, in lower case, by which elements name them (R2.8).

    Each kind has one string that stands for it. Raises `QuestionError` if the patterns tell more
    kinds apart than can be listed.
    """

    def __init__(self, elements: Iterable[ActionElement]) -> None:
        self._clauses = list(dict.fromkeys(action_clause(element) for element in elements))
        self._kinds = _kinds(self._clauses)
        self._names = list(self._kinds.values())

    @property
    def everything(self) -> int:
        """The set of all kinds."""
        return (1 << len(self._names)) - 1

    def name(self, position: int) -> str:
        """Return the string that stands for a kind."""
        return self._names[position]

    def of(self, element: ActionElement) -> int:
        """Return the kinds that an element is about (R2.6)."""
        place = self._clauses.index(action_clause(element))
        bits = 0
        for position, kind in enumerate(self._kinds):
            if (place in kind) != element.negated:
                bits |= 1 << position
        return bits

    def of_services(self, *services: str) -> int:
        """Return the kinds that stand for actions of these services."""
        bits = 0
        for position, name in enumerate(self._names):
            if name.partition(":")[0] in services:
                bits |= 1 << position
        return bits

    def domains(self, bits: int) -> Iterator[tuple[int, Clause, str]]:
        """An action that no catalogue has may be called on anything."""
        if bits:
            yield bits, EVERYTHING, "*"


def _kinds(clauses: list[Clause]) -> dict[frozenset[int], str]:
    """Return, for each set of clauses that some string is in and in no others, the first such.

    Walks the product of the automata, shortest strings first.
    """
    start = (_FORM.start, *(of.start for of in clauses))
    queue: deque[tuple[tuple[State, ...], str]] = deque([(start, "")])
    seen = {start}
    found: dict[frozenset[int], str] = {}
    while queue:
        states, text = queue.popleft()
        form, *rest = states
        if form.accepts:
            kind = frozenset(place for place, state in enumerate(rest) if state.accepts)
            found.setdefault(kind, text)
        letters = frozenset().union(*(state.letters for state in states))
        other = plain_character(ANY, letters)
        for letter in (*([other] if other else []), *sorted(letters)):
            following = tuple(state.after(letter) for state in states)
            if following[0].is_dead or following in seen:
                continue
            if len(seen) > _MOST_STATES:
                raise QuestionError("the policies tell more actions apart than can be listed")
            seen.add(following)
            queue.append((following, text + letter))
    return found
