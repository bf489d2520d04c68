"""What an entry brings where it was carried out: somebody to act as, or changes."""

from __future__ import annotations

from functools import partial

from iam_smt.credentials import Chain
from iam_smt.principals import Kind
from verifier.compile.callers import Caller, root_caller
from verifier.escalation.actors import Actor
from verifier.escalation.bindings import Binding, made
from verifier.escalation.changes import Change
from verifier.escalation.entities import account_of
from verifier.escalation.scene import Scene
from verifier.escalation.table import Effect, Primitive
from verifier.queries.accountless import provider_start
from verifier.queries.origins import Start
from verifier.snapshot.model import Snapshot


def actor(scene: Scene, primitive: Primitive, binding: Binding) -> Actor | None:
    """Return whom an entry lets the caller act as, None if it changes something instead.

    Whoever makes a service run something with a role acts as the role (R7.54).
    """
    match primitive.effect:
        case Effect.BECOMES_USER:
            return _limited(primitive, binding.target)
        case Effect.BECOMES_ROLE if binding.target and binding.target == scene.controls:
            key, account = binding.target, account_of(binding.role)
            return Actor(key, account, binding.role, by_service=True)
        case Effect.BECOMES_ROLE:
            return _limited(primitive, binding.role, by_service=True)
        case Effect.ASSUMES_ROLE:
            return _limited(primitive, binding.target)
        case Effect.IDENTITIES:
            return Actor(binding.target, "", start=provider_start(binding.target))
        case Effect.ROOT:
            account = account_of(binding.target)
            start = Start(Kind.ROOT, partial(_root, scene.state.snapshot, account))
            return Actor(binding.target, account, start=start)
    return None


def _limited(primitive: Primitive, arn: str, *, by_service: bool = False) -> Actor:
    key = f"{arn} for {', '.join(primitive.only)}" if primitive.only else arn
    return Actor(key, account_of(arn), arn, only=primitive.only, by_service=by_service)


def _root(snapshot: Snapshot, account: str, chain: Chain) -> Caller:
    partition = snapshot.accounts[account].partition
    return root_caller(snapshot, account, partition, "root", chain)


def change(scene: Scene, primitive: Primitive, binding: Binding) -> Change:
    """Return what an entry changes."""
    arn = made(primitive, scene.partition(binding.account), binding.account)
    if arn:
        return Change(primitive.effect, arn, binding.policy)
    match primitive.effect:
        case Effect.OTHER_VERSION:
            return Change(primitive.effect, binding.target, version=binding.policy)
        case Effect.PROFILE:
            profile = f"{binding.role.replace(':role/', ':instance-profile/', 1)}"
            return Change(primitive.effect, binding.role, profile)
    return Change(primitive.effect, binding.target, binding.policy)
