"""Processes that end with their parent, whatever ended it: a killed server leaves none behind that serves old feeds."""

from __future__ import annotations

import os
import signal
import threading
from multiprocessing import parent_process

PATIENCE = 5.0  # seconds to end in good order


def end_with_parent(number: int = signal.SIGKILL) -> None:
    """Have this process get signal ``number`` when the process that spawned it is gone, and SIGKILL if that fails.

    Does nothing in a process that multiprocessing did not start.
    """
    parent = parent_process()
    if parent is None:
        return

    def follow() -> None:
        parent.join()
        os.kill(os.getpid(), number)
        threading.Event().wait(PATIENCE)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=follow, name="end-with-parent", daemon=True).start()
