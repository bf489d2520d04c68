"""Openings held against the allow list: which of it is intended, and what goes beyond."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from iam_smt.terms import FALSE, Term, disjunction, negation
from verifier.findings.cases import Case
from verifier.findings.intentions import Intention
from verifier.findings.openings import Opening
from verifier.queries.hops import DecodedHop
from verifier.queries.search import decoded
from verifier.queries.world import World


@dataclass(frozen=True)
class Judgement:
    """`touching` are the entries that mean some call of an opening, by position; `covered` says
    whether those that still count mean every one, proved. `beyond` is a call that none of them
    means.
    """

    touching: tuple[int, ...] = ()
    covered: bool = False
    beyond: list[DecodedHop] | None = None


def judge(world: World, opening: Opening, entries: Sequence[Intention], today: date) -> Judgement:
    """Return what the allow list says of an opening on the day `today`."""
    arns = [role.arn for role in opening.cases[0].guard.roles] or [opening.cases[0].guard.arn]
    if not any(arn in entry.resources or _inside(entry, arn) for entry in entries for arn in arns):
        return Judgement()
    meant = [_Meant(case.fresh(), opening, entries) for case in opening.cases]
    touching = [
        number
        for number in range(len(entries))
        if any(item.touches(world, number) for item in meant)
    ]
    active = [number for number in touching if entries[number].entry.counts(today)]
    if active and all(item.is_covered(world, active) for item in meant):
        return Judgement(tuple(touching), covered=True)
    beyond = None
    for item in meant if active else ():
        beyond = beyond or item.beyond(world, active)
    return Judgement(tuple(touching), beyond=beyond)


def _inside(entry: Intention, arn: str) -> bool:
    """Return whether an entry may be about what lies in the resource `arn`."""
    return any(
        text.startswith((f"{arn}/", f"{arn}:")) or "*" in text for text in entry.entry.resources
    )


class _Meant:
    """One case of an opening with what each entry means of it."""

    def __init__(self, case: Case, opening: Opening, entries: Sequence[Intention]) -> None:
        self._case = case
        self._terms = [entry.meant(case) for entry in entries]
        self._allowed = case.term()
        self._about = case.about(opening.statement)

    def touches(self, world: World, number: int) -> bool:
        if self._terms[number] is FALSE or self._allowed is FALSE:
            return False
        return not world.is_refuted(self._allowed, self._about, self._terms[number])

    def is_covered(self, world: World, active: Sequence[int]) -> bool:
        return world.is_refuted(self._allowed, self._about, self._not_meant(active))

    def beyond(self, world: World, active: Sequence[int]) -> list[DecodedHop] | None:
        case = self._case
        found = decoded(world, case.path, case.besides, self._about, self._not_meant(active))
        return found if isinstance(found, list) else None

    def _not_meant(self, active: Sequence[int]) -> Term:
        return negation(disjunction(self._terms[number] for number in active))
