"""Documents as static files, kept in step: only what changed is written, what is gone is removed."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import orjson

from feedsvc.catalogue import Reader
from feedsvc.exceptions import CatalogueError

_INDEX = ".feedsvc-export.json"  # what was written: file name to ETag


@dataclass(frozen=True, slots=True)
class ExportReport:
    """Files that were written, removed, and left as they were."""

    written: int
    removed: int
    kept: int


def export(reader: Reader, generation: int, dest: Path, progress: Callable[[str, int, int], None]) -> ExportReport:
    """Bring the files below ``dest`` in step with a generation.

    A file is replaced whole, and carries its document's Last-Modified. Only files that an export wrote are ever
    removed. Raises CatalogueError where one cannot be written.
    """
    try:
        return _export(reader, generation, dest, progress)
    except OSError as error:
        raise CatalogueError(str(error.filename or dest), f"cannot be written: {error.strerror}") from error


def _export(reader: Reader, generation: int, dest: Path, progress: Callable[[str, int, int], None]) -> ExportReport:
    dest.mkdir(parents=True, exist_ok=True)
    before = _read_index(dest)
    current = dict(reader.etags(generation))
    stale = [address for address, etag in current.items() if before.get(address) != etag]
    for done, address in enumerate(stale, start=1):
        document = reader.document(address, generation)
        if document is not None:
            _replace(_place(dest, address), document.body, document.modified)
        progress("exporting", done, len(stale))
    gone = before.keys() - current.keys()
    for address in gone:
        _place(dest, address).unlink(missing_ok=True)
    if stale or gone:
        _replace(dest / _INDEX, orjson.dumps(current), None)
    return ExportReport(len(stale), len(gone), len(current) - len(stale))


def _read_index(dest: Path) -> dict[str, str]:
    try:
        index: dict[str, str] = orjson.loads((dest / _INDEX).read_bytes())
    except (FileNotFoundError, orjson.JSONDecodeError):
        return {}
    return index


def _place(dest: Path, address: str) -> Path:
    """Where a static server looks for an address: below ``dest``, each segment decoded."""
    return dest.joinpath(*unquote(address).strip("/").split("/"))


def _replace(path: Path, body: bytes, modified: int | None) -> None:
    """Put a file in place whole: a reader sees the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(body)
    if modified is not None:
        os.utime(partial, (modified, modified))
    partial.replace(path)
