"""The part of a model that matters: literals that suffice to make a question true."""

from __future__ import annotations

from iam_smt.terms import And, Atom, Constant, Flag, Not, Or, Term, atoms
from iam_smt.translation import Assignment


def implicant(question: Term, assignment: Assignment) -> dict[Atom, bool]:
    """Return literals, true under `assignment`, that suffice to make `question` true.

    Of alternatives, one without open points is taken where there is one.
    """
    truth: dict[Term, bool] = {}
    literals: dict[Atom, bool] = {}
    explained: set[Term] = set()
    doubtful = {atom for atom in atoms(question) if isinstance(atom, Flag) and atom.open_point}

    def value(term: Term) -> bool:
        known = truth.get(term)
        if known is None:
            match term:
                case Constant(value=constant):
                    known = constant
                case And(args=args):
                    known = all(value(arg) for arg in args)
                case Or(args=args):
                    known = any(value(arg) for arg in args)
                case Not(arg=arg):
                    known = not value(arg)
                case Atom():
                    known = assignment.holds(term)
                case _:
                    raise TypeError(f"not a term: {term}")
            truth[term] = known
        return known

    def explain(term: Term) -> None:
        if term in explained:
            return
        explained.add(term)
        match term:
            case Atom():
                literals[term] = value(term)
            case Not(arg=arg):
                explain(arg)
            case And(args=args) if value(term):
                for arg in args:
                    explain(arg)
            case Or(args=args) if not value(term):
                for arg in args:
                    explain(arg)
            case And(args=args) | Or(args=args):
                wanted = value(term)
                deciding = [arg for arg in args if value(arg) == wanted]
                if doubtful and len(deciding) > 1:
                    deciding.sort(key=lambda arg: not doubtful.isdisjoint(atoms(arg)))
                explain(next((arg for arg in deciding if arg in explained), deciding[0]))

    explain(question)
    return literals
