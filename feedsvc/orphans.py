"""What a process owes the one that started it: to end with it, and to let it go first.

A killed server leaves none behind that serves old feeds.
"""

from __future__ import annotations

import os
import signal
import threading
from contextlib import suppress
from multiprocessing import parent_process

PATIENCE = 5.0  # seconds to end in good order
POLITE = 10  # niceness of helpers that nobody waits for


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


def help_out(niceness: int = 0) -> None:
    """Settle in as a helper: leave Ctrl-C to the parent, end with it, let others go first by so much niceness."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    give_way(niceness)


def give_way(niceness: int) -> None:
    """Let other processes go first, by so much niceness, where that is allowed: sandboxes may forbid it."""
    with suppress(PermissionError):
        os.nice(niceness)
