"""Answers in memory, bounded by bytes: what was not used for long goes first."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from feedsvc.shelf.shelved import Key, Shelved


class Memory:
    """Answers by key. ``get`` may be called by any thread at any time; all else by one thread at a time.

    Second chance instead of least recently used: a hit sets a flag, and nothing more.
    """

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._held: dict[Key, Shelved] = {}
        self._sizes: dict[Key, int] = {}
        self.bytes = 0
        self.get = self._held.get

    def __len__(self) -> int:
        return len(self._held)

    def put(self, shelved: Shelved) -> None:
        """Hold an answer, or count it anew after it grew; others may have to go."""
        self._remove(shelved.key)
        self._held[shelved.key] = shelved
        self._sizes[shelved.key] = shelved.size
        self.bytes += shelved.size
        while self.bytes > self._budget:
            oldest = next(iter(self._held.values()))
            self._remove(oldest.key)
            if oldest.used and oldest.size <= self._budget:
                oldest.used = False
                self._held[oldest.key] = oldest
                self._sizes[oldest.key] = oldest.size
                self.bytes += oldest.size

    def drop(self, keys: Iterable[Key]) -> None:
        """Forget these."""
        for key in keys:
            self._remove(key)

    def drop_where(self, condition: Callable[[Shelved], bool]) -> None:
        """Forget all for which the condition holds."""
        self.drop([key for key, shelved in self._held.items() if condition(shelved)])

    def _remove(self, key: Key) -> None:
        if self._held.pop(key, None) is not None:
            self.bytes -= self._sizes.pop(key)
