"""What an export has written and what it still owes, in a small database in its folder."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from feedsvc.catalogue.connection import connect

DOCUMENT, LIST = "document", "list"  # what a file is; those of feeds are under their page's path

_SCHEMA = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY) WITHOUT ROWID",
    # An ETag of '' is of a file that was about to be written. `kind` is what it is.
    """CREATE TABLE files (
        address TEXT PRIMARY KEY, kind TEXT NOT NULL, etag TEXT NOT NULL, modified INTEGER NOT NULL
    ) WITHOUT ROWID""",
    "CREATE INDEX files_kind ON files (kind)",
    "CREATE TABLE owed (kind INTEGER, what TEXT, PRIMARY KEY (kind, what)) WITHOUT ROWID",
    # Addresses without a file, and why.
    "CREATE TABLE refused (address TEXT PRIMARY KEY, why TEXT NOT NULL) WITHOUT ROWID",
    "PRAGMA user_version = 1",
)


class Owed(IntEnum):
    """What is still to be done, in this order: a file's compressed ones, what shows a feed, what lists all."""

    CODINGS = 0
    FEED = 1
    LIST = 2


@dataclass(frozen=True, slots=True)
class Stand:
    """How far an export has come: with which catalogue, to which generation of it, by which recipe."""

    catalogue: str
    generation: int
    recipe: str


@dataclass(frozen=True, slots=True)
class Held:
    """A file that was written. ``modified`` in epoch seconds."""

    etag: str
    modified: int


class Index:
    """The database, made where there is none. Raises CatalogueError where it cannot be used."""

    def __init__(self, path: Path) -> None:
        self._connection = connect(path, create=True)
        if not self._connection.execute("PRAGMA user_version").fetchone()[0]:
            with self.changing():
                for statement in _SCHEMA:
                    self._connection.execute(statement)

    def close(self) -> None:
        """Close it."""
        self._connection.close()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """What is changed within is all noted, or nothing of it."""
        with self._connection.transaction():
            yield

    # -- how far ---------------------------------------------------------------------------------------------

    @property
    def stand(self) -> Stand | None:
        """How far it has come, None before the first time."""
        found = dict(self._connection.execute("SELECT key, value FROM meta"))
        return Stand(found["catalogue"], found["generation"], found["recipe"]) if len(found) == 3 else None

    @stand.setter
    def stand(self, stand: Stand) -> None:
        self._connection.executemany(
            "INSERT OR REPLACE INTO meta VALUES (?, ?)",
            [("catalogue", stand.catalogue), ("generation", stand.generation), ("recipe", stand.recipe)],
        )

    # -- files -----------------------------------------------------------------------------------------------

    def held(self, address: str) -> Held | None:
        """What is known of a file."""
        row = self._connection.execute("SELECT etag, modified FROM files WHERE address = ?", (address,)).fetchone()
        return Held(*row) if row else None

    def addresses(self, kind: str) -> list[str]:
        """All files of a kind."""
        return [each for (each,) in self._connection.execute("SELECT address FROM files WHERE kind = ?", (kind,))]

    def kinds(self) -> list[str]:
        """The kinds that there are files of."""
        return [kind for (kind,) in self._connection.execute("SELECT DISTINCT kind FROM files")]

    def count(self) -> int:
        """How many files there are."""
        found: int = self._connection.execute("SELECT count(*) FROM files").fetchone()[0]
        return found

    def begin(self, kind: str, addresses: Iterable[str]) -> None:
        """These are about to be written: they are ours, and not as they should be."""
        self._connection.executemany(
            "INSERT INTO files VALUES (?, ?, '', 0) ON CONFLICT DO UPDATE SET etag = '', kind = excluded.kind",
            [(address, kind) for address in addresses],
        )

    def written(self, files: Iterable[tuple[str, Held]]) -> None:
        """These are written."""
        done = list(files)
        self._connection.executemany(
            "UPDATE files SET etag = ?, modified = ? WHERE address = ?",
            [(held.etag, held.modified, address) for address, held in done],
        )
        self._connection.executemany("DELETE FROM refused WHERE address = ?", [(address,) for address, _ in done])

    def forget(self, addresses: Collection[str]) -> None:
        """These are no more."""
        for table in ("files", "refused"):
            self._connection.executemany(f"DELETE FROM {table} WHERE address = ?", [(each,) for each in addresses])  # noqa: S608

    def refuse(self, address: str, why: str) -> None:
        """This one cannot be."""
        self._connection.execute("DELETE FROM files WHERE address = ?", (address,))
        self._connection.execute("INSERT OR REPLACE INTO refused VALUES (?, ?)", (address, why))

    def refused(self) -> list[tuple[str, str]]:
        """What has no file, and why."""
        return self._connection.execute("SELECT address, why FROM refused ORDER BY address").fetchall()

    # -- what is owed ----------------------------------------------------------------------------------------

    def owe(self, kind: Owed, what: Iterable[str]) -> None:
        """These are to be done."""
        self._connection.executemany("INSERT OR IGNORE INTO owed VALUES (?, ?)", [(kind, each) for each in what])

    def owed(self, kind: Owed | None = None, limit: int = 1) -> list[tuple[Owed, str]]:
        """What is to be done next, of a kind or of any."""
        rows = self._connection.execute(
            "SELECT kind, what FROM owed WHERE kind BETWEEN ? AND ? ORDER BY kind, what LIMIT ?",
            (*((kind, kind) if kind is not None else (min(Owed), max(Owed))), limit),
        )
        return [(Owed(each), what) for each, what in rows]

    def count_owed(self, kind: Owed) -> int:
        """How much is to be done."""
        found: int = self._connection.execute("SELECT count(*) FROM owed WHERE kind = ?", (kind,)).fetchone()[0]
        return found

    def done(self, kind: Owed, what: Sequence[str]) -> None:
        """These are done."""
        self._connection.executemany("DELETE FROM owed WHERE kind = ? AND what = ?", [(kind, each) for each in what])
