"""Whether an administrator stays within a boundary: the obligations, each with what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from verifier.shown import Shown
from verifier.verdict import Hop, Verdict


@dataclass(frozen=True, slots=True)
class Obligation:
    """One of the five that keep an administrator within a boundary (R8.90).

    `broken` is yes where something breaks it: then `witness` has the calls that do, if it takes
    any, and `reason` says how. A no is a proof.
    """

    number: int
    title: str
    broken: Verdict
    witness: tuple[Hop, ...] = ()
    reason: str = ""
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Delegation(Shown):
    """Whether `administrator` can ever exceed `boundary`; both are ARNs.

    `caveats` are grants that no boundary limits (R8.91).
    """

    administrator: str
    boundary: str
    obligations: tuple[Obligation, ...]
    caveats: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def exceeds(self) -> Verdict:
        """Yes if an obligation is broken, unknown if one may be, else no: all of them hold."""
        found = {obligation.broken for obligation in self.obligations}
        for verdict in (Verdict.YES, Verdict.UNKNOWN):
            if verdict in found:
                return verdict
        return Verdict.NO
