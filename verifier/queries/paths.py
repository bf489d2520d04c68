"""A path as one formula: its hops share what outlives a hop, so one choice must satisfy all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from iam_smt.assume_role import AssumeRoleKeys, ChainedSession
from iam_smt.credentials import Chain, keeps_claim
from iam_smt.keys import ABSENT, Key, SingleKey, known
from iam_smt.model import Model
from iam_smt.principals import FEDERATED_KINDS, Kind
from iam_smt.terms import FALSE, Term, conjunction, implies
from verifier.compile.callers import Caller, session_caller, symbolic_tags
from verifier.compile.calls import Authorization, Call
from verifier.compile.targets import Target, role_target
from verifier.queries.hops import DecodedHop, Replayable
from verifier.queries.world import World
from verifier.snapshot.model import Role

ASSUME_ROLE = {
    Kind.SAML: "sts:AssumeRoleWithSAML",
    Kind.OIDC: "sts:AssumeRoleWithWebIdentity",
}


class Path:
    """Hops from a caller through roles; `term` holds iff all of them are allowed together.

    `begins` says that the caller is the one the question is about, not a session on the way.
    """

    def __init__(self, world: World, caller: Caller, chain: Chain, *, begins: bool = False) -> None:
        self._world = world
        self.chain = chain
        self._begins = begins
        self._calls: list[tuple[Call, Role | None]] = []
        self._term: Term | None = None
        self.caller = caller

    def assume(self, role: Role) -> Path:
        """Let the caller at the end of the path assume `role`, and go on as its session."""
        label = f"hop {len(self._calls) + 1}"
        before = self.caller
        kind = before.principal.kind
        action = ASSUME_ROLE.get(kind, "sts:AssumeRole")
        keys = AssumeRoleKeys(label, self.chain, before.credentials, action)
        call = Call(
            label,
            before,
            action,
            role_target(self._world.snapshot, role),
            self._world.not_before,
            keys,
            self._world.snapshot.endpoints,
        )
        self._add(call, role)
        credentials = ChainedSession(
            f"session {len(self._calls)}",
            self.chain,
            keys,
            before.credentials,
            symbolic_tags(role.tags),
            by_user=kind is Kind.USER,
            provider=_provider(before),
            claims=lambda name: _kept_claim(call, name),
        )
        self.caller = session_caller(
            self._world.snapshot,
            role,
            f"session {len(self._calls)}",
            credentials,
            keys.session_name,
        )
        return self

    def ask(self, action: str, target: Target) -> Path:
        """Let the caller at the end of the path call `action` on `target`."""
        label = f"hop {len(self._calls) + 1}"
        self._add(self._world.call(label, self.caller, action, target), None)
        return self

    def _add(self, call: Call, role: Role | None) -> None:
        self._calls.append((call, role))
        self._term = None

    @property
    def last(self) -> Call:
        """The last call of the path."""
        return self._calls[-1][0]

    @property
    def is_direct(self) -> bool:
        """Whether the one whom the question is about makes the only call."""
        return self._begins and len(self._calls) == 1 and self._calls[0][1] is None

    def authorizations(self) -> list[Authorization]:
        """Return what authorizes each call."""
        return [call.authorization() for call, _ in self._calls]

    def term(self) -> Term:
        """Return a term that holds iff every call is allowed, and all of them can be made."""
        if self._term is None:
            self._term = self._whole()
        return self._term

    def _whole(self) -> Term:
        terms = [call.authorization().term() for call, _ in self._calls]
        if any(term is FALSE for term in terms):
            return FALSE
        return conjunction([*terms, self.surroundings()])

    def surroundings(self) -> Term:
        """Return a term that holds iff the calls can be made as the question demands, whatever
        the policies say of them.
        """
        terms = self._needs()
        terms += [
            self._world.limits.term(call, first=self._begins and number == 0)
            for number, (call, _) in enumerate(self._calls)
        ]
        for call, _ in self._calls:
            if call.assume is not None:
                call.assume.note_tags()
        return conjunction([*terms, *(call.axioms() for call, _ in self._calls)])

    def _needs(self) -> list[Term]:
        """Return that whatever a call needs besides is allowed too (R7.16, R7.64).

        A statement may ask about tags or identities that nothing asked about before, so that the
        needs are gathered until no more come up.
        """
        while True:
            before = self.chain.tags_matter, self.chain.identity_matters
            needs = [
                implies(condition, call.authorization(action).term())
                for call, _ in self._calls
                for action, condition in _conditions(call)
            ]
            if before == (self.chain.tags_matter, self.chain.identity_matters):
                return needs

    def decode(self, model: Model) -> list[DecodedHop]:
        """Return the requests that a model describes."""
        hops: list[DecodedHop] = []
        for call, role in self._calls:
            chosen = call.chosen(model)
            others = tuple(
                self._replayable(call, model, action)
                for action, condition in _conditions(call)
                if model.holds(condition)
            )
            main = self._replayable(call, model, None)
            kept = tuple(sorted(chosen & main.request.context.keys()))
            hops.append(DecodedHop(main, others, kept, role, call.target.known))
        return hops

    def _replayable(self, call: Call, model: Model, action: str | None) -> Replayable:
        request = call.decode(model, action)
        policies = call.authorization(action).policies
        through = request.context.get("aws:sourcevpce", ("",))[0]
        endpoint = self._world.snapshot.endpoints.get(through)
        if endpoint is not None:
            policies = replace(policies, endpoint=endpoint)
        return Replayable(request, policies)


def _conditions(call: Call) -> Iterator[tuple[str, Term]]:
    """Yield the permissions that an assume-role call may need besides, and when it does."""
    if call.assume is not None:
        yield "sts:TagSession", call.assume.passes_tags
        yield "sts:SetSourceIdentity", call.assume.carries_identity


def _provider(caller: Caller) -> SingleKey:
    name = caller.principal.provider
    return known(name) if caller.principal.kind is Kind.OIDC and name else ABSENT


def _kept_claim(call: Call, name: str) -> Key | None:
    """Return a claim of the federated identity that stays in its session."""
    principal = call.caller.principal
    provider = "saml" if principal.kind is Kind.SAML else principal.provider or ""
    if principal.kind not in FEDERATED_KINDS or not keeps_claim(name, [provider]):
        return None
    return call.context.key(name)
