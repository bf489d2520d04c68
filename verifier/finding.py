"""What is found in a snapshot without a question: each finding a sentence with a replayed witness.

A finding generalises: a class of callers, what they may do, on which resources, under which
conditions. Together the findings cover every request from outside that is allowed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import Enum, StrEnum

from verifier.shown import Shown
from verifier.verdict import Cause, Dependence, Effort, Hop, Proviso, Verdict


class Severity(Enum):
    """How bad it is; the rules stand in docs/findings.md."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return tuple(Severity).index(self)


class Kind(StrEnum):
    """What findings are about. `Finding.kind` is a text, so that other kinds may come."""

    PUBLIC = "public-access"
    """A policy lets anybody in: without a signature, or any AWS account."""
    EXTERNAL = "external-access"
    """A policy lets given outsiders in."""
    ROLE = "assumable-role"
    """A role can be assumed from outside."""
    SERVICE = "unguarded-service"
    """A service may act on a resource for whoever drives the service (R7.41)."""
    ESCALATION = "escalation"
    """A principal of the snapshot can become an administrator."""
    INVARIANT = "violated-invariant"
    """An invariant of `verifier check` does not hold."""


class AccessLevel(Enum):
    """What an action does, as the service authorization reference tells; the worst first."""

    PERMISSIONS = "permissions management"
    WRITE = "write"
    TAGGING = "tagging"
    READ = "read"
    LIST = "list"
    UNKNOWN = "unknown"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return tuple(AccessLevel).index(self)

    @classmethod
    def of(cls, written: str) -> AccessLevel:
        """Return the worst of the levels that the catalogue writes: `Tagging, Write`."""
        said = written.lower().split(", ")
        return next((found for found in cls if found.value in said), cls.UNKNOWN)


class WayInKind(Enum):
    """The classes of callers from outside the zone of trust (R7.82)."""

    ANYONE = "anyone"
    """Without a signature, and so everybody."""
    ANY_PRINCIPAL = "any AWS principal"
    """Whoever has an AWS account."""
    PRINCIPALS = "principals"
    """Given accounts, or given users, roles or sessions; of the snapshot in escalations."""
    ORGANIZATIONS = "organizations"
    """All accounts of given organizations, the snapshot's own where its zone leaves it out."""
    IDENTITIES = "identities"
    """Whom given identity providers vouch for."""
    SERVICES = "services"
    """Given AWS services, acting for whoever drives them."""


@dataclass(frozen=True, slots=True)
class WayIn:
    """A class of callers; `names` are ARNs, account, organization or provider ids, or services.

    `text` says who that is, as part of a sentence.
    """

    kind: WayInKind
    names: tuple[str, ...]
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Permission:
    """What one statement, or several alike, lets a way in do.

    `actions` are patterns as written, under each access level of an action that they really
    allow, and `exceptions` the actions that they name but that cannot be called. `resources` are
    patterns as written, empty where the statement is about the resource it is attached to.
    `provisos` are the conditions without which none of it is allowed, each proved.
    """

    actions: tuple[tuple[AccessLevel, tuple[str, ...]], ...]
    resources: tuple[str, ...] = ()
    provisos: tuple[Proviso, ...] = ()
    exceptions: tuple[str, ...] = ()

    @property
    def level(self) -> AccessLevel:
        """The worst access level."""
        return min((level for level, _ in self.actions), key=lambda level: level.rank)


@dataclass(frozen=True, slots=True)
class Powers:
    """What the sessions of a role can do at most, by what its policies and boundary say.

    `services` has, under each access level, the services with such actions. `becomes` are the
    roles that they may become, over chains of any length: what those can do is counted in. An
    upper bound: conditions and resources of the statements are set aside.
    """

    administrator: bool
    services: tuple[tuple[AccessLevel, tuple[str, ...]], ...]
    becomes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exposure:
    """One resource of a finding: `by` are the statements that open it, `witnesses` a replayed path
    for each permission of the finding, in its order.

    `powers` is there for roles. `fingerprint` follows the resource from run to run, whatever
    other resources join the finding.
    """

    resource: str
    account: str
    by: tuple[Cause, ...]
    witnesses: tuple[tuple[Hop, ...], ...]
    fingerprint: str
    powers: Powers | None = None


@dataclass(frozen=True, slots=True)
class Suppression:
    """An `[[intended]]` entry of snapshot.toml that covers a finding, wholly or in part.

    `owner` answers for it, and `reason` says why; `expires` is the first day on which it no longer
    counts. `place` is `file:line` of the entry.
    """

    owner: str
    reason: str
    expires: date | None
    place: str


@dataclass(frozen=True, slots=True)
class Closing:
    """A change that closes a finding, in words.

    `still` is what was answered when the policies were asked about again with the change made: no
    where nothing is left of what the finding says, yes where others allow it all the same. None
    where that was not asked.
    """

    text: str
    still: Verdict | None = None

    @property
    def is_proved(self) -> bool:
        """Whether the change was shown to close the finding."""
        return self.still is Verdict.NO

    @property
    def told(self) -> str:
        """What came of asking again, in words."""
        return _STILL[self.still]

    def __str__(self) -> str:
        return self.text if self.is_proved else f"{self.text} ({self.told})"


_STILL: dict[Verdict | None, str] = {
    Verdict.NO: "asked again: closed",
    Verdict.YES: "not enough alone: other statements allow it, too",
    Verdict.UNKNOWN: "whether that is enough is unknown",
    None: "not asked again",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at; `sentence` says it all in one.

    `kind` is one of `Kind`, or another text. `closes` are changes each of which closes it, so far
    as asking again has shown.
    `suppressions` are the intentions that cover all of it: then it is not open. `exceeded` are
    those that cover a part: the witnesses shown are outside of them. `expired` no longer count.
    Under other readings of the disputed points that it `depends_on`, it is closed, or unknown.
    `fingerprint` depends on the way in, the kind, the resources and what the statements say, and
    not on where they stand.
    """

    kind: str
    severity: Severity
    who: WayIn
    sentence: str
    permissions: tuple[Permission, ...]
    exposures: tuple[Exposure, ...]
    closes: tuple[Closing, ...]
    fingerprint: str
    notes: tuple[str, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    exceeded: tuple[Suppression, ...] = ()
    expired: tuple[Suppression, ...] = ()
    depends_on: tuple[Dependence, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether nobody intends it."""
        return not self.suppressions

    @property
    def resources(self) -> tuple[str, ...]:
        """The ARNs of all resources that it is about."""
        return tuple(exposure.resource for exposure in self.exposures)

    @property
    def witness(self) -> tuple[Hop, ...]:
        """A replayed path of the worst permission, nothing where there is none to show."""
        return next((path for item in self.exposures for path in item.witnesses), ())


@dataclass(frozen=True, slots=True)
class Gap:
    """A resource of which it is unknown whether requests of `who` are allowed that no finding
    covers; `reason` says what is open.
    """

    resource: str
    who: str
    reason: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """The proof that nothing is missing: `resources` and `roles` that were looked at, `proved`
    the questions that the solver refuted, `by_matching` what no statement offers to begin with.
    """

    roles: int
    resources: int
    proved: int
    by_matching: int


@dataclass(frozen=True)
class Findings(Shown):
    """All findings of a snapshot, the worst first, and how complete they are.

    `gaps` are what is unknown; without any, every request from outside that is allowed is covered
    by a finding. `unused` names intentions that match nothing; `disputed` is where more may be open
    if AWS means something else by what its documentation leaves disputed.
    """

    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]
    coverage: Coverage
    assumptions: tuple[str, ...]
    effort: Effort
    remarks: tuple[str, ...] = field(default=())
    unused: tuple[str, ...] = field(default=())
    disputed: tuple[Gap, ...] = field(default=())

    @property
    def open(self) -> tuple[Finding, ...]:
        """The findings that nobody intends."""
        return tuple(finding for finding in self.findings if finding.is_open)

    @property
    def suppressed(self) -> tuple[Finding, ...]:
        """The findings that somebody answers for."""
        return tuple(finding for finding in self.findings if not finding.is_open)

    @property
    def verdict(self) -> Verdict:
        """Yes if a finding is open, else unknown if there is a gap, else no."""
        if self.open:
            return Verdict.YES
        return Verdict.UNKNOWN if self.gaps else Verdict.NO
