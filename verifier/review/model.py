"""What a review holds: the findings, who can become whom, what was asked, and what is left open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from verifier.check.run import Checked, Status
from verifier.finding import Finding, Findings, Gap, Severity
from verifier.review.graph import Graph
from verifier.shown import Shown
from verifier.snapshot import model
from verifier.verdict import Effort

_NOTHING = Effort(0.0, 0, 0)


@dataclass(frozen=True, slots=True)
class Map:
    """Whom one class of callers can become; `id` is a word for links, `title` says who they are.

    `open` are roles of which it is unknown, each with the reason. If it `shows_paths` only, its
    arrows are the hops of the replayed paths: there were too many others to decide each.
    """

    id: str
    title: str
    graph: Graph
    open: tuple[tuple[str, str], ...] = ()
    shows_paths: bool = False
    effort: Effort = _NOTHING

    def before(self, box: str) -> list[str]:
        """Return the names of the boxes from which an arrow leads to this one."""
        return self._names(source for source, target in self.graph.arrows if target == box)

    def after(self, box: str) -> list[str]:
        """Return the names of the boxes to which an arrow leads from this one."""
        return self._names(target for source, target in self.graph.arrows if source == box)

    def _names(self, wanted: Iterable[str]) -> list[str]:
        names = {box.id: box.name for box in self.graph.boxes}
        return [names[identifier] for identifier in wanted]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of the review with its answer, in words, and what it cost."""

    question: str
    answer: str
    effort: Effort


@dataclass(frozen=True)
class Review(Shown):
    """The review of a snapshot. `findings` are all, the worst first; `outside` is how complete
    those about the outside are, `undecided` what is unknown besides, and
    `disputed_besides` what other readings of disputed points would allow besides.
    """

    title: str
    snapshot: model.Snapshot
    findings: tuple[Finding, ...]
    outside: Findings
    undecided: tuple[Gap, ...]
    checked: tuple[Checked, ...]
    maps: tuple[Map, ...]
    asked: tuple[Asked, ...]
    disputed_besides: tuple[Gap, ...] = ()

    @property
    def open(self) -> tuple[Finding, ...]:
        """The findings that nobody intends or accepted."""
        return tuple(finding for finding in self.findings if finding.is_open)

    @property
    def suppressed(self) -> tuple[Finding, ...]:
        """The findings that somebody answers for."""
        return tuple(finding for finding in self.findings if not finding.is_open)

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What is assumed throughout."""
        return self.outside.assumptions

    @property
    def assumed_besides(self) -> tuple[str, ...]:
        """What single invariants assume besides."""
        found = dict.fromkeys(text for item in self.checked for text in item.answer.assumptions)
        return tuple(text for text in found if text not in self.assumptions)

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What is unknown."""
        becoming = (
            Gap(role, f"callers {drawn.title}", reason)
            for drawn in self.maps
            for role, reason in drawn.open
        )
        return (*self.outside.gaps, *self.undecided, *becoming)

    @property
    def disputed(self) -> tuple[Gap, ...]:
        """Where more may be allowed under other readings of disputed points."""
        return (*self.outside.disputed, *self.disputed_besides)

    @property
    def is_undecided(self) -> bool:
        """Whether something that was asked is unknown."""
        return bool(self.gaps) or any(item.status is Status.UNKNOWN for item in self.checked)

    def count(self, severity: Severity) -> int:
        """Return how many findings of a severity are open."""
        return Counter(finding.severity for finding in self.open)[severity]

    @property
    def accounts(self) -> dict[str, str | None]:
        """The names of the accounts of the zone of trust, by id."""
        known = {account.id: account.name for account in self.snapshot.accounts.values()}
        return {**dict.fromkeys(sorted(self.snapshot.zone.accounts)), **known}


def accounts_of(finding: Finding) -> Iterator[str]:
    """Yield the accounts whose resources a finding is about, each once."""
    yield from dict.fromkeys(exposure.account for exposure in finding.exposures)
