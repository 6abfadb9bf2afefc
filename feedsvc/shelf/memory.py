"""Answers in memory, bounded by bytes: what was not used for long goes first."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from feedsvc.shelf.shelved import Shelved


class Memory:
    """Answers by path. ``get`` may be called by any thread at any time; all else by one thread at a time.

    Second chance instead of least recently used: a hit sets a flag, and nothing more.
    """

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._held: dict[str, Shelved] = {}
        self._sizes: dict[str, int] = {}
        self.bytes = 0
        self.get = self._held.get

    def __len__(self) -> int:
        return len(self._held)

    def put(self, shelved: Shelved) -> None:
        """Hold an answer, or count it anew after it grew; others may have to go."""
        self._remove(shelved.path)
        self._held[shelved.path] = shelved
        self._sizes[shelved.path] = shelved.size
        self.bytes += shelved.size
        while self.bytes > self._budget:
            oldest = next(iter(self._held.values()))
            self._remove(oldest.path)
            if oldest.used and oldest.size <= self._budget:
                oldest.used = False
                self._held[oldest.path] = oldest
                self._sizes[oldest.path] = oldest.size
                self.bytes += oldest.size

    def drop(self, paths: Iterable[str]) -> None:
        """Forget these."""
        for path in paths:
            self._remove(path)

    def drop_where(self, condition: Callable[[Shelved], bool]) -> None:
        """Forget all for which the condition holds."""
        self.drop([path for path, shelved in self._held.items() if condition(shelved)])

    def _remove(self, path: str) -> None:
        if self._held.pop(path, None) is not None:
            self.bytes -= self._sizes.pop(path)
