"""Who waits to try what it can: those first who lean least on what no snapshot shows."""

from __future__ import annotations

from collections.abc import Iterable

from verifier.escalation.steps import Step


class Queue:
    """Actors that wait, by key; `weights` says on how much of what no snapshot shows each leans."""

    def __init__(self) -> None:
        self.weights: dict[str, int] = {}
        self._waiting: dict[int, dict[str, None]] = {}

    @property
    def least(self) -> int:
        """On how much of what no snapshot shows all that is still to come leans at least."""
        return min((weight for weight, keys in self._waiting.items() if keys), default=0)

    def take(self) -> str | None:
        """Take who leans on least from those that wait, None if nobody does."""
        waiting = self._waiting.get(self.least)
        if not waiting:
            return None
        key = next(iter(waiting))
        del waiting[key]
        return key

    def put(self, keys: Iterable[str], weight: int = 0) -> None:
        """Let actors try what they can, as soon as nobody leans on less than they do."""
        for key in keys:
            self._waiting.setdefault(max(weight, self.weights[key]), {})[key] = None

    def weight(self, step: Step) -> int:
        """Return how often a step and what it leans on lean on what no snapshot shows."""
        before = max(self.weights[made.actor] for made in step.made)
        return before + len(step.needs)
