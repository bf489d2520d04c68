"""Patterns with holes, and names from a finite set: models are real, refutations stand."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from iam_smt.automata import Clause, clause, exactly
from iam_smt.finite import FiniteVariable, Governed
from iam_smt.holes import fits, hollow
from iam_smt.patterns import ANY, ANYTHING, DIGIT, Item, Pattern, Run, merged
from iam_smt.sets import SetVariable
from iam_smt.terms import Term, both, conjunction, disjunction, negation
from iam_smt.texts import StringVariable, View, member
from iam_smt.theory import Sat, Solver, Unsat, Unsolved

_WORDS = ["".join(letters) for length in range(6) for letters in product("ab", repeat=length)]
_SHORT = [word for word in _WORDS if len(word) < 3]

items = st.sampled_from(["a", "b", "ab", ANYTHING, ANY])
patterns = st.lists(items, max_size=3).map(merged)
clauses = st.lists(patterns, min_size=1, max_size=2).map(clause)


def _solve(*terms: Term) -> Sat | Unsat | Unsolved:
    return Solver().solve(*terms)


@settings(max_examples=600)
@given(
    st.lists(st.tuples(patterns, patterns, st.booleans()), min_size=1, max_size=3),
    st.lists(st.tuples(clauses, st.booleans()), max_size=3),
    st.lists(st.tuples(clauses, st.booleans()), max_size=2),
)
def test_values_of_holes(
    fitting: list[tuple[Pattern, Pattern, bool]],
    inside: list[tuple[Clause, bool]],
    values: list[tuple[Clause, bool]],
) -> None:
    """A model fills the holes so that all holds; what is refuted holds for no short strings."""
    whole, hole = StringVariable("whole"), StringVariable("hole", clause([(Run(ANY),)]))
    terms: list[Term] = []
    for before, after, value in fitting:
        atom = fits(whole, hollow([*before, hole, *after]))
        assert atom is not None
        terms.append(atom if value else negation(atom))
    terms += [member(whole, of) if value else negation(member(whole, of)) for of, value in inside]
    terms += [member(hole, of) if value else negation(member(hole, of)) for of, value in values]
    outcome = _solve(*terms)
    if isinstance(outcome, Sat):
        assert all(outcome.model.holds(term) for term in terms)
    if isinstance(outcome, Unsat):
        assert not any(
            _holds(fitting, inside, values, one, other) for one in _WORDS for other in _SHORT
        )


def _holds(
    fitting: list[tuple[Pattern, Pattern, bool]],
    inside: list[tuple[Clause, bool]],
    values: list[tuple[Clause, bool]],
    whole: str,
    hole: str,
) -> bool:
    return (
        all((hole in of) == value for of, value in values)
        and all((whole in of) == value for of, value in inside)
        and all(
            (whole in clause([merged((*before, hole, *after))])) == value
            for before, after, value in fitting
        )
    )


def test_folder_within_any() -> None:
    """A string in one's own folder is in some folder, whatever one's name is."""
    key, name = StringVariable("key"), StringVariable("name")
    own = fits(key, hollow(["home/", name, "/", ANYTHING]))
    assert own is not None
    assert isinstance(_solve(own, negation(member(key, clause([("home/", ANYTHING)])))), Unsat)


def test_value_that_nothing_suggests() -> None:
    """The value of a hole is read off a text that suits all else: no plain one would do."""
    whole, tag = StringVariable("whole"), StringVariable("tag", suggestions=("example",))
    folder = fits(whole, hollow(["lake/", tag, "/", ANYTHING]))
    assert folder is not None
    inside = member(whole, clause([("lake/orders/", ANYTHING)]))
    outcome = _solve(folder, inside)
    assert isinstance(outcome, Sat)
    assert outcome.model.text(tag) == "orders"
    assert outcome.model.text(whole).startswith("lake/orders/")
    other = negation(member(tag, exactly("orders")))
    outcome = _solve(folder, inside, other)
    assert isinstance(outcome, Sat | Unsolved)


def test_one_value_in_two_places() -> None:
    """A hole that stands in a pattern twice has one value."""
    whole, tag = StringVariable("whole"), StringVariable("tag", suggestions=("example",))
    twice = fits(whole, hollow(["a/", tag, "/b/", tag]))
    assert twice is not None
    outcome = _solve(twice, member(whole, clause([("a/red", ANYTHING)])))
    assert isinstance(outcome, Sat | Unsolved)
    if isinstance(outcome, Sat):
        assert outcome.model.holds(twice)
    outcome = _solve(twice, member(whole, exactly("a/red/b/red")))
    assert isinstance(outcome, Sat)
    assert outcome.model.text(tag) == "red"


def test_wider_template() -> None:
    """What fits the narrower of two templates with the same hole fits the wider."""
    key, name = StringVariable("key"), StringVariable("name")
    narrow = fits(key, hollow(["home/", name, "/", ANYTHING]))
    wide = fits(key, hollow(["home/", name, ANYTHING]))
    assert narrow is not None and wide is not None
    assert isinstance(_solve(narrow, negation(wide)), Unsat)
    assert isinstance(_solve(wide, negation(narrow)), Sat)


def test_two_holes() -> None:
    """Two holes are filled one by one, and may be different parts of one value."""
    key = StringVariable("key")
    arn = StringVariable("arn", clause([("id:", *(DIGIT,) * 2, ":", ANYTHING)]))
    account = View(arn, ("id:",), DIGIT, (":", ANYTHING))
    atom = fits(key, hollow([account, "/", arn]))
    assert atom is not None
    outcome = _solve(atom, member(arn, exactly("id:42:x")))
    assert isinstance(outcome, Sat)
    assert outcome.model.text(key) == "42/id:42:x"


def test_hole_of_its_own_string() -> None:
    """A string cannot fill a hole of the pattern that it is to match: that is not encoded."""
    key = StringVariable("key")
    assert fits(key, hollow(["a", key])) is None


def test_members_that_fit() -> None:
    """A set whose members must all fit, and of which one must not be in a list."""
    names, name = SetVariable("names"), StringVariable("name")
    nothing = clause([])
    of = hollow(["team/", name])
    all_fit = negation(names.some(nothing, outside=True, hollows=(of,)))
    some_is_not = names.some(exactly("team/a"), outside=True)
    outcome = _solve(all_fit, some_is_not)
    assert isinstance(outcome, Sat)
    (member_,) = outcome.model.members(names)
    assert member_ == f"team/{outcome.model.text(name)}" != "team/a"
    assert isinstance(_solve(all_fit, some_is_not, member(name, exactly("a"))), Unsat)


def _domains(bits: int) -> Iterator[tuple[int, Clause, str]]:
    for names, word in ((0b0011, "a"), (0b1100, "b")):
        if bits & names:
            yield bits & names, clause([(word, ANYTHING)]), word


@settings(max_examples=300)
@given(
    st.lists(st.tuples(st.integers(0, 15), st.booleans()), max_size=4),
    st.lists(st.tuples(clauses, st.booleans()), max_size=3),
    st.booleans(),
)
def test_governed_names(
    chosen: list[tuple[int, bool]], inside: list[tuple[Clause, bool]], any_of: bool
) -> None:
    """The name chosen decides what its string looks like; refutations hold for every name."""
    text = StringVariable("text")
    name = FiniteVariable("name", 0b1111, Governed(text, _domains))
    terms = [name.among(bits) if value else negation(name.among(bits)) for bits, value in chosen]
    terms += [member(text, of) if value else negation(member(text, of)) for of, value in inside]
    question = both(name.among(0b0111), (disjunction if any_of else conjunction)(terms))
    outcome = _solve(question)
    worlds = [
        (number, word)
        for number in range(4)
        for word in _WORDS
        if word.startswith("a" if number < 2 else "b")
    ]
    if isinstance(outcome, Sat):
        assert outcome.model.holds(question)
        bits = 1 << outcome.model.name(name)
        assert any(names & bits and outcome.model.text(text) in of for names, of, _ in _domains(15))
    else:
        assert isinstance(outcome, Unsat)
        assert not any(_true(question_world, chosen, inside, any_of) for question_world in worlds)


def _true(
    world: tuple[int, str],
    chosen: list[tuple[int, bool]],
    inside: list[tuple[Clause, bool]],
    any_of: bool,
) -> bool:
    number, word = world
    said = [bool(bits >> number & 1) == value for bits, value in chosen]
    said += [(word in of) == value for of, value in inside]
    return number < 3 and (any(said) if any_of else all(said))


def test_narrow_items_do_not_read_holes() -> None:
    """A single character cannot stand for a value that may be longer."""
    key, name = StringVariable("key"), StringVariable("name")
    one: list[Item] = ["x", ANY]
    atom = fits(key, hollow(["x", name]))
    assert atom is not None
    assert isinstance(_solve(atom, negation(member(key, clause([merged(one)])))), Sat)
