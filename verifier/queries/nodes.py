"""What later hops ask of a session: the atoms whose truth tells its states apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from iam_smt.automata import Clause
from iam_smt.credentials import Chain
from iam_smt.model import Model
from iam_smt.open_sessions import Binding, OpenSession
from iam_smt.terms import FALSE, Atom, Term, atoms, conjunction, disjunction, negation
from iam_smt.texts import Member, Same, StringVariable, member
from verifier.compile.callers import Caller
from verifier.snapshot.model import Role

_MOST_LINKED = 16

Facts = tuple[bool, ...]
"""The truth of the atoms that a node asks about, in their order."""


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
class Node:
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
