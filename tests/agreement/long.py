"""The comparison of the twins at length, from a seed, outside of the test runner.

python -m tests.agreement.long --decisions 1000000 --estates 3000 --seed 1 --jobs 2
python -m tests.agreement.long --decisions 50000 --coverage
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from random import Random

from tests.agreement.coverage import coverage
from tests.agreement.deciding import decisions
from tests.agreement.test_reach import check
from tests.estates import EstateGenerator
from tests.generation import REQUESTS
from verifier import parallel
from verifier.errors import ReplayError

_WALKS = 100
_PART = 250
"""How many sets of policies, or estates, are done before they are reported."""

Found = tuple[Counter[str], list[str]]
Work = Callable[[int, range], Found]


def estates(seed: int, numbers: range) -> Found:
    """Ask about an estate for each number and let an attacker try; return verdicts and faults."""
    verdicts: Counter[str] = Counter()
    wrong: list[str] = []
    for number in numbers:
        snapshot = EstateGenerator(Random(f"{seed}/{number}")).snapshot()
        try:
            verdicts[check(snapshot, Random(number), _WALKS).value] += 1
        except (AssertionError, ReplayError) as error:
            wrong.append(f"estate {seed}/{number}: {type(error).__name__} {error}")
    return verdicts, wrong


def spread(work: Work, seed: int, count: int, jobs: int) -> Found:
    """Return what `work` finds for the numbers below `count`, over several processes."""
    parts = [range(start, min(start + _PART, count)) for start in range(0, count, _PART)]
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    for _, (found, faults) in parallel.spread(partial(work, seed), parts, jobs):
        counts += found
        wrong += faults
    return counts, wrong


def main() -> int:
    """Run both; 0 if nothing differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--decisions", type=int, default=200_000)
    parser.add_argument("--estates", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--coverage", action="store_true", help="tell what is generated, no more")
    given = parser.parse_args()
    if given.coverage:
        print(coverage(given.seed, range(given.decisions // REQUESTS)).table(), end="")
        return 0
    failed = 0
    works: tuple[tuple[Work, int], ...] = (
        (decisions, given.decisions // REQUESTS),
        (estates, given.estates),
    )
    for work, count in works:
        if not count:
            continue
        started = time.perf_counter()
        found, wrong = spread(work, given.seed, count, given.jobs)
        seconds = time.perf_counter() - started
        print(
            f"{work.__name__}: {found.total():,} in {seconds:.0f} s, seed {given.seed}:"
            f" {dict(found)}, {len(wrong)} wrong"
        )
        print("\n".join(wrong[:20]), end="\n" if wrong else "")
        failed += len(wrong)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
