"""Reading the catalogue: documents at a generation, feeds, posts. One Reader a thread."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from feedsvc.catalogue.connection import CATALOGUE, Packer, connect
from feedsvc.catalogue.ledger import Ledger
from feedsvc.catalogue.packing import Rendered, row_id, unpack_keys, unpack_rendered, unpack_three, version_of
from feedsvc.catalogue.records import Filed, Standing, load, load_served
from feedsvc.exceptions import CatalogueError
from feedsvc.model import SITE, Document, FeedFacts, Problem, Term, splice
from feedsvc.rules import Served

_FEED_FACTS = (
    "SELECT f.scheme, f.name, f.entries, f.updated, l.emptied FROM feeds f "
    "LEFT JOIN ledger_feeds l ON l.scheme = f.scheme AND l.name = f.name "
)
_TOGETHER = 500  # entries asked for in one query
_FILED = (
    "SELECT p.number, p.path, p.id, p.published, p.updated, p.standing, p.version, p.digest, p.record FROM posts p "
)
_PROBLEMS = "SELECT path, line, code, message, hint FROM problems"


class Reader:
    """The catalogue of a state folder, for reading. Raises CatalogueMissing where nothing has been built."""

    def __init__(self, state: Path) -> None:
        self.path = str(state)
        self.connection = connect(state / CATALOGUE, create=False)
        self.connection.execute("PRAGMA query_only = ON")
        self.packer = Packer()

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """What is read within is of one moment."""
        self.connection.execute("BEGIN")
        try:
            yield
        finally:
            self.connection.execute("ROLLBACK")

    @property
    def ledger(self) -> Ledger:
        """What history alone knows."""
        return Ledger(self.connection)

    def copy_to(self, state: Path) -> None:
        """Make a copy of the catalogue in another state folder."""
        with closing(sqlite3.connect(state / CATALOGUE)) as target:
            self.connection.backup(target)

    # -- state ---------------------------------------------------------------------------------------------

    def meta(self, key: str) -> object:
        """A fact about the catalogue as a whole, None where it is not known."""
        row = self.connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    @property
    def generation(self) -> int:
        """The generation that is served; 0 before the first is complete."""
        value = self.meta("generation")
        return value if isinstance(value, int) else 0

    @property
    def served(self) -> Served | None:
        """The settings that answering needs, as they were when the current generation was published."""
        value = self.meta("served")
        return load_served(value) if isinstance(value, bytes) else None

    def published_at(self, generation: int) -> float | None:
        """When a generation was published, in epoch seconds."""
        row = self.connection.execute(
            "SELECT published FROM generations WHERE generation = ?", (generation,)
        ).fetchone()
        return float(row[0]) if row else None

    # -- documents -----------------------------------------------------------------------------------------

    def document(self, address: str, generation: int) -> Document | None:
        """The document at a percent-encoded path, as of ``generation``; None where there is none."""
        document = self.validators(address, generation)
        return self._filled(document, generation, document.entries) if document else None

    def changes(self, address: str, generation: int, held: Collection[str]) -> Document | None:
        """The document at a path with those entries alone that the newest of the ETags ``held`` did not have.

        None where none of them is of the document's last states.
        """
        document = self.validators(address, generation)
        if document is None:
            return None
        rows = self.connection.execute(
            "SELECT etag, entries, frame <> x'' FROM documents WHERE address = ? AND generation <= ? "
            "ORDER BY generation DESC",
            (address, generation),
        )
        new: set[tuple[int, bytes]] = set()
        for etag, packed, whole in rows:  # newest first; of those that are not whole, what came with the next
            keys = unpack_keys(packed)
            new = set(document.entries).difference(keys) if whole else new.union(keys)
            if etag in held:
                return self._filled(document, generation, [key for key in document.entries if key in new])
        return None

    def _filled(self, document: Document, generation: int, keys: Iterable[tuple[int, bytes]]) -> Document | None:
        """A document with these entries; None where it was superseded so long ago that only its validators are left."""
        (packed,) = self.connection.execute(
            "SELECT frame FROM documents WHERE address = ? AND generation <= ? ORDER BY generation DESC LIMIT 1",
            (document.address, generation),
        ).fetchone()
        if not packed:
            return None
        wanted = [version for _, version in keys]
        entries = self.entries(wanted)
        if missing := set(wanted).difference(entries):
            lost = min(missing).hex()
            raise CatalogueError(self.path, f"an entry is missing ({lost}): delete the folder's catalogue files")
        return replace(document, body=splice(unpack_three(packed), [entries[each][document.format] for each in wanted]))

    def validators(self, address: str, generation: int) -> Document | None:
        """The same without its body: its ETag, its time and what entries it has."""
        row = self.connection.execute(
            "SELECT d.address, f.scheme, f.name, d.format, d.etag, d.modified, d.entries, d.older FROM documents d "
            "JOIN feeds f ON f.number = d.feed WHERE d.address = ? AND d.generation <= ? "
            "ORDER BY d.generation DESC LIMIT 1",
            (address, generation),
        ).fetchone()
        if row is None:
            return None
        address, scheme, name, format_, etag, modified, entries, older = row
        return Document(address, Term(scheme, name), format_, etag, modified, b"", unpack_keys(entries), bool(older))

    def entry(self, version: bytes) -> Rendered | None:
        """An entry's bytes in every format; None where it has not been rendered."""
        return self.entries([version]).get(version)

    def entries(self, versions: Sequence[bytes]) -> dict[bytes, Rendered]:
        """The same of those of these entries that have been rendered."""
        packed = self.packed_entries(versions)
        return {version: unpack_rendered(self.packer.unpack(each)) for version, each in packed.items()}

    def packed_entries(self, versions: Sequence[bytes]) -> dict[bytes, bytes]:
        """The same, as they are stored."""
        found: dict[bytes, bytes] = {}
        for start in range(0, len(versions), _TOGETHER):
            rows = [row_id(version) for version in versions[start : start + _TOGETHER]]
            places = ",".join("?" * len(rows))
            stored = self.connection.execute(f"SELECT version, rendered FROM entries WHERE version IN ({places})", rows)
            found |= {version_of(row): packed for row, packed in stored.fetchall()}
        return found

    def etags(self, generation: int) -> list[tuple[str, str]]:
        """Every document's address and ETag, as of ``generation``."""
        return self.connection.execute(
            "SELECT address, etag FROM documents d WHERE generation = "
            "(SELECT max(generation) FROM documents WHERE address = d.address AND generation <= ?)",
            (generation,),
        ).fetchall()

    def addresses_since(self, generation: int) -> list[str]:
        """The addresses of documents that are newer than ``generation``."""
        rows = self.connection.execute("SELECT address FROM documents WHERE generation > ?", (generation,))
        return [address for (address,) in rows]

    # -- feeds ---------------------------------------------------------------------------------------------

    def feeds_since(self, generation: int) -> list[Term]:
        """The feeds that were looked at after ``generation``: all whose posts changed, and perhaps others."""
        rows = self.connection.execute("SELECT scheme, name FROM feeds WHERE generation > ?", (generation,))
        return [Term(scheme, name) for scheme, name in rows]

    def empty_feeds(self) -> Iterator[FeedFacts]:
        """Every feed that has no posts now."""
        return (_facts(row) for row in self.connection.execute(_FEED_FACTS + "WHERE f.entries = 0"))

    def feeds(self) -> Iterator[FeedFacts]:
        """Every feed: the site's first, then by scheme and name."""
        rows = self.connection.execute(_FEED_FACTS + "ORDER BY f.scheme <> 'site', f.scheme, f.name")
        return (_facts(row) for row in rows)

    def feed(self, term: Term) -> FeedFacts | None:
        """One feed, None where no post was ever filed under it."""
        row = self.connection.execute(
            _FEED_FACTS + "WHERE f.scheme = ? AND f.name = ?", (term.scheme, term.name)
        ).fetchone()
        return _facts(row) if row else None

    def feed_number(self, term: Term) -> int | None:
        """The row of a feed."""
        row = self.connection.execute(
            "SELECT number FROM feeds WHERE scheme = ? AND name = ?", (term.scheme, term.name)
        ).fetchone()
        return row[0] if row else None

    def latest(self, term: Term = SITE, limit: int = 20) -> list[Filed]:
        """The newest posts of a feed, newest first, without bodies."""
        rows = self.connection.execute(
            _FILED + "JOIN post_terms t ON t.post = p.number JOIN feeds f ON f.number = t.feed "
            "WHERE f.scheme = ? AND f.name = ? ORDER BY t.published DESC, t.tie DESC, t.post DESC LIMIT ?",
            (term.scheme, term.name, limit),
        )
        return [_filed(row) for row in rows]

    def ties(self, published: int) -> list[tuple[str, int, str]]:
        """What orders the posts of one instant (microseconds since 1970), their numbers and their ids."""
        return self.connection.execute(
            "SELECT t.tie, t.post, p.id FROM post_terms t JOIN posts p ON p.number = t.post "
            "WHERE t.published = ? AND t.feed = (SELECT number FROM feeds WHERE scheme = ? AND name = ?)",
            (published, SITE.scheme, SITE.name),
        ).fetchall()

    # -- posts ---------------------------------------------------------------------------------------------

    def posts(self, numbers: Sequence[int]) -> dict[int, Filed]:
        """Posts by their numbers, without bodies."""
        places = ",".join("?" * len(numbers))
        rows = self.connection.execute(_FILED + f"WHERE p.number IN ({places})", numbers)
        return {row[0]: _filed(row) for row in rows}

    def posts_where(self, condition: str, *values: object) -> list[Filed]:
        """Posts that satisfy an SQL condition on ``p``, by number."""
        # the plus keeps SQLite from reading all rows in order instead of a few by an index
        query = f"{_FILED} WHERE {condition} ORDER BY +p.number"
        return [_filed(row) for row in self.connection.execute(query, values)]

    def bodies(self, numbers: Sequence[int]) -> dict[int, str]:
        """The sources of posts' bodies by their numbers."""
        places = ",".join("?" * len(numbers))
        rows = self.connection.execute(f"SELECT number, body FROM bodies WHERE number IN ({places})", numbers)
        return {number: self.packer.unpack(packed).decode() for number, packed in rows}

    def count_posts(self) -> int:
        """How many posts are in the site's feed."""
        facts = self.feed(SITE)
        return facts.entries if facts else 0

    def problems(self, limit: int | None = None) -> tuple[Problem, ...]:
        """What authors should mend, by path; at most so many."""
        rows = self.connection.execute(f"{_PROBLEMS} ORDER BY path, place LIMIT ?", (-1 if limit is None else limit,))
        return tuple(Problem(*row) for row in rows)

    def problems_where(self, condition: str, *values: object) -> tuple[Problem, ...]:
        """Problems that satisfy an SQL condition, by path."""
        rows = self.connection.execute(f"{_PROBLEMS} WHERE {condition} ORDER BY path, place", values)
        return tuple(Problem(*row) for row in rows)

    def count_problems(self) -> int:
        """How many problems there are."""
        (count,) = self.connection.execute("SELECT count(*) FROM problems").fetchone()
        return int(count)


def _facts(row: tuple[str, str, int, str | None, float | None]) -> FeedFacts:
    scheme, name, entries, updated, emptied = row
    return FeedFacts(
        Term(scheme, name),
        entries,
        datetime.fromisoformat(updated) if updated else None,
        datetime.fromtimestamp(emptied, UTC) if emptied is not None else None,
    )


def _filed(row: tuple[int, str, str, int, str, int, bytes, bytes, bytes]) -> Filed:
    number, path, id_, published, updated, standing, version, digest, record = row
    return Filed(
        number, id_, load(path, record), datetime.fromisoformat(updated), version, digest, Standing(standing), published
    )
