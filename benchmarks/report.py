"""Results as Markdown tables, and the growth with the number of roles as a picture.

What was run several times counts with its median.

python -m benchmarks.report results.jsonl --plot benchmarks/growth.svg
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from math import log
from pathlib import Path
from statistics import linear_regression, median
from typing import Any

from benchmarks.records import read

_POLICIES = ("managed pairs", "managed versions", "quacky pairs", "regressions", "cross-check")
_FAMILIES = ("statements", "conditions")
_CHAINS = ("crowds", "cuts")
_VERDICTS = ("sat", "unsat", "unknown")
Records = list[dict[str, Any]]


def _select(records: Records, benchmark: str) -> Records:
    return [record for record in records if record["benchmark"] == benchmark]


def _row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def _milliseconds(values: list[float], share: float) -> str:
    return f"{1000 * sorted(values)[min(len(values) - 1, int(len(values) * share))]:.2f}"


def _policies(records: Records) -> Iterator[str]:
    if not any(record["benchmark"] in _POLICIES for record in records):
        return
    yield _row("questions", "count", "p50 ms", "p99 ms", "max ms", "verdicts", "rlimit, median")
    yield _row(*["---"] * 7)
    for name in _POLICIES:
        found = _select(records, name)
        if not found:
            continue
        by_case: dict[str, list[float]] = {}
        for record in found:
            by_case.setdefault(record["case"], []).append(record["seconds"])
        times = [median(runs) for runs in by_case.values()]
        verdicts = Counter(dict({(r["case"], r["verdict"]) for r in found}).values())
        said = ", ".join(f"{word} {count}" for word, count in verdicts.most_common())
        shares = (_milliseconds(times, share) for share in (0.5, 0.99, 1))
        yield _row(name, len(times), *shares, said, median(r["rlimit"] for r in found))


def _families(records: Records) -> Iterator[str]:
    if not any(record["benchmark"] in _FAMILIES for record in records):
        return
    yield _row(
        "family", "size", "solver", "median ms", "max ms", "ratio", "sat", "unsat", "unknown"
    )
    yield _row(*["---"] * 9)
    for name in _FAMILIES:
        found = _select(records, name)
        for size in sorted({record["size"] for record in found}):
            base = 0.0
            for solver in dict.fromkeys(record["solver"] for record in found):
                some = [r for r in found if (r["size"], r["solver"]) == (size, solver)]
                times = [record["seconds"] for record in some]
                base = base or median(times)
                said = Counter(record["verdict"] for record in some)
                yield _row(
                    name,
                    size,
                    solver,
                    _milliseconds(times, 0.5),
                    _milliseconds(times, 1),
                    f"{median(times) / base:.1f}",
                    *(said[word] for word in _VERDICTS),
                )


def _chains(records: Records) -> Iterator[str]:
    if not any(record["benchmark"] in _CHAINS for record in records):
        return
    yield _row("chains", "case", "solver", "verdict", "median s", "ratio")
    yield _row(*["---"] * 6)
    for name in _CHAINS:
        base: dict[str, float] = {}
        found = _select(records, name)
        for case, solver in dict.fromkeys((r["case"], r["solver"]) for r in found):
            some = [r for r in found if (r["case"], r["solver"]) == (case, solver)]
            seconds = median(record["seconds"] for record in some)
            base.setdefault(case, seconds)
            verdicts = "/".join(sorted({record["verdict"] for record in some}))
            ratio = f"{seconds / base[case]:.1f}"
            yield _row(name, case, solver, verdicts, f"{seconds:.2f}", ratio)


def _processes(records: Records) -> Iterator[str]:
    yield _row("work, in a process of its own", "verdict", "median s", "peak MB")
    yield _row(*["---"] * 4)
    for name in ("start", "reach", "who can", "who can, cached", "accounts", "hops"):
        found = _select(records, name)
        for case in dict.fromkeys(record["case"] for record in found):
            some = [record for record in found if record["case"] == case]
            seconds = median(record["seconds"] for record in some)
            memory = median(record["memory"] for record in some)
            verdicts = "/".join(sorted({record["verdict"] for record in some}))
            yield _row(f"{name}, {case}", verdicts, f"{seconds:.2f}", f"{memory:.0f}")


def _medians(records: Records, benchmark: str) -> dict[int, float]:
    found: dict[int, list[float]] = {}
    for record in _select(records, benchmark):
        found.setdefault(record["size"], []).append(record["seconds"])
    return {size: median(times) for size, times in sorted(found.items())}


def _exponent(medians: dict[int, float]) -> float:
    """Return the slope of time over size, both as logarithms."""
    return linear_regression(
        [log(size) for size in medians], [log(seconds) for seconds in medians.values()]
    ).slope


def tables(records: Records) -> str:
    """Return every table that the records fill."""
    parts = ["\n".join(make(records)) for make in (_policies, _families, _chains, _processes)]
    parts = [part for part in parts if part]
    for name in ("reach", "who can"):
        medians = _medians(records, name)
        if len(medians) > 1:
            sizes = f"from {min(medians)} to {max(medians)} roles"
            parts.append(f"Growth of `{name}` {sizes}: exponent {_exponent(medians):.2f}.")
    decisions = [record["seconds"] for record in _select(records, "evaluator")]
    if decisions:
        parts.append(f"Evaluator: {1 / median(decisions):,.0f} decisions a second.")
    return "\n\n".join(parts) + "\n"


def plot(records: Records, path: Path) -> None:
    """Draw the time over the number of roles."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4))
    for name in ("reach", "who can"):
        medians = _medians(records, name)
        if medians:
            axes.loglog(list(medians), list(medians.values()), marker="o", label=name)
    axes.set_xlabel("roles")
    axes.set_ylabel("seconds, cold process, median of 5")
    axes.grid(visible=True, which="both", alpha=0.3)
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    """Print the tables, and draw the picture if it is wanted."""
    parser = argparse.ArgumentParser(description="Show results.")
    parser.add_argument("results", type=Path)
    parser.add_argument("--plot", type=Path)
    given = parser.parse_args()
    records = read(given.results)
    print(tables(records), end="")
    if given.plot:
        plot(records, given.plot)


if __name__ == "__main__":
    main()
