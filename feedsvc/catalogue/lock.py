"""One writer at a time: a lock on a file that the system frees when its holder dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from feedsvc.exceptions import CatalogueBusy, CatalogueError

_LISTENS = b"listens"


class Lock:
    """The writer's lock. A holder that ``listens`` takes requests for rebuilds from the control database.

    Raises CatalogueBusy at once where another process holds it.
    """

    def __init__(self, path: Path, *, listens: bool) -> None:
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise CatalogueError(str(path), f"cannot be opened: {error.strerror}") from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            answers = os.pread(self._descriptor, 64, 0) == _LISTENS
            os.close(self._descriptor)
            raise CatalogueBusy(
                str(path.parent), "another feedsvc is writing here: wait for it, or stop it", listens=answers
            ) from None
        os.ftruncate(self._descriptor, 0)
        if listens:
            os.pwrite(self._descriptor, _LISTENS, 0)

    def release(self) -> None:
        """Let the next writer in."""
        os.close(self._descriptor)
