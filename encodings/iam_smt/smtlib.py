"""A question as SMT-LIB 2.6, over its theory of strings: for other solvers, never for speed.

What is written shares nothing with the glob theory but the patterns, so that a refutation can be
checked by a solver that knows nothing of ours. Sets are given one member for each demand on them.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import combinations

from iam_smt.automata import Clause, clause
from iam_smt.finite import Among, FiniteVariable
from iam_smt.holes import Fits, Hollow
from iam_smt.networks import BITS, AddressVariable, SameAddress, Within
from iam_smt.numbers import AtMost, Compare, NumberVariable
from iam_smt.regexes import language, literal, of_clause
from iam_smt.sets import SetVariable, Several, Some
from iam_smt.terms import And, Constant, Not, Or, Term, atoms
from iam_smt.texts import Join, Member, Same, StringVariable, Text, View


def smtlib(question: Term, *, comment: str = "") -> str:
    """Return a script that asks whether `question` has a model.

    Open flags are free Booleans, as they are for our own solver. cvc5 wants `--strings-exp`.
    """
    writer = _Writer(question)
    root = writer.term(question)
    lines = [f"; {line}" for line in comment.splitlines()]
    lines += ["(set-logic ALL)", *writer.lines, f"(assert {root})", "(check-sat)"]
    return "\n".join(lines) + "\n"


class _Writer:
    """Declares variables, and names every formula, as they come up."""

    def __init__(self, question: Term) -> None:
        self.lines: list[str] = []
        self._names: dict[object, str] = {}
        self._atoms = list(atoms(question))
        self._members: dict[SetVariable, list[tuple[str, str]]] = {}
        self._parts: dict[FiniteVariable, list[tuple[int, int]]] = {}

    def term(self, term: Term) -> str:
        """Return the name of a formula, or its text if it is short."""
        match term:
            case Constant(value=value):
                return "true" if value else "false"
            case Not(arg=arg):
                return f"(not {self.term(arg)})"
        found = self._names.get(term)
        if found is None:
            text = self._text(term)
            found = self._names[term] = f"f{len(self._names)}"
            self.lines.append(f"(define-fun {found} () Bool {text})")
        return found

    def _text(self, term: Term) -> str:
        match term:
            case And(args=args):
                return f"(and {' '.join(self.term(arg) for arg in args)})"
            case Or(args=args):
                return f"(or {' '.join(self.term(arg) for arg in args)})"
            case Member(variable=variable, clause=of):
                return f"(str.in_re {self._string(variable)} {of_clause(of)})"
            case Same(left=left, right=right):
                return f"(= {self._string(left)} {self._string(right)})"
            case Fits(variable=variable, hollow=hollow):
                return f"(str.in_re {self._string(variable)} {self._hollow(hollow)})"
            case Some():
                return self._some(term)
            case Several(variable=variable):
                return self._several(variable)
            case Among(variable=variable, bits=bits):
                return self._among(variable, bits)
            case Within(variable=variable):
                return self._within(term)
            case SameAddress(left=left, right=right):
                return self._same_address(left, right)
            case Compare(variable=variable, relation=relation, bound=bound):
                return f"({relation} {self._number(variable)} {_real(bound)})"
            case AtMost(left=left, right=right, plus=plus):
                return f"(<= {self._number(left)} (+ {self._number(right)} {_real(plus)}))"
        return self._declared(term, "Bool")

    def _declared(self, what: object, sort: str, tell: Callable[[str], str] | None = None) -> str:
        """Return the constant of a variable, with what is true of it asserted once."""
        key = (what, sort)
        found = self._names.get(key)
        if found is None:
            found = self._names[key] = f"v{len(self._names)}"
            self.lines.append(f"(declare-const {found} {sort})")
            if tell is not None:
                self.lines.append(f"(assert {tell(found)})")
        return found

    def _string(self, variable: StringVariable) -> str:
        domain = variable.domain
        if domain.is_universal:
            return self._declared(variable, "String")
        return self._declared(
            variable, "String", lambda name: f"(str.in_re {name} {of_clause(domain)})"
        )

    def _hole(self, text: Text) -> str:
        """Return the value of a hole as a string."""
        match text:
            case StringVariable():
                return self._string(text)
            case Join(prefix=prefix, middle=middle, suffix=suffix):
                return f"(str.++ {literal(prefix)} {self._hole(middle)} {literal(suffix)})"
            case View(base=base, head=head, characters=characters, tail=tail):
                whole = self._string(base)
                before = self._declared((text, "head"), "String")
                after = self._declared((text, "tail"), "String")
                return self._declared(
                    text,
                    "String",
                    lambda name: (
                        f"(and (= {whole} (str.++ {before} {name} {after}))"
                        f" (str.in_re {before} {of_clause(clause([head]))})"
                        f" (str.in_re {name} (re.* {language(characters)}))"
                        f" (str.in_re {after} {of_clause(clause([tail]))}))"
                    ),
                )
        raise TypeError(f"no hole: {text}")

    def _hollow(self, hollow: Hollow) -> str:
        holes = {letter: f"(str.to_re {self._hole(text)})" for letter, text in hollow.holes}
        return of_clause(clause([hollow.pattern]), holes)

    def _possible(self, variable: SetVariable) -> list[tuple[str, str]]:
        """Return the members that a set may have: a Boolean for each, and its value."""
        if variable not in self._members:
            demands = [
                atom
                for atom in self._atoms
                if isinstance(atom, Some | Several) and atom.variable is variable
            ]
            domain = of_clause(variable.domain)
            self._members[variable] = [
                (
                    self._declared((variable, number), "Bool"),
                    self._declared(
                        (variable, number),
                        "String",
                        lambda name: f"(str.in_re {name} {domain})",
                    ),
                )
                for number in range(len(demands) + 1)
            ]
        return self._members[variable]

    def _some(self, atom: Some) -> str:
        regex = of_clause(atom.clause)
        if atom.hollows:
            regex = f"(re.union {regex} {' '.join(map(self._hollow, atom.hollows))})"
        tests = []
        for there, value in self._possible(atom.variable):
            inside = f"(str.in_re {value} {regex})"
            tests.append(f"(and {there} {f'(not {inside})' if atom.outside else inside})")
        return f"(or false {' '.join(tests)})"

    def _several(self, variable: SetVariable) -> str:
        pairs = combinations(self._possible(variable), 2)
        tests = (f"(and {one[0]} {two[0]} (not (= {one[1]} {two[1]})))" for one, two in pairs)
        return f"(or false {' '.join(tests)})"

    def _among(self, variable: FiniteVariable, bits: int) -> str:
        """Names that nothing tells apart are one number."""
        if variable not in self._parts:
            self._classes(variable)
        name = self._declared(variable, "Int")
        chosen = [number for number, names in self._parts[variable] if names & bits]
        return f"(or false {' '.join(f'(= {name} {number})' for number in chosen)})"

    def _classes(self, variable: FiniteVariable) -> None:
        parts = [variable.everything]
        for atom in self._atoms:
            if isinstance(atom, Among) and atom.variable is variable:
                split = (piece for part in parts for piece in (part & atom.bits, part & ~atom.bits))
                parts = [part for part in split if part]
        numbered: list[tuple[int, int]] = []
        domains: list[str] = []
        name = self._declared(variable, "Int")
        for part in parts:
            if variable.governed is None:
                numbered.append((len(numbered), part))
                continue
            resource = self._string(variable.governed.variable)
            for names, of, _ in variable.governed.domains(part):
                number = len(numbered)
                numbered.append((number, names))
                domains.append(_implied(name, number, resource, of))
        self._parts[variable] = numbered
        self.lines.append(f"(assert (and (<= 0 {name}) (< {name} {len(numbered)})))")
        self.lines += [f"(assert {domain})" for domain in domains]

    def _within(self, atom: Within) -> str:
        network = atom.network
        width = BITS[network.family]
        family, bits = self._address(atom.variable, network.family)
        inside = family if network.family == 6 else f"(not {family})"
        if not network.length:
            return inside
        high, low = width - 1, width - network.length
        prefix = f"(_ bv{network.prefix} {network.length})"
        return f"(and {inside} (= ((_ extract {high} {low}) {bits}) {prefix}))"

    def _address(self, variable: AddressVariable, family: int) -> tuple[str, str]:
        """Return whether an address is of family 6, and its bits if it is of `family`."""
        width = BITS[family]
        bits = self._declared((variable, width), f"(_ BitVec {width})")
        return self._declared((variable, "family"), "Bool"), bits

    def _same_address(self, left: AddressVariable, right: AddressVariable) -> str:
        (one_is6, one), (other_is6, other) = self._address(left, 6), self._address(right, 6)
        narrow, other_narrow = self._address(left, 4)[1], self._address(right, 4)[1]
        bits = f"(ite {one_is6} (= {one} {other}) (= {narrow} {other_narrow}))"
        return f"(and (= {one_is6} {other_is6}) {bits})"

    def _number(self, variable: NumberVariable) -> str:
        return self._declared(variable, "Real")


def _real(value: Fraction) -> str:
    text = f"(/ {abs(value.numerator)}.0 {value.denominator}.0)"
    return f"(- {text})" if value < 0 else text


def _implied(name: str, number: int, resource: str, of: Clause) -> str:
    return f"(=> (= {name} {number}) (str.in_re {resource} {of_clause(of)}))"
