"""The ledger: what history alone knows of posts and feeds, and its form in a file.

The file is JSON Lines: a header ``{"feedsvc-ledger": 1}``, then one object a post or feed.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import orjson

from feedsvc.catalogue.connection import Connection
from feedsvc.catalogue.packing import key_of
from feedsvc.exceptions import CatalogueError

HEADER = {"feedsvc-ledger": 1}
_BYTES = ("content", "body", "last_good")


class LedgerPost(NamedTuple):
    """What history alone knows of a post.

    ``id`` is None while ids are provisional. ``content`` digests title and body, ``declared`` is the date of
    change its author gave, ``changed`` when a change without one was noticed (epoch seconds, as ``first_seen``
    and ``vanished``). ``last_good`` keeps a post whose file cannot be read any more (compressed record).
    """

    number: int
    path: str
    name: str
    id: str | None
    first_seen: float
    content: bytes
    declared: str | None
    changed: float | None
    body: bytes
    vanished: float | None = None
    last_good: bytes | None = None


_COLUMNS = ", ".join(LedgerPost._fields)
_PLACES = ", ".join("?" for _ in LedgerPost._fields)


class Ledger:
    """The ledger's tables. Writing happens in its owner's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def at(self, path: str) -> LedgerPost | None:
        """The post of a file that is there, or else of the one that was there last."""
        rows = self._select("path = ? ORDER BY vanished IS NOT NULL, vanished DESC LIMIT 1", path)
        return rows[0] if rows else None

    def numbered(self, number: int) -> LedgerPost | None:
        """The post of that number."""
        rows = self._select("number = ?", number)
        return rows[0] if rows else None

    def any_vanished(self) -> bool:
        """Whether any post's file is gone."""
        return bool(
            self._connection.execute(
                "SELECT EXISTS (SELECT 1 FROM ledger_posts WHERE vanished IS NOT NULL)"
            ).fetchone()[0]
        )

    def vanished(self, *, name: str, body: bytes, id_: str) -> list[LedgerPost]:
        """Posts whose files are gone and that share a name, a body or an id."""
        rows = [
            *self._select("vanished IS NOT NULL AND name = ?", name),
            *self._select("vanished IS NOT NULL AND body = ?", body),
            *self._select("vanished IS NOT NULL AND key = ? AND id = ?", key_of(id_), id_),
        ]
        return list({row.number: row for row in rows}.values())

    def next_number(self) -> int:
        """The number of the next new post."""
        (number,) = self._connection.execute("SELECT coalesce(max(number), 0) + 1 FROM ledger_posts").fetchone()
        return int(number)

    def write(self, posts: Iterable[LedgerPost]) -> None:
        """Add posts, or replace those of the same number."""
        rows, new = list(posts), self.next_number()
        self._connection.executemany(
            "DELETE FROM ledger_posts WHERE number = ?", [(row.number,) for row in rows if row.number < new]
        )
        self._connection.executemany(
            f"INSERT INTO ledger_posts ({_COLUMNS}, key) VALUES ({_PLACES}, ?)",
            [(*row, key_of(row.id)) for row in rows],
        )

    def empty_feed(self, scheme: str, name: str, now: float) -> None:
        """Note when a feed lost its last post; the first time counts."""
        self._connection.execute("INSERT OR IGNORE INTO ledger_feeds VALUES (?, ?, ?)", (scheme, name, now))

    def fill_feeds(self, feeds: Iterable[int]) -> None:
        """Feeds, by the numbers of their rows, have posts again."""
        if self._connection.execute("SELECT EXISTS (SELECT 1 FROM ledger_feeds)").fetchone()[0]:
            self._connection.executemany(
                "DELETE FROM ledger_feeds WHERE (scheme, name) = (SELECT scheme, name FROM feeds WHERE number = ?)",
                [(feed,) for feed in feeds],
            )

    def emptied_feeds(self) -> list[tuple[str, str, float]]:
        """Every feed without posts: scheme, name and since when."""
        return list(self._connection.execute("SELECT scheme, name, emptied FROM ledger_feeds ORDER BY scheme, name"))

    def lines(self) -> Iterator[bytes]:
        """The ledger as lines of a file."""
        yield orjson.dumps(HEADER)
        for post in self._select("1 ORDER BY number"):
            yield orjson.dumps(
                {"post": {key: _text(value) for key, value in post._asdict().items() if value is not None}}
            )
        for scheme, name, emptied in self.emptied_feeds():
            yield orjson.dumps({"feed": {"scheme": scheme, "name": name, "emptied": emptied}})

    def _select(self, condition: str, *values: object) -> list[LedgerPost]:
        rows = self._connection.execute(f"SELECT {_COLUMNS} FROM ledger_posts WHERE {condition}", values)
        return [LedgerPost(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class LedgerFile:
    """A ledger read from a file."""

    posts: tuple[LedgerPost, ...]
    feeds: tuple[tuple[str, str, float], ...]


def read_ledger(path: Path) -> LedgerFile:
    """Read what ``Ledger.lines`` wrote. Raises CatalogueError naming the line that is wrong."""
    posts: list[LedgerPost] = []
    feeds: list[tuple[str, str, float]] = []
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                value = orjson.loads(line)
                if number == 1:
                    if value != HEADER:
                        raise CatalogueError(str(path), "not a ledger that this feedsvc can read")
                elif "post" in value:
                    posts.append(_post(value["post"]))
                else:
                    feeds.append((value["feed"]["scheme"], value["feed"]["name"], value["feed"]["emptied"]))
            except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
                raise CatalogueError(f"{path}:{number}", f"not a line of a ledger: {error}") from error
    return LedgerFile(tuple(posts), tuple(feeds))


def _text(value: object) -> object:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _post(value: dict[str, object]) -> LedgerPost:
    decoded = {key: base64.b64decode(str(item)) if key in _BYTES else item for key, item in value.items()}
    optional: dict[str, object] = {"id": None, "declared": None, "changed": None}
    return LedgerPost(**{**optional, **decoded})  # type: ignore[arg-type]
