"""Do values exist that make a choice of atoms true? They, or the atoms that clash."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from iam_smt import cells
from iam_smt.automata import clause
from iam_smt.filling import Homes, Tied
from iam_smt.finite import Among, FiniteVariable, blamed, remaining
from iam_smt.found import Chosen, Clash, GaveUp, Strings
from iam_smt.holes import Fits
from iam_smt.members import members
from iam_smt.sets import SetVariable, Several, Some
from iam_smt.texts import Member, Same, StringVariable


def find_strings(chosen: Iterable[Chosen]) -> Strings | list[Clash] | GaveUp:
    """Find values for every variable that `chosen` is about, or every clash met on the way."""
    return _Search(chosen).run()


class _Search:
    """One choice of atoms, sorted by what they are about."""

    def __init__(self, chosen: Iterable[Chosen]) -> None:
        self._choices: dict[StringVariable, list[cells.Choice]] = {}
        self._links: list[tuple[Same, bool]] = []
        self._sets: dict[SetVariable, list[tuple[Some | Several, bool]]] = {}
        self._holes: dict[StringVariable, list[tuple[Fits, bool]]] = {}
        self._names: dict[FiniteVariable, list[tuple[Among, bool]]] = {}
        self._found = Strings()
        for atom, value in chosen:
            self._sort(atom, value)
        for names in self._names:
            if names.governed:
                self._choices.setdefault(names.governed.variable, [])
        self._groups, self._clashes = cells.groups(self._choices, self._links)
        self._homes = Homes(self._groups)

    def _sort(self, atom: object, value: bool) -> None:
        match atom:
            case Member(variable=variable, clause=of):
                self._choices.setdefault(variable, []).append(((atom, value), (of, value)))
            case Same():
                self._links.append((atom, value))
                self._choices.setdefault(atom.left, [])
                self._choices.setdefault(atom.right, [])
            case Some() | Several():
                self._sets.setdefault(atom.variable, []).append((atom, value))
                for hollow in atom.hollows if isinstance(atom, Some) else ():
                    for base in hollow.sources:
                        self._choices.setdefault(base, [])
            case Fits(variable=variable):
                choices = self._choices.setdefault(variable, [])
                if value:
                    choices.append(((atom, value), (clause([atom.hollow.widened]), True)))
                self._holes.setdefault(variable, []).append((atom, value))
                for base in atom.hollow.sources:
                    self._choices.setdefault(base, [])
            case Among(variable=names):
                self._names.setdefault(names, []).append((atom, value))

    def run(self) -> Strings | list[Clash] | GaveUp:
        """Solve what stands alone, then what waits for it."""
        waiting = self._waiting()
        for outcome in self._alone({id(tied.group) for tied in waiting}):
            if isinstance(outcome, GaveUp):
                return outcome
            if outcome is not None:
                self._clashes.append(outcome)
        if self._clashes:
            return self._clashes
        while waiting:
            ready = next((tied for tied in waiting if self._is_ready(tied, waiting)), None)
            if ready is None:
                return GaveUp(waiting[0].group[0].variables[0].name)
            waiting.remove(ready)
            outcome = self._solve(ready)
            if isinstance(outcome, GaveUp):
                return outcome
            if outcome is not None:
                return [outcome]
        for variable, literals in self._sets.items():
            if _sources(literals):
                outcome = self._members(variable, literals)
                if outcome is not None:
                    return [outcome] if isinstance(outcome, Clash) else outcome
        for cell in (cell for group in self._groups for cell in group):
            self._found.texts.update(dict.fromkeys(cell.variables, cell.text or ""))
        return self._found

    def _waiting(self) -> list[Tied]:
        tied: dict[int, Tied] = {}
        for variable, holes in self._holes.items():
            group = self._homes[variable]
            tied.setdefault(id(group), Tied(group)).holes += holes
        for names in self._names:
            if names.governed:
                group = self._homes[names.governed.variable]
                tied.setdefault(id(group), Tied(group)).names = names
        return list(tied.values())

    def _alone(self, waiting: set[int]) -> Iterator[Clash | GaveUp | None]:
        """Solve names, sets and the groups that wait for nothing."""
        for names, chosen in self._names.items():
            bits = remaining(names, chosen)
            self._found.names[names] = bits
            yield None if bits else Clash(frozenset(blamed(names, chosen, 0)))
        for group in self._groups:
            if id(group) not in waiting:
                yield cells.solve(group)
        for variable, literals in self._sets.items():
            if not _sources(literals):
                yield self._members(variable, literals)

    def _is_ready(self, tied: Tied, waiting: list[Tied]) -> bool:
        needed = {id(self._homes[base]) for atom, _ in tied.holes for base in atom.hollow.sources}
        return needed.isdisjoint(id(other.group) for other in waiting)

    def _solve(self, tied: Tied) -> Clash | GaveUp | None:
        """Choose texts for a group that waited, and the name that governs it."""
        clash = cells.solve(tied.group) or self._homes.refuted(tied)
        if clash is not None:
            return clash
        if tied.names is None or tied.names.governed is None:
            return self._homes.fill(tied)
        bits = self._found.names[tied.names]
        governed = tied.names.governed
        (cell,) = (cell for cell in tied.group if governed.variable in cell.variables)
        gave_up: GaveUp | None = None
        against: set[Chosen] = set()
        failed = 0
        for names, domain, plain in governed.domains(bits):
            cell.facts, cell.suggestions = [(domain, True)], [plain]
            outcome = cells.solve(tied.group) or self._homes.fill(tied)
            if outcome is None:
                self._found.names[tied.names] = names
                return None
            if isinstance(outcome, GaveUp):
                gave_up = outcome
            else:
                against |= outcome.chosen
                failed |= names
        if gave_up is not None:
            return gave_up
        chosen = self._names[tied.names]
        return Clash(frozenset([*against, *blamed(tied.names, chosen, failed)]))

    def _members(
        self, variable: SetVariable, literals: list[tuple[Some | Several, bool]]
    ) -> Clash | GaveUp | None:
        found = members(variable, literals, self._homes.value, self._taken(variable))
        if isinstance(found, tuple):
            self._found.sets[variable] = found
            return None
        if isinstance(found, GaveUp):
            return found
        return self._homes.blaming(found, _sources(literals)) or GaveUp(variable.name)

    def _taken(self, variable: SetVariable) -> tuple[str, ...]:
        """Return the members of the sets that the set shares none with, which are found first."""
        for other in variable.apart:
            if other in self._sets and other not in self._found.sets:
                self._members(other, self._sets[other])
        return tuple(
            member for other in variable.apart for member in self._found.sets.get(other, ())
        )


def _sources(literals: list[tuple[Some | Several, bool]]) -> list[StringVariable]:
    """Return the variables that fill holes of what is chosen of a set."""
    return [
        base
        for atom, _ in literals
        if isinstance(atom, Some)
        for hollow in atom.hollows
        for base in hollow.sources
    ]
