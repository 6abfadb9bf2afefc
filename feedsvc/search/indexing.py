"""One step of indexing: some posts as they are now, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from feedsvc.catalogue import Filed, Position, Reader
from feedsvc.model import SITE
from feedsvc.search.grams import grams, term_gram
from feedsvc.search.store import Build, Store
from feedsvc.search.texts import key, read_texts

_Placed = list[tuple[int, Filed]]  # posts by their rows


def index(
    store: Store, reader: Reader, build: Build, numbers: Sequence[int], position: Position | None = None
) -> Build:
    """Bring the rows of these posts up to date; gives how far the index is then.

    ``position`` is how far its first filling has come with them, None where that is done.
    """
    live = {number: filed for number, filed in reader.posts(numbers).items() if filed.live}
    keys = {number: key(filed) for number, filed in live.items()}
    held = _held(store, build, numbers)
    going = [row for number, (row, before) in held.items() if keys.get(number) != before]
    coming = [filed for number, filed in live.items() if number not in held or held[number][1] != keys[number]]
    build, placed = _place(build, coming)
    build = replace(build, position=position, held=build.held - len(going), stale=build.stale + len(going))
    texts = read_texts(reader, [filed for _, filed in placed])
    words = [(row, _words(filed, text, build)) for (row, filed), text in zip(placed, texts, strict=True)]
    docs = [(row, filed.number, filed.published, keys[filed.number]) for row, filed in placed]
    with store.connection.transaction():
        run = store.connection.executemany
        run(f"DELETE FROM docs{build.number} WHERE row = ?", [(row,) for row in going])
        run(f"INSERT INTO docs{build.number} VALUES (?, ?, ?, ?)", docs)
        run(f"INSERT INTO words{build.number} (rowid, grams) VALUES (?, ?)", sorted(words))
        store.save(build)
    return build


def _held(store: Store, build: Build, numbers: Sequence[int]) -> dict[int, tuple[int, bytes]]:
    """The rows and keys of those of these posts that are indexed."""
    places = ",".join("?" * len(numbers))
    rows = store.connection.execute(f"SELECT post, row, key FROM docs{build.number} WHERE post IN ({places})", numbers)
    return {post: (row, digest) for post, row, digest in rows}


def _place(build: Build, posts: Iterable[Filed]) -> tuple[Build, _Placed]:
    """Give rows to posts: the next ones to those newer than all, late ones to the rest."""
    placed: _Placed = []
    last, late, newest = build.last, build.late, build.newest
    for filed in sorted(posts, key=lambda each: (each.published, each.tie, each.number)):
        if filed.published >= newest:
            last, newest = last + 1, filed.published
            placed.append((last, filed))
        else:
            late += 1
            placed.append((-late, filed))
    return replace(build, last=last, late=late, newest=newest, held=build.held + len(placed)), placed


def _words(filed: Filed, text: str, build: Build) -> str:
    found = grams(text, build.common)
    found.update(map(term_gram, (SITE, *filed.post.terms)))
    return " ".join(found)
