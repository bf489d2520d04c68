"""What is answered: yes with a witness, no with its reasons, unknown with what would settle it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from verifier.disputes import Meeting
from verifier.errors import UndecidedError
from verifier.policy.syntax import Condition
from verifier.question import Question
from verifier.request import Request
from verifier.shown import Shown


class Verdict(Enum):
    """The three answers; an unknown is never folded into yes or no."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    def __bool__(self) -> bool:
        if self is Verdict.UNKNOWN:
            raise UndecidedError("the answer is unknown: it is neither yes nor no")
        return self is Verdict.YES


@dataclass(frozen=True, slots=True)
class Cause:
    """A statement that takes part in a decision; `place` is `file:line:column` where known."""

    policy: str
    statement: str
    effect: str
    place: str

    def __str__(self) -> str:
        return f"{self.policy}, statement {self.statement}" if self.statement else self.policy


@dataclass(frozen=True, slots=True)
class Hop:
    """One request of a path, concrete and replayed by the evaluator.

    `chosen` are the condition keys that the caller had to choose for it to be allowed;
    `requires` are permissions that the same call needs besides (R6.61); `by` are the statements
    that allow it. `known` says whether the snapshot lists the resource; `does` what the call
    changes for those that come after it.
    """

    request: Request
    chosen: tuple[str, ...]
    requires: tuple[str, ...]
    by: tuple[Cause, ...]
    known: bool = True
    does: str = ""

    @property
    def principal(self) -> str:
        """The ARN or name of the caller."""
        return self.request.principal.name

    @property
    def action(self) -> str:
        """The action, as AWS spells it."""
        return self.request.action

    @property
    def resource(self) -> str:
        """The ARN of the resource, `*` for an action without a resource type."""
        return self.request.resource

    @property
    def context(self) -> dict[str, tuple[str, ...]]:
        """The whole context of the request, by lower-cased key."""
        return dict(self.request.context)


@dataclass(frozen=True, slots=True)
class Barrier:
    """Why `who` gets no further: what stops `what` (roles to become, resources to act on), and the
    statements that do.
    """

    who: str
    what: tuple[str, ...]
    stops: str
    causes: tuple[Cause, ...] = ()


@dataclass(frozen=True, slots=True)
class Proviso:
    """A condition entry that must hold, or must not, in request number `hop` of every such path."""

    condition: Condition
    holds: bool
    hop: int


@dataclass(frozen=True, slots=True)
class Extent:
    """The resources of one account that an action is allowed on.

    `patterns`, as policies write them, cover all of them, and a request on each was replayed;
    `exceptions` are like the patterns, but were proved to be none.
    """

    account: str
    patterns: tuple[str, ...]
    exceptions: tuple[str, ...] = ()


class MissKind(Enum):
    """What would have to be otherwise for a no to be a yes, the nearest first."""

    CONDITION = "condition"
    DENY = "deny"
    BOUNDARY = "permissions boundary"
    ENDPOINT = "VPC endpoint policies"
    SCPS = "service control policies"
    RCPS = "resource control policies"
    PERMISSION = "permission"
    ADMISSION = "policy of the resource"
    GOAL = "permission to do it"


@dataclass(frozen=True, slots=True)
class Miss:
    """What alone would turn a no into a yes, shown by a `witness`.

    By `kind`: `statement` no longer asks for `dropped`; it is gone; policies of a type do not bind
    `who`, a principal or an account; `who` is allowed `action` on `resource`, or is admitted to it
    by the policy of `resource`.
    """

    kind: MissKind
    statement: Cause
    witness: tuple[Hop, ...]
    dropped: Proviso | None = None
    who: str = ""
    action: str = ""
    resource: str = ""


@dataclass(frozen=True, slots=True)
class Margin:
    """How far an answer is from turning, as far as it was looked at.

    A yes is a no without any of the sets of statements in `closes`; all sets that do that have
    `at_least` so many statements, so that those with no more are smallest ones. A no would be a
    yes with any of `misses`, nearest first. The question was asked again `asked` times; `stopped`
    says why not more often, "" where nothing was left to ask.
    """

    closes: tuple[tuple[Cause, ...], ...] = ()
    at_least: int = 0
    misses: tuple[Miss, ...] = ()
    asked: int = 0
    stopped: str = ""

    @property
    def is_smallest(self) -> bool:
        """Whether the sets that close a yes were proved to be smallest ones."""
        return bool(self.closes) and len(self.closes[0]) <= self.at_least


@dataclass(frozen=True, slots=True)
class Dependence:
    """Disputed points on which an answer depends, all of these together.

    `answers` has readings of the points with the answer under them, its own readings first.
    """

    points: tuple[str, ...]
    answers: tuple[tuple[tuple[str, ...], str], ...]

    def __str__(self) -> str:
        told = []
        for names, answer in self.answers:
            quoted = " and ".join(f'"{name}"' for name in names)
            told.append(f"under {quoted} {answer}")
        return f"{' and '.join(self.points)}: {'; '.join(told)}"


@dataclass(frozen=True, slots=True)
class Way:
    """The answer for one class of callers.

    A yes has a `witness`, and `provisos`, on which it depends where the witness goes; a no has
    `barriers`, and `reached`, the roles that can be become; an unknown has a `reason`. An unknown
    that would be a yes if the snapshot showed some things has them as `needs`, and a witness.
    `what` is the role where the question is whom somebody can become, the action where it is what
    somebody can do. In lists there are several ways where conditions differ, and `extents` say what
    each allows to act on, unless there was too much to look at. `margin` is how far the answer is
    from turning, where that was asked for. `met` are readings of disputed points that were asked
    about; on some the verdict may depend.
    `whose` says who of the callers can take the path of a yes, where they can be told apart.
    """

    who: str
    verdict: Verdict
    witness: tuple[Hop, ...] = ()
    barriers: tuple[Barrier, ...] = ()
    reached: tuple[str, ...] = ()
    reason: str = ""
    provisos: tuple[Proviso, ...] = ()
    needs: tuple[str, ...] = ()
    what: str = ""
    extents: tuple[Extent, ...] = ()
    whose: str = ""
    margin: Margin | None = None
    met: frozenset[Meeting] = frozenset()
    depends_on: tuple[Dependence, ...] = ()

    @property
    def closes(self) -> tuple[tuple[Cause, ...], ...]:
        """The sets of statements without each of which a yes is a no, where that was asked for."""
        return self.margin.closes if self.margin else ()

    @property
    def misses(self) -> tuple[Miss, ...]:
        """The single changes that would make a no a yes, where that was asked for."""
        return self.margin.misses if self.margin else ()

    def under(self, points: tuple[str, ...], names: tuple[str, ...]) -> Way:
        """Return the way with its verdict under readings of some points."""
        answers = (dict(item.answers) for item in self.depends_on if item.points == points)
        verdict = next((found[names] for found in answers if names in found), None)
        return self if verdict is None else replace(self, verdict=Verdict(verdict))


@dataclass(frozen=True, slots=True)
class Effort:
    """What an answer cost."""

    seconds: float
    questions: int
    edges: int


@dataclass(frozen=True)
class Answer(Shown):
    """The answer to a question: one `Way` for each class of callers that it asks about.

    Yes if some way is, else unknown if some way is, else no. `readings` has how disputed points
    were read, by point, where not by default; `zone` the accounts of the zone of trust with their
    names, None where they are not known. `margin` is how far all classes together are from no,
    where that was asked for and several are a yes.
    """

    question: Question
    ways: tuple[Way, ...]
    assumptions: tuple[str, ...]
    effort: Effort
    remarks: tuple[str, ...] = field(default=())
    readings: Mapping[str, str] = field(default_factory=dict)
    zone: Mapping[str, str | None] = field(default_factory=dict, repr=False)
    margin: Margin | None = None

    @property
    def verdict(self) -> Verdict:
        """The verdict over all ways."""
        verdicts = {way.verdict for way in self.ways}
        for verdict in (Verdict.YES, Verdict.UNKNOWN):
            if verdict in verdicts:
                return verdict
        return Verdict.NO

    @property
    def yes(self) -> bool:
        """Whether it can; raises `UndecidedError` if that is unknown."""
        return bool(self.verdict)

    @property
    def no(self) -> bool:
        """Whether it cannot; raises `UndecidedError` if that is unknown."""
        return not self.verdict

    @property
    def unknown(self) -> bool:
        """Whether neither was shown."""
        return self.verdict is Verdict.UNKNOWN

    @property
    def depends_on(self) -> tuple[Dependence, ...]:
        """The disputed points on which some way depends, each with its answers."""
        return tuple(dict.fromkeys(item for way in self.ways for item in way.depends_on))

    @property
    def witness(self) -> tuple[Hop, ...]:
        """The shortest witness of a yes, else nothing."""
        found = [way.witness for way in self.ways if way.verdict is Verdict.YES]
        return min(found, key=len, default=())

    def __bool__(self) -> bool:
        return self.yes

    def __iter__(self) -> Iterator[Way]:
        """Iterate over the ways whose verdict is yes or unknown."""
        return (way for way in self.ways if way.verdict is not Verdict.NO)
