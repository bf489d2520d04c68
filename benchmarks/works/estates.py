"""Whole organizations: who can, and who can reach, in a process of its own each time."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.families.organizations import Estate
from benchmarks.records import Record, in_a_process
from verifier.example import write

MISSION = "can any external principal reach s3:DeleteBucket via role assumption"
_VERDICTS = {0: "no", 3: "yes", 4: "unknown"}
_RUNS = 5
_SEED = 1


def _asked(
    benchmark: str, question: str, folder: Path, case: str, size: int, *options: str
) -> Iterator[Record]:
    arguments = ["ask", question, "--snapshot", str(folder), *options]
    for _ in range(_RUNS):
        yield in_a_process(benchmark, case, arguments, _VERDICTS, size)


def roles(sizes: tuple[int, ...] = (500, 1000, 2000, 5000, 10000, 20000)) -> Iterator[Record]:
    """More and more roles, five hundred to an account."""
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            Estate(size, max(1, size // 500), _SEED).write(folder)
            case = f"{size} roles"
            yield from _asked("reach", MISSION, folder, case, size, "--no-cache")
            if size <= 5000:
                question = "who can s3:DeleteBucket"
                yield from _asked("who can", question, folder, case, size, "--no-cache")
                yield from _asked("who can, cached", question, folder, case, size)


def accounts(sizes: tuple[int, ...] = (1, 4, 16, 64)) -> Iterator[Record]:
    """Two thousand roles in more and more accounts."""
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            Estate(2000, size, _SEED).write(Path(name))
            yield from _asked(
                "accounts", MISSION, Path(name), f"{size} accounts", size, "--no-cache"
            )


def hops(sizes: tuple[int, ...] = (2, 4, 8, 16, 32)) -> Iterator[Record]:
    """A chain of more and more hops among a thousand roles."""
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            Estate(1000, 2, _SEED, hops=size).write(Path(name))
            yield from _asked("hops", MISSION, Path(name), f"{size} hops", size, "--no-cache")


def example() -> Iterator[Record]:
    """The bundled example, and `--help`; with the cache, as a user's second run has it."""
    for _ in range(_RUNS):
        yield in_a_process("start", "--help", ["--help"], {0: "shown"})
    with tempfile.TemporaryDirectory() as name:
        list(write(Path(name) / "acme"))
        for option in ([], ["--no-cache"]):
            arguments = ["ask", MISSION, "--snapshot", f"{name}/acme", *option]
            for _ in range(_RUNS):
                yield in_a_process("start", f"ask {' '.join(option)}", arguments, _VERDICTS)
