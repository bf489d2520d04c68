"""On the patterns of real policies our theory and another solver say the same."""

from __future__ import annotations

from random import Random

from tests.corpora import needs_corpora
from tests.globs.corpus import compared, lists, questions

_QUESTIONS = 150


@needs_corpora
def test_another_solver_agrees() -> None:
    """Of random pairs and combinations of the lists of patterns in real policies, cvc5 finds those
    satisfiable that we do; models fit.
    """
    found = lists()
    assert min(map(len, (found.actions, found.resources, found.values))) > 500
    answers, different = compared(questions(found, Random(1), _QUESTIONS))
    assert not different
    assert answers["sat"] + answers["unsat"] > 0.95 * _QUESTIONS
    assert min(answers["sat"], answers["unsat"]) > _QUESTIONS / 10
