"""Opening SQLite files of the state folder, and packing what is stored in them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import zstandard

from feedsvc.exceptions import CatalogueError, CatalogueMissing

CATALOGUE = "catalogue.sqlite3"
CONTROL = "control.sqlite3"
SIGNAL = "generation"
LOCK = "lock"
BORN = "born"  # touched when a catalogue is made: tells it from one before it that had the same inode
TOKEN = "token"  # noqa: S105 - the name of a file
BEARER = "bearer"  # the digest of the token in force, whether it is ours or configured


class _translated:  # noqa: N801 - a context manager written as a class: it is entered a hundred thousand times
    """Turns SQLite's errors into the catalogue's."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, sqlite3.Error):
            raise CatalogueError(self._connection.path, f"the database refuses: {error}") from error


class Cursor(sqlite3.Cursor):
    """Rows, whose errors are CatalogueErrors too: a damaged page is found when it is read."""

    connection: Connection
    arraysize = 50  # rows read together: a call for each of them takes as long as reading it

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]
        """All rows that are left."""
        while rows := self.fetchmany():
            yield from rows

    def fetchmany(self, size: int | None = None) -> list[Any]:
        """The next rows, none after the last."""
        with _translated(self.connection):
            return super().fetchmany(self.arraysize if size is None else size)

    def fetchone(self) -> Any:
        """The next row, None after the last."""
        with _translated(self.connection):
            return super().fetchone()

    def fetchall(self) -> list[Any]:
        """All rows that are left."""
        with _translated(self.connection):
            return super().fetchall()


class Connection(sqlite3.Connection):
    """A connection whose errors are CatalogueErrors that name its file."""

    path: str

    def execute(self, sql: str, parameters: Any = ()) -> Cursor:
        """Run a statement."""
        with _translated(self):
            return self.cursor(Cursor).execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Any]) -> Cursor:
        """Run a statement for each of many rows."""
        with _translated(self):
            return self.cursor(Cursor).executemany(sql, parameters)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Takes the write lock at once, so that reading and writing within are one step."""
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            if self.in_transaction:
                self.execute("ROLLBACK")
            raise


def connect(path: Path, *, create: bool, page: int = 4096, cache: int = 2**21) -> Connection:
    """Open a database in WAL mode, in autocommit: transactions are begun by hand. New: pages of ``page`` bytes.

    ``cache`` is how many bytes of pages it keeps in memory at most; twice as many wait in the WAL to be moved.

    Raises CatalogueMissing when it is not there and not to be created, CatalogueError when it cannot be used.
    """
    if not create and not path.exists():
        reason = "nothing has been built here yet: run `feedsvc build` or `feedsvc serve`"
        raise CatalogueMissing(str(path.parent), reason)
    try:
        connection = sqlite3.connect(
            path, timeout=10.0, isolation_level=None, check_same_thread=False, factory=Connection
        )
    except sqlite3.Error as error:
        raise CatalogueError(str(path), f"cannot be opened: {error}") from error
    connection.path = str(path)
    for pragma in (
        f"page_size = {page}",
        f"cache_size = -{cache // 1024}",
        f"wal_autocheckpoint = {2 * cache // page}",
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "temp_store = MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")
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
