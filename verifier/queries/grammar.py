"""The sentence that a person types → a `Question`; wrong words get a place and a suggestion."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import Any

import lark
from lark import Lark
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken, VisitError
from lark.grammar import Rule
from lark.lexer import TerminalDef

from verifier import catalogue
from verifier.cache import remembered
from verifier.errors import QuestionError
from verifier.queries.sentence_reader import SentenceReader
from verifier.queries.suggestions import NOT_WORDS, nearest_sentence, spelled
from verifier.question import Question

GRAMMAR = resources.files("verifier.queries").joinpath("question.lark").read_text("utf-8")
_EXAMPLE = "can any external principal reach s3:DeleteBucket via role assumption"
_IGNORE_CASE = 2


@lru_cache(maxsize=1)
def _parser() -> Lark:
    """Return the parser; its tables, which take most of the time, are kept from run to run."""
    data, memo = remembered("parser", lark.__version__ + GRAMMAR, _tables)
    parser: Lark = Lark.__new__(Lark)._load({"data": data, "memo": memo})
    return parser


def _tables() -> tuple[Any, Any]:
    made = Lark(
        GRAMMAR,
        start=["question", "who"],
        parser="lalr",
        propagate_positions=True,
        maybe_placeholders=True,
        g_regex_flags=_IGNORE_CASE,
    )
    tables: tuple[Any, Any] = made.memo_serialize([TerminalDef, Rule])
    return tables


def parse(sentence: str) -> Question:
    """Read a sentence; raise `QuestionError` with the place and the nearest sentence that reads."""
    text = sentence.strip()
    text = text.removesuffix("?").rstrip()
    if not text:
        raise QuestionError("the question is empty", suggestion=_EXAMPLE)
    try:
        tree = _parser().parse(text, start="question")
    except UnexpectedInput as error:
        raise _explained(text, error) from None
    try:
        question = SentenceReader(text).transform(tree)
    except VisitError as error:
        if isinstance(error.orig_exc, QuestionError):
            raise error.orig_exc from None
        raise
    assert isinstance(question, Question)
    return question


def _explained(text: str, error: UnexpectedInput) -> QuestionError:
    position, expected = _where(text, error)
    start = len(text[:position]) - len(text[:position].split(" ")[-1])
    if start < position < len(text):
        position, expected = start, (_expectation(text[:start]) or (0, expected))[1]
    words = text[position:].split(maxsplit=1)
    found = f"`{words[0]}` is not expected here" if words else "the sentence ends too early"
    due = ", ".join(spelled(expected))
    suggestion = nearest_sentence(text, _expectation) or _EXAMPLE
    if "ACTION" in expected and words and (action := catalogue.nearest_action(words[0])):
        corrected = " ".join([text[:position].rstrip(), action, *words[1:]])
        suggestion = corrected if _expectation(corrected) is None else suggestion
    return QuestionError(f"{found}; expected: {due}", text, position, suggestion)


def _where(text: str, error: UnexpectedInput) -> tuple[int, set[str]]:
    if isinstance(error, UnexpectedCharacters):
        return error.pos_in_stream or 0, set(error.allowed or ())
    expected = set(error.accepts or error.expected) if isinstance(error, UnexpectedToken) else set()
    token = error.token if isinstance(error, UnexpectedToken) else None
    at_end = token is None or token.type == "$END"
    position = len(text) if at_end or token is None else token.start_pos or 0
    return position, expected


def _expectation(text: str) -> tuple[int, set[str]] | None:
    """Return where `text` stops being a sentence and what was due there; None if it is one."""
    try:
        _parser().parse(text, start="question")
    except UnexpectedInput as error:
        return _where(text, error)
    return None


def names_callers(text: str) -> bool:
    """Return whether `text` is what stands for callers in a sentence."""
    try:
        _parser().parse(text, start="who")
    except UnexpectedInput:
        return False
    return True


def next_words(start: str) -> list[str]:
    """Return the sentences that go on from `start` by one word, or complete its last."""
    stop = _expectation(start)
    if stop is None:
        return [start]
    position, expected = stop
    before, half = start[:position].rstrip(), start[position:].strip().lower()
    words = (name.lower() for name in sorted(expected) if name not in NOT_WORDS)
    return [f"{before} {word}".strip() for word in words if word.startswith(half)]
