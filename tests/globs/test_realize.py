"""The glob theory against plain matching: what it finds fits, and what it says clashes does."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iam_smt.automata import EVERYTHING, NOTHING, clause, exactly
from iam_smt.patterns import (
    ANY,
    ANYTHING,
    DIGIT,
    NOT_COLON,
    Characters,
    Item,
    Pattern,
    Run,
    after,
    before,
    fold_case,
    merged,
    within,
)
from iam_smt.realize import Conflict, Realized, realize

ALPHABET = "abA:"
SHORT = ["".join(word) for size in range(6) for word in itertools.product(ALPHABET, repeat=size)]
_SETS = [ANY, Characters(frozenset("ab")), NOT_COLON, Characters(frozenset("a"), True)]

items = st.one_of(
    st.sampled_from(["a", "b", "A", ":", "ab", "ba"]),
    st.sampled_from(_SETS),
    st.sampled_from(_SETS).map(Run),
)
patterns = st.lists(items, max_size=5).map(merged)
clauses = st.lists(patterns, max_size=3)
literals = st.lists(st.tuples(clauses, st.booleans()), min_size=1, max_size=5)


def _expression(pattern: Pattern) -> re.Pattern[str]:
    """Return the pattern as a regular expression of the standard library."""

    def one(item: Item) -> str:
        if isinstance(item, str):
            return re.escape(item)
        if isinstance(item, Run):
            return f"(?:{one(item.of)})*"
        listed = "".join(map(re.escape, sorted(item.listed)))
        if item.others:
            return f"[^{listed}]" if listed else "."
        return f"[{listed}]" if listed else "(?!)"

    return re.compile("".join(map(one, pattern)), re.DOTALL)


def _matches(listed: list[Pattern], text: str) -> bool:
    return any(_expression(pattern).fullmatch(text) for pattern in listed)


@settings(max_examples=300)
@given(clauses)
def test_membership(listed: list[Pattern]) -> None:
    """A clause has just the texts that one of its patterns matches."""
    compiled = clause(listed)
    for text in SHORT[:400]:
        assert _matches(listed, text) == (text in compiled)


@settings(max_examples=600)
@given(literals)
def test_realize(chosen: list[tuple[list[Pattern], bool]]) -> None:
    """A string that is found fits all literals; no short string fits a conflict."""
    outcome = realize([(clause(listed), member) for listed, member in chosen])
    if isinstance(outcome, Realized):
        assert all(_matches(listed, outcome.text) == member for listed, member in chosen)
        return
    assert isinstance(outcome, Conflict)
    core = [chosen[index] for index in outcome.literals]
    assert core
    for text in SHORT:
        assert not all(_matches(listed, text) == member for listed, member in core)


@settings(max_examples=300)
@given(patterns, st.sampled_from(SHORT[:100]), st.sampled_from(SHORT[:100]))
def test_quotients(pattern: Pattern, prefix: str, rest: str) -> None:
    """`after` a prefix, and `before` a suffix, are what completes it to a match."""
    whole = bool(_expression(pattern).fullmatch(prefix + rest))
    assert whole == _matches(after(pattern, prefix), rest)
    assert whole == _matches(before(pattern, rest), prefix)


@settings(max_examples=200)
@given(patterns, st.sampled_from(_SETS))
def test_within(pattern: Pattern, characters: Characters) -> None:
    """`within` keeps just the matches that are made of the characters."""
    narrowed = within(pattern, characters)
    for text in SHORT[:300]:
        expected = all(character in characters for character in text) and bool(
            _expression(pattern).fullmatch(text)
        )
        assert expected == (narrowed is not None and text in clause([narrowed]))


@settings(max_examples=200)
@given(patterns.filter(lambda pattern: all(isinstance(item, str | Run) for item in pattern)))
def test_fold_case(pattern: Pattern) -> None:
    """A folded pattern matches what the pattern matches in any case of its letters."""
    folded = clause([fold_case(pattern)])
    for text in SHORT[:300]:
        if _expression(pattern).fullmatch(text):
            assert text in folded


@pytest.mark.parametrize(
    ("listed", "text", "expected"),
    [
        ([(ANYTHING, "é", ANYTHING)], "caf\u00e9 \n", True),
        ([("a", ANY, "c")], "a\u2603c", True),
        ([("arn:aws:iam::", *(DIGIT,) * 12, ":root")], "arn:aws:iam::111122223333:root", True),
        ([("arn:aws:iam::", *(DIGIT,) * 12, ":root")], "arn:aws:iam::11112222333x:root", False),
        ([()], "", True),
        ([], "", False),
    ],
)
def test_texts_beyond_ascii_and_sets(listed: list[Pattern], text: str, expected: bool) -> None:
    """Runs and single characters range over every character, sets over theirs."""
    assert expected == (text in clause(listed))


def test_same_content_is_the_same_clause() -> None:
    """A clause is compiled once for its content, whatever the order and repetition."""
    assert clause([("a",), ("b",)]) is clause([("b",), ("a",), ("a",)])


def test_everything_and_nothing() -> None:
    """The universal clause has no outside, the empty one no inside."""
    assert realize([(EVERYTHING, False)]) == Conflict(frozenset({0}))
    assert realize([(NOTHING, True)]) == Conflict(frozenset({0}))
    assert isinstance(realize([(EVERYTHING, True), (NOTHING, False)]), Realized)


def test_conflicts_are_small() -> None:
    """Of many literals, a conflict names those that clash."""
    many = [(clause([(ANYTHING, letter, ANYTHING)]), True) for letter in "bcdefgh"]
    outcome = realize([*many, (clause([("x", ANYTHING)]), True), (clause([(ANYTHING, "y")]), True)])
    assert isinstance(outcome, Realized)
    clash = realize([*many, (exactly("bcdefg"), True)])
    assert isinstance(clash, Conflict)
    assert len(clash.literals) == 2


def test_witnesses_read_well() -> None:
    """A witness fills a pattern with plain words where nothing speaks against it."""
    bucket = clause([("arn:aws:s3:::acme-", ANYTHING)])
    assert realize([(bucket, True)]) == Realized("arn:aws:s3:::acme-example")


def test_hostile_pattern() -> None:
    """Many stars against a long text of the same letter take no exponential time."""
    stars: Pattern = merged(item for _ in range(40) for item in (ANYTHING, "a"))
    assert "a" * 2000 + "b" not in clause([stars])
    assert isinstance(
        realize([(clause([stars]), True), (clause([("b", ANYTHING)]), True)]), Realized
    )


def test_patterns_have_one_order() -> None:
    """What a set of characters reads as, and so the order of patterns, is the same in every run."""
    assert repr(fold_case(("az",))) == "([Aa], [Zz])"
    assert repr(Run(Characters(frozenset("cba"), True))) == "[^abc]*"
