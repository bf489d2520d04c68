"""What somebody means to be allowed, and answers for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from verifier.errors import Place


@dataclass(frozen=True, slots=True)
class Intended:
    """Requests that are meant to be allowed: `who` may call `actions` on `resources`, which are
    patterns, where the conditions of `where` hold, as the sentence of a question has them.

    `owner` answers for it; from the day `expires` on it no longer counts.
    """

    who: tuple[str, ...]
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    where: str
    owner: str
    reason: str
    expires: date | None
    place: Place

    def counts(self, today: date) -> bool:
        """Return whether the entry is still in force."""
        return self.expires is None or today < self.expires
