"""Documents as static files, kept in step: only what changed is written, what is gone is removed."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import orjson

from feedsvc.catalogue import Reader
from feedsvc.exceptions import CatalogueError
from feedsvc.model import FILENAMES, Document
from feedsvc.particulars import elsewhere
from feedsvc.plan import gone_at
from feedsvc.uris import feed_path

_INDEX = ".feedsvc-export.json"  # what was written: address to ETag
_IMPOSSIBLE = (errno.ENAMETOOLONG, errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.ENOTEMPTY)


@dataclass(frozen=True, slots=True)
class ExportReport:
    """Files that were written, removed, and left as they were; addresses that no file can have."""

    written: int
    removed: int
    kept: int
    left_out: tuple[str, ...] = ()


Progress = Callable[[str, int, int], None]


def export(reader: Reader, dest: Path, now: float, progress: Progress) -> ExportReport:
    """Bring the files below ``dest`` in step with the catalogue, a snapshot of it. ``now`` in epoch seconds.

    A file is replaced whole, and carries its document's Last-Modified. Only files that an export wrote are ever
    removed. An address that cannot be a file (a name too long for one, or one that needs a folder where another
    has a file) is left out. Raises CatalogueError where one cannot be written.
    """
    try:
        return _export(reader, dest, now, progress)
    except OSError as error:
        raise CatalogueError(str(error.filename or dest), f"cannot be written: {error.strerror}") from error


def _export(reader: Reader, dest: Path, now: float, progress: Progress) -> ExportReport:
    dest.mkdir(parents=True, exist_ok=True)
    generation, gone_feeds = reader.generation, _not_here(reader, now)
    before = _read_index(dest)
    after = {address: etag for address, etag in reader.etags(generation) if address not in gone_feeds}
    gone = [address for address in before if address not in after]
    for address in gone:
        _remove(dest, address)
    stale = [address for address, etag in after.items() if before.get(address) != etag]
    left_out = []
    for done, address in enumerate(stale, start=1):
        if not _write(dest, reader.document(address, generation)):
            left_out.append(address)
            del after[address]
        progress("exporting", done, len(stale))
    if stale or gone:
        _replace(dest / _INDEX, orjson.dumps(after), None)
    return ExportReport(len(stale) - len(left_out), len(gone), len(after) + len(left_out) - len(stale), tuple(left_out))


def _not_here(reader: Reader, now: float) -> set[str]:
    """Addresses that a server answers with 410, or with a redirect to another."""
    served = reader.served
    if served is None:
        return set()
    return {
        feed_path(facts.term, filename)
        for facts in reader.feeds()
        for filename in FILENAMES.values()
        if gone_at(facts.term, facts, served) <= now or elsewhere(facts.term, filename, served, known=reader.feed)
    }


def _read_index(dest: Path) -> dict[str, str]:
    try:
        index: dict[str, str] = orjson.loads((dest / _INDEX).read_bytes())
    except (FileNotFoundError, orjson.JSONDecodeError):
        return {}
    return index


def _write(dest: Path, document: Document | None) -> bool:
    """Write a document; False where no file can have its address."""
    place = _place(dest, document.address) if document else None
    if document is None or place is None:
        return False
    try:
        _replace(place, document.body, document.modified)
    except OSError as error:
        if error.errno not in _IMPOSSIBLE:
            raise
        return False
    return True


def _remove(dest: Path, address: str) -> None:
    place = _place(dest, address)
    if place is None:
        return
    place.unlink(missing_ok=True)
    for folder in place.parents:
        if folder == dest or any(folder.iterdir()):
            break
        folder.rmdir()


def _place(dest: Path, address: str) -> Path | None:
    """Where a static server looks for an address, each segment decoded; None where that is no place below ``dest``."""
    segments = unquote(address).removeprefix("/").split("/")
    if any(segment in ("", ".", "..") or "\0" in segment for segment in segments):
        return None
    return dest.joinpath(*segments)


def _replace(path: Path, body: bytes, modified: int | None) -> None:
    """Put a file in place whole: a reader sees the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(".feedsvc-partial")
    partial.write_bytes(body)
    if modified is not None:
        os.utime(partial, (modified, modified))
    partial.replace(path)
