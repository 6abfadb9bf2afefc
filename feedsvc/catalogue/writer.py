"""Writing the catalogue: the only holder of the state folder's lock, each call one short transaction."""

from __future__ import annotations

import errno
import math
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import get_args

from feedsvc.catalogue.connection import BORN, CATALOGUE, LOCK, SIGNAL, Packer, connect
from feedsvc.catalogue.draft import Draft, FileRow, Written
from feedsvc.catalogue.inquiry import Inquiry
from feedsvc.catalogue.ledger import LedgerFile
from feedsvc.catalogue.lock import Lock
from feedsvc.catalogue.packing import key_of, pack_keys, pack_three, row_id, unpack_keys, version_of
from feedsvc.catalogue.records import Filed, Standing, dump, dump_served, referred_name
from feedsvc.catalogue.schema import migrate
from feedsvc.catalogue.signal import Signal
from feedsvc.exceptions import CatalogueError
from feedsvc.model import FILENAMES, FORMATS, SITE, Content, Problem, Term, entry_key
from feedsvc.rules import Served
from feedsvc.uris import feed_path

_Place = tuple[int, int, str, int]  # of a post in a feed: a row of post_terms

PAGE = 16_384  # bytes: entries of some 4 KB lie in few pages
CACHE = 2**24  # bytes: less, and a first build writes the same pages again and again
LOG = 4_096  # pages of the WAL, 64 MB, after which they are moved into the database
FIRST_LOG = 16_384  # in a first build, whose commits write the same pages of indexes again and again
STATES = 50  # of a document, before it is as it is, that are remembered
PLACED = 100_000  # posts that are put into their feeds together, in a first build
REMEMBERED = 20_000  # changes: who has missed more looks at all posts
KEPT = 60.0  # seconds a superseded document stays for readers that are in the middle of an answer

# Where posts from one number to another are: in the site's feed and those of their terms.
_PLACES = """
INSERT INTO post_terms
SELECT f.number, p.published, p.name, p.number
FROM posts p, json_each(CAST(p.record AS TEXT), '$.terms') t
JOIN feeds f ON f.scheme = json_extract(t.value, '$[0]') AND f.name = json_extract(t.value, '$[1]')
WHERE p.number BETWEEN ?1 AND ?2 AND p.standing = ?3
UNION ALL
SELECT ?4, published, name, number FROM posts WHERE number BETWEEN ?1 AND ?2 AND standing = ?3
ORDER BY 1, 2, 3, 4
"""


class Writer(Inquiry):
    """The catalogue of a state folder, for writing. ``owner`` names the content folder it belongs to.

    Creates what is not there. Raises CatalogueBusy where another process writes, CatalogueError where the folder
    cannot be used or belongs to another content folder.
    """

    def __init__(self, state: Path, owner: str, now: float, *, listens: bool = False) -> None:
        _prepare(state)
        with ExitStack() as undo:
            self._lock = Lock(state / LOCK, listens=listens)
            undo.callback(self._lock.release)
            self.path = str(state)
            self.connection = connect(state / CATALOGUE, create=True, page=PAGE, cache=CACHE)
            undo.callback(self.connection.close)
            self.packer = Packer()
            self._numbers: dict[Term, int] = {}  # rows of feeds, which stay
            self.connection.execute(f"PRAGMA journal_size_limit = {LOG * PAGE}")
            migrate(self.connection, self.path)
            self._posts_wait = not self.generation
            self._checkpoint_after(FIRST_LOG if self._posts_wait else LOG)
            self._signal = Signal(state / SIGNAL)
            undo.callback(self._signal.close)
            self._adopt(owner, now)
            self._recover()
            undo.pop_all()

    def close(self) -> None:
        """Close the connection and let the next writer in."""
        super().close()
        self._signal.close()
        self._lock.release()

    # -- writing -------------------------------------------------------------------------------------------

    def commit(self, draft: Draft, now: float) -> None:
        """Write a draft; the feeds it touches are remembered until they are published."""
        with self._transaction():
            self._write(draft, now)
            self._mark(draft.touched)

    def place(self, now: float) -> None:
        """Put posts into their feeds where they wait for it: all that were written before the first generation.

        They come by time and lie by feeds: put there as they come, they have nearly every page written again and again.
        """
        if self._posts_wait:
            with self._transaction():
                self._place_all(now)
            self._posts_wait = False

    def distrust(self, recipe: bytes) -> None:
        """Have every file read again that was read by another recipe than this one."""
        if self.meta("read_by") != recipe:
            with self._transaction():
                self.connection.execute("UPDATE files SET digest = x'', looked = 0")
                self._set("read_by", recipe)

    def distrust_templated(self, fingerprint: bytes) -> bool:
        """Have every file that depends on templates read again if these are others now; gives whether any is."""
        if self.meta("templates") == fingerprint:
            return False
        with self.connection.transaction():
            distrusted = self.connection.execute(
                "UPDATE files SET digest = x'', looked = 0 WHERE path IN (SELECT path FROM templated)"
            ).rowcount
            self._set("templates", fingerprint)
        return distrusted > 0

    def store(self, documents: Iterable[Written], entries: Mapping[bytes, bytes], generation: int) -> None:
        """Write documents of a generation to come, unseen by readers until it is published.

        ``entries`` are those not stored yet, packed, by version.
        """
        with self._transaction():
            self._write_documents(documents, entries, generation)

    def publish(
        self,
        draft: Draft,
        documents: Iterable[Written],
        entries: Mapping[bytes, bytes],
        updated: Mapping[Term, datetime],
        *,
        recipe: bytes,
        served: Served,
        now: float,
    ) -> int:
        """Write what is left and make it the next generation, in one transaction; gives the generation.

        Readers wait for nothing else: superseded documents go, and the WAL is moved, when it is time to ``tidy``.
        """
        generation = self.generation + 1
        with self._checkpoint_later(), self._transaction():
            self._write(draft, now)
            if self._posts_wait:
                self._place_all(now)
            self._write_documents(documents, entries, generation)
            self.connection.executemany(
                "UPDATE feeds SET updated = ?, generation = ? WHERE scheme = ? AND name = ?",
                [(when.isoformat(), generation, term.scheme, term.name) for term, when in updated.items()],
            )
            self.connection.execute("DELETE FROM touched")
            self._set("recipe", recipe)
            self._set("served", dump_served(served))
            self._set("generation", generation)
            self.connection.execute("INSERT OR REPLACE INTO generations VALUES (?, ?)", (generation, now))
        self._posts_wait = False
        self._signal.value = generation
        return generation

    def tidy(self, now: float) -> None:
        """Let superseded documents go, and have the WAL moved if it is long."""
        with self._transaction():
            self._forget(now)

    def load_ledger(self, ledger: LedgerFile) -> None:
        """Take over a ledger; only into a catalogue that has none of its own. Raises CatalogueError otherwise."""
        if self.ledger.next_number() > 1:
            raise CatalogueError(self.path, "has a ledger already: load one into an empty state folder")
        with self._transaction():
            self.ledger.write(ledger.posts)
            self.connection.execute("DELETE FROM ledger_feeds")
            for scheme, name, emptied in ledger.feeds:
                self.ledger.empty_feed(scheme, name, emptied)
            self._mark({Term(scheme, name) for scheme, name, _ in ledger.feeds})

    def reidentify(self, ids: Mapping[str, str]) -> None:
        """Give posts other ids, from those that they have; their files are read again at the next rebuild."""
        numbers = {old: self.owners(old) for old in ids}
        with self._transaction():
            self.connection.executemany(
                "UPDATE ledger_posts SET id = ?, key = ? WHERE number = ?",
                [(ids[old], key_of(ids[old]), number) for old, owners in numbers.items() for number in owners],
            )
            self.connection.executemany(
                "UPDATE files SET digest = x'', looked = 0 "
                "WHERE path = (SELECT path FROM ledger_posts WHERE number = ?)",
                [(number,) for owners in numbers.values() for number in owners],
            )

    def _checkpoint_after(self, pages: int) -> None:
        """Have the commit that leaves so many pages in the WAL wait for the disk until they are moved."""
        self.connection.execute(f"PRAGMA wal_autocheckpoint = {pages}")

    @contextmanager
    def _checkpoint_later(self) -> Iterator[None]:
        """Have no commit wait for that."""
        self._checkpoint_after(0)
        try:
            yield
        finally:
            self._checkpoint_after(LOG)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            with self.connection.transaction():
                yield
        except BaseException:
            self._numbers.clear()  # of rows that may not be there
            raise

    # -- the parts of a transaction ------------------------------------------------------------------------

    def _write(self, draft: Draft, now: float) -> None:
        self._write_files(draft)
        self._write_problems(draft.problems)
        self.ledger.write(draft.ledger.values())
        changed = draft.changed_posts()
        self._write_posts(changed)
        if not self._posts_wait:
            self._write_terms(changed, now)

    def _write_files(self, draft: Draft) -> None:
        run = self.connection.executemany
        run("DELETE FROM files WHERE path = ?", [(path,) for path, row in draft.files.items() if row is None])
        run(
            "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
            [_file_row(row) for row in draft.files.values() if row is not None],
        )
        run(
            "UPDATE files SET missing = ? WHERE path = ?",
            [(since, path) for path, since in draft.missing.items()],
        )
        self._clear("beside", draft.beside)
        run(
            "INSERT INTO beside VALUES (?, ?, ?)",
            [(path, file, size) for path, files in draft.beside.items() for file, size in files],
        )
        gone = {path for path, row in draft.files.items() if row is None}
        self._clear("templated", gone.union(path for path, templated in draft.templated.items() if not templated))
        templated = [(path,) for path, templated in draft.templated.items() if templated and path not in gone]
        run("INSERT OR IGNORE INTO templated VALUES (?)", templated)

    def _write_problems(self, problems: Mapping[str, tuple[Problem, ...]]) -> None:
        self._clear("problems", problems)
        self.connection.executemany(
            "INSERT INTO problems VALUES (?, ?, ?, ?, ?, ?)",
            [
                (path, place, problem.line, problem.code, problem.message, problem.hint)
                for path, found in problems.items()
                for place, problem in enumerate(found)
            ],
        )

    def _clear(self, table: str, paths: Iterable[str]) -> None:
        """Delete the rows of these paths, if the table has any: in a first build most have none."""
        if self.connection.execute(f"SELECT EXISTS (SELECT 1 FROM {table})").fetchone()[0]:
            self.connection.executemany(f"DELETE FROM {table} WHERE path = ?", [(path,) for path in paths])

    def _write_posts(self, changed: list[tuple[Filed | None, Filed | None]]) -> None:
        run = self.connection.executemany
        # Rows first go, then come: two posts may change places.
        run("DELETE FROM posts WHERE number = ?", [(old.number,) for old, _ in changed if old])
        run("DELETE FROM bodies WHERE number = ?", [(old.number,) for old, new in changed if old and not new])
        run(
            "DELETE FROM refers WHERE name = ? AND post = ?", [row for old, _ in changed if old for row in _refers(old)]
        )
        run("INSERT INTO refers VALUES (?, ?)", [row for _, new in changed if new for row in _refers(new)])
        run(
            "INSERT INTO posts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (_post_row(new) for _, new in changed if new),
        )
        run(
            "INSERT OR REPLACE INTO bodies VALUES (?, ?)",
            [(new.number, new.packed) for _, new in changed if new and new.packed is not None],
        )
        numbers = (post.number for old, new in changed if (post := new or old))
        run("INSERT INTO changes (post) VALUES (?)", [(number,) for number in numbers])
        self.connection.execute(
            "DELETE FROM changes WHERE change <= (SELECT max(change) FROM changes) - ?", (REMEMBERED,)
        )

    def _write_terms(self, changed: list[tuple[Filed | None, Filed | None]], now: float) -> None:
        """Move posts between feeds and keep each feed's count, all in step."""
        gone: list[_Place] = []
        come: list[_Place] = []
        for old, new in changed:
            before, after = self._places(old), self._places(new)
            gone += [place for place in before if place not in after]
            come += [place for place in after if place not in before] if before else after
        run = self.connection.executemany
        run("DELETE FROM post_terms WHERE feed = ? AND published = ? AND tie = ? AND post = ?", sorted(gone))
        run("INSERT INTO post_terms VALUES (?, ?, ?, ?)", sorted(come))
        counts = Counter(feed for feed, *_ in come)
        counts.subtract(feed for feed, *_ in gone)
        run("UPDATE feeds SET entries = entries + ? WHERE number = ?", [(more, feed) for feed, more in counts.items()])
        self._note_emptiness(counts, now)

    def _place_all(self, now: float) -> None:
        """What ``_write_terms`` would have made of all posts as they came."""
        run = self.connection.execute
        run("DELETE FROM post_terms")
        (last,) = run("SELECT coalesce(max(number), 0) FROM posts").fetchone()
        for first in range(1, last + 1, PLACED):
            run(_PLACES, (first, first + PLACED - 1, Standing.LIVE, self._feed(SITE)))
        run("UPDATE feeds SET entries = (SELECT count(*) FROM post_terms WHERE feed = number)")
        feeds = run("SELECT number, scheme, name, entries FROM feeds").fetchall()
        self.ledger.fill_feeds(number for number, *_, entries in feeds if entries)
        for _, scheme, name, entries in feeds:
            if not entries:
                self.ledger.empty_feed(scheme, name, math.floor(now))

    def _places(self, filed: Filed | None) -> list[_Place]:
        """The rows of ``post_terms`` that a post has: none unless it is in its feeds."""
        if filed is None or not filed.live:
            return []
        published, tie, number = filed.published, filed.tie, filed.number
        return [(self._feed(term), published, tie, number) for term in (SITE, *filed.post.terms)]

    def _note_emptiness(self, counts: Mapping[int, int], now: float) -> None:
        """Keep the time since when feeds are empty, of those that have some posts more or fewer."""
        self.ledger.fill_feeds(feed for feed, more in counts.items() if more > 0)
        query = "SELECT scheme, name FROM feeds WHERE number = ? AND entries = 0"
        for feed in (feed for feed, more in counts.items() if more < 0):
            for scheme, name in self.connection.execute(query, (feed,)).fetchall():
                self.ledger.empty_feed(scheme, name, math.floor(now))

    def _feed(self, term: Term) -> int:
        """The row of a term's feed; one that has none gets one."""
        number = self._numbers.get(term)
        if number is None:
            self.connection.execute("INSERT OR IGNORE INTO feeds (scheme, name) VALUES (?, ?)", term)
            number = self._numbers[term] = self.feed_number(term) or 0
        return number

    def _mark(self, terms: set[Term]) -> None:
        numbers = [(self._feed(term),) for term in sorted(terms)]
        self.connection.executemany("INSERT OR IGNORE INTO touched VALUES (?)", numbers)

    def _write_documents(self, documents: Iterable[Written], entries: Mapping[bytes, bytes], generation: int) -> None:
        run = self.connection.executemany
        run(
            "INSERT OR IGNORE INTO entries VALUES (?, ?)",
            sorted((row_id(version), packed) for version, packed in entries.items()),
        )
        documents = list(documents)
        lost = {key for each in documents for key in self._lost(each)}
        run("INSERT OR IGNORE INTO outdated VALUES (?, ?, ?)", [(row_id(key[1]), key[0], generation) for key in lost])
        run(
            "INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    each.address,
                    generation,
                    self._feed(each.term),
                    each.format,
                    each.etag,
                    each.modified,
                    pack_keys(each.entries),
                    pack_three(each.frame),
                    each.older,
                )
                for each in documents
            ],
        )

    def _lost(self, document: Written) -> set[tuple[int, bytes]]:
        """The entries that a document has no more."""
        if not self.generation or document.format != FORMATS[0]:
            return set()  # the others of a feed hold the same
        before = self.validators(document.address, self.generation)
        return set(before.entries) - set(document.entries) if before else set()

    def _forget(self, now: float) -> None:
        """Empty documents that were superseded long enough ago for every reader to have moved on.

        What came after each of their last states is remembered, for readers that ask what has changed since.
        """
        forgotten = self.meta("forgotten") or 0
        (settled,) = self.connection.execute(
            "SELECT coalesce(max(generation), ?) FROM generations WHERE published <= ?", (forgotten, now - KEPT)
        ).fetchone()
        self._set("forgotten", settled)
        if settled == forgotten:
            return
        run = self.connection.executemany
        superseded = self.connection.execute(
            "SELECT old.address, old.generation, old.entries, new.entries FROM documents new JOIN documents old "
            "ON old.address = new.address AND old.generation = "
            "(SELECT max(generation) FROM documents WHERE address = new.address AND generation < new.generation) "
            "WHERE new.generation > ? AND new.generation <= ?",
            (forgotten, settled),
        ).fetchall()
        run(
            "UPDATE documents SET frame = x'', entries = ? WHERE address = ? AND generation = ?",
            [(_gained(before, after), address, generation) for address, generation, before, after in superseded],
        )
        run(
            "DELETE FROM documents WHERE address = ?1 AND generation <= "
            "(SELECT generation FROM documents WHERE address = ?1 ORDER BY generation DESC LIMIT 1 OFFSET ?2)",
            [(address, STATES + 1) for address, *_ in superseded],
        )
        rows = self.connection.execute(
            "SELECT version, number FROM outdated WHERE generation <= ?", (settled,)
        ).fetchall()
        run(
            "DELETE FROM entries WHERE version = ?",
            [(version,) for version, number in rows if not self._in_use(version, number)],
        )
        self.connection.execute("DELETE FROM outdated WHERE generation <= ?", (settled,))
        self.connection.execute("DELETE FROM generations WHERE generation < ?", (settled,))

    def _in_use(self, row: int, number: int) -> bool:
        """Whether any document holds an entry: one of a feed that its post is filed under, or a copy of the post."""
        key = version_of(row)
        copies = self.connection.execute(
            "SELECT p.number, p.version FROM ledger_posts l JOIN posts p ON p.name = l.name OR p.key = l.key "
            "WHERE l.number = ?",
            (number,),
        )
        bearer = next((copy for copy, version in copies if key in _keys(version)), None)
        if bearer is None:
            return False
        # copies with the same entry are filed under the same terms
        addresses = [feed_path(term, FILENAMES["atom"]) for term in (SITE, *self.posts([bearer])[bearer].post.terms)]
        documents = [self.validators(address, self.generation + 1) for address in addresses]
        return any(key == each for document in documents if document for _, each in document.entries)

    # -- opening -------------------------------------------------------------------------------------------

    def _adopt(self, name: str, now: float) -> None:
        """Record which content this state belongs to; refuse another's."""
        owner = self.meta("content")
        if owner is None:
            Path(self.path, BORN).touch()
            with self._transaction():
                self._set("content", name)
                self._mark({SITE})
                self.ledger.empty_feed(SITE.scheme, SITE.name, math.floor(now))
        elif owner != name:
            raise CatalogueError(self.path, f"belongs to the content folder {owner}: give --state another folder")

    def _recover(self) -> None:
        """Clear what a killed writer left unpublished; announce what it may have published unannounced."""
        with self._transaction():
            self.connection.execute("DELETE FROM documents WHERE generation > ?", (self.generation,))
            self.connection.execute("DELETE FROM outdated WHERE generation > ?", (self.generation,))
        self._signal.value = self.generation

    def _set(self, key: str, value: object) -> None:
        self.connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))


def _refers(filed: Filed) -> set[tuple[str, int]]:
    return {(referred_name(reference), filed.number) for reference in filed.post.refers}


def _prepare(state: Path) -> None:
    """Make the state folder, with a .gitignore that keeps it out of its content's history."""
    try:
        state.mkdir(parents=True, exist_ok=True)
        ignore = state / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n")
        if not os.access(state, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(state))
    except OSError as error:
        reason = f"cannot be written: {error.strerror}: give --state a folder that can"
        raise CatalogueError(str(state), reason) from error


def _file_row(row: FileRow) -> tuple[object, ...]:
    look = row.fingerprint
    return row.path, look.size, look.mtime, look.ctime, look.inode, row.digest, row.looked


def _post_row(filed: Filed) -> tuple[object, ...]:
    post = filed.post
    return (
        filed.number, post.path, post.name, filed.id, filed.published, filed.updated.isoformat(),
        filed.standing, filed.version, filed.digest, dump(post), filed.turn, key_of(filed.id),
    )  # fmt: skip


def _keys(version: bytes) -> list[bytes]:
    """What an entry is known by, in each of its forms."""
    return [entry_key(version, content) for content in get_args(Content)]


def _gained(before: bytes, after: bytes) -> bytes:
    """The entries that came with the next state of a document."""
    known = frozenset(unpack_keys(before))
    return pack_keys(tuple(key for key in unpack_keys(after) if key not in known))
