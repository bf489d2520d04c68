"""Values that make a question true, for whoever wants to read them."""

from __future__ import annotations

from fractions import Fraction

from iam_smt.automata import clause
from iam_smt.finite import Among, FiniteVariable
from iam_smt.found import Strings
from iam_smt.holes import Fits
from iam_smt.networks import AddressVariable, SameAddress, Within, contains, write_address
from iam_smt.numbers import AtMost, Compare, NumberVariable
from iam_smt.sets import SetVariable, Several, Some
from iam_smt.terms import And, Atom, Constant, Flag, Not, Or, Term, atoms
from iam_smt.texts import Choice, Join, Member, Same, StringVariable, Text, View
from iam_smt.translation import Assignment
from iam_smt.values import part, plain

_PLAIN_ADDRESS = "198.51.100.7"


class Model:
    """Values that make a question true: strings, sets, addresses, numbers and flags.

    What the question does not depend on gets the plainest value.
    """

    def __init__(
        self, assignment: Assignment | None, strings: Strings, literals: dict[Atom, bool]
    ) -> None:
        self._assignment = assignment
        self._strings = strings
        self.literals = literals

    @property
    def open_points(self) -> list[str]:
        """The open points that the model leans on."""
        return sorted(
            {
                atom.open_point
                for atom in self.literals
                if isinstance(atom, Flag) and atom.open_point
            }
        )

    def holds(self, term: Term) -> bool:
        """Return the truth of a term under the values of the model."""
        match term:
            case Constant():
                return term.value
            case And(args=args):
                return all(self.holds(arg) for arg in args)
            case Or(args=args):
                return any(self.holds(arg) for arg in args)
            case Not(arg=arg):
                return not self.holds(arg)
            case Member(variable=variable, clause=of):
                return self.text(variable) in of
            case Same(left=left, right=right):
                return self.text(left) == self.text(right)
            case Some(variable=variable, outside=outside):
                of = term.filled(self.text)
                return any((item in of) != outside for item in self.members(variable))
            case Fits(variable=variable, hollow=hollow):
                return self.text(variable) in clause([hollow.filled(self.text)])
            case Among(variable=names, bits=bits):
                return bool(bits >> self.name(names) & 1)
            case Several(variable=variable):
                return len(self.members(variable)) > 1
            case Within(variable=variable, network=network):
                return contains(network, self.address(variable))
            case SameAddress(left=left, right=right):
                return self.address(left) == self.address(right)
            case Compare(variable=variable, relation=relation, bound=bound):
                value = self.number(variable)
                return (
                    value < bound
                    or (value == bound and relation == "<=")
                    or (value == bound and relation == "=")
                    if relation != "="
                    else value == bound
                )
            case AtMost(left=left, right=right, plus=plus):
                return self.number(left) <= self.number(right) + plus
        return self.literals.get(term, False) if isinstance(term, Atom) else False

    def leaves_open(self, term: Term) -> bool:
        """Return whether the term has open points, and the model depends on none of them."""
        points = {atom for atom in atoms(term) if isinstance(atom, Flag) and atom.open_point}
        return bool(points) and points.isdisjoint(self.literals)

    def text(self, text: Text) -> str:
        """Return the value of a text."""
        match text:
            case str():
                return text
            case StringVariable():
                if text not in self._strings.texts:
                    self._strings.texts[text] = plain(text)
                return self._strings.texts[text]
            case Join(prefix=prefix, middle=middle, suffix=suffix):
                return prefix + self.text(middle) + suffix
            case View():
                return part(text, self.text(text.base))
            case Choice(cases=cases):
                return next((self.text(option) for guard, option in cases if self.holds(guard)), "")

    def name(self, variable: FiniteVariable) -> int:
        """Return the position of the name that is chosen; the first of several that would do."""
        bits = self._strings.names.get(variable, variable.everything)
        return (bits & -bits).bit_length() - 1

    def members(self, variable: SetVariable) -> tuple[str, ...]:
        """Return the members of a set, those of its part first."""
        own = self._strings.sets.get(variable, ())
        within = self.members(variable.part) if variable.part else ()
        if within and any(self.literals.get(atom) is False for atom in variable.counts):
            return within
        return tuple(dict.fromkeys((*within, *own)))

    def address(self, variable: AddressVariable) -> str:
        """Return the text of an address."""
        if self._assignment is None or variable.atoms.isdisjoint(self.literals):
            return _PLAIN_ADDRESS
        return write_address(*self._assignment.address(variable))

    def number(self, variable: NumberVariable) -> Fraction:
        """Return the value of a number."""
        if self._assignment is None or variable.atoms.isdisjoint(self.literals):
            return variable.plain
        return self._assignment.number(variable)
