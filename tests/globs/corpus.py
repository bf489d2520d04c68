"""The lists of patterns of real policies, and random questions about them for two solvers.

python -m tests.globs.corpus --questions 20000 --seed 1
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from benchmarks.works.wild import documents
from iam_smt.automata import Clause, clause
from iam_smt.operators import TEXTS
from iam_smt.patterns import Pattern
from iam_smt.smtlib import smtlib
from iam_smt.terms import Term, both, either, negation
from iam_smt.texts import StringVariable, member
from iam_smt.theory import Sat, Solver, Unsat
from tests.other_solver import verdict
from verifier.compile.matching import action_clause, pattern
from verifier.errors import PolicyError
from verifier.policy.parse import policy_from_text
from verifier.policy.syntax import Policy
from verifier.policy.templates import Template

_NEAR = 6
"""How far apart in order stand lists that are held against each other."""


@dataclass(frozen=True, slots=True)
class Lists:
    """The distinct lists of patterns of a corpus, by what they are held against; alike ones stand
    side by side.
    """

    actions: tuple[Clause, ...]
    resources: tuple[Clause, ...]
    values: tuple[Clause, ...]


def lists() -> Lists:
    """Return the lists of actions, of resources and of condition values of all corpora."""
    actions: dict[Clause, None] = {}
    resources: dict[Clause, None] = {}
    values: dict[Clause, None] = {}
    for _, _, kind, document in documents(history=False):
        try:
            policy = policy_from_text(json.dumps(document), kind)
        except PolicyError:
            continue
        _collect(policy, actions, resources, values)
    return Lists(*(tuple(sorted(found, key=_text)) for found in (actions, resources, values)))


def _text(of: Clause) -> str:
    return repr(of.patterns)


def _collect(
    policy: Policy,
    actions: dict[Clause, None],
    resources: dict[Clause, None],
    values: dict[Clause, None],
) -> None:
    for statement in policy.statements:
        actions[action_clause(statement.actions)] = None
        if statement.resources is not None:
            resources[clause(_patterns(statement.resources.patterns))] = None
        for condition in statement.conditions:
            read = TEXTS.get(str(condition.operator.name).replace("Not", ""))
            if read is not None:
                values[clause(read(_patterns(condition.values)))] = None


def _patterns(templates: tuple[Template, ...]) -> list[Pattern]:
    return [pattern(template.tokens) for template in templates if not template.variables]


def questions(found: Lists, random: Random, count: int) -> Iterator[Term]:
    """Yield questions: does a list exceed one like it, and any combination of two to five."""
    for number in range(count):
        of = random.choice((found.actions, found.resources, found.values))
        text = StringVariable("text")
        if number % 2:
            place = random.randrange(len(of))
            near = min(len(of) - 1, max(0, place + random.randrange(-_NEAR, _NEAR + 1)))
            yield both(member(text, of[place]), negation(member(text, of[near])))
        else:
            atoms = [member(text, random.choice(of)) for _ in range(2 + random.randrange(4))]
            yield _combined(atoms, random)


def _combined(terms: list[Term], random: Random) -> Term:
    while len(terms) > 1:
        joined = random.choice((both, either))(terms.pop(), terms.pop())
        terms.insert(random.randrange(len(terms) + 1), joined)
        terms = [negation(term) if random.randrange(3) == 0 else term for term in terms]
    return terms[0]


def compared(asked: Iterator[Term]) -> tuple[Counter[str], list[str]]:
    """Put each question to both solvers; return the answers, and the scripts they differ on."""
    answers: Counter[str] = Counter()
    different: list[str] = []
    for question in asked:
        ours = Solver().solve(question)
        script = smtlib(question)
        theirs = verdict(script)
        said = "sat" if isinstance(ours, Sat) else "unsat"
        if not isinstance(ours, Sat | Unsat) or theirs not in ("sat", "unsat"):
            answers[f"{'unknown' if not isinstance(ours, Sat | Unsat) else said}, {theirs}"] += 1
            continue
        answers[said] += 1
        if isinstance(ours, Sat) and not ours.model.holds(question):
            different.append(f"the model is none:\n{script}")
        if said != theirs:
            different.append(f"{said}, but cvc5 says {theirs}:\n{script}")
    return answers, different


def main() -> int:
    """Ask, and tell; 0 if nothing differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--questions", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    found = lists()
    sizes = len(found.actions), len(found.resources), len(found.values)
    print("distinct lists: {:,} of actions, {:,} of resources, {:,} of values".format(*sizes))
    started = time.perf_counter()
    answers, different = compared(questions(found, Random(given.seed), given.questions))
    seconds = time.perf_counter() - started
    print(f"{answers.total():,} questions in {seconds:.0f} s, seed {given.seed}: {dict(answers)}")
    print("\n".join(different[:5]), end="\n" if different else "")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
