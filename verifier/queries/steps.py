"""One call of a path, with what it needs besides, and how a model of it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from iam_smt.model import Model
from iam_smt.terms import TRUE, Flag, Term, both
from verifier.compile.calls import Call
from verifier.compile.foreign_keys import OfCall
from verifier.queries.besides import besides
from verifier.queries.hops import DecodedHop, Replayable
from verifier.queries.world import World
from verifier.request import Request
from verifier.semantics.leanings import DoubleTags
from verifier.snapshot.model import Role, Snapshot


@dataclass(frozen=True, slots=True)
class Other:
    """An authorization that a call needs besides, if it is `chosen` among those that would do."""

    call: Call
    chosen: Term = TRUE
    when: Callable[[Call], Term] | None = None

    def condition(self, main: Call) -> Term:
        """Return a term that holds iff it must be allowed."""
        return self.chosen if self.when is None else both(self.chosen, self.when(main))


@dataclass(frozen=True, slots=True)
class Step:
    """One call of a path, with the role that it assumes and what it needs besides: permissions on
    the same target (`alongside`), and authorizations of their own (`others`, R6.60, R6.61): of
    each group one.
    """

    call: Call
    role: Role | None = None
    alongside: tuple[str, ...] = ()
    others: tuple[tuple[Other, ...], ...] = ()

    def needs(self) -> Iterator[tuple[Call, str | None, Term]]:
        """Yield what the call needs besides, and when it does."""
        for action in self.alongside:
            yield self.call, action, TRUE
        if self.call.assume is not None:
            yield self.call, "sts:TagSession", self.call.assume.needs_tag_session
            yield self.call, "sts:SetSourceIdentity", self.call.assume.carries_identity
        for other in chain(*self.others):
            yield other.call, None, other.condition(self.call)

    def decode(self, model: Model, snapshot: Snapshot) -> DecodedHop:
        """Return the requests that a model describes."""
        chosen = self.call.chosen(model)
        assume = self.call.assume
        handing = assume is not None and model.holds(assume.hands_tags_on)
        others = tuple(
            _replayable(snapshot, call, model, action)
            for call, action, condition in self.needs()
            if model.holds(condition) or (handing and model.leaves_open(condition))
        )
        main = _replayable(snapshot, self.call, model, None)
        kept = tuple(sorted(chosen & main.request.context.keys()))
        return DecodedHop(main, others, kept, self.role, self.call.target.known, handing)


def others_of(world: World, call: Call, asked: frozenset[str]) -> Iterator[tuple[Other, ...]]:
    """Yield what any such call must be authorized for besides, but for what was asked for."""
    needs = besides(world.snapshot, call.caller, call.action, call.target)
    for place, need in enumerate(needs):
        if need.action in asked:
            continue
        service = call.action.partition(":")[0]
        is_same = need.action.startswith(f"{service}:")
        shared = OfCall(call.context, need.passes_tags, is_same)
        group: list[Other] = []
        for number, target in enumerate(need.targets):
            label = f"{call.label}, {need.action} {place}.{number}"
            flag: Term = TRUE if len(need.targets) == 1 else Flag(f"{label} is chosen")
            other = world.call(label, call.caller, need.action, target, None, need.given, shared)
            group.append(Other(other, flag, need.when))
        yield tuple(group)


def _replayable(snapshot: Snapshot, call: Call, model: Model, action: str | None) -> Replayable:
    request = call.decode(model, action)
    policies = call.authorization(action).policies
    through = request.context.get("aws:sourcevpce", ("",))[0]
    endpoint = snapshot.endpoints.get(through)
    if endpoint is not None:
        policies = replace(policies, endpoint=endpoint)
    twice = _doubled(snapshot, call, request)
    by_user, signs_in = call.caller.credentials.by_user, call.caller.signs_in
    return Replayable(request, policies, twice, by_user, signs_in)


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
