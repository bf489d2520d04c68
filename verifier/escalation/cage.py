"""The boundary as a cage: the five obligations of delegated administration (R8.90)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from iam_smt.automata import exactly
from iam_smt.credentials import Chain
from iam_smt.keys import SingleKey, known
from iam_smt.terms import TRUE, Flag, Term, both, negation
from iam_smt.texts import StringVariable
from verifier import catalogue
from verifier.compile.targets import Target
from verifier.delegation import Obligation
from verifier.escalation.actors import Actor
from verifier.escalation.entities import Entities, account_of
from verifier.escalation.memory import Memory
from verifier.escalation.plans import Final
from verifier.escalation.scene import Scene
from verifier.escalation.search import Escalation
from verifier.escalation.state import State
from verifier.escalation.takeover import Takeover
from verifier.policy.principals import Everyone, FederatedUserEntry, SessionEntry, UserEntry
from verifier.policy.syntax import Effect
from verifier.queries import origins
from verifier.queries.paths import Given, Path
from verifier.queries.search import Impossible, Undecided, decoded
from verifier.queries.witness import shown
from verifier.queries.world import World
from verifier.question import Form, Question, Route, RouteKind, Whom
from verifier.snapshot.model import Role, Snapshot, User
from verifier.verdict import Hop, Verdict

_KEY = "iam:permissionsboundary"
_CONDITIONED = tuple(
    f"iam:{name}"
    for name in (
        "CreateUser",
        "CreateRole",
        "PutUserPolicy",
        "PutRolePolicy",
        "AttachUserPolicy",
        "AttachRolePolicy",
        "DeleteUserPolicy",
        "DeleteRolePolicy",
        "DetachUserPolicy",
        "DetachRolePolicy",
        "PutUserPermissionsBoundary",
        "PutRolePermissionsBoundary",
    )
)
_DELETES = ("iam:DeleteUserPermissionsBoundary", "iam:DeleteRolePermissionsBoundary")
_EDITS = (
    "iam:CreatePolicyVersion",
    "iam:DeletePolicyVersion",
    "iam:DeletePolicy",
    "iam:SetDefaultPolicyVersion",
)


Outcome = tuple[Hop, ...] | str | None
"""A call that was confirmed, why it is open whether there is one, or None: there is none."""


class Cage:
    """Checks the obligations for one administrator and one boundary, each on its own."""

    def __init__(self, world: World, administrator: User | Role, boundary: str) -> None:
        self._world = world
        self._who = administrator
        self._boundary = boundary
        self._scene = Scene(world, State(Entities(world.snapshot)))
        make = origins.user if isinstance(administrator, User) else origins.role
        self._origin = make(world, administrator)  # type: ignore[arg-type]

    def obligations(self) -> Iterator[Obligation]:
        """Yield the five obligations with what came of them."""
        name = self._boundary.rsplit("/", 1)[-1]
        outside = (self._calls(action, self._not_this()) for action in _CONDITIONED)
        yield self._checked(1, f"users and roles are made and equipped only with {name}", outside)
        deletes = (self._calls(action, ({}, TRUE)) for action in _DELETES)
        yield self._checked(2, "no boundary is deleted", deletes)
        own = self._who.boundary.arn if self._who.boundary else None
        edits = (
            self._ask(action, self._scene.target(arn), {}, TRUE)
            for arn in dict.fromkeys([self._boundary, *([own] if own else [])])
            for action in _EDITS
        )
        yield self._checked(3, "the boundary itself, and that of the administrator, stay", edits)
        yield self._on_itself()
        yield self._others()

    def _not_this(self) -> tuple[Given, Term]:
        """Return a boundary in the request, and the term that it is another one or none."""
        value = StringVariable("boundary", suggestions=("arn:aws:iam::111122223333:policy/other",))
        there = Flag("names a boundary")
        this = both(there, value.member(exactly(self._boundary)))
        return {_KEY: SingleKey(there, value)}, negation(this)

    def _calls(self, action: str, limits: tuple[Given, Term]) -> Outcome:
        kind = catalogue.resource_types(action)[0]
        return self._ask(action, self._scene.resource(self._who.account, kind), *limits)

    def _ask(self, action: str, target: Target, given: Given, limit: Term) -> Outcome:
        """Return the call of the administrator, None if it is impossible, else why it is open."""
        (start,) = self._origin.starts
        chain = Chain()
        path = Path(self._world, start.make(chain), chain, begins=True).ask(action, target, given)
        found = decoded(self._world, path, limit)
        match found:
            case Impossible():
                return None
            case Undecided(reason=reason):
                return reason
        return shown(found, self._world.readings)

    def _checked(self, number: int, title: str, outcomes: Iterable[Outcome]) -> Obligation:
        """Return an obligation that none of these calls may break; the first that does is told."""
        reasons: list[str] = []
        for outcome in outcomes:
            if isinstance(outcome, tuple):
                return Obligation(number, title, Verdict.YES, outcome)
            reasons += [outcome] if outcome else []
        verdict = Verdict.UNKNOWN if reasons else Verdict.NO
        return Obligation(number, title, verdict, reason="; ".join(dict.fromkeys(reasons)))

    def _on_itself(self) -> Obligation:
        """The administrator has a boundary, and changes its policies within obligation 1 only."""
        title = "the administrator has a boundary, and stays away from its own policies"
        own = self._who.boundary
        if own is None:
            reason = f"{self._who.arn} has no permissions boundary"
            return Obligation(4, title, Verdict.YES, reason=reason)
        kind = "User" if isinstance(self._who, User) else "Role"
        actions = [action for action in _CONDITIONED[2:] if kind in action]
        target = self._scene.target(self._who.arn)
        given: Given = {_KEY: known(own.arn)} if own.arn else {}
        limit: Term = TRUE
        if own.arn == self._boundary:
            # Within obligation 1 all but another boundary of its own.
            actions = [f"iam:Put{kind}PermissionsBoundary"]
            given, limit = self._not_this()
        outcomes = (self._ask(action, target, given, limit) for action in actions)
        return self._checked(4, title, outcomes)

    def _others(self) -> Obligation:
        """Nobody without the boundary is become, by whatever way."""
        title = "nobody without the boundary is become"
        route = Route(RouteKind.ESCALATION)
        question = Question("", Form.CAN, None, (), None, route, whom=Whom())
        entities = Entities(self._world.snapshot)
        found = Escalation(self._world, entities, Memory(), self._origin, question)
        way = found.search(self._without)
        return Obligation(5, title, way.verdict, way.witness, way.reason, way.needs)

    def _without(self, takeover: Takeover, actor: Actor) -> Iterator[Final]:
        entity = takeover.state.user(actor.entity) or takeover.state.role(actor.entity)
        caged = (
            entity is not None
            and entity.boundary is not None
            and entity.boundary.arn == self._boundary
        )
        if actor.entity != self._who.arn and not caged and actor.key not in takeover.starts:
            yield Final(actor, without=self._boundary)


def caveats(snapshot: Snapshot, account: str) -> Iterator[str]:
    """Yield the grants of an account's resources that no boundary limits (R8.91, R6.18)."""
    for resource in snapshot.resources.values():
        policy = resource.policy
        if resource.account != account or policy is None:
            continue
        for statement in policy.statements:
            entries = statement.principal.entries if statement.principal else ()
            if statement.effect is Effect.ALLOW and any(
                isinstance(entry, Everyone)
                or (
                    isinstance(entry, UserEntry | SessionEntry | FederatedUserEntry)
                    and account_of(entry.text) == account
                )
                for entry in entries
            ):
                yield f"{policy.title}, statement {statement.label}, grants past every boundary"
