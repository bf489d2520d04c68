"""A path as one formula: its hops share what outlives a hop, so one choice must satisfy all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import chain
from types import MappingProxyType

from iam_smt.credentials import Chain
from iam_smt.keys import Key, known
from iam_smt.model import Model
from iam_smt.principals import Kind
from iam_smt.terms import FALSE, Term, conjunction, disjunction, implies
from iam_smt.texts import StringVariable
from verifier import facts
from verifier.compile.authorization import Authorization
from verifier.compile.callers import Caller, under_name
from verifier.compile.calls import Call
from verifier.compile.roots import ASSUME_ROOT, root_session, root_target, task_arn
from verifier.compile.targets import Target, role_target
from verifier.queries.deputies import driven_from_outside
from verifier.queries.hops import DecodedHop
from verifier.queries.made_sessions import assume_keys, is_certified, made_session
from verifier.queries.steps import Other, Step, others_of
from verifier.queries.world import World
from verifier.snapshot.model import Role

ASSUME_ROLE = {
    Kind.SAML: "sts:AssumeRoleWithSAML",
    Kind.OIDC: "sts:AssumeRoleWithWebIdentity",
}


Given = Mapping[str, Key]
"""Condition keys that a call itself fixes, by name in lower case."""

NOTHING_GIVEN: Given = MappingProxyType({})


class Path:
    """Hops from a caller through roles; `term` holds iff all of them are allowed together.

    `begins` says that the caller is the one the question is about, not a session on the way.
    """

    def __init__(self, world: World, caller: Caller, chain: Chain, *, begins: bool = False) -> None:
        self.world = world
        self.chain = chain
        self._begins = begins
        self._steps: list[Step] = []
        self._term: Term | None = None
        self.caller = caller

    def assume(
        self,
        role: Role,
        given: Given = NOTHING_GIVEN,
        alongside: tuple[str, ...] = (),
        arn: StringVariable | None = None,
        *,
        free_tags: bool = False,
    ) -> Path:
        """Let the caller at the end of the path assume `role`, and go on as its session.

        The trust policy must allow what is `alongside`, too. `arn` is the role's where it is open;
        with `free_tags` the role may have any.
        """
        label, before = self._next, self.caller
        action = ASSUME_ROLE.get(before.principal.kind, "sts:AssumeRole")
        keys = assume_keys(self.world, self.chain, before, label, action)
        target = role_target(self.world.snapshot, role)
        if free_tags:
            target = replace(target, tags=None)
        if arn is not None:
            target = replace(target, resource=arn, known=False)
        call = self.world.call(label, before, action, target, keys, given)
        self._add(Step(call, role, alongside))
        session = f"session {len(self._steps)}"
        self.caller = made_session(self.world, self.chain, call, keys, role, session)
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
        asks = facts.TRUST_ACTIONS if is_certified(self.caller) else facts.ASSUME_ACTIONS
        keys = None
        if action.lower() in asks:
            keys = assume_keys(self.world, self.chain, self.caller, label, action)
        call = self.world.call(label, self.caller, action, target, keys, given)
        others = tuple(others)
        given_others = (
            (Other(self.world.call(f"{label}.{number}", self.caller, *one[:2], given=one[2])),)
            for number, one in enumerate(others, 1)
        )
        asked = frozenset(one[0] for one in others)
        self._add(Step(call, others=(*given_others, *others_of(self.world, call, asked))))
        return self

    def _assume_root(self, target: Target) -> None:
        """Let the caller at the end of the path go on as the root user of the target's account,
        for its task (R7.71).
        """
        snapshot, account = self.world.snapshot, str(target.owner)
        root = root_target(snapshot, account)
        given = {"sts:taskpolicyarn": known(task_arn(root.shape.split(":")[1], target.task))}
        call = self.world.call(self._next, self.caller, ASSUME_ROOT, root, given=given)
        self._add(Step(call))
        label = f"session {len(self._steps)}"
        self.caller = root_session(snapshot, account, target.task, label, self.chain)

    @property
    def _next(self) -> str:
        return f"hop {len(self._steps) + 1}"

    def _add(self, step: Step) -> None:
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
        return [step.decode(model, self.world.snapshot) for step in self._steps]
