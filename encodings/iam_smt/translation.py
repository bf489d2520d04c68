"""Terms as Z3 expressions: each atom a Boolean constant, or a comparison that Z3 decides.

Built with Z3's plain constructors: the checked ones of its Python layer take most of the time of a
small question.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import z3

from iam_smt.networks import BITS, AddressVariable, SameAddress, Within
from iam_smt.numbers import AtMost, Compare, NumberVariable
from iam_smt.terms import And, Atom, Constant, Not, Or, Term

_context = z3.main_ctx()
_reference = _context.ref()
_sort = z3.BoolSort().ast


def translate(term: Term) -> z3.BoolRef:
    """Return the Z3 expression of `term`; made once, kept on the term."""
    if term.ast is None:
        term.ast = _make(term)
    return term.ast


def _make(term: Term) -> z3.BoolRef:
    match term:
        case Constant(value=value):
            return z3.BoolVal(value)
        case And(args=args):
            return _nary(z3.Z3_mk_and, args)
        case Or(args=args):
            return _nary(z3.Z3_mk_or, args)
        case Not(arg=arg):
            return _not(translate(arg))
        case Within(variable=variable, network=network):
            return _within(variable, network.family, network.prefix, network.length)
        case SameAddress(left=left, right=right):
            return _same_address(left, right)
        case Compare(variable=variable, relation=relation, bound=bound):
            return _compare(number(variable), relation, bound)
        case AtMost(left=left, right=right, plus=plus):
            return number(left) <= number(right) + z3.Q(plus.numerator, plus.denominator)
    name = type(term).__name__
    return z3.BoolRef(z3.Z3_mk_fresh_const(_reference, name, _sort), _context)


def _nary(make: Any, args: tuple[Term, ...]) -> z3.BoolRef:
    return _joined(make, [translate(arg) for arg in args])


def _joined(make: Any, parts: list[z3.BoolRef]) -> z3.BoolRef:
    array = (z3.Ast * len(parts))(*(part.ast for part in parts))
    return z3.BoolRef(make(_reference, len(parts), array), _context)


def _not(part: z3.BoolRef) -> z3.BoolRef:
    return z3.BoolRef(z3.Z3_mk_not(_reference, part.ast), _context)


def address(variable: AddressVariable) -> tuple[z3.BoolRef, dict[int, z3.BitVecRef]]:
    """Return whether the address is of family 6, and its bits by family."""
    if variable.ast is None:
        bits = {
            family: z3.FreshConst(z3.BitVecSort(width), variable.name)
            for family, width in BITS.items()
        }
        variable.ast = z3.FreshBool("is6"), bits
    is6, by_family = variable.ast
    return is6, by_family


def number(variable: NumberVariable) -> z3.ArithRef:
    """Return the real number behind a variable."""
    if variable.ast is None:
        variable.ast = z3.FreshReal(variable.name)
    return variable.ast


def _within(variable: AddressVariable, family: int, prefix: int, length: int) -> z3.BoolRef:
    is6, bits = address(variable)
    of_family = is6 if family == 6 else _not(is6)
    if not length:
        return of_family
    width = BITS[family]
    first = z3.BitVecRef(
        z3.Z3_mk_extract(_reference, width - 1, width - length, bits[family].ast), _context
    )
    value = z3.BitVecVal(prefix, length)
    same = z3.BoolRef(z3.Z3_mk_eq(_reference, first.ast, value.ast), _context)
    return _joined(z3.Z3_mk_and, [of_family, same])


def _same_address(left: AddressVariable, right: AddressVariable) -> z3.BoolRef:
    (one_is6, one), (other_is6, other) = address(left), address(right)
    return z3.And(one_is6 == other_is6, z3.If(one_is6, one[6] == other[6], one[4] == other[4]))


def _compare(value: z3.ArithRef, relation: str, bound: Fraction) -> z3.BoolRef:
    limit = z3.Q(bound.numerator, bound.denominator)
    if relation == "<":
        return value < limit
    return value <= limit if relation == "<=" else value == limit


class Assignment:
    """What a Z3 model says of atoms and of the variables that Z3 itself decides."""

    def __init__(self, model: z3.ModelRef) -> None:
        self._model = model
        self._truth: dict[Atom, bool] = {}

    def holds(self, atom: Atom) -> bool:
        """Return the truth of an atom; an atom that the model leaves open is false."""
        known = self._truth.get(atom)
        if known is None:
            if atom.ast is None:
                known = False
            elif isinstance(atom, Within | SameAddress | Compare | AtMost):
                known = z3.is_true(self._model.eval(atom.ast, model_completion=True))
            else:
                known = z3.is_true(self._model.get_interp(atom.ast.decl()))
            self._truth[atom] = known
        return known

    def address(self, variable: AddressVariable) -> tuple[int, int]:
        """Return family and value of an address."""
        is6, bits = address(variable)
        family = 6 if z3.is_true(self._model.eval(is6, model_completion=True)) else 4
        value = self._model.eval(bits[family], model_completion=True)
        return family, int(value.as_long())

    def number(self, variable: NumberVariable) -> Fraction:
        """Return the value of a number."""
        value = self._model.eval(number(variable), model_completion=True)
        return Fraction(value.numerator_as_long(), value.denominator_as_long())
