"""The shelf: ready answers that follow the catalogue's generation, whichever process moved it."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from math import inf
from pathlib import Path
from urllib.parse import unquote

from feedsvc.catalogue import BORN, CATALOGUE, SIGNAL, Reader, Signal
from feedsvc.codings import Coding
from feedsvc.exceptions import CatalogueError, CatalogueMissing
from feedsvc.rules import Served
from feedsvc.shelf.memory import Memory
from feedsvc.shelf.shelved import Key, Shelved, Variant

_LOOK_EVERY = 1.0  # seconds between looks at whether the files were replaced or the clock was set back
_ATTEMPTS = 8
_IDLE_READERS = 16

FileId = tuple[int, int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Current:
    """What is served now: one object a generation, so that ``is`` tells whether it still is."""

    generation: int
    served: Served
    catalogue: FileId


@dataclass(frozen=True, slots=True)
class _Opened:
    reader: Reader
    catalogue: FileId


Make = Callable[[Reader, Current], Shelved | None]


class Shelf:
    """Answers ready to be served, for any number of threads at once.

    ``glance`` is the hot path: memory only, no lock, no system call. Everything else may read SQLite. Memory
    is bounded by ``cache_bytes``; ``clock`` gives epoch seconds.
    """

    def __init__(self, state: Path, cache_bytes: int, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self._state = state
        self._path = state / CATALOGUE
        self._lock = threading.Lock()  # held for every change of what follows; `glance` reads without it
        # what strangers can ask for without end must not push out what subscribers fetch
        self._composed = Memory(cache_bytes // 4)
        self._memory = Memory(cache_bytes - cache_bytes // 4)
        self._current: Current | None = None
        self._signal: Signal | None = None
        self._signal_file: FileId | None = None
        self._seen = -1  # the signal's value that `_current` answers for
        self._looked = -inf
        self._idle: deque[_Opened] = deque()

    def close(self) -> None:
        """Close the connections that no thread is using."""
        while (opened := self._take_idle(None)) is not None:
            opened.reader.close()

    # -- the hot path --------------------------------------------------------------------------------------

    def glance(self, key: Key) -> Shelved | None:
        """The answer of this key if it is in memory and surely current; else None: ask ``fetch``.

        Once in a while it says None so that this caller looks at the catalogue's files.
        """
        signal = self._signal
        if signal is None or signal.value != self._seen:
            return None
        now = self.clock()
        if not self._looked <= now < self._looked + _LOOK_EVERY:
            self._looked = max(self._looked, now)  # this caller looks, the others need not
            return None
        found = self._place(key).get(key)
        if found is None or found.until <= now:
            return None
        found.used = True
        return found

    # -- the slow path -------------------------------------------------------------------------------------

    def fetch(self, key: Key, make: Make) -> Shelved | None:
        """The answer of a key: from memory, else what ``make`` makes of the catalogue; None where it makes none.

        Raises CatalogueMissing while there is no complete generation, CatalogueError where it cannot be read.
        """
        try:
            with self.reading() as (reader, current):
                found = self._fresh(key)
                if found is not None:
                    return found
                found = make(reader, current)
        except CatalogueError:
            found = self._fresh(key)
            if found is None:
                raise
            return found  # nothing newer is known: the last answer is better than none
        if found is not None:
            with self._lock:
                if self._current is current:
                    self._place(key).put(found)
        return found

    def document(self, address: str) -> Shelved | None:
        """The document at a percent-encoded path, None where there is none. Raises as ``fetch`` does."""
        return self.fetch(unquote(address), partial(self.load, address=address))

    def load(self, reader: Reader, current: Current, *, address: str, until: float = inf) -> Shelved | None:
        """A document's answer, made anew."""
        document = reader.document(address, current.generation)
        if document is None:
            return None
        return Shelved.of_document(document, current.served, self.clock(), until)

    def variant(self, shelved: Shelved, coding: Coding) -> Variant:
        """One coding of an answer, made once and counted."""
        found = shelved.variants.get(coding)
        if found is None:
            found = shelved.variant(coding)
            with self._lock:
                place = self._place(shelved.key)
                if place.get(shelved.key) is shelved:
                    place.put(shelved)
        return found

    @contextmanager
    def reading(self) -> Iterator[tuple[Reader, Current]]:
        """A reader whose view stands still at the generation that is served, which it gives as well.

        Raises as ``fetch`` does.
        """
        for _ in range(_ATTEMPTS):
            with self._borrowed() as opened:
                current = self._follow(opened)
                if current is not None:
                    yield opened.reader, current
                    return
        raise CatalogueMissing(str(self._state), "the catalogue is being replaced")

    # -- following the catalogue ---------------------------------------------------------------------------

    def _follow(self, opened: _Opened) -> Current | None:
        """What this reader's snapshot serves; None where it is behind what was served already."""
        signal = self._attend()
        seen = signal.value
        opened.reader.connection.execute("BEGIN")  # the snapshot is taken by the first read
        generation = opened.reader.generation
        if seen < generation:
            # Whoever first sees a generation announces it: no process may answer from the one before any more.
            if signal.value == seen:
                signal.value = generation
            seen = generation
        with self._lock:
            current = self._current
            if current is None or (current.generation, current.catalogue) != (generation, opened.catalogue):
                current = self._advance(current, opened, generation)
            if current is not None:
                self._current, self._seen = current, seen
            return current

    def _advance(self, current: Current | None, opened: _Opened, generation: int) -> Current | None:
        replaced = current is None or current.catalogue != opened.catalogue
        if replaced and self._catalogue_id() not in (opened.catalogue, None):
            return None  # a reader of a file that has been replaced meanwhile
        served = opened.reader.served
        if not generation or served is None:
            raise CatalogueMissing(str(self._state), "the first build is not complete yet")
        if current is None or replaced or current.served != served:
            self._drop_where(lambda _: True)
        elif generation < current.generation:
            return None
        else:
            self._memory.drop(map(unquote, opened.reader.addresses_since(current.generation)))
            self._drop_where(lambda shelved: not shelved.lasting)
        return Current(generation, served, opened.catalogue)

    def _attend(self) -> Signal:
        """Look whether the signal's file was replaced and whether the clock was set back."""
        with self._lock:
            file = _file_id(self._state / SIGNAL)
            if self._signal is None or file != self._signal_file:
                self._signal = _open_signal(self._state)
                self._signal_file = _file_id(self._state / SIGNAL)
                self._seen = -1
            now = self.clock()
            if now < self._looked:  # no Last-Modified may lie in the future
                self._drop_where(lambda shelved: (shelved.modified or 0) > now)
            self._looked = now
            return self._signal

    def _fresh(self, key: Key) -> Shelved | None:
        found = self._place(key).get(key)
        return found if found is not None and found.until > self.clock() else None

    def _place(self, key: Key) -> Memory:
        return self._memory if isinstance(key, str) else self._composed

    def _drop_where(self, condition: Callable[[Shelved], bool]) -> None:
        self._memory.drop_where(condition)
        self._composed.drop_where(condition)

    def _catalogue_id(self) -> FileId | None:
        return _file_id(self._path, self._state / BORN)

    # -- connections ---------------------------------------------------------------------------------------

    @contextmanager
    def _borrowed(self) -> Iterator[_Opened]:
        file = self._catalogue_id()
        opened = self._take_idle(file) or _Opened(Reader(self._state), file or (0, 0, 0))
        try:
            yield opened
        except CatalogueError:
            opened.reader.close()
            raise
        except BaseException:
            self._give_back(opened)
            raise
        else:
            self._give_back(opened)

    def _give_back(self, opened: _Opened) -> None:
        if opened.reader.connection.in_transaction:
            opened.reader.connection.execute("ROLLBACK")
        if len(self._idle) < _IDLE_READERS:
            self._idle.append(opened)
        else:
            opened.reader.close()

    def _take_idle(self, file: FileId | None) -> _Opened | None:
        """A connection to this file; to any, where there is no file now. Those to other files are closed."""
        while True:
            try:
                opened = self._idle.pop()
            except IndexError:
                return None
            if file is None or opened.catalogue == file:
                return opened
            opened.reader.close()


def _file_id(path: Path, born: Path | None = None) -> FileId | None:
    """What tells a file from another; ``born`` from one that had its inode before it."""
    try:
        found = os.stat(path)  # noqa: PTH116 - this is in the way of every slow request
        return found.st_dev, found.st_ino, os.stat(born).st_mtime_ns if born else 0  # noqa: PTH116
    except OSError:
        return None


def _open_signal(state: Path) -> Signal:
    try:
        return Signal(state / SIGNAL)
    except OSError as error:
        raise CatalogueError(str(state), f"the generation cannot be followed: {error.strerror}") from error
