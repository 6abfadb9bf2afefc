"""The process that keeps the index in step, beside the one that builds: at low priority, ending with it."""

from __future__ import annotations

import signal
import time
from contextlib import closing
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

import structlog

from feedsvc import search
from feedsvc.catalogue import SIGNAL, Signal
from feedsvc.exceptions import FeedsvcError
from feedsvc.log import configure_log
from feedsvc.orphans import end_with_parent, give_way
from feedsvc.search.store import remove

LOOK = 0.1  # seconds between looks at the generation, which cost nanoseconds
RETRY = 60.0  # seconds after which what failed is tried again
NICE = 15  # of 19: whoever builds or answers goes first
PATIENCE = 5.0  # seconds to end when told to

log = structlog.get_logger()


class Companion:
    """Runs the process for a state folder, and runs it again when it has died."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self._process: BaseProcess | None = None

    def keep(self, *, wanted: bool) -> None:
        """See that it runs, or where it is not wanted, that there is neither process nor index."""
        if not wanted:
            self.stop()
            remove(self._state)
        elif self._process is None or not self._process.is_alive():
            self.stop()
            self._process = _start(self._state)

    def stop(self) -> None:
        """End it. What it has done stays done."""
        if self._process is None:
            return
        self._process.terminate()
        self._process.join(PATIENCE)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()
        self._process = None


def _start(state: Path) -> BaseProcess:
    # spawn: a forked child would inherit locks that other threads hold
    process = get_context("spawn").Process(target=_follow, args=(state,), name="search-index", daemon=True)
    # Ctrl-C is the parent's: a process inherits what is blocked, and is safe from it while it still imports
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return process


def _follow(state: Path) -> None:
    """Catch up with each generation, for ever."""
    end_with_parent()
    give_way(NICE)
    configure_log()
    with closing(Signal(state / SIGNAL)) as generation:
        done, failure = 0, ""
        while True:
            current = generation.value
            if current == done:
                time.sleep(LOOK)
                continue
            reason = ""
            try:
                done = _keep_in_step(state, generation)
            except FeedsvcError as error:
                reason = str(error)
            if reason not in ("", failure):
                log.error("search index not in step", reason=reason)
            failure = reason
            time.sleep(RETRY if failure else LOOK)


def _keep_in_step(state: Path, generation: Signal) -> int:
    """Catch up until the generation rests; gives the one that is in the index then."""
    started = time.monotonic()
    with closing(search.Indexer(state)) as indexer:
        while True:
            current = generation.value
            indexer.catch_up()
            if generation.value == current:
                break
    if (taken := time.monotonic() - started) > 1.0:
        log.info("search index in step", generation=current, seconds=round(taken, 1))
    return current
