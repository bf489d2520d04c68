"""What a waiting person sees on standard error: what is being asked about, and for how long."""

from __future__ import annotations

import sys
from threading import Lock, Timer
from types import TracebackType
from typing import TYPE_CHECKING, Self

from verifier.report.plain import plain

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

_PATIENCE = 2.0


class Waiting:
    """A line on a terminal that appears when the work lasts longer than `patience` seconds.

    Nothing is written when standard error is not a terminal, or when `quiet`.
    """

    def __init__(
        self,
        *,
        quiet: bool = False,
        patience: float = _PATIENCE,
        console: Console | None = None,
    ) -> None:
        self._console = console
        self._text, self._done, self._total = "", 0, 0
        self._lock = Lock()
        self._line: Progress | None = None
        self._timer = Timer(patience, self._start)
        self._timer.daemon = True
        self._shown = not quiet and (console is not None or sys.stderr.isatty())

    def __call__(self, text: str, done: int = 0, total: int = 0) -> None:
        """Tell what was asked about last, how much is done, and of how much."""
        with self._lock:
            self._text, self._done, self._total = plain(text), done, total
            if self._line is not None:
                (task,) = self._line.task_ids
                self._line.update(task, description=self._text, completed=done, total=total or None)

    def _start(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        with self._lock:
            if self._line is None and self._shown:
                self._line = Progress(
                    BarColumn(),
                    MofNCompleteColumn(),
                    TextColumn("{task.description}", markup=False),
                    console=self._console or Console(stderr=True),
                    transient=True,
                )
                self._line.add_task(self._text, completed=self._done, total=self._total or None)
                self._line.start()

    def __enter__(self) -> Self:
        if self._shown:
            self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        with self._lock:
            self._shown = False
            if self._line is not None:
                self._line.stop()
