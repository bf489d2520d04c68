"""From where a goal may be reached at all: found backward, once for all who are asked about."""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterator

from iam_smt.credentials import Chain
from verifier.compile.callers import Caller, user_caller
from verifier.queries.closure import possible
from verifier.queries.offers import Offers
from verifier.queries.paths import Path
from verifier.queries.trusts import Assumable, Key, assumable, names_role
from verifier.queries.world import World
from verifier.snapshot.model import Role, User

Entity = User | Role


class Backward:
    """Steps backward along chains of roles: who may assume a role, each hop by itself.

    Each hop is decided with whatever a session may carry left free: so nothing leads there from
    those that are missing, while the chain of any other may still break as a whole. Hops of
    those `undecided`, by ARN, count as possible: they may be otherwise than the snapshot says.
    """

    def __init__(self, world: World, undecided: Container[str] = frozenset()) -> None:
        self.world = world
        self._undecided = undecided
        self.doubts: set[str] = set()
        self._assumers = _Assumers(world)

    def to(self, role: Role, known: Container[str]) -> Iterator[Entity]:
        """Yield the users and roles that may assume a role, but for those `known`."""
        for entity in self._assumers.of(role, known):
            if self._may_assume(entity, role):
                yield entity

    def _may_assume(self, entity: Entity, role: Role) -> bool:
        if entity.arn in self._undecided or role.arn in self._undecided:
            return True
        return possible(self.world, self.path(entity).assume(role), self.doubts)

    def path(self, entity: Entity) -> Path:
        """Return the path of a user or role, without a hop yet."""
        caller = self.caller(entity)
        return Path(self.world, caller, caller.credentials.chain)

    def caller(self, entity: Entity) -> Caller:
        """Return a user, or a session of a role with whatever it may carry left free."""
        if isinstance(entity, User):
            return user_caller(self.world.snapshot, entity, entity.name, Chain())
        return self.world.open_session(entity, entity.name, Chain(), by_service=True)


class Approach:
    """The users and roles from which a chain of roles may lead to what `offers` lists.

    `met` are the readings of disputed points that were asked about.
    """

    def __init__(self, world: World, offers: Offers) -> None:
        self._world = world
        self._backward = Backward(world)
        self._next: dict[str, Role | None] = {}
        with world.readings.noted() as self.met:
            self._find(offers)

    def _find(self, offers: Offers) -> None:
        world = self._world
        queue = deque(role for role in world.snapshot.roles() if self._arrives(role, offers))
        self._next.update(dict.fromkeys(role.arn for role in queue))
        while queue:
            role = queue.popleft()
            for entity in self._backward.to(role, self._next):
                self._next[entity.arn] = role
                if isinstance(entity, Role):
                    queue.append(entity)

    def knows(self, arn: str) -> bool:
        """Return whether this is a user or role of the snapshot."""
        snapshot = self._world.snapshot
        return (snapshot.user(arn) or snapshot.role(arn)) is not None

    def chain(self, arn: str) -> tuple[Role, ...] | None:
        """Return the shortest chain of roles that may lead there, empty for who may do it itself;
        None if nothing leads there.
        """
        if arn not in self._next:
            return None
        found: list[Role] = []
        while (role := self._next[arn]) is not None:
            found.append(role)
            arn = role.arn
        return tuple(found)

    def _arrives(self, role: Role, offers: Offers) -> bool:
        backward = self._backward
        return any(
            possible(self._world, backward.path(role).ask(action, target), backward.doubts)
            for action, target in offers.to(backward.caller(role))
        )


class _Assumers:
    """Users and roles by the roles that their own policies may allow to assume (R6.50, R7.13)."""

    def __init__(self, world: World) -> None:
        self._snapshot = world.snapshot
        self._trusts = world.trusts
        self._sessions: dict[Key, Role] = {}
        self._named: dict[str, list[Entity]] = {}
        self._others: dict[str, list[tuple[Entity, Assumable]]] = {}
        for role in world.snapshot.roles():
            self._sessions["session", role.account, role.name] = role
            self._add(role)
        for user in world.snapshot.users():
            self._add(user)

    def _add(self, entity: Entity) -> None:
        allowed = assumable(entity.policies)
        texts: list[str] = []
        for clause, negated in allowed:
            exact = None if clause is None or negated else clause.texts
            if exact is None:
                self._others.setdefault(entity.account, []).append((entity, allowed))
                return
            texts += exact
        for arn in texts:
            self._named.setdefault(arn, []).append(entity)

    def of(self, role: Role, known: Container[str]) -> Iterator[Entity]:
        """Yield who may be able to assume `role`, but for those `known`, each once."""
        seen: set[str] = set()
        for entity in self._candidates(role, known):
            if entity.arn not in known and entity.arn not in seen:
                seen.add(entity.arn)
                yield entity

    def _candidates(self, role: Role, known: Container[str]) -> Iterator[Entity]:
        by_permission: set[str] = set()
        for key in self._trusts.keys(role):
            match key:
                case ("arn", arn):
                    named = self._snapshot.user(arn) or self._snapshot.role(arn)
                    yield from (named,) if named else ()
                case ("session", _, _):
                    named = self._sessions.get(key)
                    yield from (named,) if named else ()
                case ("account", account):
                    by_permission.add(account)
                case ("everyone",):
                    by_permission |= self._snapshot.accounts.keys()
                    own = self._snapshot.accounts[role.account]
                    yield from own.users.values()
                    yield from own.roles.values()
        if by_permission:
            yield from self._permitted(role.arn, by_permission, known)

    def _permitted(self, arn: str, accounts: set[str], known: Container[str]) -> Iterator[Entity]:
        for entity in self._named.get(arn, ()):
            if entity.account in accounts:
                yield entity
        for account in accounts:
            for entity, allowed in self._others.get(account, ()):
                if entity.arn not in known and names_role(allowed, arn):
                    yield entity
