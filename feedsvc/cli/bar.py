"""A progress bar for the stage at hand."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn


class Bar:
    """Shows the stage it is told of, and is gone when that is complete: a server goes on to print other things."""

    def __init__(self) -> None:
        self._stage = ""
        self._shown: tuple[Progress, TaskID] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._clear()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Show ``done`` of ``total``; a total of 0 is not known."""
        if self._shown is None or stage != self._stage:
            self._clear()
            self._stage, self._shown = stage, _shown(stage)
        progress, task = self._shown
        progress.update(task, completed=done, total=total or None)
        if 0 < total <= done:
            self._clear()

    def _clear(self) -> None:
        if self._shown is not None:
            self._shown[0].stop()
            self._shown = None


def _shown(stage: str) -> tuple[Progress, TaskID]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    progress = Progress(*columns, console=Console(stderr=True), transient=True)
    progress.start()
    return progress, progress.add_task(stage)
