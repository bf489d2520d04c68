"""Chains whose hops depend on each other: roles together with what their sessions carry.

Where an edge asks about the session that takes it (a tag, MFA, a source identity), being able to
become the role is not enough. A state is a role with the truth of every atom that some later hop
asks of its session; states are followed until no new one comes up, so that what is not met cannot
be reached by a chain of any length.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from iam_smt.automata import Clause
from iam_smt.credentials import Chain
from iam_smt.model import Model
from iam_smt.open_sessions import Binding, OpenSession
from iam_smt.principals import Kind
from iam_smt.terms import FALSE, TRUE, Atom, Term, atoms, conjunction, disjunction, negation
from iam_smt.texts import Member, Same, StringVariable, member
from iam_smt.theory import Sat, Unsolved
from verifier.compile.callers import Caller
from verifier.compile.targets import Target
from verifier.queries.likeness import Likeness
from verifier.queries.offers import Offers
from verifier.queries.origins import Origin, Start
from verifier.queries.paths import Path
from verifier.queries.world import World
from verifier.snapshot.model import Role

_MOST_ATOMS = 64
_MOST_STATES = 4_000
_MOST_LINKED = 16

Facts = tuple[bool, ...]
"""The truth of the atoms that a node asks about, in their order."""

Chained = tuple[Start, tuple[Role, ...]]
"""The caller that a chain starts with, and its roles."""

Layer = dict[str, dict[Facts, Chained]]
"""States that chains of one length end in, by role, each with a chain."""


@dataclass(frozen=True)
class Arrival:
    """A way to the goal that holds hop by hop: the caller, the roles, what is called."""

    start: Start
    roles: tuple[Role, ...]
    action: str
    target: Target


@dataclass(frozen=True)
class Edge:
    """A hop to a role: when it is possible, and what the atoms of that role then say."""

    possible: Term
    meanings: list[Term]

    def differs(self, facts: Facts) -> Term:
        """Return a term that holds iff the session that the hop ends in carries other facts."""
        return disjunction(
            negation(term) if value else term
            for term, value in zip(self.meanings, facts, strict=True)
        )


@dataclass
class _Node:
    """A role with an open session, what later hops ask of it (each atom with what it says where it
    says anything), and the edges that go on from it.
    """

    role: Role
    chain: Chain
    caller: Caller
    atoms: dict[Atom, Term] = field(default_factory=dict)
    edges: dict[str, Edge] = field(default_factory=dict)

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

    def note(self, terms: Iterable[Term]) -> bool:
        """Note the atoms of `terms` that are about the open session; return whether any is new."""
        own = self.binding(self.caller)
        before = len(self.atoms)
        asked = list(atoms(*terms))
        for atom in (*asked, *_linked(asked, own)):
            if atom not in self.atoms and (meaning := own.meaning(atom)) is not None:
                self.atoms[atom] = meaning
        return len(self.atoms) > before

    def meanings(self, later: Caller) -> list[Term]:
        """Return what the atoms say when the session is that of `later`."""
        binding = self.binding(later)
        return [binding.meaning(atom) or FALSE for atom in self.atoms]

    def facts(self, model: Model) -> Facts:
        """Return what a model of a path that goes on from here says of the session."""
        return tuple(model.holds(term) for term in self.atoms.values())

    def given(self, facts: Facts) -> Term:
        """Return a term that holds iff the session carries these facts."""
        return conjunction(
            term if value else negation(term)
            for term, value in zip(self.atoms.values(), facts, strict=True)
        )


def _linked(asked: Iterable[Atom], own: Binding) -> Iterator[Atom]:
    """Yield what is asked of texts of the session by way of others that they have to equal, or to
    differ from: whether they are in the clauses that are asked of these.
    """
    links: dict[StringVariable, dict[StringVariable, None]] = {}
    clauses: dict[StringVariable, dict[Clause, None]] = {}
    for atom in asked:
        if isinstance(atom, Same):
            links.setdefault(atom.left, {})[atom.right] = None
            links.setdefault(atom.right, {})[atom.left] = None
        elif isinstance(atom, Member):
            clauses.setdefault(atom.variable, {})[atom.clause] = None
    for variable in own.texts:
        seen, waiting = {variable: None}, [variable]
        while waiting:
            more = [each for each in links.get(waiting.pop(), ()) if each not in seen]
            seen |= dict.fromkeys(more)
            waiting += more
        if len(seen) == 1:
            continue
        found = dict.fromkeys(of for each in seen for of in clauses.get(each, ()))
        yield from atoms(*(member(variable, of) for of in list(found)[:_MOST_LINKED]))


class StateSearch:
    """Follows states from an origin over the roles `within`, which a coarser search has found; of
    roles that nothing tells apart over two: `alike` has the others.
    """

    def __init__(self, world: World, origin: Origin, offers: Offers, within: list[Role]) -> None:
        self._world = world
        self._origin = origin
        self._offers = offers
        self._nodes: dict[str, _Node] = {}
        served = {
            arn for start in origin.starts if start.kind is Kind.SERVICE for arn in start.roles()
        }
        self.alike = Likeness(world, origin, offers, within)
        for role in self.alike.representatives():
            chain = Chain()
            label = f"session of {role.name}"
            caller = world.open_session(role, label, chain, by_service=role.arn in served)
            self._nodes[role.arn] = _Node(role, chain, caller)
        self.doubts: set[str] = set()
        self.reached: dict[str, None] = {}
        self._seen: dict[str, set[Facts]] = {}

    def arrivals(self) -> Iterator[Arrival]:
        """Yield a chain for every state that may perform the goal, shortest chains first."""
        for layer in self.layers():
            for arn, states in layer.items():
                yield from self._at_goal(self._nodes[arn], states)

    def layers(self) -> Iterator[Layer]:
        """Yield the states that are met first by chains of one length, for each length."""
        self._gather()
        if any(len(node.atoms) > _MOST_ATOMS for node in self._nodes.values()):
            self.doubts.add("the chains depend on more of their sessions than is followed")
            return
        layer = self._first()
        while layer:
            self.reached |= dict.fromkeys(self.alike.like(layer))
            yield layer
            if sum(map(len, self._seen.values())) > _MOST_STATES:
                self.doubts.add("the chains have more states than are followed")
                return
            layer = self._next(layer)

    def _first(self) -> Layer:
        """Return the states that the callers of the question can become at once."""
        layer: Layer = {}
        for start in self._origin.starts:
            for role in start.roles().values():
                if role.arn in self._nodes:
                    chain = Chain()
                    path = Path(self._world, start.make(chain), chain, begins=True)
                    for facts, _ in self._new(self._edge(path, role), role.arn, TRUE):
                        layer.setdefault(role.arn, {})[facts] = (start, (role,))
        return layer

    def _next(self, layer: Layer) -> Layer:
        """Return the new states that sessions of this layer can become."""
        following: Layer = {}
        for arn, states in layer.items():
            node = self._nodes[arn]
            given = disjunction(map(node.given, states))
            for role in self._followers(node):
                if not self._nodes[role.arn].atoms and self._seen.get(role.arn):
                    continue
                if role.arn not in node.edges:
                    path = Path(self._world, node.caller, node.chain)
                    node.edges[role.arn] = self._edge(path, role)
                for facts, model in self._new(node.edges[role.arn], role.arn, given):
                    start, roles = states[node.facts(model)]
                    following.setdefault(role.arn, {})[facts] = (start, (*roles, role))
        return following

    def _at_goal(self, node: _Node, states: dict[Facts, Chained]) -> Iterator[Arrival]:
        for action, target in self._offers.to(node.caller):
            path = Path(self._world, node.caller, node.chain).ask(action, target)
            question, waiting = path.term(), dict(states)
            while waiting and question is not FALSE:
                outcome = self._solve(question, disjunction(map(node.given, waiting)))
                if outcome is None:
                    break
                start, roles = waiting.pop(node.facts(outcome))
                yield Arrival(start, roles, action, target)

    def _followers(self, node: _Node) -> list[Role]:
        roles = self._world.trusts.of_role(node.role).values()
        return [role for role in roles if role.arn in self._nodes]

    def _gather(self) -> None:
        """Find the atoms of each session that some later hop asks about, however late.

        What any hop makes matter matters to all: a source identity that one role demands has to
        be allowed by the next (R7.64).
        """
        for _ in range(2):
            chains = [node.chain for node in self._nodes.values()]
            for node in self._nodes.values():
                node.note(path.term() for path in self._onward(node))
            for start in self._origin.starts:
                for role in start.roles().values():
                    if role.arn in self._nodes:
                        chain = Chain()
                        path = Path(self._world, start.make(chain), chain, begins=True)
                        path.assume(role).term()
                        chains.append(chain)
            for node in self._nodes.values():
                for chain in chains:
                    node.chain.matters_as_to(chain)
        changed = True
        while changed and all(len(node.atoms) <= _MOST_ATOMS for node in self._nodes.values()):
            changed = False
            for node in self._nodes.values():
                for role in self._followers(node):
                    path = Path(self._world, node.caller, node.chain).assume(role)
                    meanings = self._nodes[role.arn].meanings(path.caller)
                    # What is asked of the time of this hop, or of a text of it that has to equal
                    # one of the session before it, asks about that session.
                    changed |= node.note([*meanings, path.term()])

    def _onward(self, node: _Node) -> Iterator[Path]:
        """Yield the paths of one hop that go on from a node: to other roles, and to the goal."""
        for role in self._followers(node):
            yield Path(self._world, node.caller, node.chain).assume(role)
        for action, target in self._offers.to(node.caller):
            yield Path(self._world, node.caller, node.chain).ask(action, target)

    def _edge(self, path: Path, role: Role) -> Edge:
        """Return the hop with which `path` goes on to `role`."""
        after = self._nodes[role.arn]
        path.chain.matters_as_to(after.chain)
        meanings = after.meanings(path.assume(role).caller)
        return Edge(path.term(), meanings)

    def _new(self, edge: Edge, arn: str, given: Term) -> Iterator[tuple[Facts, Model]]:
        """Yield the facts, not seen before, of every session that a hop can end in."""
        seen = self._seen.setdefault(arn, set())
        excluded = [edge.differs(facts) for facts in seen]
        while edge.possible is not FALSE:
            model = self._solve(edge.possible, given, *excluded)
            if model is None:
                return
            facts = tuple(model.holds(term) for term in edge.meanings)
            seen.add(facts)
            excluded.append(edge.differs(facts))
            yield facts, model

    def _solve(self, *terms: Term) -> Model | None:
        outcome = self._world.solver.solve(*terms)
        if isinstance(outcome, Unsolved):
            self.doubts.add(outcome.reason)
        return outcome.model if isinstance(outcome, Sat) else None
