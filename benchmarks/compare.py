"""Two files of results side by side: medians, and verdicts that changed.

python -m benchmarks.compare before.jsonl after.jsonl
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.records import read

Key = tuple[str, str, int]


def _grouped(records: list[dict[str, Any]]) -> dict[Key, list[dict[str, Any]]]:
    found: dict[Key, list[dict[str, Any]]] = {}
    for record in records:
        key = (record["benchmark"], record["solver"], record["size"])
        found.setdefault(key, []).append(record)
    return found


def main() -> None:
    """Print the table; exit with 1 if a verdict changed."""
    parser = argparse.ArgumentParser(description="Compare two files of results.")
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    given = parser.parse_args()
    before, after = _grouped(read(given.before)), _grouped(read(given.after))
    table = Table("benchmark", "solver", "size", "before", "after", "ratio", "rlimit ratio")
    changed = 0
    for key in before.keys() & after.keys():
        old, new = before[key], after[key]
        times = [median(record["seconds"] for record in side) for side in (old, new)]
        work = [sum(record["rlimit"] for record in side) / len(side) for side in (old, new)]
        verdicts = {record["case"]: record["verdict"] for record in old}
        changed += sum(
            verdicts.get(record["case"], record["verdict"]) != record["verdict"] for record in new
        )
        table.add_row(
            *map(str, key),
            *(f"{1000 * seconds:.2f} ms" for seconds in times),
            f"{times[1] / times[0]:.2f}",
            f"{work[1] / work[0]:.2f}" if work[0] else "",
        )
    Console().print(table)
    if changed:
        sys.exit(f"{changed} verdicts changed")


if __name__ == "__main__":
    main()
