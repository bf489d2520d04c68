"""Z3 and the glob theory in turn: models are real, refutations stand, cheap ones need no Z3."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iam_smt.automata import EVERYTHING, clause, exactly
from iam_smt.networks import AddressVariable, read_network
from iam_smt.numbers import Form, NumberVariable, read_moment, read_number, write_moment
from iam_smt.patterns import ANYTHING, DIGIT, NOT_COLON
from iam_smt.sets import SetVariable
from iam_smt.terms import (
    FALSE,
    TRUE,
    Flag,
    Term,
    atoms,
    both,
    conjunction,
    disjunction,
    either,
    negation,
)
from iam_smt.texts import Choice, Join, StringVariable, View, member
from iam_smt.theory import Sat, Solver, Unsat, Unsolved


def _solve(*terms: Term) -> Sat | Unsat | Unsolved:
    return Solver().solve(*terms)


def test_constants_need_no_solver() -> None:
    """What folds to a constant is decided without a check."""
    solver = Solver()
    assert isinstance(solver.solve(TRUE), Sat)
    assert isinstance(solver.solve(both(FALSE, Flag("x"))), Unsat)
    assert solver.effort.checks == 0


def test_contained_lists_clash() -> None:
    """A string in a list is in every list that contains it."""
    name = StringVariable("name")
    narrow, wide = clause([("prod-", ANYTHING)]), clause([("p", ANYTHING)])
    assert isinstance(_solve(member(name, narrow), negation(member(name, wide))), Unsat)


def test_view_is_part_of_its_base() -> None:
    """A demand on an account in an ARN is a demand on the ARN."""
    domain = clause([("arn:aws:iam::", *(DIGIT,) * 12, ":user/", ANYTHING)])
    arn = StringVariable("arn", domain)
    account = View(arn, ("arn:aws:iam::",), DIGIT, (":user/", ANYTHING))
    answer = _solve(
        member(account, exactly("111122223333")), member(arn, clause([(ANYTHING, "x")]))
    )
    assert isinstance(answer, Sat)
    assert answer.model.text(account) == "111122223333"
    assert answer.model.text(arn).endswith("x")
    impossible = member(arn, clause([("arn:aws:iam::2", ANYTHING)]))
    assert isinstance(_solve(member(account, exactly("111122223333")), impossible), Unsat)


def test_join_is_a_quotient() -> None:
    """A demand on a joined text is a demand on its open part."""
    session = StringVariable("session")
    identifier = Join("AROAX:", session)
    answer = _solve(member(identifier, clause([(ANYTHING, ":deploy")])))
    assert isinstance(answer, Sat)
    assert answer.model.text(session).endswith("deploy")
    assert member(identifier, clause([("AIDA", ANYTHING)])) is FALSE


def test_choice_follows_its_guard() -> None:
    """A choice has the value of the case whose guard holds."""
    flag = Flag("flag")
    text = Choice(((flag, "red"), (negation(flag), "blue")))
    answer = _solve(member(text, exactly("blue")))
    assert isinstance(answer, Sat)
    assert not answer.model.holds(flag)


def test_equal_variables() -> None:
    """Equal strings share their lists, and different ones can be told apart."""
    one, two, three = (StringVariable(name) for name in ("one", "two", "three"))
    same = [one.same(two), two.same(three)]
    red, blue = exactly("red"), exactly("blue")
    assert isinstance(_solve(*same, member(one, red), member(three, blue)), Unsat)
    assert isinstance(_solve(*same, negation(one.same(three))), Unsat)
    answer = _solve(
        negation(one.same(two)), member(one, exactly("a", "b")), member(two, exactly("a"))
    )
    assert isinstance(answer, Sat)
    assert (answer.model.text(one), answer.model.text(two)) == ("b", "a")
    forced = [member(one, exactly("a")), member(two, exactly("a"))]
    assert isinstance(_solve(negation(one.same(two)), *forced), Unsat)


def test_three_variables_two_values() -> None:
    """Three strings that differ from each other do not fit in two values."""
    names = [StringVariable(name) for name in "xyz"]
    few = [member(name, exactly("a", "b")) for name in names]
    apart = [negation(names[i].same(names[j])) for i, j in ((0, 1), (1, 2), (0, 2))]
    assert not isinstance(_solve(*few, *apart), Sat)


def test_sets() -> None:
    """Each demand for a member is met within what all members must be."""
    keys = SetVariable("keys")
    prod = clause([("prod", ANYTHING)])
    only = negation(keys.some(prod, outside=True))
    assert isinstance(_solve(keys.some(exactly("dev")), only), Unsat)
    answer = _solve(keys.some(exactly("prod-1")), keys.some(exactly("prod-2")), only)
    assert isinstance(answer, Sat)
    assert set(answer.model.members(keys)) == {"prod-1", "prod-2"}
    one = negation(keys.several)
    assert isinstance(_solve(keys.some(exactly("a")), keys.some(exactly("b")), one), Unsat)
    assert isinstance(_solve(keys.several, negation(keys.some(prod, outside=True))), Sat)


def test_an_empty_set_satisfies_what_all_members_must() -> None:
    """No member at all satisfies even the impossible for every member."""
    keys = SetVariable("keys")
    nothing = negation(keys.some(EVERYTHING))
    answer = _solve(nothing, negation(keys.some(exactly("a"), outside=True)))
    assert isinstance(answer, Sat)
    assert answer.model.members(keys) == ()
    assert isinstance(_solve(nothing, keys.some(exactly("a"))), Unsat)


def test_addresses() -> None:
    """Blocks nest by their bits; the families are apart."""
    address = AddressVariable("address")
    narrow, wide, other = map(read_network, ("203.0.113.0/25", "203.0.113.9/24", "2001:db8::/32"))
    assert narrow and wide and other
    inside = address.within(narrow)
    assert isinstance(_solve(inside, negation(address.within(wide))), Unsat)
    assert isinstance(_solve(inside, address.within(other)), Unsat)
    answer = _solve(address.within(wide), negation(inside))
    assert isinstance(answer, Sat)
    assert answer.model.address(address).startswith("203.0.113.")


def test_numbers() -> None:
    """Comparisons are over the reals."""
    number = NumberVariable("number", Form.NUMBER)
    above, below = Fraction(19, 2), Fraction(10)
    between = [negation(number.compare("<=", above)), number.compare("<", below)]
    answer = _solve(*between)
    assert isinstance(answer, Sat)
    assert above < answer.model.number(number) < below
    assert isinstance(_solve(number.compare("=", above), *between), Unsat)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-01-01", 1767225600),
        ("2026-01-01T00:00Z", 1767225600),
        ("2026-01-01T02:00:00+02:00", 1767225600),
        ("2026", 1767225600),
        ("1767225600", 1767225600),
        ("1e3", 1000),
        ("2026-13-01", None),
        ("2026-01-01T25:00:00Z", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_moments(text: str, seconds: int | None) -> None:
    """Moments are read by R4.45, and written so that they read back."""
    moment = read_moment(text)
    assert moment == (None if seconds is None else Fraction(seconds))
    if moment is not None:
        assert read_moment(write_moment(moment)) == moment


@pytest.mark.parametrize("text", ["", "abc", "1_000", "0x1", "1e9999", "٣", " 1", "1 ", "--1", "."])
def test_no_numbers(text: str) -> None:
    """What is not a decimal number is none (R4.43)."""
    assert read_number(text) is None


def test_time_limit_is_unknown() -> None:
    """Running out of time is neither yes nor no."""
    flags = [Flag(f"flag {number}") for number in range(3)]
    assert isinstance(Solver(timeout=1e-9).solve(disjunction(flags)), Unsolved)


texts = st.sampled_from(["", "a", "b", "ab", "a:b", "ba"])
globs = st.lists(st.sampled_from(["a", "b", ":", ANYTHING]), max_size=3).map(tuple)


@settings(max_examples=200)
@given(
    st.lists(st.tuples(st.integers(0, 1), st.lists(globs, max_size=2), st.booleans()), max_size=5),
    st.booleans(),
    st.booleans(),
)
def test_against_enumeration(chosen: list, conjoined: bool, link: bool) -> None:
    """Two strings under a formula: the answer is that of trying all short values."""
    variables = [StringVariable("x"), StringVariable("y")]
    parts = []
    for index, listed, value in chosen:
        term = member(variables[index], clause(listed))
        parts.append(term if value else negation(term))
    formula = conjunction(parts) if conjoined else disjunction(parts)
    if link:
        formula = either(formula, negation(formula)) if not parts else formula
        formula = both(formula, variables[0].same(variables[1]))
    answer = _solve(formula)
    values = ["", "a", "b", ":", "ab", "ba", "aa", "a:", "bb", "aba", "x"]
    found = any(
        _truth(chosen, pair, conjoined) and (not link or pair[0] == pair[1])
        for pair in product(values, repeat=2)
    )
    if found:
        assert isinstance(answer, Sat)
    if isinstance(answer, Sat):
        assert answer.model.holds(formula)


def _truth(chosen: list, pair: tuple[str, ...], conjoined: bool) -> bool:
    results = [(pair[index] in clause(listed)) == value for index, listed, value in chosen]
    if not results:
        return conjoined
    return all(results) if conjoined else any(results)


def test_atoms_exist_once() -> None:
    """The same question about the same variable is the same atom."""
    name = StringVariable("name")
    first, second = member(name, exactly("a")), member(name, exactly("a"))
    assert first is second
    assert list(atoms(both(first, negation(second)))) == [first]


def test_sets_of_characters() -> None:
    """Intersections of character sets are exact."""
    assert ":" not in NOT_COLON
    assert "1" in (NOT_COLON & DIGIT)
    assert "a" not in (NOT_COLON & DIGIT)
