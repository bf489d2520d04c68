"""Work spread over processes that share, by forking, what was made before."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

Progress = Callable[[str, int, int], None]
"""Hears what was looked at last, how much was, and of how much, for whoever waits."""

_PIECES = 8
"""Pieces of work for each process, so that none waits long for the last."""

_work: Callable[[Any], Any] | None = None
_items: Sequence[Any] = ()


def spread(
    work: Callable[[Item], Result], items: Sequence[Item], jobs: int
) -> Iterator[tuple[Item, Result]]:
    """Yield each item with what `work` makes of it, in order, by so many processes.

    Results must be picklable; an error in one process is raised here. Where the platform cannot
    fork, or one process is enough, all is done in this one. Leaving early ends the processes.
    """
    jobs = min(jobs, len(items))
    if jobs < 2 or "fork" not in multiprocessing.get_all_start_methods():
        for item in items:
            yield item, work(item)
        return
    global _work, _items
    _work, _items = work, items
    size = max(1, len(items) // (jobs * _PIECES))
    with multiprocessing.get_context("fork").Pool(jobs, _ignore_interrupts) as pool:
        yield from zip(items, pool.imap(_do, range(len(items)), size), strict=True)


def _ignore_interrupts() -> None:
    """Leave Ctrl-C to the parent, which ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _do(index: int) -> Any:
    if _work is None:
        raise RuntimeError("no work was given before the processes were made")
    return _work(_items[index])
