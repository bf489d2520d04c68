"""Chains whose hops depend on each other: roles together with what their sessions carry.

Where an edge asks about the session that takes it (a tag, MFA, a source identity), being able to
become the role is not enough. A state is a role with the truth of every atom that some later hop
asks of its session; states are followed until no new one comes up, so that what is not met cannot
be reached by a chain of any length.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from iam_smt.credentials import Chain
from iam_smt.model import Model
from iam_smt.principals import Kind
from iam_smt.terms import FALSE, TRUE, Term, disjunction
from iam_smt.theory import Sat, Unsolved
from verifier.compile.targets import Target
from verifier.queries.likeness import Likeness
from verifier.queries.nodes import Edge, Facts, Node
from verifier.queries.offers import Offers
from verifier.queries.origins import Origin, Start
from verifier.queries.paths import Path
from verifier.queries.world import World
from verifier.snapshot.model import Role

_MOST_ATOMS = 64
_MOST_STATES = 4_000

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


class StateSearch:
    """Follows states from an origin over the roles `within`, which a coarser search has found; of
    roles that nothing tells apart over two: `alike` has the others.
    """

    def __init__(self, world: World, origin: Origin, offers: Offers, within: list[Role]) -> None:
        self._world = world
        self._origin = origin
        self._offers = offers
        self._nodes: dict[str, Node] = {}
        served = {
            arn for start in origin.starts if start.kind is Kind.SERVICE for arn in start.roles()
        }
        self.alike = Likeness(world, origin, offers, within)
        for role in self.alike.representatives():
            chain = Chain()
            label = f"session of {role.name}"
            caller = world.open_session(role, label, chain, by_service=role.arn in served)
            self._nodes[role.arn] = Node(role, chain, caller)
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

    def _at_goal(self, node: Node, states: dict[Facts, Chained]) -> Iterator[Arrival]:
        for action, target in self._offers.to(node.caller):
            path = Path(self._world, node.caller, node.chain).ask(action, target)
            question, waiting = path.term(), dict(states)
            while waiting and question is not FALSE:
                outcome = self._solve(question, disjunction(map(node.given, waiting)))
                if outcome is None:
                    break
                start, roles = waiting.pop(node.facts(outcome))
                yield Arrival(start, roles, action, target)

    def _followers(self, node: Node) -> list[Role]:
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

    def _onward(self, node: Node) -> Iterator[Path]:
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
