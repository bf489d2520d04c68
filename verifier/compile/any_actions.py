"""Any string as an action: as many kinds as the patterns of some policies can tell apart."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator

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

    Each kind has one string that stands for it: one of the `examples`, or else one of which
    `unless` is not true. Raises `QuestionError` if the patterns tell more kinds apart than can be
    listed.
    """

    def __init__(
        self,
        elements: Iterable[ActionElement],
        unless: Callable[[str], bool] = lambda text: False,
        examples: Iterable[str] = (),
    ) -> None:
        self._clauses = list(dict.fromkeys(action_clause(element) for element in elements))
        self._kinds = _kinds(self._clauses, unless, examples)
        self._names = list(self._kinds.values())

    @property
    def names(self) -> list[str]:
        """The strings that stand for the kinds."""
        return list(self._names)

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


def _kinds(
    clauses: list[Clause], unless: Callable[[str], bool], examples: Iterable[str]
) -> dict[frozenset[int], str]:
    """Return, for each set of clauses that some string is in and in no others, an example, or the
    first such string of which `unless` is not true.

    Walks the product of the automata, shortest strings first. A state is passed again as long as
    only strings were found there that do not count, which are finitely many.
    """
    found: dict[frozenset[int], str] = {}
    for text in examples:
        lowered = text.lower()
        found.setdefault(frozenset(n for n, of in enumerate(clauses) if lowered in of), text)
    start = (_FORM.start, *(of.start for of in clauses))
    queue: deque[tuple[tuple[State, ...], str]] = deque([(start, "")])
    seen = {start}
    while queue:
        states, text = queue.popleft()
        letters = frozenset().union(*(state.letters for state in states))
        other = plain_character(ANY, letters)
        for letter in (*([other] if other else []), *sorted(letters)):
            following = tuple(state.after(letter) for state in states)
            form, *rest = following
            kind = frozenset(place for place, state in enumerate(rest) if state.accepts)
            is_news = form.accepts and kind not in found
            if form.is_dead or (following in seen and not is_news):
                continue
            if is_news and not unless(text + letter):
                found[kind] = text + letter
            if len(seen) > _MOST_STATES:
                raise QuestionError("the policies tell more actions apart than can be listed")
            seen.add(following)
            queue.append((following, text + letter))
    return found
