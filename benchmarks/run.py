"""Run benchmarks and append their records to a file of JSON lines.

python -m benchmarks.run results.jsonl                 everything
python -m benchmarks.run results.jsonl roles hops      some of it
"""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.records import Record, write
from benchmarks.works import chains, decisions, estates, policies
from tests.corpora import CORPORA

GENERATED: dict[str, Callable[[], Iterator[Record]]] = {
    "statements": policies.statements,
    "conditions": policies.conditions,
    "roles": estates.roles,
    "accounts": estates.accounts,
    "hops": estates.hops,
    "crowds": chains.crowds,
    "cuts": chains.cuts,
    "start": estates.example,
    "evaluator": decisions.evaluator,
}
FROM_CORPORA: dict[str, Callable[[], Iterator[Record]]] = {
    "managed-pairs": policies.managed_pairs,
    "managed-versions": policies.managed_versions,
    "quacky": policies.quacky,
    "regressions": policies.regressions,
    "cross-check": policies.cross_check,
}


def main() -> None:
    """Run what the command line names."""
    works = {**GENERATED, **FROM_CORPORA}
    parser = argparse.ArgumentParser(description="Run benchmarks.")
    parser.add_argument("results", type=Path)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(works))
    given = parser.parse_args()
    gc.set_threshold(200_000, 20, 100)
    for name in given.names or works:
        if name not in works:
            parser.error(f"there is no benchmark `{name}`; there are {', '.join(works)}")
        if name in FROM_CORPORA and not CORPORA.is_dir():
            print(f"{name}: skipped, the corpora are not beside this clone", file=sys.stderr)
            continue
        print(name, file=sys.stderr)
        write(works[name](), given.results)


if __name__ == "__main__":
    main()
