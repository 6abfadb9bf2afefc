"""Pages and lists are made in another process: whoever builds has changes to see to, and a list takes a while."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from feedsvc.catalogue import Reader
from feedsvc.export import current
from feedsvc.export.further import Further, Source
from feedsvc.export.index import LIST, Owed
from feedsvc.orphans import POLITE, help_out
from feedsvc.rules import Served
from feedsvc.uris import read_path

Offer = tuple[Further, ...]


def offered(source: Source | None, reader: Reader, served: Served, name: str, now: float) -> Sequence[Further]:
    """What there is of a feed, by its page's path, or of lists."""
    if source is None:
        return ()
    if name == LIST:
        return [*source.lists(reader, served)]
    place = read_path(name)
    if place is None or not current.here(reader, served, place[0], now):
        return ()
    return [*source.of_feed(reader, served, place[0])]


class Workshop:
    """Makes what ``source`` offers, in a process that starts with the first order, gives way to others, and stays."""

    def __init__(self, source: Source | None) -> None:
        self._source = source
        self._executor: ProcessPoolExecutor | None = None

    def order(self, state: Path, kind: Owed, what: str, held: Mapping[str, str], now: float) -> Future[Offer]:
        """Have made what is owed, from the catalogue in ``state``; ``held`` are the keys of what need not be."""
        if self._source is None:
            nothing: Future[Offer] = Future()
            nothing.set_result(())
            return nothing
        if self._executor is None:
            # spawn: a forked process would inherit locks that other threads hold
            self._executor = ProcessPoolExecutor(1, get_context("spawn"), initializer=help_out, initargs=(POLITE,))
        return self._executor.submit(_Order(state, self._source, kind, what, held, now))

    def close(self) -> None:
        """End it, and what it is at."""
        executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(cancel_futures=True)


@dataclass(frozen=True, slots=True)
class _Ready:
    """What has been made."""

    body: bytes | None = None

    def __call__(self) -> bytes | None:
        return self.body


@dataclass(frozen=True, slots=True)
class _Order:
    """What the other process does: one feed's page, one list, or which lists there are."""

    state: Path
    source: Source
    kind: Owed
    what: str
    held: Mapping[str, str]
    now: float

    def __call__(self) -> Offer:
        with closing(Reader(self.state)) as reader, reader.snapshot():
            served = reader.served
            if served is None:
                return ()
            found = offered(self.source, reader, served, LIST if self.kind is Owed.LIST else self.what, self.now)
            return tuple(Further(each.address, _Ready(self._made(each)), each.key) for each in found)

    def _made(self, each: Further) -> bytes | None:
        if each.key and self.held.get(each.address) == each.key:
            return None
        return each.make() if self.kind is Owed.FEED or each.address == self.what else None
