"""The comparison of the twins at length, from a seed, outside of the test runner.

python -m tests.agreement.long --decisions 200000 --estates 3000 --seed 1
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from random import Random

from tests.agreement.test_decisions import agree
from tests.agreement.test_reach import check
from tests.estates import EstateGenerator
from tests.generation import Generator, bearing
from verifier.errors import ReplayError
from verifier.semantics.authorize import authorize

_REQUESTS = 10
_SOLVED = 2
_WALKS = 100


def decisions(count: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Compare both readings on `count` requests; return outcomes and the cases that differ."""
    outcomes: Counter[str] = Counter()
    different: list[str] = []
    for number in range(count // _REQUESTS):
        generator = Generator(Random(f"{seed}/{number}"))
        documents, action = generator.case()
        policies = bearing(documents, action)
        for index in range(_REQUESTS):
            request = generator.request(action)
            outcomes[authorize(request, policies).outcome.value] += 1
            try:
                agree(request, policies, solve=index < _SOLVED)
            except AssertionError:
                different.append(f"decision {seed}/{number} request {index}")
    return outcomes, different


def estates(count: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Ask about `count` estates and let an attacker try; return verdicts and what went wrong."""
    verdicts: Counter[str] = Counter()
    wrong: list[str] = []
    for number in range(count):
        snapshot = EstateGenerator(Random(f"{seed}/{number}")).snapshot()
        try:
            verdicts[check(snapshot, Random(number), _WALKS).value] += 1
        except (AssertionError, ReplayError) as error:
            wrong.append(f"estate {seed}/{number}: {type(error).__name__} {error}")
    return verdicts, wrong


def main() -> int:
    """Run both; 0 if nothing differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--decisions", type=int, default=200_000)
    parser.add_argument("--estates", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    failed = 0
    for name, run, count in (
        ("decisions", decisions, given.decisions),
        ("estates", estates, given.estates),
    ):
        started = time.perf_counter()
        found, wrong = run(count, given.seed)
        seconds = time.perf_counter() - started
        print(f"{name}: {dict(found)}, {len(wrong)} wrong, seed {given.seed}, {seconds:.0f} s")
        print("\n".join(wrong[:20]), end="\n" if wrong else "")
        failed += len(wrong)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
