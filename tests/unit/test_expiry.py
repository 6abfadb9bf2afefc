"""Posts that come and go by themselves: on their second, without a scan, in any state; and Hugo's bundles."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedsvc.catalogue import Writer
from feedsvc.catalogue.schema import MIGRATIONS
from tests.unit.desk import LONG, START, Desk

CONFIG = 'title = "港口"\nbaseURL = "https://f.example.org/"\n'
A, B = "content/posts/a.md", "content/posts/b.md"


def at(seconds: float) -> str:
    return datetime.fromtimestamp(START + seconds, UTC).isoformat()


def page(title: str, more: str = "", body: str = LONG) -> str:
    return f"---\ntitle: {title}\ndate: 2026-01-01\n{more}\n---\n{title} {body}\n"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "site", tmp_path / "state")
    (made.root / "_config.yml").unlink()
    (made.root / "_posts").rmdir()
    (made.root / "hugo.toml").write_text(CONFIG)
    yield made
    made.writer.close()


def titles(desk: Desk) -> set[str]:
    return {item["title"] for item in desk.items()}


def test_a_post_comes_and_goes_on_its_second(desk: Desk) -> None:
    desk.put(A, page("甲", f"tags: [x]\npublishDate: {at(50)}\nexpiryDate: {at(100)}"))
    desk.put(B, page("乙", f"expiryDate: {at(200)}"))
    assert desk.look().look_again == START + 50
    assert titles(desk) == {"乙"}
    report = desk.look(B, after=40)
    assert (report.added, report.look_again, titles(desk)) == (1, START + 100, {"甲", "乙"})
    assert desk.look(B, after=49.9).removed == 0
    report = desk.look(B, after=0.2)
    assert (report.removed, report.read, report.look_again, titles(desk)) == (1, 0, START + 200, {"乙"})
    assert desk.look(after=100).look_again is None
    assert titles(desk) == set()


def test_a_later_end_brings_a_post_back_as_it_was(desk: Desk) -> None:
    desk.put(A, page("甲", f"expiryDate: {at(100)}"))
    desk.look()
    before = desk.only()
    desk.look(after=100)
    desk.put(A, page("甲", f"expiryDate: {at(1000)}"))
    assert desk.look().look_again == START + 1000
    assert desk.only() == before


def test_a_post_that_turned_bad_goes_all_the_same(desk: Desk) -> None:
    desk.put(A, page("甲", f"expiryDate: {at(100)}"))
    desk.put(B, page("乙"))
    desk.look()
    desk.put(A, b"---\ntitle: open\n")
    desk.look()
    assert titles(desk) == {"甲", "乙"}
    desk.look(after=100)
    assert titles(desk) == {"乙"}


def test_an_end_that_is_taken_back_or_overruled_is_none(desk: Desk) -> None:
    desk.put(A, page("甲", f"expiryDate: {at(100)}"))
    desk.look()
    desk.put(A, page("甲"))
    assert desk.look().look_again is None
    desk.put(A, page("甲", f"expiryDate: {at(5)}"))
    desk.look()
    assert titles(desk) == set()
    (desk.root / "hugo.toml").write_text(CONFIG + "buildExpired = true\n")
    assert desk.look().look_again is None
    assert titles(desk) == {"甲"}


def test_an_older_catalogue_remembers_what_waits_and_finds_it(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    before = next(number for number, script in enumerate(MIGRATIONS) if "ADD COLUMN turn" in script)
    with closing(sqlite3.connect(tmp_path / "state" / "catalogue.sqlite3")) as connection, connection:
        for script in MIGRATIONS[:before]:
            connection.executescript(script)
        for number, standing in enumerate((0, 1, 2)):
            row = (number, "p", "n", "i", 7_000_000, "2026-01-01T00:00:00+00:00", standing, b"v", b"d", b"{}")
            connection.execute("INSERT INTO posts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        connection.execute(f"PRAGMA user_version = {before}")
    with closing(Writer(tmp_path / "state", "site", START)) as writer:
        assert writer.next_due() == 7.0
        assert writer.holders("i") == [0, 1, 2]
        assert writer.connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)


# -- bundles --------------------------------------------------------------------------------------------------


def test_what_lies_in_a_bundle_is_no_post(desk: Desk) -> None:
    desk.put("content/posts/trip/index.md", page("甲"))
    desk.put("content/posts/trip/notes.md", page("乙"))
    desk.put("content/posts/trip/deep/er.md", page("丙"))
    desk.put("content/posts/_index.md", page("list"))
    desk.put("content/posts/other/x.md", page("丁"))
    desk.put("themes/t/content/x.md", page("theme"))
    desk.put("README.md", page("readme"))
    desk.look()
    assert titles(desk) == {"甲", "丁"}


def test_a_bundle_that_comes_and_goes_is_told_by_its_index_alone(desk: Desk) -> None:
    desk.put("content/posts/trip/notes.md", page("乙"))
    desk.put(B, page("丁"))
    desk.look()
    assert titles(desk) == {"乙", "丁"}
    index = "content/posts/trip/index.md"
    desk.put(index, page("甲"))
    desk.look(index)
    desk.look()
    assert titles(desk) == {"甲", "丁"}
    desk.put("content/posts/trip/more.md", page("戊"))
    assert desk.look("content/posts/trip/more.md").read == 0
    desk.drop(index)
    desk.look(index)
    desk.look()
    assert titles(desk) == {"乙", "戊", "丁"}


def test_another_index_decides_nothing(desk: Desk) -> None:
    """The home page's, one of another language, and files that are no page's."""
    for path in ("content/index.md", "content/posts/index.zh.txt", "content/posts/index.jpg"):
        desk.put(path, page("x"))
    desk.put(A, page("甲"))
    desk.look()
    assert titles(desk) == {"甲"}
