"""Ids of an old feed in the ledger: taken over once, kept for good, and shown by every document."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest

from feedsvc.catalogue import Writer, read_ledger
from feedsvc.model import OldEntry
from feedsvc.pipeline import take_over
from tests.unit.desk import LONG, SITE, Desk, documents, post

WHEN = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "site", tmp_path / "state")
    for slug in ("甲", "two", "three"):
        desk.put(f"_posts/2026-01-01-{slug}.md", post(f"题 {slug}", f"{LONG} {slug}"))
    desk.look()
    yield desk
    desk.writer.close()


def entry(slug: str, id_: str) -> OldEntry:
    return OldEntry(id_, (f"{SITE}/2026/01/01/{slug}.html",), "", WHEN)


def by_title(desk: Desk) -> dict[str, str]:
    return {title: id_ for id_, title in desk.ids().items()}


def test_every_document_has_the_ids_that_were_taken_over(desk: Desk) -> None:
    before = by_title(desk)
    report = take_over(
        desk.writer, [entry("甲", "tag:f.example.org,2020:7"), entry("two", "https://f.example.org/?p=2")]
    )
    assert report.taken == report.count("link") == 2
    assert report.strangers == ("_posts/2026-01-01-three.md",)
    looked = desk.look()
    assert (looked.read, looked.changed) == (2, 2)
    wanted = {"tag:f.example.org,2020:7", "https://f.example.org/?p=2", before["题 three"]}
    found = documents(desk.writer)
    for name in ("rss.xml", "atom.xml"):
        assert {each.id for each in feedparser.parse(found[f"/{name}"]).entries} == wanted
    assert {item["id"] for item in desk.items()} == wanted
    assert b'<guid isPermaLink="false">tag:f.example.org,2020:7</guid>' in found["/rss.xml"]


def test_a_second_time_changes_nothing(desk: Desk) -> None:
    entries = [entry("甲", "urn:x:1"), entry("two", "urn:x:2")]
    take_over(desk.writer, entries)
    desk.look()
    generation = desk.writer.generation
    again = take_over(desk.writer, entries)
    assert (again.taken, again.count("id")) == (0, 2)
    assert desk.look().read == 0
    assert desk.writer.generation == generation


def test_the_ids_stay_when_posts_change_move_and_break(desk: Desk) -> None:
    take_over(desk.writer, [entry(slug, f"urn:x:{slug}") for slug in ("two", "three")])
    desk.put("_posts/2026-01-01-two.md", post("题 two!", "别的 another text altogether"))
    desk.move("_posts/2026-01-01-three.md", "_posts/old/2026-01-01-three.md")
    desk.look()
    desk.put("_posts/2026-01-01-two.md", b"---\ntags: [\n---\n", age=60)
    desk.look()
    assert {"urn:x:two", "urn:x:three"} <= set(desk.ids())


def test_another_feed_may_be_adopted_later(desk: Desk) -> None:
    before = by_title(desk)
    take_over(desk.writer, [entry("two", "urn:x:2"), entry("three", "urn:x:3")])
    desk.look()
    take_over(desk.writer, [entry("two", before["题 two"])])
    desk.look()
    assert by_title(desk) == before | {"题 three": "urn:x:3"}


def test_a_copy_of_a_file_goes_along(desk: Desk) -> None:
    desk.put("_posts/copy/2026-01-01-two.md", post("题 two", f"{LONG} two"))
    desk.look()
    assert len(desk.items()) == 3
    take_over(desk.writer, [entry("two", "urn:x:2")])
    desk.look()
    assert len(desk.items()) == 3
    desk.drop("_posts/2026-01-01-two.md")
    desk.look()
    desk.look()
    assert by_title(desk)["题 two"] == "urn:x:2"


def test_the_id_of_a_post_that_is_gone_is_not_given_away(desk: Desk) -> None:
    gone = by_title(desk)["题 two"]
    desk.drop("_posts/2026-01-01-two.md")
    desk.look()
    desk.look()
    (found,) = take_over(desk.writer, [entry("three", gone)]).entries
    assert found.reason == "a post that is gone has its id"


def test_another_machine_with_the_same_ledger_has_the_same_documents(desk: Desk, tmp_path: Path) -> None:
    take_over(desk.writer, [entry("甲", "urn:x:1"), entry("two", "urn:x:2")])
    desk.look()
    (tmp_path / "ledger").write_bytes(b"\n".join(desk.writer.ledger.lines()))
    here = documents(desk.writer)
    desk.writer.close()
    desk.state = tmp_path / "other"
    desk.writer = Writer(desk.state, "site", desk.now)
    desk.writer.load_ledger(read_ledger(tmp_path / "ledger"))
    desk.look()
    assert documents(desk.writer) == here
