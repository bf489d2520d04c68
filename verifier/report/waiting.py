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
        self._text = ""
        self._lock = Lock()
        self._line: Progress | None = None
        self._timer = Timer(patience, self._start)
        self._timer.daemon = True
        self._shown = not quiet and (console is not None or sys.stderr.isatty())

    def __call__(self, text: str) -> None:
        """Tell what is being asked about now."""
        with self._lock:
            self._text = plain(text)
            if self._line is not None:
                self._line.update(self._line.task_ids[0], description=self._text)

    def _start(self) -> None:
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        with self._lock:
            if self._line is None and self._shown:
                self._line = Progress(
                    SpinnerColumn(),
                    TextColumn("{task.description}", markup=False),
                    TimeElapsedColumn(),
                    console=self._console or Console(stderr=True),
                    transient=True,
                )
                self._line.add_task(self._text, total=None)
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
