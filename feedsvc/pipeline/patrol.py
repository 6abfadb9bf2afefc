"""Comparing the whole folder with what is known, in another process: what changes meanwhile is not held up."""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from feedsvc.catalogue import Inquiry
from feedsvc.config import Settings, changed
from feedsvc.exceptions import FeedsvcError
from feedsvc.orphans import POLITE, help_out
from feedsvc.rules import ContentRules
from feedsvc.scan import SCANNED, scan, size

_SPAWN = get_context("spawn")  # a forked process would inherit locks that other threads hold
FEW = 1_000  # files that differ, up to which looking at them alone is less work than at everything


@dataclass(frozen=True, slots=True)
class Found:
    """The paths that a rebuild should look at, None where it should look at everything; and how many files there are.

    That number is 0 where it is not known.
    """

    paths: frozenset[str] | None
    files: int = 0


class Patrol:
    """Finds what file events missed. One thread calls ``differences``, any may call ``stop``."""

    def __init__(self) -> None:
        self._starting = threading.Lock()
        self._process: BaseProcess | None = None
        self._stopped = False

    def differences(self, settings: Settings) -> Found:
        """Compare all files with what is known, as they are when this is called or later."""
        if changed(settings):
            return Found(None)
        receiver, sender = _SPAWN.Pipe(duplex=False)
        with receiver:
            try:
                with sender:
                    process = self._start(_Walk(settings.content, settings.state, settings.rules), sender)
                found: Found = receiver.recv() if process else Found(None)
            except (EOFError, OSError):  # it could not be started, could not tell, or was stopped
                return Found(None)
        if process:
            process.join()
        return found

    def _start(self, walk: _Walk, sender: Connection) -> BaseProcess | None:
        with self._starting:
            if self._stopped:
                return None
            self._process = _SPAWN.Process(target=walk, args=(sender,), name="feedsvc-patrol", daemon=True)
            self._process.start()
            return self._process

    def stop(self) -> None:
        """End a walk that is under way, and begin no other."""
        with self._starting:
            self._stopped = True
            if self._process is not None and self._process.is_alive():
                self._process.kill()


@dataclass(frozen=True, slots=True)
class _Walk:
    """What the other process does."""

    content: Path
    state: Path
    rules: ContentRules

    def __call__(self, sender: Connection) -> None:
        help_out(POLITE)
        try:
            sender.send(self._compare())
        except FeedsvcError:
            sender.send(Found(None))  # a look at everything says what is wrong

    def _compare(self) -> Found:
        with closing(Inquiry(self.state)) as reader, reader.snapshot():
            known = reader.known()
            beside = reader.beside()
            problems = reader.problems_where("code IN (?, ?)", *SCANNED)
        changes = scan(self.content, self.rules, known, skip=self.state)
        content = self.content.resolve()
        outgrown = {file for _, file, told in beside if size(content, file) != told}
        paths = frozenset((*changes.suspect, *changes.vanished, *outgrown))
        if len(paths) > FEW or (known and not changes.present) or set(problems) != set(changes.problems):
            return Found(None, len(changes.present))
        return Found(paths, len(changes.present))
