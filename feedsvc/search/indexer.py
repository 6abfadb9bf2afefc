"""Keeps the index in step with the catalogue: at first post by post, then by what changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path

from feedsvc.catalogue import Position, Reader
from feedsvc.exceptions import CatalogueError
from feedsvc.model import SITE
from feedsvc.search.grams import find_common
from feedsvc.search.indexing import index
from feedsvc.search.store import FILE, Build, Store, damaged, remove
from feedsvc.search.texts import key, read_texts

TOGETHER = 400  # posts that are indexed in one transaction
SAMPLE = 1_000  # posts from which is found out what is common
_START: Position = (-(2**62), "", 0)

Stop = Callable[[], bool]


class Indexer:
    """Writes the index of a state folder; only one at a time. Raises CatalogueMissing where nothing has been built."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self._reader = Reader(state)
        self._store: Store | None = None

    def close(self) -> None:
        """Close both files."""
        self._reader.close()
        self._shut()

    def catch_up(self, stop: Stop = lambda: False) -> bool:
        """Bring the index in step with the catalogue; False where ``stop`` said to leave it before that.

        What is done stays done, however this ends. A file that is damaged, or not ours, is made anew. Raises
        CatalogueError where a file cannot be used now: without room, say.
        """
        if self._store is not None and self._store.replaced:
            self._shut()
        try:
            return self._catch_up(stop)
        except CatalogueError as error:
            self._shut()
            if not damaged(error) or error.path != str(self._state / FILE):
                raise
            remove(self._state)
            return self._catch_up(stop)

    def _catch_up(self, stop: Stop) -> bool:
        store = self._open()
        while True:
            build = self._current(store)
            if build.position is not None:
                build = self._fill(store, build, stop)
            if build.position is None:
                build = self._follow(store, build, stop)
            if stop():
                return False
            if not build.worn:
                return True

    def _open(self) -> Store:
        if self._store is None:
            self._store = Store(self._state, create=True)
        return self._store

    def _shut(self) -> None:
        if self._store is not None:
            with suppress(CatalogueError):
                self._store.close()
            self._store = None

    # -- an index from nothing -----------------------------------------------------------------------------

    def _current(self, store: Store) -> Build:
        """The index to go on with; a new one where there is none of this catalogue, or the last is worn."""
        identity = str(self._reader.meta("identity"))
        builds = store.builds()
        last = builds[-1] if builds else None
        if last is not None and last.catalogue == identity and (last.position is not None or not last.worn):
            return last
        posts = self._reader.count_posts()
        build = Build(
            number=last.number + 1 if last else 1,
            catalogue=identity,
            change=self._last_change(),
            position=_START,
            common=find_common(self._sample(posts), posts),
            sampled=posts,
        )
        with store.connection.transaction():
            for old in builds:
                if old.catalogue != identity or old.position is not None:
                    store.drop(old)
            store.begin(build)
        return build

    def _sample(self, posts: int) -> Iterator[str]:
        rows = self._reader.connection.execute(
            "SELECT post FROM post_terms WHERE feed = ? AND post % ? = 0",
            (self._reader.feed_number(SITE), posts // SAMPLE + 1),
        ).fetchall()
        for some in _batches(number for (number,) in rows):
            yield from read_texts(self._reader, self._reader.posts(some).values())

    def _fill(self, store: Store, build: Build, stop: Stop) -> Build:
        """Index all posts, oldest first."""
        feed = self._reader.feed_number(SITE)
        while not stop():
            rows = self._reader.connection.execute(
                "SELECT published, tie, post FROM post_terms WHERE feed = ? AND (published, tie, post) > (?, ?, ?) "
                "ORDER BY published, tie, post LIMIT ?",
                (feed, *(build.position or _START), TOGETHER),
            ).fetchall()
            if not rows:
                return self._finish(store, build)
            build = index(store, self._reader, build, [row[2] for row in rows], rows[-1])
        return build

    def _finish(self, store: Store, build: Build) -> Build:
        build = replace(build, position=None)
        with store.connection.transaction():
            store.save(build)
            for old in store.builds():
                if old.number != build.number:
                    store.drop(old)
        return build

    # -- what changed --------------------------------------------------------------------------------------

    def _follow(self, store: Store, build: Build, stop: Stop) -> Build:
        """Index what changed since."""
        last = self._last_change()
        (first,) = self._reader.connection.execute("SELECT min(change) FROM changes").fetchone()
        missed = build.change < (first or 0) - 1
        numbers = self._differing(store, build) if missed else self._changed(build.change, last)
        for some in _batches(numbers):
            if stop():
                return build
            build = index(store, self._reader, build, some)
        if build.change != last:
            build = replace(build, change=last)
            with store.connection.transaction():
                store.save(build)
        return build

    def _last_change(self) -> int:
        (last,) = self._reader.connection.execute("SELECT max(change) FROM changes").fetchone()
        return int(last or 0)

    def _changed(self, since: int, last: int) -> list[int]:
        rows = self._reader.connection.execute(
            "SELECT DISTINCT post FROM changes WHERE change > ? AND change <= ?", (since, last)
        )
        return sorted(number for (number,) in rows)

    def _differing(self, store: Store, build: Build) -> Iterator[int]:
        """Posts that are indexed and should not be, or otherwise than they are, or not at all: by looking at all."""
        (most,) = self._reader.connection.execute("SELECT max(number) FROM posts").fetchone()
        (more,) = store.connection.execute(f"SELECT max(post) FROM docs{build.number}").fetchone()
        for start in range(0, max(most or 0, more or 0) + 1, 10_000):
            end = start + 10_000
            live = self._reader.posts_where("p.standing = 1 AND p.number >= ? AND p.number < ?", start, end)
            keys = {filed.number: key(filed) for filed in live}
            rows = store.connection.execute(
                f"SELECT post, key FROM docs{build.number} WHERE post >= ? AND post < ?", (start, end)
            ).fetchall()
            yield from sorted(number for number, _ in keys.items() ^ set(rows))


def _batches(numbers: Iterable[int]) -> Iterator[list[int]]:
    remaining = iter(numbers)
    while batch := list(islice(remaining, TOGETHER)):
        yield batch
