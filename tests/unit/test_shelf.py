"""The shelf: what it holds, what it lets go, and how it follows the catalogue."""

from __future__ import annotations

import gzip
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import brotli
import pytest

from feedsvc.catalogue import CATALOGUE, SIGNAL
from feedsvc.exceptions import CatalogueError, CatalogueMissing
from feedsvc.model import SITE, Term
from feedsvc.shelf import Shelf
from tests.unit.library import Library

TIDE = Term("category", "潮汐 Tides")
SHIP = Term("tag", "船/Ship")
TIDE_ATOM = "/category/%E6%BD%AE%E6%B1%90%20Tides/atom.xml"


class Clock:
    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(library: Library) -> Clock:
    return Clock(library.now + 1000)


@pytest.fixture
def shelf(library: Library, clock: Clock) -> Shelf:
    return Shelf(library.state, 10_000_000, clock)


def body(shelf: Shelf, address: str) -> bytes | None:
    found = shelf.document(address)
    return None if found is None else found.variants["identity"].body


def test_nothing_is_served_before_the_first_generation(library: Library, shelf: Shelf, tmp_path: Path) -> None:
    with pytest.raises(CatalogueMissing):
        Shelf(tmp_path / "nowhere", 1000).document("/rss.xml")
    with pytest.raises(CatalogueMissing):
        shelf.document("/rss.xml")
    assert library.writer.generation == 0
    with pytest.raises(CatalogueMissing, match="not complete"):
        shelf.document("/rss.xml")
    library.publish({SITE: "one"})
    assert body(shelf, "/rss.xml") == library.bodies["/rss.xml"]


def test_a_document_is_served_from_memory_once_it_was_asked_for(library: Library, shelf: Shelf) -> None:
    library.publish({TIDE: "潮"})
    path = "/category/潮汐 Tides/atom.xml"
    assert shelf.glance(path) is None
    found = shelf.document(TIDE_ATOM)
    assert found is not None
    assert shelf.glance(path) is found
    assert shelf.document("/category/Unknown/atom.xml") is None


def test_a_generation_drops_only_what_changed(library: Library, shelf: Shelf) -> None:
    library.publish({SITE: "one", TIDE: "one"})
    kept, changed = shelf.document("/rss.xml"), shelf.document(TIDE_ATOM)
    library.publish({TIDE: "two"})
    assert shelf.glance("/rss.xml") is None  # until somebody has looked
    assert shelf.document(TIDE_ATOM) is not changed
    assert shelf.glance("/rss.xml") is kept
    assert body(shelf, TIDE_ATOM) == library.bodies[TIDE_ATOM]


def test_documents_being_written_are_invisible(library: Library, shelf: Shelf) -> None:
    library.publish({SITE: "one"})
    old = library.bodies["/rss.xml"]
    library.writer.store(list(library._documents(SITE, "two")), {}, library.writer.generation + 1)
    assert body(shelf, "/rss.xml") == old
    assert body(Shelf(library.state, 1000), "/rss.xml") == old


def test_new_settings_make_new_headers(library: Library, shelf: Shelf) -> None:
    library.publish({SITE: "one"})
    shelf.document("/rss.xml")
    library.publish(served=replace(library.served, max_age=77))
    found = shelf.document("/rss.xml")
    assert found is not None
    assert "max-age=77," in dict(found.variants["identity"].headers)["Cache-Control"]


def test_whoever_sees_a_generation_first_announces_it(library: Library, shelf: Shelf, clock: Clock) -> None:
    """A writer that died between its commit and its announcement must not let two workers disagree."""
    library.publish({SITE: "one"})
    other = Shelf(library.state, 10_000_000, clock)
    assert body(shelf, "/rss.xml") == body(other, "/rss.xml")
    library.publish({SITE: "two"})
    library.writer._signal.value = 1
    assert other.glance("/rss.xml") is not None  # it cannot know
    fresh = Shelf(library.state, 10_000_000, clock)
    assert body(fresh, "/rss.xml") == library.bodies["/rss.xml"]
    assert other.glance("/rss.xml") is None
    assert body(other, "/rss.xml") == library.bodies["/rss.xml"]


def test_memory_is_bounded_and_keeps_what_is_used(library: Library, clock: Clock) -> None:
    terms = [Term("tag", f"t{number}") for number in range(30)]
    library.publish(dict.fromkeys(terms, "x" * 500))
    shelf = Shelf(library.state, 300_000, clock)
    for number in range(30):
        shelf.document(f"/tag/t{number}/rss.xml")
        assert shelf._memory.bytes <= 300_000
        assert shelf.glance("/tag/t0/rss.xml") is not None
    assert shelf.glance("/tag/t1/rss.xml") is None
    assert shelf._memory.bytes == sum(each.size for each in shelf._memory._held.values())
    tiny = Shelf(library.state, 10, clock)
    assert body(tiny, "/tag/t3/rss.xml") == library.bodies["/tag/t3/rss.xml"]
    assert len(tiny._memory) == 0


def test_codings_are_made_once_and_counted(library: Library, shelf: Shelf) -> None:
    library.publish({SITE: "港口 " * 200})
    found = shelf.document("/rss.xml")
    assert found is not None
    before = shelf._memory.bytes
    for coding, decode in (("gzip", gzip.decompress), ("br", brotli.decompress)):
        made = shelf.variant(found, coding)  # type: ignore[arg-type]
        assert decode(made.body) == library.bodies["/rss.xml"]
        assert made.etag == found.etag(coding)  # type: ignore[arg-type]
        assert shelf.variant(found, coding) is made  # type: ignore[arg-type]
        assert dict(made.headers)["Content-Length"] == str(len(made.body))
    assert shelf._memory.bytes == before + sum(len(found.variants[each].body) for each in ("gzip", "br"))
    assert shelf.variant(found, "gzip").body[4:8] == bytes(4)  # no time in it


def test_last_modified_is_never_in_the_future(library: Library, shelf: Shelf, clock: Clock) -> None:
    library.publish({SITE: "one"})

    def says() -> str | None:
        found = shelf.document("/rss.xml")
        assert found is not None
        return dict(found.not_modified("identity")).get("Last-Modified")

    clock.now = library.now - 60
    assert says() is None
    assert shelf.glance("/rss.xml") is not None  # ready all the same
    clock.now = library.now + 1
    assert says() == "Tue, 14 Nov 2023 22:13:20 GMT"
    clock.now = library.now - 5  # set back while the answer is held
    assert shelf.glance("/rss.xml") is None
    assert says() is None


def test_a_lost_catalogue_is_survived_and_a_new_one_taken_up(library: Library, shelf: Shelf, clock: Clock) -> None:
    library.publish({SITE: "one"})
    library.publish({SITE: "two", TIDE: "two"})
    two = body(shelf, "/rss.xml")
    library.close()
    shutil.rmtree(library.state)
    clock.now += 10
    assert body(shelf, "/rss.xml") == two
    other = Library(library.state, now=library.now)
    library.state.mkdir()
    clock.now += 10
    assert body(shelf, "/rss.xml") == two
    assert other.writer.generation == 0
    clock.now += 10
    assert body(shelf, "/rss.xml") == two  # the new one is not complete yet
    other.publish({SITE: "three"})
    assert body(shelf, "/rss.xml") == other.bodies["/rss.xml"]
    assert shelf.document(TIDE_ATOM) is None
    other.close()


def test_a_replaced_catalogue_is_noticed_without_a_signal(
    library: Library, shelf: Shelf, clock: Clock, tmp_path: Path
) -> None:
    library.publish({SITE: "one"})
    assert body(shelf, "/rss.xml") == library.bodies["/rss.xml"]
    other = Library(tmp_path / "other", now=library.now)
    other.publish({SITE: "another"})
    other.close()
    library.close()
    for name in (CATALOGUE, f"{CATALOGUE}-wal", f"{CATALOGUE}-shm"):
        (library.state / name).unlink(missing_ok=True)
    shutil.copy(other.state / CATALOGUE, library.state / CATALOGUE)
    assert shelf.glance("/rss.xml") is not None
    clock.now += 2
    assert shelf.glance("/rss.xml") is None
    assert body(shelf, "/rss.xml") == other.bodies["/rss.xml"]


def test_garbage_instead_of_a_catalogue_is_an_error_with_a_reason(tmp_path: Path) -> None:
    (tmp_path / CATALOGUE).write_bytes(b"not a database at all" * 100)
    with pytest.raises(CatalogueError, match="file is not a database"):
        Shelf(tmp_path, 1000).document("/rss.xml")
    (tmp_path / CATALOGUE).write_bytes(b"")
    (tmp_path / SIGNAL).unlink(missing_ok=True)
    with pytest.raises(CatalogueError, match="no such table"):
        Shelf(tmp_path, 1000).document("/rss.xml")


def test_no_thread_ever_sees_an_older_document_after_a_newer_one(library: Library, clock: Clock) -> None:
    library.publish({SITE: "gen 0000"})
    shelves = [Shelf(library.state, 10_000_000, clock) for _ in range(2)]
    newest, failures, done = 0, [], threading.Event()

    def read() -> None:
        nonlocal newest
        turn = 0
        while not done.is_set():
            turn += 1
            shelf = shelves[turn % 2]
            floor = newest
            found = shelf.glance("/rss.xml") or shelf.document("/rss.xml")
            assert found is not None
            seen = int(found.variants["identity"].body[4:8])
            if seen < floor:
                failures.append((seen, floor))
            newest = max(newest, seen)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(1, 40):
        library.publish({SITE: f"gen {number:04d}"})
    done.set()
    for thread in threads:
        thread.join()
    assert not failures
    assert all(body(shelf, "/rss.xml") == library.bodies["/rss.xml"] for shelf in shelves)
    for shelf in shelves:
        shelf.close()
