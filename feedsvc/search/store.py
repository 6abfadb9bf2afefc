"""The index's own SQLite file, beside the catalogue: what can be made again at any time, and is when in doubt."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import orjson

from feedsvc.catalogue import Position
from feedsvc.catalogue.connection import Connection, connect
from feedsvc.exceptions import CatalogueError, CatalogueMissing

FILE = "search.sqlite3"
FORMAT = 1  # raised when a text would be indexed under something else
_APPLICATION = 0x66736376
_BESIDE = ("-wal", "-shm", "-journal", "")

# `builds` are indexes: one that is searched, and while another is made anew, that one too. Of each, `docs` and `words`
# hold its posts and what they are indexed under.
#
# Rows above 0 are in the order of feeds, so that the newest are found first. What comes later than it should, because
# it was changed or backdated, has a row below 0: these are few, and looked at all. What is indexed cannot be taken out
# again (SQLite before 3.43 has to be told all of it): a row without a row in `docs` is stale.
_SCHEMA = """
CREATE TABLE builds (
    number INTEGER PRIMARY KEY, catalogue TEXT NOT NULL, change INTEGER NOT NULL, position TEXT, common TEXT NOT NULL,
    sampled INTEGER NOT NULL, newest INTEGER NOT NULL, last INTEGER NOT NULL, late INTEGER NOT NULL,
    held INTEGER NOT NULL, stale INTEGER NOT NULL
);
"""
_BUILD = """
CREATE TABLE docs{0} (row INTEGER PRIMARY KEY, post INTEGER NOT NULL, published INTEGER NOT NULL, key BLOB NOT NULL);
CREATE UNIQUE INDEX docs{0}_post ON docs{0} (post);
CREATE INDEX docs{0}_published ON docs{0} (published) WHERE row > 0;
CREATE VIRTUAL TABLE words{0} USING fts5(
    grams, content = '', detail = none, columnsize = 0, tokenize = "ascii tokenchars '_'"
);
INSERT INTO words{0} (words{0}, rank) VALUES ('hashsize', 16777216);
"""


@dataclass(frozen=True, slots=True)
class Build:
    """An index, and how far it has come.

    ``catalogue`` is the identity of the one it is of, ``change`` the last change of it that is in the index.
    ``position`` is how far the first filling has come, None when that is done. ``sampled`` is how many posts there were
    when ``common`` was found out. ``newest`` is when the post of row ``last`` was published; ``late`` counts the rows
    below 0, ``held`` those that stand for a post, ``stale`` those that do no more.
    """

    number: int
    catalogue: str
    change: int
    position: Position | None
    common: frozenset[str]
    sampled: int
    newest: int = -(2**62)
    last: int = 0
    late: int = 0
    held: int = 0
    stale: int = 0

    @property
    def worn(self) -> bool:
        """Whether it is better made anew."""
        return (
            self.late > 1_000 + self.held // 50
            or self.stale > 1_000 + self.held // 4
            or self.held > 5_000 + self.sampled * 4
        )


class Store:
    """The file, opened. ``create`` makes it where it is not there, or is of another format; else it is for reading.

    Raises CatalogueMissing where there is none, CatalogueError where it cannot be used; ``damaged`` tells whether that
    is for good.
    """

    def __init__(self, state: Path, *, create: bool) -> None:
        self.path = state / FILE
        if create and not self.path.exists():
            _make(state)
        self.connection = self._open(create=create)

    def _open(self, *, create: bool) -> Connection:
        self.inode = self.path.stat().st_ino if self.path.exists() else 0
        connection = connect(self.path, create=False)
        if _is_ours(connection):
            connection.execute(f"PRAGMA query_only = {not create}")
            return connection
        connection.close()
        if not create:
            raise CatalogueMissing(str(self.path), "is of another version, and will be made anew")
        remove(self.path.parent)
        _make(self.path.parent)
        return self._open(create=True)

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    @property
    def replaced(self) -> bool:
        """Whether the file is not the one that was opened any more."""
        try:
            return self.path.stat().st_ino != self.inode
        except OSError:
            return True

    def builds(self) -> list[Build]:
        """All indexes in the file, the newest last."""
        rows = self.connection.execute("SELECT * FROM builds ORDER BY number").fetchall()
        return [_build(row) for row in rows]

    def complete(self, catalogue: str) -> int | None:
        """The number of the newest index of a catalogue that is complete."""
        row = self.connection.execute(
            "SELECT number FROM builds WHERE position IS NULL AND catalogue = ? ORDER BY number DESC LIMIT 1",
            (catalogue,),
        ).fetchone()
        return row[0] if row else None

    def begin(self, build: Build) -> None:
        """Add an index without posts."""
        for statement in _BUILD.format(build.number).split(";\n"):
            self.connection.execute(statement)
        self.save(build)

    def save(self, build: Build) -> None:
        """Write down how far an index has come."""
        self.connection.execute(
            "INSERT OR REPLACE INTO builds VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                build.number, build.catalogue, build.change,
                orjson.dumps(build.position).decode() if build.position else None,
                " ".join(sorted(build.common)), build.sampled,
                build.newest, build.last, build.late, build.held, build.stale,
            ),
        )  # fmt: skip

    def drop(self, build: Build) -> None:
        """Take an index out of the file."""
        self.connection.execute(f"DROP TABLE words{build.number}")
        self.connection.execute(f"DROP TABLE docs{build.number}")
        self.connection.execute("DELETE FROM builds WHERE number = ?", (build.number,))


def remove(state: Path) -> None:
    """Take the index away, to be made anew."""
    _remove(state / FILE)


def _remove(path: Path) -> None:
    for ending in _BESIDE:  # itself last: what is beside it must not be taken for another's
        path.with_name(f"{path.name}{ending}").unlink(missing_ok=True)


def _make(state: Path) -> None:
    """Put an empty file in place, whole: who opens it meanwhile must not find it half made."""
    unfinished = state / f".{FILE}.partial"
    _remove(unfinished)
    with closing(connect(unfinished, create=True)) as connection, connection.transaction():
        connection.execute(_SCHEMA)
        connection.execute(f"PRAGMA application_id = {_APPLICATION}")
        connection.execute(f"PRAGMA user_version = {FORMAT}")
    _remove(state / FILE)
    unfinished.replace(state / FILE)


def damaged(error: CatalogueError) -> bool:
    """Whether the file is broken or not ours, rather than locked or without room."""
    cause = error.__cause__
    # what is locked, without room or written by two at once comes as a kind of its own
    return type(cause) is sqlite3.DatabaseError


def _is_ours(connection: Connection) -> bool:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return (application, version) == (_APPLICATION, FORMAT)


def _build(row: tuple[int, str, int, str | None, str, int, int, int, int, int, int]) -> Build:
    number, catalogue, change, position, common, *rest = row
    made = Build(number, catalogue, change, None, frozenset(common.split()), *rest)
    if position is None:
        return made
    published, tie, post = orjson.loads(position)
    return replace(made, position=(published, tie, post))
