"""Which tags a caller gives to a user or role: those that some policy asks for (P8.9)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice, product

from iam_smt.keys import ABSENT, Key, SetKey, known
from iam_smt.terms import TRUE
from verifier.escalation.changes import Change
from verifier.escalation.entities import Entities
from verifier.escalation.steps import Step
from verifier.escalation.table import Effect
from verifier.queries.paths import Given

_MOST = 24


def variants(entities: Entities, steps: Sequence[Step]) -> Iterator[list[Step]]:
    """Yield the steps with each choice of the tags that they change, a few of them; as they are
    where they change none.
    """
    choices = [list(_choices(entities, step)) for step in steps]
    yield from islice((list(chosen) for chosen in product(*choices)), _MOST)


def _choices(entities: Entities, step: Step) -> Iterator[Step]:
    change = step.change
    if change is None or change.tags or change.effect not in (Effect.TAGS, Effect.NO_TAGS):
        yield step
        return
    wanted = entities.wanted_tags
    together = tuple({name.lower(): (name, value) for name, value in wanted}.values())
    for tags in dict.fromkeys((together, *((pair,) for pair in wanted))):
        if tags:
            yield replace(step, change=replace(change, tags=tags))


class _WithTags(dict[str, Key]):
    """Keys of a call that passes no other tags than these."""

    def get(self, name: str, default: object = None) -> Key | None:  # type: ignore[override]
        """Return a key; those of tags that are not passed are absent."""
        if name not in self and name.startswith("aws:requesttag/"):
            return ABSENT
        return super().get(name)


def with_tags(given: Given, change: Change | None) -> Given:
    """Return the keys that a call fixes, with those of the tags that it changes (5.1, R5.52)."""
    if change is None or not change.tags:
        return given
    found = _WithTags(given)
    found["aws:tagkeys"] = SetKey(TRUE, tuple((TRUE, name) for name, _ in change.tags))
    if change.effect is Effect.TAGS:
        for name, value in change.tags:
            found[f"aws:requesttag/{name.lower()}"] = known(value)
    return found
