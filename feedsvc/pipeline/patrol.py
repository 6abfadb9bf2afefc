"""Comparing the whole folder with what is known, in another process: what changes meanwhile is not held up."""

from __future__ import annotations

import signal
from contextlib import closing
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from feedsvc.catalogue import Inquiry
from feedsvc.config import Settings, changed
from feedsvc.exceptions import FeedsvcError
from feedsvc.orphans import end_with_parent, give_way
from feedsvc.pipeline.pool import POLITE
from feedsvc.rules import ContentRules
from feedsvc.scan import SCANNED, scan, size

FEW = 1_000  # files that differ, up to which looking at them alone is less work than at everything


class Patrol:
    """Finds what file events missed. One thread calls ``differences``, any may call ``stop``."""

    def __init__(self) -> None:
        self._process: BaseProcess | None = None

    def differences(self, settings: Settings) -> frozenset[str] | None:
        """The files that a rebuild should look at; None where it should look at everything."""
        if changed(settings):
            return None
        context = get_context("spawn")  # a forked process would inherit locks that other threads hold
        receiver, sender = context.Pipe(duplex=False)
        walk = _Walk(settings.content, settings.state, settings.rules)
        self._process = context.Process(target=walk, args=(sender,), name="feedsvc-patrol", daemon=True)
        with receiver:
            with sender:
                self._process.start()
            try:
                found: frozenset[str] | None = receiver.recv()
            except EOFError:  # it could not tell, or was stopped
                found = None
        self._process.join()
        return found

    def stop(self) -> None:
        """End a walk that is under way."""
        if self._process is not None and self._process.is_alive():
            self._process.kill()


@dataclass(frozen=True, slots=True)
class _Walk:
    """What the other process does."""

    content: Path
    state: Path
    rules: ContentRules

    def __call__(self, sender: Connection) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
        end_with_parent()
        give_way(POLITE)
        try:
            sender.send(self._compare())
        except FeedsvcError:
            sender.send(None)  # a look at everything says what is wrong

    def _compare(self) -> frozenset[str] | None:
        with closing(Inquiry(self.state)) as reader, reader.snapshot():
            known = reader.known()
            beside = reader.beside()
            problems = reader.problems_where("code IN (?, ?)", *SCANNED)
        changes = scan(self.content, self.rules, known, skip=self.state)
        content = self.content.resolve()
        outgrown = {file for _, file, told in beside if size(content, file) != told}
        paths = frozenset((*changes.suspect, *changes.vanished, *outgrown))
        if len(paths) > FEW or (known and not changes.present) or set(problems) != set(changes.problems):
            return None
        return paths
