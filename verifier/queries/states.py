"""Chains whose hops depend on each other: roles together with what their sessions carry.

Where an edge asks about the session that takes it (a tag, MFA, a source identity), being able to
become the role is not enough. A state is a role with the truth of every atom that some later hop
asks of its session; states are followed until no new one comes up, so that what is not met cannot
be reached by a chain of any length.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from iam_smt.credentials import Chain
from iam_smt.open_sessions import Binding, OpenSession
from iam_smt.terms import FALSE, Atom, Term, atoms, conjunction, disjunction, negation
from iam_smt.texts import StringVariable
from iam_smt.theory import Sat, Unsolved
from verifier.compile.callers import Caller
from verifier.compile.targets import Target
from verifier.queries.origins import Origin, Start
from verifier.queries.paths import Path
from verifier.queries.world import World
from verifier.snapshot.model import Role

_MOST_ATOMS = 64
_MOST_STATES = 4_000

Facts = tuple[bool, ...]
"""The truth of the atoms that a node asks about, in their order."""


@dataclass(frozen=True)
class Arrival:
    """A way to the goal that holds hop by hop: the caller, the roles, what is called."""

    start: Start
    roles: tuple[Role, ...]
    action: str
    target: Target


@dataclass
class _Node:
    """A role with an open session, the paths that go on from it, and what they ask of it."""

    role: Role
    chain: Chain
    caller: Caller
    atoms: dict[Atom, None] = field(default_factory=dict)

    @property
    def session(self) -> OpenSession:
        credentials = self.caller.credentials
        assert isinstance(credentials, OpenSession)
        return credentials

    def binding(self, later: Caller) -> Binding:
        """Return what this node's open session is when it is the session of `later`."""
        found = self.session.carried(later.credentials)
        mine, theirs = self.caller.principal.session_name, later.principal.session_name
        if isinstance(mine, StringVariable) and theirs is not None:
            found.texts[mine] = theirs
        return found

    def owns(self, atom: Atom) -> bool:
        """Return whether `atom` is about the open session."""
        return self.binding(self.caller).meaning(atom) is not None

    def given(self, facts: Facts) -> Term:
        """Return a term that holds iff the session carries these facts."""
        return conjunction(
            atom if value else negation(atom) for atom, value in zip(self.atoms, facts, strict=True)
        )


class StateSearch:
    """Follows states from an origin over the roles `within`, which a coarser search has found."""

    def __init__(
        self, world: World, origin: Origin, aims: list[tuple[str, Target]], within: list[Role]
    ) -> None:
        self._world = world
        self._origin = origin
        self._aims = aims
        self._nodes: dict[str, _Node] = {}
        for role in within:
            chain = Chain()
            caller = world.open_session(role, f"session of {role.name}", chain)
            self._nodes[role.arn] = _Node(role, chain, caller)
        self.doubts: set[str] = set()
        self.reached: dict[str, None] = {}

    def arrivals(self) -> Iterator[Arrival]:
        """Yield every state that may perform the goal, shortest chains first."""
        self._gather()
        if any(len(node.atoms) > _MOST_ATOMS for node in self._nodes.values()):
            self.doubts.add("the chains depend on more of their sessions than is followed")
            return
        seen: set[tuple[str, Facts]] = set()
        queue: deque[tuple[Start, tuple[Role, ...], Facts]] = deque()
        for start, roles in self._origin.starts:
            for role in roles.values():
                if role.arn in self._nodes:
                    chain = Chain()
                    path = Path(self._world, start(chain), chain, begins=True)
                    for facts in self._outcomes(path, role, None):
                        if (role.arn, facts) not in seen:
                            seen.add((role.arn, facts))
                            queue.append((start, (role,), facts))
        while queue:
            start, roles_so_far, facts = queue.popleft()
            self.reached[roles_so_far[-1].arn] = None
            node = self._nodes[roles_so_far[-1].arn]
            given = node.given(facts)
            for action, target in self._aims:
                path = Path(self._world, node.caller, node.chain)
                if self._holds(path.ask(action, target).term(), given):
                    yield Arrival(start, roles_so_far, action, target)
            for role in self._followers(node):
                if not self._nodes[role.arn].atoms and (role.arn, ()) in seen:
                    continue
                path = Path(self._world, node.caller, node.chain)
                for outcome in self._outcomes(path, role, given):
                    if (role.arn, outcome) not in seen:
                        seen.add((role.arn, outcome))
                        queue.append((start, (*roles_so_far, role), outcome))
            if len(seen) > _MOST_STATES:
                self.doubts.add("the chains have more states than are followed")
                return

    def _followers(self, node: _Node) -> list[Role]:
        roles = self._world.trusts.of_role(node.role).values()
        return [role for role in roles if role.arn in self._nodes]

    def _gather(self) -> None:
        """Find the atoms of each session that some later hop asks about, however late."""
        for node in self._nodes.values():
            terms = [
                Path(self._world, node.caller, node.chain).assume(role).term()
                for role in self._followers(node)
            ]
            terms += [
                Path(self._world, node.caller, node.chain).ask(action, target).term()
                for action, target in self._aims
            ]
            node.atoms = {atom: None for atom in atoms(*terms) if node.owns(atom)}
        changed = True
        while changed:
            changed = False
            for node in self._nodes.values():
                for role in self._followers(node):
                    path = Path(self._world, node.caller, node.chain).assume(role)
                    for term in self._meanings(self._nodes[role.arn], path.caller):
                        for atom in atoms(term):
                            if atom not in node.atoms and node.owns(atom):
                                node.atoms[atom] = None
                                changed = True
                if len(node.atoms) > _MOST_ATOMS:
                    return

    def _meanings(self, node: _Node, later: Caller) -> list[Term]:
        """Return what the atoms of a node say when its session is that of `later`."""
        binding = node.binding(later)
        return [binding.meaning(atom) or FALSE for atom in node.atoms]

    def _outcomes(self, path: Path, role: Role, given: Term | None) -> Iterator[Facts]:
        """Yield the facts of every session that `path`, which goes on to `role`, can end in."""
        node = self._nodes[role.arn]
        path.assume(role)
        meanings = self._meanings(node, path.caller)
        question = path.term()
        if question is FALSE:
            return
        excluded: list[Term] = [] if given is None else [given]
        while True:
            outcome = self._world.solver.solve(question, *excluded)
            if isinstance(outcome, Unsolved):
                self.doubts.add(outcome.reason)
            if not isinstance(outcome, Sat):
                return
            facts = tuple(outcome.model.holds(term) for term in meanings)
            yield facts
            if not facts:
                return
            excluded.append(
                disjunction(
                    negation(term) if value else term
                    for term, value in zip(meanings, facts, strict=True)
                )
            )

    def _holds(self, term: Term, given: Term) -> bool:
        outcome = self._world.solver.solve(term, given)
        if isinstance(outcome, Unsolved):
            self.doubts.add(outcome.reason)
            return True
        return isinstance(outcome, Sat)
