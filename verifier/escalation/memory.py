"""What was decided before, for callers whom no policy tells apart and for the same one again."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar, cast

from verifier.compile.callers import Caller
from verifier.escalation.actors import Actor
from verifier.escalation.offered import names_any
from verifier.policy.attached import AttachedPolicy
from verifier.policy.syntax import Statement

T = TypeVar("T")

_OF_THE_CALLER = (
    "aws:principal",
    "aws:userid",
    "aws:username",
    "aws:multifactorauth",
    "aws:tokenissuetime",
    "aws:federatedprovider",
    "aws:sourceidentity",
    "aws:assumedroot",
    "aws:chatbotsourcearn",
    "aws:ec2instancesource",
    "saml:",
)
_OF_A_SERVICE = (":source", ":buildarn", ":projectarn", ":roledelivery", ":roleassumedby")


@dataclass
class Memory:
    """Decisions by who was asked about and what; kept for all origins of a question."""

    _decided: dict[Hashable, object] = field(default_factory=dict)

    def ask(self, key: Hashable, decide: Callable[[], T]) -> T:
        """Return what was decided for `key`, deciding it the first time."""
        if key not in self._decided:
            self._decided[key] = decide()
        return cast(T, self._decided[key])


def signature(actor: Actor, caller: Caller) -> Hashable:
    """Return what tells callers apart as to what they may do: their policies, and who they are only
    where some policy asks about that.
    """
    policies = caller.policies
    levels = (policies.identity, policies.boundary, policies.session, *policies.scps)
    documents = tuple(tuple(map(relevant, level)) for level in levels)
    kind = caller.principal.kind, caller.principal.is_service_linked, caller.account
    if any(_asks_about_caller(policy) for level in levels for policy in level):
        return *kind, documents, actor.key, actor.start is not None
    return *kind, documents


@lru_cache(maxsize=1 << 17)
def relevant(policy: AttachedPolicy) -> Hashable:
    """Return what a policy says of the actions of the table, the same for the same words."""
    if policy.policy is None:
        return policy
    return tuple(_written(item) for item in policy.statements if names_any(item.actions))


def _written(statement: Statement) -> Hashable:
    actions, resources = statement.actions, statement.resources
    return (
        statement.effect,
        (actions.negated, actions.patterns),
        resources and (resources.negated, resources.patterns),
        statement.conditions,
    )


@lru_cache(maxsize=1 << 16)
def _asks_about_caller(policy: AttachedPolicy) -> bool:
    return any(map(_asks, policy.statements))


def _asks(statement: Statement) -> bool:
    templates = [template for item in statement.conditions for template in item.values]
    templates += statement.resources.patterns if statement.resources else ()
    keys = [condition.key for condition in statement.conditions]
    keys += [variable.key for template in templates for variable in template.variables]
    return any(
        key.startswith(_OF_THE_CALLER)
        or "." in key.partition(":")[0]
        or any(part in key for part in _OF_A_SERVICE)
        for key in keys
    )
