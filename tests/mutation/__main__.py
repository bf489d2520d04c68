"""Try every mutant, and tell which test notices each.

python -m tests.mutation                     all lists
python -m tests.mutation evaluator --jobs 2  one list, over two processes
python -m tests.mutation --only E01 S07      some mutants
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.mutation.mutants import Mutant, lists, mutants
from tests.mutation.trial import Trial
from verifier import parallel


def main() -> int:
    """Print a line for each mutant; 0 if every one was noticed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("lists", nargs="*", choices=[*lists(), []], help="the lists to try")
    parser.add_argument("--only", nargs="+", default=[], help="the mutants to try, by id")
    parser.add_argument("--jobs", type=int, default=1)
    given = parser.parse_args()
    wanted = [item for name in given.lists or lists() for item in mutants(name)]
    if given.only:
        wanted = [item for item in wanted if item.id in given.only]
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        survivors = _try(wanted, Path(folder), given.jobs)
    noticed = len(wanted) - len(survivors)
    print(f"{noticed} of {len(wanted)} noticed in {time.perf_counter() - started:.0f} s")
    return 1 if survivors else 0


def _try(wanted: list[Mutant], folder: Path, jobs: int) -> list[Mutant]:
    """Try each mutant and tell; return those that no test notices."""
    jobs = max(1, min(jobs, len(wanted)))
    parts = [wanted[start::jobs] for start in range(jobs)]

    def each(number: int) -> list[Mutant]:
        trial = Trial(folder / str(number))
        survivors = []
        for mutant in parts[number]:
            test = trial.notice(mutant)
            if test is None:
                survivors.append(mutant)
            print(f"{mutant.id}  {test or 'SURVIVES'}  ({mutant.breaks})", flush=True)
        return survivors

    return [mutant for _, found in parallel.spread(each, range(jobs), jobs) for mutant in found]


if __name__ == "__main__":
    sys.exit(main())
