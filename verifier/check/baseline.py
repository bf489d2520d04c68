"""Violations that were accepted: they are shown as such, and do not fail, until they expire."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from verifier.check.run import Checked, Status
from verifier.errors import InputError, Place


class AcceptedViolation(BaseModel):
    """One violation that somebody answers for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fingerprint: str
    id: str = Field(description="the invariant")
    sentence: str
    reason: str = Field(min_length=1)
    expires: date | None = Field(None, description="the first day on which it counts again")


class Baseline(BaseModel):
    """A file of accepted violations."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal["1"] = "1"
    accepted: list[AcceptedViolation] = []

    def apply(self, found: Iterable[Checked], today: date) -> Iterator[Checked]:
        """Yield what was found, the accepted as accepted."""
        known = {entry.fingerprint: entry for entry in self.accepted}
        for checked in found:
            entry = known.get(checked.fingerprint)
            if entry is None or checked.status is not Status.VIOLATED:
                yield checked
            elif entry.expires is not None and entry.expires <= today:
                reason = f"accepted until {entry.expires}: {entry.reason}"
                yield replace(checked, reason=reason)
            else:
                yield replace(checked, status=Status.ACCEPTED, reason=entry.reason)

    def stale(self, found: Iterable[Checked]) -> list[AcceptedViolation]:
        """Return the entries that accept nothing any more."""
        needed = {item.fingerprint for item in found if item.status is not Status.HOLDS}
        return [entry for entry in self.accepted if entry.fingerprint not in needed]


def read(path: Path) -> Baseline:
    """Read a baseline; raise `InputError` with the place."""
    try:
        return Baseline.model_validate_json(path.read_bytes())
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
        raise InputError(problem, "write one with --write-baseline", Place(str(path))) from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        problem = f"is no baseline: {where + ': ' if where else ''}{first['msg']}"
        raise InputError(problem, "write one with --write-baseline", Place(str(path))) from None


def baseline_of(found: Iterable[Checked], reason: str) -> str:
    """Return a baseline that accepts every violation of `found`, those accepted before with the
    reason of then.
    """
    accepted = [
        AcceptedViolation(
            fingerprint=item.fingerprint,
            id=item.invariant.id,
            sentence=item.sentence,
            reason=item.reason if item.status is Status.ACCEPTED else reason,
            expires=None,
        )
        for item in found
        if item.status in (Status.VIOLATED, Status.ACCEPTED)
    ]
    return json.dumps(Baseline(accepted=accepted).model_dump(mode="json"), indent=2) + "\n"
