"""Answers searches: rows of the index, newest first, held against the catalogue before they are given."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from itertools import groupby, islice
from pathlib import Path

from feedsvc.catalogue import Filed, Position, Reader, Row
from feedsvc.exceptions import CatalogueError, CatalogueMissing, SearchNotReady
from feedsvc.model import SITE, Term
from feedsvc.search.grams import Unit, occurs, term_gram, units
from feedsvc.search.store import FILE, Build, Store, damaged, remove
from feedsvc.search.texts import key, read_texts
from feedsvc.select import Selection

# Texts that are read for one answer, beyond so many for each that has the words: where few of those that look as though
# they had the words do, the older ones are left out.
MOST_READ = 200
OFTEN_READ = 3
AT_ONCE = 50  # posts that are looked at together, and at least
FEW = 10

_Candidate = tuple[int, int, bytes]  # published, post, key


class Search:
    """Finds posts by words, in the index of a state folder. One a thread.

    Words of signs (Chinese and its like) are found anywhere, words of letters from their beginning.
    """

    def __init__(self, state: Path) -> None:
        self._state = state
        self._store: Store | None = None
        self._complete: Build | None = None  # known by its number: how far it has come since is not in it

    def close(self) -> None:
        """Close the index."""
        if self._store is not None:
            with suppress(CatalogueError):
                self._store.close()
            self._store = None

    def newest(self, reader: Reader, selection: Selection, before: Position | None, limit: int) -> list[Row]:
        """The newest ``limit`` posts of a selection with words that come after ``before``, newest first.

        Raises SearchNotReady while the index is not complete, or cannot be used: whoever keeps it says why.
        """
        try:
            return self._newest(reader, selection, before, limit)
        except CatalogueMissing as error:
            raise SearchNotReady from error
        except CatalogueError as error:
            if error.path != str(self._state / FILE):
                raise
            self.close()
            if damaged(error):
                remove(self._state)  # whoever keeps the index sees that, and makes it anew
            raise SearchNotReady from error

    def _newest(self, reader: Reader, selection: Selection, before: Position | None, limit: int) -> list[Row]:
        store = self._open()
        build = self._build(store, reader)
        words = selection.words.split()
        looked_up = [units(word, build.common) for word in words]
        wanted = [unit for found, _ in looked_up for unit in found] or [Unit(term_gram(SITE))]
        candidates = _candidates(store, build.number, _query(selection, wanted), before)
        doubtful = [word for word, (_, sure) in zip(words, looked_up, strict=True) if not sure]
        places = _in_order(reader, candidates, before, limit)
        found = _read(reader, places, doubtful, limit) if doubtful else places
        return [_row(filed) for filed in islice(found, limit)]

    def _open(self) -> Store:
        if self._store is not None and self._store.replaced:
            self.close()
        if self._store is None:
            self._store = Store(self._state, create=False)
            self._complete = None
        return self._store

    def _build(self, store: Store, reader: Reader) -> Build:
        """The newest index that is complete, and of this catalogue."""
        number = store.complete(str(reader.meta("identity")))
        if number is None:
            raise SearchNotReady
        if self._complete is None or self._complete.number != number:
            self._complete = next(build for build in store.builds() if build.number == number)
        return self._complete


def _query(selection: Selection, wanted: Iterable[Unit]) -> str:
    """The selection in the language of FTS5."""
    parts = [f'"{gram}"{"*" if begins else ""}' for gram, begins in dict.fromkeys(wanted)]
    parts += [f"({_any(group)})" for group in selection.groups]
    query = " AND ".join(parts)
    return f"({query}) NOT ({_any(selection.none_of)})" if selection.none_of else query


def _any(terms: Iterable[Term]) -> str:
    return " OR ".join(f'"{term_gram(term)}"' for term in terms)


def _candidates(store: Store, number: int, query: str, before: Position | None) -> Iterator[_Candidate]:
    """What the index has for a query, newest first: rows in order as they are found, late ones among them."""
    latest = 2**62 if before is None else before[0]
    docs, words = f"docs{number}", f"words{number}"
    select = (
        f"SELECT {docs}.published, {docs}.post, {docs}.key FROM {words} CROSS JOIN {docs} "
        f"ON {docs}.row = {words}.rowid WHERE {words} MATCH ?"
    )
    run = store.connection.execute
    last = run(
        f"SELECT row FROM {docs} WHERE row > 0 AND published <= ? ORDER BY published DESC, row DESC LIMIT 1", (latest,)
    ).fetchone()
    late = run(f"{select} AND {words}.rowid < 0", (query,)).fetchall()
    late = sorted((each for each in late if each[0] <= latest), reverse=True)
    rows = run(
        f"{select} AND {words}.rowid BETWEEN 1 AND ? ORDER BY {words}.rowid DESC", (query, last[0] if last else 0)
    )
    return heapq.merge(rows, late, key=_published, reverse=True)


def _published(candidate: _Candidate) -> int:
    return candidate[0]


def _in_order(reader: Reader, candidates: Iterator[_Candidate], before: Position | None, limit: int) -> Iterator[Filed]:
    """The posts of candidates that are in the catalogue as they were indexed, in the order of feeds."""
    instants = groupby(candidates, _published)
    while some := _take(instants, limit):
        keys = {post: digest for _, post, digest in some}
        posts = [filed for batch in _batches([*keys]) for filed in reader.posts(batch).values()]
        posts = [filed for filed in posts if filed.live and key(filed) == keys[filed.number]]
        posts = [filed for filed in posts if before is None or _position(filed) < before]
        yield from sorted(posts, key=_position, reverse=True)


def _take(instants: Iterator[tuple[int, Iterator[_Candidate]]], limit: int) -> list[_Candidate]:
    """About ``limit`` candidates: with one of an instant all of that instant, because their order is yet to be seen."""
    some: list[_Candidate] = []
    for _, candidates in instants:
        some += candidates
        if len(some) >= limit:
            break
    return some


def _read(reader: Reader, posts: Iterator[Filed], words: Collection[str], limit: int) -> list[Filed]:
    """The first ``limit`` of these posts whose texts hold the words."""
    found: list[Filed] = []
    read = 0
    while len(found) < limit and read < MOST_READ + OFTEN_READ * len(found):
        some = list(islice(posts, min(AT_ONCE, max(limit - len(found), FEW))))
        if not some:
            break
        read += len(some)
        texts = zip(some, read_texts(reader, some), strict=True)
        found += [filed for filed, text in texts if all(occurs(word, text) for word in words)]
    return found


def _batches(numbers: list[int]) -> Iterator[list[int]]:
    return (numbers[start : start + AT_ONCE] for start in range(0, len(numbers), AT_ONCE))


def _position(filed: Filed) -> Position:
    return filed.published, filed.tie, filed.number


def _row(filed: Filed) -> Row:
    return (*_position(filed), filed.version, filed.updated.isoformat(), filed.id)
