"""Brings files in step with the catalogue: the feeds' documents at once, all that takes longer bit by bit."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from pathlib import Path

from feedsvc.catalogue import Reader
from feedsvc.catalogue.lock import Lock
from feedsvc.exceptions import CatalogueError, FeedsvcError
from feedsvc.export import current
from feedsvc.export.files import IMPOSSIBLE, IN_THE_WAY, Files, Made
from feedsvc.export.further import Further, Source
from feedsvc.export.index import DOCUMENT, LIST, Held, Index, Owed, Stand
from feedsvc.export.making import Offer, Workshop, offered
from feedsvc.export.places import OWN, Places
from feedsvc.rules import Served
from feedsvc.uris import page_path, read_path

_FORMAT = "1"  # raised when files are to be looked at anew
_TOGETHER = 200  # files in one step
_AHEAD = 20  # files that are given at once to those who make and compress them

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class ExportReport:
    """Files that were written, removed, and left as they were, compressed ones not counted.

    ``left_out`` are addresses that no file can have; ``in_the_way`` those where a file lies that no export wrote.
    """

    written: int
    removed: int
    kept: int
    left_out: tuple[str, ...] = ()
    in_the_way: tuple[str, ...] = ()


class Exporter:
    """Keeps the files below ``dest`` in step. One at a time: raises CatalogueBusy while another does.

    A file is replaced whole; its time is its document's Last-Modified, and later than that of any before it. Only
    files that an export wrote are ever replaced or removed, unless ``overwrite`` says otherwise. ``source`` offers what
    there is beside the feeds' documents. Killed at any moment, or with the disk full, it goes on where it was.
    Raises CatalogueError where a file cannot be written.
    """

    def __init__(self, dest: Path, source: Source | None = None, *, overwrite: bool = False) -> None:
        self._source = source
        try:
            (dest / OWN).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CatalogueError(str(dest), f"cannot be written: {error.strerror}") from error
        with ExitStack() as undo:
            self._lock = Lock(dest / OWN / "lock", listens=False)
            undo.callback(self._lock.release)
            self._index = Index(dest / OWN / "index.sqlite3")
            undo.callback(self._index.close)
            self._places = Places(dest)
            self._files = Files(dest, self._index, self._places, overwrite=overwrite)
            self._coder = ThreadPoolExecutor(1, "feedsvc-compress")
            self._coding: dict[str, tuple[Held | None, Future[None]]] = {}  # what it has been given, as it was then
            undo.callback(self._coder.shutdown, cancel_futures=True)
            self._workshop = Workshop(source)
            self._making: dict[tuple[Owed, str], Future[Offer]] = {}
            undo.callback(self._workshop.close)
            self._undo = undo.pop_all()

    def close(self) -> None:
        """Let the next one in."""
        self._undo.close()

    def report(self) -> ExportReport:
        """What has been done so far."""
        refused = self._index.refused()
        return ExportReport(
            self._files.written,
            self._files.removed,
            self._index.count() - self._files.written,
            tuple(address for address, why in refused if why == IMPOSSIBLE),
            tuple(address for address, why in refused if why == IN_THE_WAY),
        )

    # -- at once -----------------------------------------------------------------------------------------------

    def follow(self, reader: Reader, now: float, progress: Progress) -> None:
        """Write the documents that changed since the last time, and remove those that are gone; note what else is owed.

        ``reader`` shows one moment, ``now`` is in epoch seconds.
        """
        served = reader.served
        if served is None:
            return
        stand = Stand(str(reader.meta("identity")), reader.generation, self._recipe(reader))
        last = self._index.stand
        same = last and (last.catalogue, last.recipe) == (stand.catalogue, stand.recipe)
        known = last.generation if last and same and last.generation <= stand.generation else None
        if known is None:
            found = current.every(reader, served, now)
            found |= dict.fromkeys(set(self._index.addresses(DOCUMENT)).difference(found), False)
        else:
            found = current.since(reader, served, known, now)
        blocked = [address for address, why in self._index.refused() if why == IN_THE_WAY]
        found = dict.fromkeys(filter(_is_document, blocked), True) | found
        gone = [address for address, here in found.items() if not here and self._index.held(address)]
        if stand == last and not gone and not blocked and not any(found.values()):
            return
        self._owe(reader, known, [*gone, *blocked])
        self._files.remove(gone)
        self._write_documents(reader, [address for address, here in found.items() if here], progress)
        with self._index.changing():
            self._index.stand = stand

    def _recipe(self, reader: Reader) -> str:
        """Stands for all that files depend on beside posts."""
        served = reader.meta("served")
        about = (served if isinstance(served, bytes) else b"", self._source.recipe.encode() if self._source else b"")
        return blake2b(b"\0".join((_FORMAT.encode(), *about)), digest_size=16).hexdigest()

    def _owe(self, reader: Reader, known: int | None, others: Collection[str]) -> None:
        """Note which pages have to be looked at, before anything is changed: also those beside ``others``."""
        terms = [facts.term for facts in reader.feeds()] if known is None else reader.feeds_since(known)
        pages = {page_path(term) for term in terms}
        pages.update(page_path(place[0]) for address in others if (place := read_path(address)))
        if known is None:
            pages.update(kind for kind in self._index.kinds() if kind not in (DOCUMENT, LIST))
        with self._index.changing():
            self._index.owe(Owed.FEED, pages)
            self._index.owe(Owed.LIST, [LIST])
        for owed in [(Owed.FEED, page) for page in pages] + [(Owed.LIST, LIST)]:
            self._making.pop(owed, None)  # is out of date before it is there

    def _write_documents(self, reader: Reader, addresses: Sequence[str], progress: Progress) -> None:
        for start in range(0, len(addresses), _TOGETHER):
            etags = {
                address: found.etag
                for address in addresses[start : start + _TOGETHER]
                if (found := reader.validators(address, reader.generation))
            }
            stale = [address for address, etag in etags.items() if not self._files.has(address, etag)]
            self._files.put(DOCUMENT, {address: partial(_document, reader, address) for address in stale})
            progress("exporting", min(start + _TOGETHER, len(addresses)), len(addresses))

    # -- bit by bit --------------------------------------------------------------------------------------------

    def go_on(self, state: Path, now: float, *, lists: bool = True) -> bool:
        """Do one thing of what is owed, in milliseconds; False where there is nothing to do at this moment.

        What takes longer is made meanwhile by others, from the catalogue in ``state``: files are compressed in a
        thread, pages are made in a process. ``lists`` also what any change changes.
        """
        self._compress_beside()
        done = next((owed for owed, future in self._making.items() if future.done()), None)
        if done is not None:
            self._have(*done, self._made(self._making.pop(done)), now)
        if not self._making:
            owed = self._index.owed(Owed.FEED, _AHEAD) or (self._index.owed(Owed.LIST, _AHEAD) if lists else [])
            self._making = {each: self._order(state, *each, now) for each in owed}
        return done is not None

    def _order(self, state: Path, kind: Owed, what: str, now: float) -> Future[Offer]:
        addresses = self._index.addresses(LIST if kind is Owed.LIST else what)
        held = {address: held.etag for address in addresses if (held := self._index.held(address))}
        return self._workshop.order(state, kind, what, held, now)

    def _made(self, future: Future[Offer]) -> Offer:
        try:
            return future.result()
        except BrokenProcessPool as error:
            self._making.clear()
            self._workshop.close()
            raise FeedsvcError("a process of the export was killed: is there enough memory?") from error

    def _compress_beside(self) -> None:
        """Note what the thread has compressed, and give it more when that was all.

        What was written anew meanwhile is owed again.
        """
        if not all(future.done() for _, future in self._coding.values()):
            return
        coding, self._coding = self._coding, {}
        try:
            for _, future in coding.values():
                future.result()
        except OSError as error:
            raise self._files.refusal(error) from error
        as_given = [address for address, (held, _) in coding.items() if self._index.held(address) == held]
        if as_given:
            with self._index.changing():
                self._index.done(Owed.CODINGS, as_given)
        for _, what in self._index.owed(Owed.CODINGS, _AHEAD):
            self._coding[what] = self._index.held(what), self._coder.submit(self._places.compress, what)

    @property
    def behind(self) -> bool:
        """Whether anything is owed."""
        return bool(self._index.owed())

    def finish(self, reader: Reader, now: float, progress: Progress) -> None:
        """Do all that is owed."""
        served = reader.served
        if served is None:
            return
        for kind in (Owed.FEED, Owed.LIST):
            done = 0
            while owed := self._index.owed(kind):
                self._look(reader, served, kind, owed[0][1], now)
                done += 1
                progress("pages", done, done + self._index.count_owed(kind))
        total, done = self._index.count_owed(Owed.CODINGS), 0
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            while coded := [what for _, what in self._index.owed(Owed.CODINGS, _TOGETHER)]:
                self._compress(coded, threads)
                done += len(coded)
                progress("compressing", done, total)

    def _compress(self, addresses: Sequence[str], threads: ThreadPoolExecutor) -> None:
        try:
            list(threads.map(self._places.compress, addresses))
        except OSError as error:
            raise self._files.refusal(error) from error
        with self._index.changing():
            self._index.done(Owed.CODINGS, addresses)

    def _look(self, reader: Reader, served: Served, kind: Owed, what: str, now: float) -> None:
        self._have(kind, what, offered(self._source, reader, served, LIST if kind is Owed.LIST else what, now), now)

    def _have(self, kind: Owed, what: str, offer: Sequence[Further], now: float) -> None:
        """Make what shows a feed, or one list of all, as far as it may differ; remove what is there no more.

        What is owed of lists is ``LIST`` first, which becomes each that there is.
        """
        if kind is Owed.FEED or what == LIST:
            name = LIST if kind is Owed.LIST else what
            self._files.remove([*set(self._index.addresses(name)).difference(each.address for each in offer)])
        if kind is Owed.FEED:
            for each in offer:
                self._make(what, each, now)
        elif what != LIST:
            for each in offer:
                if each.address == what:
                    self._make(LIST, each, now)
        with self._index.changing():
            self._index.done(kind, [what])
            if what == LIST:
                self._index.owe(kind, [each.address for each in offer if not self._files.has(each.address, each.key)])

    def _make(self, name: str, each: Further, now: float) -> None:
        """Make one file, unless its key says that it is as it was."""
        if each.key and self._files.has(each.address, each.key):
            return
        body = each.make()
        etag = each.key or blake2b(body or b"", digest_size=16).hexdigest()
        if body is None:
            self._files.remove([each.address] if self._index.held(each.address) else [])
        elif not self._files.has(each.address, etag):
            made = etag, math.floor(now), body
            self._files.put(name, {each.address: lambda: made})


def _is_document(address: str) -> bool:
    place = read_path(address)
    return place is not None and place[1] != ""


def _document(reader: Reader, address: str) -> Made:
    document = reader.document(address, reader.generation)
    if document is None:
        raise CatalogueError(reader.path, f"a document is missing ({address}): delete the folder's catalogue files")
    return document.etag, document.modified, document.body
