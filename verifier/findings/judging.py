"""Openings held against the allow list: which of it is intended, and what goes beyond."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from iam_smt.terms import FALSE, Term, disjunction, negation
from verifier.findings.cases import Case
from verifier.findings.intentions import Intention
from verifier.findings.needs import refuted
from verifier.findings.openings import ABSORBED, Opening, shown
from verifier.queries.hops import DecodedHop
from verifier.queries.world import World


@dataclass(frozen=True)
class Judgement:
    """What the allow list says of a part of an opening.

    `touching` are the entries that mean some call of it, by position. `covered` says whether
    those that still count mean every one, proved. `is_part` says that another part is not.
    """

    touching: tuple[int, ...] = ()
    covered: bool = False
    is_part: bool = False


def judge(
    world: World, opening: Opening, entries: Sequence[Intention], today: date
) -> Iterator[tuple[Opening, Judgement]]:
    """Yield the parts of an opening that are intended on the day `today`, and those that are not.

    The witness of what is not is a call that no entry means.
    """
    arn = opening.cases[0].guard.arn
    if not any(entry.may_be_about(arn) for entry in entries):
        yield opening, Judgement()
        return
    parts: dict[Hashable, list[_Meant]] = {}
    for case in opening.cases:
        name = "" if opening.kind in ABSORBED else case.outsider.name
        parts.setdefault((name, case.actions), []).append(_Meant(case, opening, entries))
    intended: dict[Judgement, list[_Meant]] = {}
    left: list[_Meant] = []
    touching: set[int] = set()
    for meant in parts.values():
        judgement = _judgement(world, meant, entries, today)
        if judgement.covered:
            intended.setdefault(judgement, []).extend(meant)
        else:
            left += meant
            touching.update(judgement.touching)
    is_whole = len(intended) == 1 and not left
    for judgement, meant in intended.items():
        yield _part(world, opening, meant, []), replace(judgement, is_part=not is_whole)
    if left:
        said = Judgement(tuple(sorted(touching)))
        yield _part(world, opening, left, _active(said.touching, entries, today)), said


def _judgement(
    world: World, meant: list[_Meant], entries: Sequence[Intention], today: date
) -> Judgement:
    touching = tuple(
        number
        for number in range(len(entries))
        if any(item.touches(world, number) for item in meant)
    )
    active = _active(touching, entries, today)
    covered = bool(active) and all(item.is_covered(world, active) for item in meant)
    return Judgement(touching, covered)


def _active(touching: Sequence[int], entries: Sequence[Intention], today: date) -> list[int]:
    return [number for number in touching if entries[number].entry.counts(today)]


def _part(world: World, opening: Opening, meant: list[_Meant], excluded: Sequence[int]) -> Opening:
    """Return some of the cases of an opening, and a call that no excluded entry means."""
    cases = [item.case for item in meant]
    names = {name for case in cases for name in case.actions}
    actions = tuple(name for name in opening.actions if name in names)
    witness = opening.witness
    if excluded or opening.witness[0].main.request.action not in names:
        first = sorted(meant, key=lambda item: item.case.rank)
        found = (item.beyond(world, excluded) for item in first)
        witness = next((hops for hops in found if hops is not None), opening.witness)
    return replace(opening, cases=cases, actions=actions, witness=witness)


class _Meant:
    """One case of an opening with what each entry means of it."""

    def __init__(self, case: Case, opening: Opening, entries: Sequence[Intention]) -> None:
        self.case = case
        self._fresh = case.fresh()
        self._terms = [entry.meant(self._fresh) for entry in entries]
        self._allowed = self._fresh.term()
        self._about = self._fresh.about(opening.statement)

    def touches(self, world: World, number: int) -> bool:
        """Return whether an entry means some call of the case that is allowed."""
        if self._terms[number] is FALSE or self._allowed is FALSE:
            return False
        return not refuted(world, self._allowed, self._about, self._terms[number])

    def is_covered(self, world: World, active: Sequence[int]) -> bool:
        """Return whether each call that is allowed is meant by one of the entries, proved."""
        return refuted(world, self._allowed, self._about, self._not_meant(active))

    def beyond(self, world: World, active: Sequence[int]) -> list[DecodedHop] | None:
        """Return a call that is allowed, and that none of the entries means."""
        found = shown(world, self._fresh, self._about, self._not_meant(active))
        return found if isinstance(found, list) else None

    def _not_meant(self, active: Sequence[int]) -> Term:
        return negation(disjunction(self._terms[number] for number in active))
