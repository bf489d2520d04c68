"""Work spread over processes: in order, whole, and ended together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.families.organizations import Estate
from verifier import Snapshot
from verifier.parallel import spread

ROOT = Path(__file__).parents[1]


def _square(number: int) -> tuple[int, int]:
    if number < 0:
        raise ValueError(f"{number} is negative")
    return number * number, os.getpid()


@pytest.mark.parametrize("jobs", [1, 2, 50])
def test_results_keep_their_order(jobs: int) -> None:
    """Every item comes back with its result, in order, whatever the number of processes."""
    found = list(spread(_square, range(40), jobs))
    assert [(item, result[0]) for item, result in found] == [(n, n * n) for n in range(40)]
    assert (os.getpid() in {result[1] for _, result in found}) == (jobs == 1)


def test_nothing_to_do() -> None:
    """No items give no results, and no processes."""
    assert list(spread(_square, [], 4)) == []


def test_errors_are_raised_here() -> None:
    """An error in one of the processes ends the work."""
    with pytest.raises(ValueError, match="-1 is negative"):
        list(spread(_square, [1, 2, -1, 4], 2))


def test_questions_use_processes(tmp_path: Path) -> None:
    """With `jobs`, the work is done by other processes, and the answer is the same."""
    Estate(60, 1, 1).write(tmp_path)
    snapshot = Snapshot.load(tmp_path)
    question = "who can s3:GetObject"
    alone = snapshot.ask(question)
    before = os.times().children_user
    together = snapshot.ask(question, jobs=2)
    assert os.times().children_user > before
    assert together.ways == alone.ways


def _heed_interrupts() -> None:
    """Undo what shells do to what runs in the background: to ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_interrupt_ends_everything(tmp_path: Path) -> None:
    """Ctrl-C ends the command and its processes without a traceback."""
    Estate(1500, 2, 1).write(tmp_path)
    question = "what can any role do"
    command = [sys.executable, "-m", "verifier", "ask", question, "-s", str(tmp_path), "-j", "2"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = subprocess.Popen(
        command,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=_heed_interrupts,
    )
    time.sleep(5)
    os.killpg(running.pid, signal.SIGINT)
    _, said = running.communicate()
    assert running.returncode == 1
    assert "Traceback" not in said
    with pytest.raises(ProcessLookupError):
        os.killpg(running.pid, 0)
