"""The catalogue on real SQLite: one writer, whole generations, migrations, requests for builds."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedsvc.catalogue import CATALOGUE, SIGNAL, Control, Draft, Filed, Reader, Signal, Writer
from feedsvc.catalogue.packing import key_of
from feedsvc.catalogue.records import Standing
from feedsvc.catalogue.schema import MIGRATIONS
from feedsvc.catalogue.writer import KEPT
from feedsvc.exceptions import CatalogueBusy, CatalogueError, CatalogueMissing
from feedsvc.model import SITE, Term
from tests.unit.desk import LONG, Desk, documents
from tests.unit.desk import post as source
from tests.unit.library import Library, post

TEA = Term("tag", "茶")
RSS, TEA_RSS = "/rss.xml", "/tag/%E8%8C%B6/rss.xml"
ROOT = Path(__file__).parents[2]


def text(reader: Reader, address: str, generation: int) -> str:
    document = reader.document(address, generation)
    assert document is not None
    return document.body.decode().split()[0]


# -- one writer -----------------------------------------------------------------------------------------------


def test_a_second_writer_is_refused_at_once(tmp_path: Path) -> None:
    for listens in (False, True):
        first = Writer(tmp_path, ".", 0.0, listens=listens)
        with pytest.raises(CatalogueBusy) as caught:
            Writer(tmp_path, ".", 0.0)
        assert caught.value.listens is listens
        first.close()
    Writer(tmp_path, ".", 0.0).close()


def test_the_lock_of_a_killed_writer_is_free(tmp_path: Path) -> None:
    code = (
        "import pathlib, sys\nfrom feedsvc.catalogue import Writer\n"
        "writer = Writer(pathlib.Path(sys.argv[1]), '.', 0.0)\nprint(1, flush=True)\ninput()"
    )
    environ = os.environ | {"PYTHONPATH": str(ROOT)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], env=environ, **pipes) as other:  # type: ignore[call-overload]
        assert other.stdout.readline() == b"1\n"
        with pytest.raises(CatalogueBusy):
            Writer(tmp_path, ".", 0.0)
        other.kill()
        other.wait()
    Writer(tmp_path, ".", 0.0).close()


def test_a_failed_opening_frees_the_lock(tmp_path: Path) -> None:
    Writer(tmp_path, "one", 0.0).close()
    for _ in range(2):
        with pytest.raises(CatalogueError, match="belongs to the content folder one"):
            Writer(tmp_path, "two", 0.0)
    Writer(tmp_path, "one", 0.0).close()


def test_reading_needs_a_catalogue(tmp_path: Path) -> None:
    with pytest.raises(CatalogueMissing):
        Reader(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_state_folder_keeps_itself_out_of_version_control(tmp_path: Path) -> None:
    Writer(tmp_path / "deep" / "state", ".", 0.0).close()
    assert (tmp_path / "deep" / "state" / ".gitignore").read_text() == "*\n"


# -- migrations -----------------------------------------------------------------------------------------------


def test_a_new_catalogue_has_the_newest_version(tmp_path: Path) -> None:
    Writer(tmp_path, ".", 0.0).close()
    connection = sqlite3.connect(tmp_path / CATALOGUE)
    assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    connection.close()


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS)))
def test_every_older_version_is_brought_up_to_date(tmp_path: Path, version: int) -> None:
    connection = sqlite3.connect(tmp_path / CATALOGUE, isolation_level=None)
    connection.create_function("key_of", 1, key_of)
    for script in MIGRATIONS[:version]:
        connection.executescript(script)
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    Writer(tmp_path, ".", 0.0).close()
    fresh = tmp_path / "fresh"
    Writer(fresh, ".", 0.0).close()
    assert schema(tmp_path) == schema(fresh)


def schema(state: Path) -> set[tuple[str, str]]:
    connection = sqlite3.connect(state / CATALOGUE)
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    connection.close()
    return {(name, " ".join(sql.split())) for name, sql in rows}


def test_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    Writer(tmp_path, ".", 0.0).close()
    connection = sqlite3.connect(tmp_path / CATALOGUE)
    connection.execute("PRAGMA user_version = 1000")
    connection.close()
    with pytest.raises(CatalogueError, match="made by a newer feedsvc"):
        Writer(tmp_path, ".", 0.0)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / CATALOGUE).write_bytes(b"no database at all, but long enough to look like one" * 40)
    with pytest.raises(CatalogueError):
        Writer(tmp_path, ".", 0.0)


def test_keys_of_ids_lie_by_months() -> None:
    ids = [
        f"https://x.example/{topic}/{when}.html"
        for when in ("2019/12/31/a", "202001-b", "2020-02/c")
        for topic in "xyz"
    ]
    keys = [key_of(id_) for id_ in (*(f"https://x.example/{number}" for number in range(3)), *ids)]
    months = [(key or 0) >> 48 for key in keys]
    assert months == sorted(months)
    assert len(set(months)) == 4
    assert len(set(keys)) == len(keys)
    assert all(0 <= (key or 0) < 2**63 for key in (*keys, key_of("/2099/12/")))
    assert key_of(None) is None


# -- generations ----------------------------------------------------------------------------------------------


def test_a_reader_at_a_generation_is_not_disturbed_by_the_next(library: Library) -> None:
    first = library.publish({SITE: "one", TEA: "tea"})
    reader = Reader(library.state)
    library.now += 10
    second = library.publish({SITE: "two"})
    assert (reader.generation, first, second) == (second, 1, 2)
    assert (text(reader, RSS, first), text(reader, RSS, second)) == ("one", "two")
    assert text(reader, TEA_RSS, second) == "tea"
    assert dict(reader.etags(first)) != dict(reader.etags(second))
    assert reader.etags(first)[0][0] in dict(reader.etags(second))
    assert set(reader.addresses_since(first)) == {"/rss.xml", "/atom.xml", "/feed.json"}
    reader.close()


def test_documents_that_are_stored_are_unseen_until_they_are_published(library: Library) -> None:
    first = library.publish({SITE: "one"})
    reader = Reader(library.state)
    library.writer.store(list(library._documents(SITE, "two")), {}, first + 1)
    assert text(reader, RSS, reader.generation) == "one"
    library.close()  # as though killed between storing and publishing
    writer = library.writer
    assert writer.generation == first
    assert text(writer, RSS, first + 100) == "one"  # what was left unpublished is cleared
    assert text(reader, RSS, reader.generation) == "one"
    reader.close()


def test_a_transaction_that_fails_leaves_everything_as_it_was(library: Library) -> None:
    first = library.publish({SITE: "one"})
    before = library.writer.etags(first)
    broken = next(iter(library._documents(TEA, "tea")))
    with pytest.raises(CatalogueError):
        library.writer.store([broken, replace(broken, etag=None)], {}, first + 1)  # type: ignore[arg-type]
    assert library.writer.etags(first) == before
    assert library.publish({SITE: "two"}) == first + 1


def test_feeds_that_were_touched_are_remembered_until_they_are_published(library: Library) -> None:
    library.publish({SITE: "one"})
    assert library.writer.touched() == []
    draft = Draft()
    draft.touched = {TEA, SITE}
    library.writer.commit(draft, library.now)
    library.close()
    assert set(library.writer.touched()) == {TEA, SITE}
    library.publish({SITE: "two", TEA: "tea"})
    assert library.writer.touched() == []


# -- which posts are in which feeds --------------------------------------------------------------------------

ALL_TERMS = [TEA, Term("tag", "x'\"y"), Term("category", "茶"), Term("author", "")]
State = tuple[Standing, frozenset[int]] | None  # of a post: where it is, and its terms
states = st.none() | st.tuples(st.sampled_from(Standing), st.frozensets(st.integers(0, 3)))
PLACED = """
SELECT scheme, f.name, entries, published, tie, post, EXISTS (SELECT 1 FROM ledger_feeds l WHERE l.scheme = f.scheme
AND l.name = f.name) FROM feeds f LEFT JOIN post_terms ON feed = number ORDER BY 1, 2, 4, 5, 6
"""


def commit(writer: Writer, turn: int, changes: dict[int, State]) -> None:
    """Give posts, by their numbers, these states."""
    draft = Draft()
    for number, state in changes.items():
        draft.before[number] = writer.posts([number]).get(number)
        draft.posts[number] = None if state is None else filed(writer, number, turn, *state)
        for each in (draft.before[number], draft.posts[number]):
            draft.touched.update((SITE, *each.post.terms) if each and each.live else ())
    writer.commit(draft, float(turn))


def filed(writer: Writer, number: int, turn: int, standing: Standing, terms: frozenset[int]) -> Filed:
    made = post(f"p{number}", *(ALL_TERMS[term] for term in sorted(terms)))
    version = bytes([turn]) * 8
    body = writer.packer.pack(b"")
    return Filed(number, f"id-{number}", made, made.published, version, b"d", standing, 1000 - number // 2, body)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.dictionaries(st.integers(1, 6), states), max_size=4), st.booleans())
def test_posts_are_put_into_feeds_one_by_one_or_all_at_once(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    steps: list[dict[int, State]],
    killed: bool,
) -> None:
    monkeypatch.setattr("feedsvc.catalogue.writer.PLACED", 2)
    placed = []
    for first in (True, False):
        library = Library(tmp_path_factory.mktemp("state"))
        if not first:
            library.publish({SITE: "nothing"})
        for turn, changes in enumerate(steps, start=1):
            commit(library.writer, turn, changes)
            if killed:
                library.writer.place(library.now)
                library.close()
        library.publish({SITE: "something"})
        placed.append(library.writer.connection.execute(PLACED).fetchall())
        library.close()
    assert placed[0] == placed[1]


def test_a_generation_is_announced_before_the_disk_is_waited_for(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.publish({SITE: "old"})
    monkeypatch.setattr("feedsvc.catalogue.writer.LOG", 1)  # pages: each commit that may moves the WAL
    library.writer._checkpoint_after(1)
    file, announce = library.state / CATALOGUE, Signal.value.fset  # type: ignore[attr-defined]
    moved: list[bool] = []

    def announcing(signal: Signal, generation: int) -> None:
        moved.append(file.stat().st_mtime_ns > 0)
        announce(signal, generation)

    library.writer.commit(Draft(touched={SITE}), library.now)
    os.utime(file, ns=(0, 0))
    library.writer.commit(Draft(touched={TEA}), library.now)
    assert file.stat().st_mtime_ns > 0  # a checkpoint shows
    os.utime(file, ns=(0, 0))
    monkeypatch.setattr(library.writer, "commit", lambda *_: None)
    monkeypatch.setattr(Signal, "value", property(Signal.value.fget, announcing))  # type: ignore[attr-defined]
    library.publish({SITE: "new"})
    assert moved == [False]
    assert file.stat().st_mtime_ns > 0


def test_superseded_documents_are_forgotten_after_a_while(library: Library) -> None:
    for number in range(4):
        library.publish({SITE: f"number{number}"})
        library.now += KEPT / 4
    reader = library.writer
    assert [text(reader, RSS, generation) for generation in (1, 2, 3, 4)] == [f"number{n}" for n in range(4)]
    library.now += KEPT
    library.publish({TEA: "tea"})
    assert text(reader, RSS, 5) == "number3"
    assert reader.document(RSS, 3) is None
    assert reader.published_at(5) == library.now


def test_every_generation_of_the_last_minute_stays_whole(tmp_path: Path) -> None:
    """Entries are shared between documents: none may go while any generation that can be asked for has it."""
    desk = Desk(tmp_path / "site", tmp_path / "state")
    kept: dict[int, tuple[float, dict[str, bytes]]] = {}
    for number in range(30):
        name = f"_posts/2026-01-0{1 + number % 4}-p{number % 7}.md"
        if number % 5 == 4 and (desk.root / name).exists():
            desk.drop(name)
            desk.look(after=1)
        else:
            tags = f"tags: [t{number % 3}, t{number % 4}]\n"
            desk.put(name, source(f"题 {number}", f"{number % 11} {LONG}", more=tags))
        desk.look(after=9)
        desk.put("_posts/2026-02-01-last.md", source("末", f"{LONG} {number % 2}"))
        desk.look(after=3)
        kept[desk.writer.generation] = desk.now, documents(desk.writer)
        for generation, (published, found) in kept.items():
            if published >= desk.now - KEPT + 1:
                assert documents(desk.writer, generation) == found, f"generation {generation} at {number}"
    reader = Reader(desk.state)
    assert documents(reader) == documents(desk.writer)
    reader.close()
    desk.writer.close()


def test_a_clock_that_is_set_back_forgets_nothing_too_early(library: Library) -> None:
    library.publish({SITE: "one"})
    library.now -= 1_000_000
    library.publish({SITE: "two"})
    assert text(library.writer, RSS, 1) == "one"


def test_the_signal_tells_other_processes(library: Library) -> None:
    library.publish({SITE: "one"})
    signal = Signal(library.state / SIGNAL)
    assert signal.value == 1
    library.publish({SITE: "two"})
    assert signal.value == 2
    signal.value = 0  # as though the writer had been killed before it announced what it published
    library.close()
    assert library.writer.generation == 2
    assert signal.value == 2
    signal.close()


def test_an_empty_feed_knows_since_when(library: Library) -> None:
    library.publish({SITE: "one", TEA: "tea"}, [post("a", TEA)])
    facts = library.writer.feed(TEA)
    assert facts is not None
    assert (facts.entries, facts.emptied) == (1, None)
    site = library.writer.feed(SITE)
    assert site is not None
    assert (site.entries, site.emptied) == (1, None)


# -- requests for builds --------------------------------------------------------------------------------------


@pytest.fixture
def control(tmp_path: Path) -> Control:
    return Control(tmp_path)


def test_requests_that_wait_become_one(control: Control, tmp_path: Path) -> None:
    other = Control(tmp_path)
    first = control.request("request", 1.0)
    assert (first.state, first.requested, other.request("command", 2.0).id) == ("queued", 1.0, first.id)
    assert other.queued()
    assert control.take(3.0) == first.id
    assert not control.queued()
    second = other.request("request", 4.0)
    assert second.id != first.id
    control.finish(first.id, 5.0, {"posts": 3})
    done = other.build(first.id)
    assert done is not None
    assert (done.state, done.started, done.finished, done.report) == ("done", 3.0, 5.0, {"posts": 3})
    assert control.take(6.0) == second.id
    assert control.take(6.5) is None
    control.finish(second.id, 7.0, {}, "it failed")
    failed = control.build(second.id)
    assert failed is not None
    assert (failed.state, failed.error) == ("failed", "it failed")
    assert [build.id for build in other.builds()] == [second.id, first.id]
    other.close()
    control.close()


def test_ten_threads_ask_at_once(tmp_path: Path) -> None:
    ids: list[int] = []

    def ask() -> None:
        mine = Control(tmp_path)
        ids.append(mine.request("request", 1.0).id)
        mine.close()

    threads = [threading.Thread(target=ask) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 10
    assert len(set(ids)) == 1


def test_a_request_moves_the_version_for_others(control: Control, tmp_path: Path) -> None:
    other = Control(tmp_path)
    before = control.version
    assert control.version == before
    other.request("request", 1.0)
    assert control.version != before
    other.close()
    control.close()


def test_what_a_killed_builder_left_running_has_failed_and_what_waits_waits(control: Control) -> None:
    control.request("request", 1.0)
    running = control.take(2.0)
    waiting = control.request("request", 3.0)
    control.abandon(4.0)
    found = {build.id: build.state for build in control.builds()}
    assert found == {running: "failed", waiting.id: "queued"}
    control.close()


def test_builds_are_not_kept_for_ever(control: Control) -> None:
    for number in range(300):
        control.finish(control.start("timer", float(number)), float(number), {})
    assert len(control.builds(1000)) <= 201
    assert control.build(1) is None
    control.close()


# -- while another has the catalogue --------------------------------------------------------------------------


READS: list[Callable[[Reader], object]] = [
    lambda reader: reader.document(RSS, 1),
    lambda reader: list(reader.feeds()),
    lambda reader: reader.latest(),
    lambda reader: reader.problems(),
    lambda reader: reader.served,
]


def test_readers_are_not_held_up_by_a_transaction(library: Library) -> None:
    library.publish({SITE: "one"})
    reader = Reader(library.state)
    library.writer.connection.execute("BEGIN IMMEDIATE")
    library.writer.connection.execute("DELETE FROM documents")
    try:
        for read in READS:
            assert read(reader) is not None
        assert text(reader, RSS, 1) == "one"
    finally:
        library.writer.connection.execute("ROLLBACK")
    reader.close()
