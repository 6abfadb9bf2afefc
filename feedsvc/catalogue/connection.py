"""Opening SQLite files of the state folder, and packing what is stored in them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import zstandard

from feedsvc.exceptions import CatalogueError, CatalogueMissing

CATALOGUE = "catalogue.sqlite3"
CONTROL = "control.sqlite3"
SIGNAL = "generation"
LOCK = "lock"
TOKEN = "token"  # noqa: S105 - the name of a file


def connect(path: Path, *, create: bool) -> sqlite3.Connection:
    """Open a database in WAL mode, in autocommit: transactions are begun by hand.

    Raises CatalogueMissing when it is not there and not to be created, CatalogueError when it cannot be used.
    """
    if not create and not path.exists():
        raise CatalogueMissing(
            str(path.parent), "nothing has been built here yet: run `feedsvc build` or `feedsvc serve`"
        )
    try:
        connection = sqlite3.connect(path, timeout=10.0, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA temp_store = MEMORY")
    except sqlite3.Error as error:
        raise CatalogueError(str(path), f"cannot be opened: {error}") from error
    return connection


class Packer:
    """Compresses what is stored. Not to be shared between threads."""

    def __init__(self) -> None:
        self._compressor = zstandard.ZstdCompressor(level=1, write_checksum=False)
        self._decompressor = zstandard.ZstdDecompressor()

    def pack(self, data: bytes) -> bytes:
        """Compress ``data``."""
        return self._compressor.compress(data)

    def unpack(self, data: bytes) -> bytes:
        """What ``pack`` was given."""
        return self._decompressor.decompress(data)
