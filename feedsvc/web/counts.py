"""How many requests were answered, by class of status: each process counts in a slot of its own, any one sums."""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
import threading
from pathlib import Path

_CLASSES = 6  # index = status // 100; 0 is never used
_SLOT = struct.Struct(f"={_CLASSES}Q")
_SLOTS = 256


class Counts:
    """Counters of this process, in a small file of the state folder.

    A process takes the first slot whose lock is free and keeps the lock for life. What a dead one counted
    stays in its slot, and whoever takes it over counts on: sums never go back. Where the folder cannot be
    written the process counts for itself alone.
    """

    def __init__(self, state: Path) -> None:
        self._folder = state / "requests"
        self._lock = threading.Lock()
        self._slot = self._take()
        self._map = mmap.mmap(self._slot if self._slot is not None else -1, _SLOT.size)
        self._words = memoryview(self._map).cast("Q")

    def add(self, status: int) -> None:
        """Count one answer."""
        with self._lock:
            self._words[status // 100] += 1

    def totals(self) -> dict[str, int]:
        """The sums over all processes: ``2xx`` to ``5xx``."""
        own = [list(self._words)] if self._slot is None else []
        rows = own + [list(_SLOT.unpack(data)) for data in self._stored() if len(data) == _SLOT.size]
        return {f"{kind}xx": sum(row[kind] for row in rows) for kind in range(2, _CLASSES)}

    def close(self) -> None:
        """Give up the slot."""
        self._words.release()
        self._map.close()
        if self._slot is not None:
            os.close(self._slot)
            self._slot = None

    def _stored(self) -> list[bytes]:
        try:
            return [path.read_bytes() for path in self._folder.iterdir()]
        except OSError:
            return []

    def _take(self) -> int | None:
        try:
            self._folder.mkdir(exist_ok=True)
            for number in range(_SLOTS):
                slot = os.open(self._folder / str(number), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
                try:
                    fcntl.flock(slot, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    os.close(slot)
                    continue
                os.ftruncate(slot, _SLOT.size)
                return slot
        except OSError:
            return None
        return None
