"""Other processes for reading and rendering where there is much to do; this one alone where there is little."""

from __future__ import annotations

import gc
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context
from typing import TypeVar

from feedsvc.exceptions import FeedsvcError
from feedsvc.orphans import POLITE, help_out

Item = TypeVar("Item")
Result = TypeVar("Result")

# Objects after which cycles are looked for: thousands of posts are at hand that make none, and looking at them again
# and again takes a tenth of the time.
SELDOM = (50_000, 20, 20)

Work = Callable[[Sequence[Item]], Result]
Helpers = ProcessPoolExecutor


class Pool:
    """Runs work on batches of items, in ``processes`` processes that are started when first needed.

    This one has results to see to, and does its part while it waits. With one process it is alone. A context manager:
    leaving it ends the others; ``polite`` ones let whoever else wants a processor go first. ``helpers`` are used
    before others are started.
    """

    def __init__(self, processes: int, *, polite: bool = False, helpers: Helpers | None = None) -> None:
        self._others = processes if processes > 1 else 0
        self._polite = polite
        self._executor = helpers

    def __enter__(self) -> Pool:
        self._thresholds = gc.get_threshold()
        gc.set_threshold(*SELDOM)
        return self

    def __exit__(self, *_: object) -> None:
        gc.set_threshold(*self._thresholds)
        if self._executor is not None:
            self._executor.shutdown(cancel_futures=True)

    def each(
        self, work: Work[Item, Result], items: Sequence[Item], *, batch: int, alone: int, ahead: int
    ) -> Iterator[Result]:
        """Results of ``work`` on batches of items, in order. Up to ``alone`` items are worked on in this process.

        The others have been given ``ahead`` batches, and no fewer than two each: enough for as long as whoever gets the
        results is busy.
        """
        batches = (items[start : start + batch] for start in range(0, len(items), batch))
        if len(items) <= alone or self._others < 1:
            yield from map(work, batches)
            return
        executor = self._start()
        pending: deque[Future[Result]] = deque()
        try:
            for some in islice(batches, max(ahead, 2 * self._others)):
                pending.append(executor.submit(work, some))
            while pending:
                # Rather than wait for others, do one of theirs; while they start, that is most of them.
                while not pending[0].done() and (mine := next(batches, None)) is not None:
                    pending.append(_done(work(mine)))
                yield pending.popleft().result()
                for some in islice(batches, 1):
                    pending.append(executor.submit(work, some))
        except BrokenProcessPool as error:
            self._executor = None
            raise FeedsvcError("a process of the rebuild was killed: is there enough memory?") from error

    def _start(self) -> ProcessPoolExecutor:
        if self._executor is None:
            # spawn: a forked child would inherit locks that other threads hold
            self._executor = ProcessPoolExecutor(
                self._others, get_context("spawn"), initializer=_settle_in, initargs=(self._polite,)
            )
        return self._executor


def forked(processes: int) -> Helpers | None:
    """Helpers that need not import anything: a quarter of a second sooner at work than those that are spawned.

    They have all that this process has, so this is for its beginning: before it opens a database or a lock. None where
    it has other threads already, whose locks they would inherit, or where forking is not safe in any case.
    """
    if processes < 2 or sys.platform != "linux" or threading.active_count() > 1:
        return None
    gc.freeze()  # what is shared stays so: looking for cycles would write to it
    helpers = ProcessPoolExecutor(processes, get_context("fork"), initializer=_settle_in, initargs=(False,))
    helpers.submit(int)  # starts them all
    return helpers


def _done(result: Result) -> Future[Result]:
    future: Future[Result] = Future()
    future.set_result(result)
    return future


def _settle_in(polite: bool) -> None:  # noqa: FBT001 - as executors pass it
    """Look for cycles as seldom as the parent."""
    gc.set_threshold(*SELDOM)
    help_out(POLITE if polite else 0)
