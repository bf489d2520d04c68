"""Roles that nothing tells apart: what sessions of one can come to, sessions of the other can, too.

Two roles of an account are alike if what their policies say of the calls of a chain reads the
same, and no element of any policy (principals, resources, ARNs and user ids in conditions) has one
of them without the other. To swap them then changes nothing, and a chain over any of them is, state
for state, a chain over two of them: two, because to assume another role is not to assume oneself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from fnmatch import translate
from functools import cached_property

from iam_smt.credentials import Chain
from verifier.compile.matching import may_fit
from verifier.compile.roots import ASSUME_ROOT
from verifier.compile.standing import rcps, scps
from verifier.policy.attached import AttachedPolicy
from verifier.policy.principals import OpenEntry, PrincipalEntry, RoleEntry, SessionEntry
from verifier.policy.syntax import Condition, Statement
from verifier.policy.templates import Template, Variable
from verifier.queries.besides import besides
from verifier.queries.offers import Offers
from verifier.queries.origins import Origin
from verifier.queries.world import World
from verifier.snapshot.model import Role

_ENOUGH = 2
_FEW = 8
_OF_CHAINS = (
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "sts:TagSession",
    "sts:SetSourceIdentity",
    "sts:SetContext",
    ASSUME_ROOT,
)
_IDENTIFYING = ("aws:principalarn", "aws:userid")
"""Variables that stand for the role itself."""

_VARIABLE = "\0"

Element = tuple[str, ...]
"""Patterns of ARNs of which one has to fit. One that names a session, or its user id after `id:`,
stands alone: which role it names hangs together with the name of the session.
"""


class Likeness:
    """The roles `within` by what tells them apart, in chains from an origin to what is offered."""

    def __init__(
        self, world: World, origin: Origin, offers: Offers, within: Sequence[Role]
    ) -> None:
        self._world = world
        self._origin = origin
        self._offers = offers
        self._within = within
        self._exact: dict[str, set[str]] = {}
        self._wild: list[tuple[Callable[[str], object], str]] = []
        self._are_told_apart = False

    @cached_property
    def classes(self) -> list[list[Role]]:
        """The roles, those that are alike together."""
        if len(self._within) < _FEW:
            return [[role] for role in self._within]
        actions = self._actions()
        statements = [item for policy in self._policies() for item in _of(policy, actions)]
        for number, element in enumerate(dict.fromkeys(self._elements(statements))):
            for pattern in element:
                self._note(pattern, number)
        if self._are_told_apart:
            return [[role] for role in self._within]
        named: set[object] = {target.shape for _, target in self._offers.aims}
        named |= {start.make(Chain()).principal.arn for start in self._origin.starts}
        found: dict[Hashable, list[Role]] = {}
        for role in self._within:
            key = role.arn if role.arn in named else self._key(role, actions)
            found.setdefault(key, []).append(role)
        return list(found.values())

    def representatives(self) -> list[Role]:
        """Return as many roles of each class as a chain needs."""
        return [role for alike in self.classes for role in alike[:_ENOUGH]]

    @cached_property
    def _classes(self) -> dict[str, list[Role]]:
        return {role.arn: alike for alike in self.classes for role in alike}

    def of(self, role: Role) -> list[Role]:
        """Return the roles that are like one of `within`, itself among them."""
        return self._classes[role.arn]

    def like(self, arns: Iterable[str]) -> Iterator[str]:
        """Yield the ARNs of all roles that are like one of these."""
        yield from (role.arn for arn in arns for role in self._classes[arn])

    def _actions(self) -> frozenset[str] | None:
        """Return the actions that a chain may call, None if any may count."""
        caller = self._world.open_session(self._within[0], "alike", Chain())
        for action, target in self._offers.aims:
            if any(besides(self._world.snapshot, caller, action, target)):
                return None
        return frozenset({*_OF_CHAINS, *(action for action, _ in self._offers.aims)})

    def _policies(self) -> Iterator[AttachedPolicy]:
        """Yield every policy that may bear on a call of a chain."""
        snapshot = self._world.snapshot
        for role in self._within:
            yield from (*role.policies, role.trust, *((role.boundary,) if role.boundary else ()))
        for account in dict.fromkeys(role.account for role in self._within):
            for level in (*scps(snapshot, account), *rcps(snapshot, account)):
                yield from level
        for _, target in self._offers.aims:
            yield from target.admitting
            yield from (policy for level in target.rcps for policy in level)
        yield from snapshot.endpoints.values()
        for start in self._origin.starts:
            yield from start.make(Chain()).policies.every

    def _elements(self, statements: Iterable[Statement]) -> Iterator[Element]:
        for statement in dict.fromkeys(statements):
            if statement.principal is not None:
                yield from _named(statement.principal.entries)
            if statement.resources is not None:
                yield tuple(map(self._widened, statement.resources.patterns))
            yield from self._compared(statement.conditions)
        limits = self._world.limits
        yield from self._compared((*limits.where, *limits.without))

    def _compared(self, conditions: Iterable[Condition]) -> Iterator[Element]:
        for condition in conditions:
            for value in condition.values:
                self._are_told_apart |= any(
                    variable.key in _IDENTIFYING for variable in value.variables
                )
            if condition.key == "aws:userid":
                yield from ((self._user_id(value),) for value in condition.values)
            elif "arn" in condition.key:
                yield tuple(map(self._widened, condition.values))

    def _widened(self, value: Template) -> str:
        """Return a pattern of ARNs. What a variable in it stands for tells roles apart, and so does
        a wildcard that is meant as plain text.
        """
        plain = "".join(token for token in value.tokens if isinstance(token, str))
        self._are_told_apart |= "*" in plain or "?" in plain
        self._are_told_apart |= any(item.key in _IDENTIFYING for item in value.variables)
        return "".join(
            token if isinstance(token, str) else token.value
            for token in (
                _VARIABLE if isinstance(item, Variable) else item for item in value.tokens
            )
        )

    def _user_id(self, value: Template) -> str:
        """Return a pattern of what stands before the name of a session."""
        head, colon, _ = value.text.partition(":")
        is_plain = not value.variables and (bool(colon) or value.text == "*")
        self._are_told_apart |= not is_plain
        return f"id:{head}"

    def _note(self, pattern: str, number: int) -> None:
        if _VARIABLE in pattern:
            widest = re.compile(translate(pattern.replace(_VARIABLE, "*")))
            self._are_told_apart |= any(widest.match(role.arn) for role in self._within)
        elif "*" in pattern or "?" in pattern:
            # Brackets are plain characters in policies.
            expression = translate(pattern.replace("[", "[[]"))
            self._wild.append((re.compile(expression).match, f"{number}"))
            self._wild.append((re.compile(expression, re.IGNORECASE).match, f"{number} by letters"))
        else:
            self._exact.setdefault(pattern, set()).add(f"{number}")
            self._exact.setdefault(pattern.lower(), set()).add(f"{number} by letters")

    def _key(self, role: Role, actions: frozenset[str] | None) -> Hashable:
        texts = (role.arn, f"session:{role.account}:{role.name}", f"id:{role.id}")
        inside = {
            element
            for text in texts
            for written in (text, text.lower())
            for element in self._exact.get(written, ())
        }
        inside |= {element for fits, element in self._wild if any(map(fits, texts))}
        boundary = (role.boundary,) if role.boundary else ()
        return (
            role.account,
            role.arn.split(":")[1],
            role.is_service_linked,
            role.id is None,
            tuple(sorted(role.tags.items())),
            frozenset(inside),
            _content(role.policies, actions),
            _content(boundary, actions) if boundary else None,
            _content((role.trust,), actions),
        )


def _of(policy: AttachedPolicy, actions: frozenset[str] | None) -> Iterator[Statement]:
    for statement in policy.statements:
        if actions is None or any(may_fit(statement.actions, action) for action in actions):
            yield statement


def _content(policies: Iterable[AttachedPolicy], actions: frozenset[str] | None) -> Hashable:
    """Return what policies say of some actions; one that was not read is like no other."""
    return frozenset(
        (policy.doubt, _said(statement))
        for policy in policies
        for statement in _of(policy, actions)
    ) | {policy for policy in policies if policy.policy is None}


def _said(statement: Statement) -> Hashable:
    principal, resources = statement.principal, statement.resources
    return (
        statement.effect,
        principal and (principal.negated, principal.entries),
        (statement.actions.negated, statement.actions.patterns),
        resources and (resources.negated, resources.patterns),
        statement.conditions,
        statement.standing,
    )


def _named(entries: Iterable[PrincipalEntry]) -> Iterator[Element]:
    """Yield which roles the entries name, in the words of `Likeness._key`."""
    roles: list[str] = []
    for entry in entries:
        match entry.entry if isinstance(entry, OpenEntry) else entry:
            case RoleEntry(text=arn):
                roles.append(arn)
            case SessionEntry(account=account, role_name=name):
                yield (f"session:{account}:{name}",)
    yield tuple(roles)
