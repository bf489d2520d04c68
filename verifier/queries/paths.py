"""A path as one formula: its hops share what outlives a hop, so one choice must satisfy all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from types import MappingProxyType

from iam_smt.assume_role import AssumeRoleKeys, ChainedSession
from iam_smt.credentials import Chain, keeps_claim
from iam_smt.keys import ABSENT, Key, SingleKey, known
from iam_smt.model import Model
from iam_smt.principals import FEDERATED_KINDS, Kind
from iam_smt.service_sessions import ServiceSession
from iam_smt.terms import FALSE, TRUE, Flag, Term, both, conjunction, disjunction, implies
from iam_smt.texts import StringVariable
from verifier import facts
from verifier.compile.callers import Caller, session_caller, symbolic_tags, under_name
from verifier.compile.calls import Authorization, Call
from verifier.compile.foreign_keys import OfCall
from verifier.compile.roots import ASSUME_ROOT, root_session, root_target, task_arn
from verifier.compile.targets import Target, role_target
from verifier.queries.besides import besides
from verifier.queries.deputies import driven_from_outside
from verifier.queries.hops import DecodedHop, Replayable
from verifier.queries.world import World
from verifier.request import Request
from verifier.semantics.leanings import DoubleTags
from verifier.snapshot.model import Role, Snapshot

ASSUME_ROLE = {
    Kind.SAML: "sts:AssumeRoleWithSAML",
    Kind.OIDC: "sts:AssumeRoleWithWebIdentity",
}


Given = Mapping[str, Key]
"""Condition keys that a call itself fixes, by name in lower case."""

NOTHING_GIVEN: Given = MappingProxyType({})

_HANDING_ON = "whether `sts:TagSession` must be allowed for tags that are only handed on (X-23)"


@dataclass(frozen=True, slots=True)
class _Other:
    """An authorization that a call needs besides, if it is `chosen` among those that would do."""

    call: Call
    chosen: Term = TRUE
    when: Callable[[Call], Term] | None = None

    def condition(self, main: Call) -> Term:
        """Return a term that holds iff it must be allowed."""
        return self.chosen if self.when is None else both(self.chosen, self.when(main))


@dataclass(frozen=True, slots=True)
class _Step:
    """One call of a path, with the role that it assumes and what it needs besides: permissions on
    the same target (`alongside`), and authorizations of their own (`others`, R6.60, R6.61): of
    each group one.
    """

    call: Call
    role: Role | None = None
    alongside: tuple[str, ...] = ()
    others: tuple[tuple[_Other, ...], ...] = ()

    def needs(self) -> Iterator[tuple[Call, str | None, Term]]:
        """Yield what the call needs besides, and when it does."""
        for action in self.alongside:
            yield self.call, action, TRUE
        if self.call.assume is not None:
            yield self.call, "sts:TagSession", self.call.assume.needs_tag_session
            yield self.call, "sts:SetSourceIdentity", self.call.assume.carries_identity
        for other in chain(*self.others):
            yield other.call, None, other.condition(self.call)


class Path:
    """Hops from a caller through roles; `term` holds iff all of them are allowed together.

    `begins` says that the caller is the one the question is about, not a session on the way.
    """

    def __init__(self, world: World, caller: Caller, chain: Chain, *, begins: bool = False) -> None:
        self.world = world
        self.chain = chain
        self._begins = begins
        self._steps: list[_Step] = []
        self._term: Term | None = None
        self.caller = caller

    def assume(
        self,
        role: Role,
        given: Given = NOTHING_GIVEN,
        alongside: tuple[str, ...] = (),
        arn: StringVariable | None = None,
    ) -> Path:
        """Let the caller at the end of the path assume `role`, and go on as its session.

        The trust policy must allow what is `alongside`, too. `arn` is the role's where it is open.
        """
        label = self._next
        before = self.caller
        kind = before.principal.kind
        action = ASSUME_ROLE.get(kind, "sts:AssumeRole")
        keys = self._assume_keys(label, action)
        service = before.principal.provider if kind is Kind.SERVICE else None
        target = role_target(self.world.snapshot, role)
        if arn is not None:
            target = replace(target, resource=arn, known=False)
        call = self.world.call(label, before, action, target, keys, given)
        self._add(_Step(call, role, alongside))
        session, reading = f"session {len(self._steps)}", self.world.readings.of("X-14")
        credentials = ChainedSession(
            session,
            self.chain,
            keys,
            before.credentials,
            symbolic_tags(role.tags, session, self.world.readings.of("X-12")),
            call.clock,
            by=kind,
            provider=_provider(before, session, reading),
            claims=lambda name: _kept_claim(call, name),
            by_service=ServiceSession(session, [service]) if service else None,
            shows_mfa=None if reading == "any" else reading == "older",
        )
        self.caller = session_caller(
            self.world.snapshot, role, session, credentials, keys.session_name
        )
        if arn is not None:
            self.caller = under_name(self.caller, arn)
        return self

    def ask(
        self,
        action: str,
        target: Target,
        given: Given = NOTHING_GIVEN,
        others: Iterable[tuple[str, Target, Given]] = (),
    ) -> Path:
        """Let the caller at the end of the path call `action` on `target`.

        `others` are what the same call must be authorized for besides, beyond what any such call
        must (R6.60, R6.61).
        """
        if target.task:
            self._assume_root(target)
        label = self._next
        asks = facts.TRUST_ACTIONS if self._is_certified else facts.ASSUME_ACTIONS
        keys = self._assume_keys(label, action) if action.lower() in asks else None
        call = self.world.call(label, self.caller, action, target, keys, given)
        others = tuple(others)
        given_others = (
            (_Other(self.world.call(f"{label}.{number}", self.caller, *one[:2], given=one[2])),)
            for number, one in enumerate(others, 1)
        )
        asked = frozenset(one[0] for one in others)
        self._add(_Step(call, others=(*given_others, *self._besides(call, asked))))
        return self

    def _assume_root(self, target: Target) -> None:
        """Let the caller at the end of the path go on as the root user of the target's account,
        for its task (R7.71).
        """
        snapshot, account = self.world.snapshot, str(target.owner)
        root = root_target(snapshot, account)
        given = {"sts:taskpolicyarn": known(task_arn(root.shape.split(":")[1], target.task))}
        call = self.world.call(self._next, self.caller, ASSUME_ROOT, root, given=given)
        self._add(_Step(call))
        label = f"session {len(self._steps)}"
        self.caller = root_session(snapshot, account, target.task, label, self.chain)

    def _besides(self, call: Call, asked: frozenset[str]) -> Iterator[tuple[_Other, ...]]:
        """Yield what any such call must be authorized for besides, but for what was asked for."""
        needs = besides(self.world.snapshot, call.caller, call.action, call.target)
        for place, need in enumerate(needs):
            if need.action in asked:
                continue
            service = call.action.partition(":")[0]
            is_same = need.action.startswith(f"{service}:")
            shared = OfCall(call.context, need.passes_tags, is_same)
            group: list[_Other] = []
            for number, target in enumerate(need.targets):
                label = f"{call.label}, {need.action} {place}.{number}"
                flag: Term = TRUE if len(need.targets) == 1 else Flag(f"{label} is chosen")
                other = self.world.call(
                    label, call.caller, need.action, target, None, need.given, shared
                )
                group.append(_Other(other, flag, need.when))
            yield tuple(group)

    def _assume_keys(self, label: str, action: str) -> AssumeRoleKeys:
        """Return the keys with which the caller at the end of the path asks for a session."""
        readings, credentials = self.world.readings, self.caller.credentials

        def handing_needs() -> Term:
            if readings.says("X-23", "needed"):
                return TRUE
            if readings.says("X-23", "passed"):
                return FALSE
            return Flag(f"{label} {_HANDING_ON}", _HANDING_ON)

        return AssumeRoleKeys(
            label, self.chain, credentials, action, handing_needs, certificate=self._is_certified
        )

    @property
    def _is_certified(self) -> bool:
        """Whether the caller holds a certificate, whose tags and subject come with each call of
        IAM Roles Anywhere (R7.1).
        """
        return self.caller.principal.provider == facts.ROLES_ANYWHERE

    @property
    def _next(self) -> str:
        return f"hop {len(self._steps) + 1}"

    def _add(self, step: _Step) -> None:
        self._steps.append(step)
        self._term = None

    @property
    def length(self) -> int:
        """How many calls the path has."""
        return len(self._steps)

    def calls(self) -> list[Call]:
        """Return everything that must be authorized, each as a call."""
        others = (other.call for step in self._steps for other in chain(*step.others))
        return [*(step.call for step in self._steps), *others]

    @property
    def first(self) -> Call:
        """The first call of the path."""
        return self._steps[0].call

    @property
    def last(self) -> Call:
        """The last call of the path."""
        return self._steps[-1].call

    @property
    def is_direct(self) -> bool:
        """Whether the one whom the question is about makes the only call."""
        return self._begins and len(self._steps) == 1 and self._steps[0].role is None

    def missing(self) -> list[str]:
        """Return what the last call needs besides that cannot be allowed (R6.60, R6.61)."""
        step = self._steps[-1]
        return [
            f"{group[0].call.action} on {group[0].call.target.label}"
            for group in step.others
            if group[0].condition(step.call) is not FALSE
            and all(
                self.world.is_refuted(other.call.authorization().term(), other.call.axioms())
                for other in group
            )
        ]

    def authorizations(self) -> list[Authorization]:
        """Return what authorizes each call."""
        return [step.call.authorization() for step in self._steps]

    def term(self) -> Term:
        """Return a term that holds iff every call is allowed, and all of them can be made."""
        if self._term is None:
            self._term = self._whole()
        return self._term

    def _whole(self) -> Term:
        terms = [step.call.authorization().term() for step in self._steps]
        if any(term is FALSE for term in terms):
            return FALSE
        return conjunction([*terms, self.surroundings()])

    def surroundings(self) -> Term:
        """Return a term that holds iff the calls can be made as the question demands, whatever
        the policies say of them.
        """
        terms = self._needs()
        terms += [
            self.world.limits.term(step.call, first=self._begins and number == 0)
            for number, step in enumerate(self._steps)
        ]
        terms += [
            disjunction(other.chosen for other in group)
            for step in self._steps
            for group in step.others
        ]
        calls = self.calls()
        if self._begins and calls and calls[0].caller.is_deputy:
            terms.append(driven_from_outside(self.world, calls[0]))
        for call in calls:
            call.note()
        # What is true of one call may ask of another what nothing asked before.
        for _ in range(2 if self.chain.tags_matter else 1):
            axioms = [call.axioms() for call in calls]
        return conjunction([*terms, *axioms])

    def _needs(self) -> list[Term]:
        """Return that whatever a call needs besides is allowed too (R7.16, R7.64).

        A statement may ask about tags or identities that nothing asked about before, so that the
        needs are gathered until no more come up.
        """
        while True:
            before = self.chain.matters
            needs = [
                implies(condition, call.authorization(action).term())
                for step in self._steps
                for call, action, condition in step.needs()
            ]
            if before == self.chain.matters:
                return needs

    def decode(self, model: Model) -> list[DecodedHop]:
        """Return the requests that a model describes."""
        hops: list[DecodedHop] = []
        for step in self._steps:
            chosen = step.call.chosen(model)
            assume = step.call.assume
            handing = assume is not None and model.holds(assume.hands_tags_on)
            others = tuple(
                self._replayable(call, model, action)
                for call, action, condition in step.needs()
                if model.holds(condition) or (handing and model.leaves_open(condition))
            )
            main = self._replayable(step.call, model, None)
            kept = tuple(sorted(chosen & main.request.context.keys()))
            known = step.call.target.known
            hops.append(DecodedHop(main, others, kept, step.role, known, handing))
        return hops

    def _replayable(self, call: Call, model: Model, action: str | None) -> Replayable:
        request = call.decode(model, action)
        policies = call.authorization(action).policies
        through = request.context.get("aws:sourcevpce", ("",))[0]
        endpoint = self.world.snapshot.endpoints.get(through)
        if endpoint is not None:
            policies = replace(policies, endpoint=endpoint)
        twice = _doubled(self.world.snapshot, call, request)
        return Replayable(request, policies, twice, call.caller.credentials.by_user)


def _provider(caller: Caller, session: str, reading: str) -> SingleKey:
    """Return the key of the identity provider in the session that a caller makes: one by SAML
    carries it or not, by the reading of X-14 (R5.22).
    """
    name = caller.principal.provider
    if name is None or caller.principal.kind not in FEDERATED_KINDS:
        return ABSENT
    if caller.principal.kind is Kind.OIDC or reading == "older":
        return known(name)
    if reading == "current":
        return ABSENT
    return SingleKey(Flag(f"{session} has aws:federatedprovider"), name)


def _doubled(snapshot: Snapshot, call: Call, request: Request) -> DoubleTags:
    """Return the tags of caller and resource, among those that the request shows, whose keys differ
    only in case (X-12).
    """
    arn = request.principal.arn or ""
    caller = snapshot.user(arn) or snapshot.role(arn)
    own = caller.tags if caller else {}
    found: dict[str, tuple[str, ...]] = {}
    for key in request.context:
        prefix, _, name = key.partition("/")
        tags = own if prefix == "aws:principaltag" else call.target.tags or {}
        if prefix.endswith("tag") and prefix != "aws:requesttag" and len(tags.get(name, ())) > 1:
            found[key] = tags[name]
    return found


def _kept_claim(call: Call, name: str) -> Key | None:
    """Return a claim of the federated identity that stays in its session."""
    principal = call.caller.principal
    if principal.kind not in FEDERATED_KINDS or not keeps_claim(name, [principal.provider or ""]):
        return None
    return call.context.key(name)
