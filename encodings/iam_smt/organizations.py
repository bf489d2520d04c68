"""Organizations: which one an account belongs to, and where in its tree (R5.17, R5.18)."""

from __future__ import annotations

from dataclasses import dataclass

from iam_smt.automata import clause, exactly
from iam_smt.keys import ABSENT, Key, SetKey, SingleKey, known, known_set
from iam_smt.patterns import ANYTHING, Characters, Run
from iam_smt.terms import TRUE, Flag, Term, conjunction, negation
from iam_smt.texts import StringVariable, View, member

_NOT_SLASH = Characters(frozenset("/"), True)
_PATH = clause([("o-", Run(_NOT_SLASH), "/r-", ANYTHING, "/")])


@dataclass(frozen=True, slots=True)
class Membership:
    """The organization of an account as two keys: its id, and its one path (R5.17)."""

    organization: Key
    paths: Key


NO_ORGANIZATION = Membership(ABSENT, SetKey(ABSENT.present, ()))


def member_of(organization: str, path: str | None) -> Membership:
    """Return the membership of an account whose place is known; `path` ends in `/`.

    Without a path, the account stands anywhere below the root.
    """
    if path is not None:
        return Membership(known(organization), known_set(path))
    below = StringVariable(
        f"path in {organization}",
        clause([(f"{organization}/r-", ANYTHING, "/")]),
        (f"{organization}/r-example/",),
    )
    return Membership(known(organization), SetKey(TRUE, ((TRUE, below),)))


def unknown_membership(label: str) -> Membership:
    """Return the membership of an account of which nothing is known: in none, or in any.

    The id is a part of the path, so that both always agree (R5.17).
    """
    path = StringVariable(f"{label} organization path", _PATH, ("o-example0000/r-example/",))
    present = Flag(f"{label} is in an organization")
    identifier = View(path, (), _NOT_SLASH, ("/r-", ANYTHING, "/"))
    return Membership(SingleKey(present, identifier), SetKey(present, ((present, path),)))


def excludes(membership: Membership, organizations: tuple[str, ...]) -> Term:
    """Holds iff the account is in none of these organizations."""
    key = membership.organization
    if not isinstance(key, SingleKey) or not isinstance(key.value, str | StringVariable | View):
        raise TypeError("an organization id is a text")
    value = key.value
    return conjunction(negation(member(value, exactly(name))) for name in organizations)
