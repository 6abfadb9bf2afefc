"""Searches: what is found is what reading every post would find, whatever happened to the posts and to the index."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedsvc.catalogue import Filed, Position, Reader, Row, choose
from feedsvc.exceptions import CatalogueError, SearchNotReady
from feedsvc.markup import text, to_html
from feedsvc.model import Term
from feedsvc.search import Indexer, Search, store
from feedsvc.search.grams import occurs
from feedsvc.search.indexing import index
from feedsvc.search.store import FILE, Build, Store
from feedsvc.search.texts import read_texts
from feedsvc.select import Selection, fold
from tests.unit.desk import Desk
from tests.unit.desk import post as source

ROOT = Path(__file__).parents[2]
SCRAPS = (
    *("茅台", "茅", "台酒", "酒价", "中国", "国中", "，", " ", "Tea ", "teapot ", "5G"),
    *("<b>网</b>络", "**茅**台", "\n\n", "&amp;x"),
)
QUERIES = (
    *("茅台", "茅", "台", "茅台酒", "国中国", "中国中国", "tea", "teap", "5g网络", "网络"),
    *("&x", "g", "茅台 tea", "龘", "酒价，"),
)
TAGS = ("茶", "Tea")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "site", tmp_path / "state")
    yield made
    made.writer.close()


def put(desk: Desk, name: str, body: str, *, tag: str = "茶", day: int = 1, title: str = "题") -> None:
    date = f"2026-01-{day:02} 08:00:00 +0800"
    desk.put(f"_posts/2026-01-01-{name}.md", source(title, body, date=date, more=f"tags: [{tag}]\n"))


def catch_up(desk: Desk) -> None:
    made = Indexer(desk.state)
    assert made.catch_up()
    made.close()


def found(desk: Desk, selection: Selection, before: Position | None = None, limit: int = 100) -> list[Row]:
    finder = Search(desk.state)
    try:
        return choose(desk.writer, selection, before=before, limit=limit, index=finder)
    finally:
        finder.close()


def by_reading(desk: Desk, selection: Selection) -> list[Row]:
    """What a search must find, by reading every post as readers see it."""
    rows = []
    for row in choose(desk.writer, replace(selection, words=""), limit=1_000):
        post = desk.writer.posts([row[2]])[row[2]].post
        html = to_html(desk.writer.bodies([row[2]])[row[2]], post.markup, post.url)
        whole = fold(f"{post.title}\n{text(html)}")
        if all(occurs(word, whole) for word in selection.words.split()):
            rows.append(row)
    return rows


bodies = st.lists(st.sampled_from(SCRAPS), max_size=8).map("".join)
small = st.integers(0, 5)
steps = st.lists(
    st.tuples(st.sampled_from(("put", "put", "drop", "look", "index", "retitle")), small, small, bodies), max_size=12
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps, st.lists(st.sampled_from(QUERIES), min_size=4, max_size=4, unique=True), st.booleans())
def test_a_search_finds_what_reading_every_post_finds(
    sequence: list[tuple[str, int, int, str]], queries: list[str], common: bool
) -> None:
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        if common:  # as though the posts were many
            patch.setattr("feedsvc.search.grams.SELDOM", 1)
        desk = Desk(Path(name) / "site", Path(name) / "state")
        put(desk, "first", "茅台酒价 in China 中国")
        desk.look()
        for kind, one, two, body in sequence:
            path = desk.root / f"_posts/2026-01-01-p{one}.md"
            if kind == "put":
                put(desk, f"p{one}", body, tag=TAGS[two % 2], day=1 + two)
            elif kind == "retitle" and path.exists():
                path.write_text(path.read_text().replace("题", f"茅台题{two}"))
            elif kind == "drop" and path.exists():
                path.unlink()
            elif kind == "look":
                desk.look()
            elif kind == "index":
                catch_up(desk)
        desk.look()
        desk.look()
        catch_up(desk)
        for words in queries:
            for selection in (
                Selection(words=fold(words)),
                Selection(((Term("tag", "茶"),),), words=fold(words)),
                Selection((), (Term("tag", "茶"),), fold(words)),
            ):
                expected = by_reading(desk, selection)
                assert found(desk, selection) == expected
                for row in expected:
                    after = [each for each in expected if each[:3] < row[:3]]
                    assert found(desk, selection, row[:3], limit=2) == after[:2]
        desk.writer.close()


def test_until_the_index_is_made_a_search_says_so(desk: Desk) -> None:
    put(desk, "one", "茅台")
    desk.look()
    with pytest.raises(SearchNotReady, match="try again"):
        found(desk, Selection(words="茅台"))
    made = Indexer(desk.state)
    assert not made.catch_up(lambda: True)
    with pytest.raises(SearchNotReady):
        found(desk, Selection(words="茅台"))
    assert made.catch_up()
    made.close()
    assert len(found(desk, Selection(words="茅台"))) == 1


def test_what_changed_since_is_not_shown_as_it_was(desk: Desk) -> None:
    put(desk, "one", "茅台")
    put(desk, "two", "茅台", day=2)
    put(desk, "three", "茅台", day=3)
    desk.look()
    catch_up(desk)
    put(desk, "one", "别的")
    desk.drop("_posts/2026-01-01-two.md")
    desk.look()
    desk.look()
    assert [row[1] for row in found(desk, Selection(words="茅台"))] == ["2026-01-01-three"]
    assert found(desk, Selection(words="别的")) == []
    catch_up(desk)
    assert len(found(desk, Selection(words="别的"))) == 1
    assert [(build.held, build.stale, build.late) for build in Store(desk.state, create=False).builds()] == [(2, 2, 1)]


def test_late_rows_come_in_their_places(desk: Desk) -> None:
    for number in range(9):
        put(desk, f"p{number}", "茅台", day=1 + number)
    desk.look()
    catch_up(desk)
    for number in (0, 3, 4, 8):
        put(desk, f"p{number}", "茅台酒", day=1 + number)
    desk.look()
    catch_up(desk)
    rows = choose(desk.writer, Selection(), limit=9)
    for limit in (1, 2, 3, 9):
        assert found(desk, Selection(words="茅台"), limit=limit) == rows[:limit]
        assert found(desk, Selection(words="茅台"), rows[3][:3], limit) == rows[4 : 4 + limit]


def test_a_change_costs_what_changed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(30):
        put(desk, f"p{number}", f"茅台 {number}", day=1 + number % 28)
    desk.look()
    catch_up(desk)
    put(desk, "p3", "改了")
    desk.look()
    seen: list[int] = []

    def watch(store: Store, reader: Reader, build: Build, numbers: Sequence[int]) -> Build:
        seen.extend(numbers)
        return index(store, reader, build, numbers)

    monkeypatch.setattr("feedsvc.search.indexer.index", watch)
    monkeypatch.setattr(Indexer, "_differing", None)
    catch_up(desk)
    assert len(seen) == 1
    catch_up(desk)
    assert len(seen) == 1


def test_who_missed_changes_looks_at_all(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedsvc.catalogue.writer.REMEMBERED", 2)
    for number in range(6):
        put(desk, f"p{number}", "茅台")
    desk.look()
    catch_up(desk)
    for number in range(4):
        put(desk, f"p{number}", "酒价")
    desk.drop("_posts/2026-01-01-p5.md")
    desk.look()
    desk.look()
    catch_up(desk)
    assert len(found(desk, Selection(words="酒价"))) == 4
    assert len(found(desk, Selection(words="茅台"))) == 1
    assert [build.held for build in Store(desk.state, create=False).builds()] == [5]


def test_a_worn_index_is_made_anew_while_it_answers(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    put(desk, "one", "茅台")
    desk.look()
    catch_up(desk)
    monkeypatch.setattr(Build, "worn", property(lambda build: build.stale > 2))
    for number in range(4):
        put(desk, "one", f"酒价{number}")
        desk.look()
        catch_up(desk)
    builds = Store(desk.state, create=False).builds()
    assert [(build.number, build.held) for build in builds] == [(2, 1)]
    put(desk, "one", "不是")
    desk.look()
    answering = Search(desk.state)
    monkeypatch.setattr(Build, "worn", property(lambda build: build.number == 2))
    made = Indexer(desk.state)
    answered = []

    def stop() -> bool:
        answered.append(len(answering.newest(desk.writer, Selection(words="不是"), None, 9)))
        return False

    assert made.catch_up(stop)
    made.close()
    assert answered[-1] == 1
    assert [build.number for build in Store(desk.state, create=False).builds()] == [3]
    assert len(answering.newest(desk.writer, Selection(words="不是"), None, 9)) == 1
    answering.close()


@pytest.mark.parametrize("what", ["garbage", "empty", "another", "older", "gone", "torn"])
def test_a_file_that_is_not_the_index_is_made_anew(desk: Desk, what: str) -> None:
    put(desk, "one", "茅台")
    desk.look()
    catch_up(desk)
    path = desk.state / FILE
    if what == "torn":
        content = path.read_bytes()
        path.write_bytes(content[:8192] + os.urandom(len(content) - 8192))
    else:
        store.remove(desk.state)
    if what == "garbage":
        path.write_bytes(b"no database " * 1000)
    elif what == "empty":
        path.touch()
    elif what in ("another", "older"):
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE something (value)")
            if what == "older":
                connection.execute("PRAGMA application_id = 0x66736376")
                connection.execute(f"PRAGMA user_version = {store.FORMAT - 1}")
        connection.close()
    with pytest.raises(SearchNotReady):
        found(desk, Selection(words="茅台"))
    catch_up(desk)
    assert len(found(desk, Selection(words="茅台"))) == 1


def test_who_keeps_the_index_sees_that_an_answer_took_a_damaged_one_away(desk: Desk) -> None:
    put(desk, "one", "茅台")
    desk.look()
    made = Indexer(desk.state)
    assert made.catch_up()
    content = (desk.state / FILE).read_bytes()
    made.close()
    (desk.state / FILE).write_bytes(content[:4096] + b"x" * (len(content) - 4096))
    made = Indexer(desk.state)
    with pytest.raises(SearchNotReady):
        found(desk, Selection(words="茅台"))
    assert not (desk.state / FILE).exists()
    assert made.catch_up()
    made.close()
    assert len(found(desk, Selection(words="茅台"))) == 1


def test_an_index_of_another_catalogue_is_made_anew(tmp_path: Path) -> None:
    for word in ("茅台", "酒价"):
        desk = Desk(tmp_path / "site", tmp_path / "state")
        put(desk, "one", word)
        desk.look()
        catch_up(desk)
        assert len(found(desk, Selection(words=word))) == 1
        desk.writer.close()
        for path in (tmp_path / "state").glob("[!s]*"):
            path.unlink()


def test_an_index_that_was_removed_is_made_anew_by_who_keeps_it(desk: Desk) -> None:
    put(desk, "one", "茅台")
    desk.look()
    made = Indexer(desk.state)
    assert made.catch_up()
    store.remove(desk.state)
    assert made.catch_up()
    made.close()
    assert len(found(desk, Selection(words="茅台"))) == 1


def test_no_room_is_no_damage(desk: Desk) -> None:
    put(desk, "one", "茅台")
    desk.look()
    catch_up(desk)
    made = Indexer(desk.state)
    opened = made._open()
    (pages,) = opened.connection.execute("PRAGMA page_count").fetchone()
    opened.connection.execute(f"PRAGMA max_page_count = {pages}")
    for number in range(40):
        put(desk, f"p{number}", "".join(chr(0x4E00 + number * 300 + each) for each in range(300)))
    desk.look()
    with pytest.raises(CatalogueError, match="full"):
        made.catch_up()
    assert len(found(desk, Selection(words="茅台"))) == 1
    assert made.catch_up()  # there is room again
    made.close()
    assert len(found(desk, Selection(words="一丁"))) == 1


def test_posts_of_one_instant_are_in_the_order_of_feeds(desk: Desk) -> None:
    for name in ("m", "c", "x", "a"):
        put(desk, name, "茅台")
        desk.look()
        catch_up(desk)
    rows = choose(desk.writer, Selection(), limit=10)
    assert found(desk, Selection(words="茅台")) == rows
    assert found(desk, Selection(words="茅台"), limit=1) == rows[:1]
    assert found(desk, Selection(words="茅台"), rows[0][:3], limit=2) == rows[1:3]


def test_texts_read_for_one_answer_are_bounded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(8):
        put(desk, f"p{number:02}", "台酒 茅台", day=1 + number)
    put(desk, "z", "茅台酒", day=20)
    desk.look()
    catch_up(desk)
    read: list[int] = []

    def watch(reader: Reader, posts: Sequence[Filed]) -> Iterator[str]:
        read.append(len(posts))
        return read_texts(reader, posts)

    monkeypatch.setattr("feedsvc.search.search.read_texts", watch)
    monkeypatch.setattr("feedsvc.search.search.AT_ONCE", 2)
    monkeypatch.setattr("feedsvc.search.search.MOST_READ", 4)
    monkeypatch.setattr("feedsvc.search.search.OFTEN_READ", 1)
    assert len(found(desk, Selection(words="茅台酒"))) == 1
    assert sum(read) == 6  # of which one has the word
    assert len(found(desk, Selection(words="茅台"))) == 9  # a pair needs no reading
    assert sum(read) == 6


def test_a_killed_indexer_goes_on_where_it_was(desk: Desk) -> None:
    for number in range(300):
        put(desk, f"p{number:03}", f"茅台 {number}", day=1 + number % 28)
    desk.look()
    code = (
        "import sys, pathlib\nfrom feedsvc.search import indexer\nindexer.TOGETHER = 3\nprint(1, flush=True)\n"
        "indexer.Indexer(pathlib.Path(sys.argv[1])).catch_up()\nprint(2, flush=True)\n"
    )
    runs = 0
    for delay in (0.0, 0.01, 0.02, 0.04, 0.08, 0.16):
        command = [sys.executable, "-c", code, str(desk.state)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(ROOT)}) as other:
            assert other.stdout is not None
            assert other.stdout.readline() == b"1\n"
            time.sleep(delay)
            other.send_signal(signal.SIGKILL)
            runs += other.stdout.readline() != b"2\n"
        builds = Store(desk.state, create=True).builds()
        assert [build.number for build in builds] in ([], [1])
    assert runs
    catch_up(desk)
    assert found(desk, Selection(words="茅台"), limit=1000) == choose(desk.writer, Selection(), limit=1000)
    assert [(build.held, build.stale) for build in Store(desk.state, create=True).builds()] == [(300, 0)]
