"""Files written and removed so that the index always knows them: noted before, and noted when it is done."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from feedsvc.exceptions import CatalogueError
from feedsvc.export.index import Held, Index, Owed
from feedsvc.export.places import ImpossibleError, Places

IMPOSSIBLE, IN_THE_WAY = "impossible", "in the way"

Made = tuple[str, int, bytes]  # a file's ETag, its time in epoch seconds, what is in it


class Files:
    """The files of an export. Only its own are replaced or removed, unless ``overwrite`` says otherwise.

    ``written`` and ``removed`` count what was done. Raises CatalogueError where the file system refuses.
    """

    def __init__(self, dest: Path, index: Index, places: Places, *, overwrite: bool) -> None:
        self._dest, self._index, self._places, self._overwrite = dest, index, places, overwrite
        self.written = self.removed = 0

    def has(self, address: str, etag: str) -> bool:
        """Whether a file is written, with this ETag."""
        held = self._index.held(address)
        return held is not None and held.etag == etag

    def put(self, kind: str, files: Mapping[str, Callable[[], Made]]) -> None:
        """Write files, by address, each as soon as it is made. Noted before, so that none is forgotten."""
        before = {address: self._index.held(address) for address in files}
        mine = [address for address, make in files.items() if before[address] or self._is_free(address, make)]
        with self._index.changing():
            self._index.begin(kind, mine)
            self._index.owe(Owed.CODINGS, mine)
        done = []
        for address in mine:
            etag, modified, body = files[address]()
            held = before[address]
            later = max(modified, held.modified + 1) if held and held.etag != etag else modified
            if self._write(address, body, later):
                done.append((address, Held(etag, later)))
        self.written += len(done)
        with self._index.changing():
            self._index.written(done)

    def _is_free(self, address: str, make: Callable[[], Made]) -> bool:
        """Whether an address that no export has written to may be."""
        if self._overwrite:
            return True
        try:
            there = self._places.read(address)
        except ImpossibleError:
            return True  # which shows when it is written
        except OSError as error:
            raise self.refusal(error) from error
        if there is None or there == make()[2]:
            return True
        with self._index.changing():
            self._index.refuse(address, IN_THE_WAY)
        return False

    def _write(self, address: str, body: bytes, modified: int) -> bool:
        try:
            self._places.write(address, body, modified)
        except ImpossibleError:
            with self._index.changing():
                self._index.refuse(address, IMPOSSIBLE)
            return False
        except OSError as error:
            raise self.refusal(error) from error
        return True

    def remove(self, addresses: Collection[str]) -> None:
        """Remove files that are ours."""
        for address in addresses:
            try:
                self._places.remove(address)
            except OSError as error:
                raise self.refusal(error) from error
        if addresses:
            self.removed += len(addresses)
            with self._index.changing():
                self._index.forget(addresses)
                self._index.done(Owed.CODINGS, list(addresses))

    def refusal(self, error: OSError) -> CatalogueError:
        """What is told where the file system refuses."""
        return CatalogueError(str(error.filename or self._dest), f"cannot be written: {error.strerror}")
