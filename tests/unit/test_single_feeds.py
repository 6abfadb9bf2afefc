"""Feeds with settings of their own, from the folder to the answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import feedparser
import orjson
import pytest
from flask.testing import FlaskClient

from feedsvc.export import Exporter, ExportReport
from feedsvc.shelf import Shelf
from feedsvc.web.app import make_app, serving
from tests.unit.desk import SITE, Desk, documents, post

TEA = "categories: tea\ntags: [新茶]\n"
OWN = """
[feed."category/tea"]
title = "All about tea & 茶"
description = "Leaves & water, 水"
language = "fr"
image = "https://f.example.org/茶.png"
limit = 2
content = "summary"
max_age = "15m"
"""
MORE = "第一段 The first paragraph.\n\nSecond **paragraph** of it.\n"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "site", tmp_path / "state")
    desk.put("feedsvc.toml", "feeds.window = 0\n" + OWN)
    for day in range(1, 6):
        desk.put(f"_posts/2026-01-0{day}-p{day}.md", post(f"茶 {day}", MORE, date=f"2026-01-0{day}", more=TEA))
    desk.put("_posts/2026-01-06-other.md", post("别的", MORE, more="categories: other\n"))
    yield desk
    desk.writer.close()


def items(desk: Desk, address: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = orjson.loads(documents(desk.writer)[address])["items"]
    return found


@pytest.fixture
def client(desk: Desk) -> Iterator[FlaskClient]:
    """A client of what has been published."""
    shelf = Shelf(desk.state, 20_000_000, lambda: desk.now + 100)
    app = make_app(shelf, desk.state, lambda: "")
    yield app.test_client()
    shelf.close()
    serving(app).counts.close()


def test_documents_say_what_their_feed_has_of_its_own(desk: Desk) -> None:
    desk.look()
    found = documents(desk.writer)
    rss, atom = (feedparser.parse(found[f"/category/tea/{name}"]).feed for name in ("rss.xml", "atom.xml"))
    for feed in (rss, atom):
        assert (feed.title, feed.subtitle, feed.language) == (
            "All about tea & 茶",
            "Leaves & water, 水",
            "fr",
        )
    json = orjson.loads(found["/category/tea/feed.json"])
    assert (json["title"], json["icon"]) == ("All about tea & 茶", "https://f.example.org/%E8%8C%B6.png")
    assert (rss.image.href, rss.image.title, rss.image.link) == (json["icon"], rss.title, f"{SITE}/category/tea/")
    assert (atom.logo, atom.icon) == (json["icon"], json["icon"])
    other = orjson.loads(found["/category/other/feed.json"])
    assert (other["title"], other["language"], other.get("icon")) == ("other - 编目", "en", None)


def test_an_image_that_rss_does_not_know_is_left_out_there(desk: Desk) -> None:
    desk.put("feedsvc.toml", 'site.image = "https://f.example.org/logo.svg?v=1"\n')
    desk.look()
    found = documents(desk.writer)
    assert b"<image>" not in found["/rss.xml"]
    assert b"<icon>https://f.example.org/logo.svg?v=1</icon>" in found["/atom.xml"]


def test_a_feed_of_summaries_beside_feeds_of_whole_posts(desk: Desk) -> None:
    desk.look()
    assert [item["title"] for item in items(desk, "/category/tea/feed.json")] == ["茶 5", "茶 4"]
    for item in items(desk, "/category/tea/feed.json"):
        assert "content_html" not in item
        assert item["content_text"] == "第一段 The first paragraph."
    whole = {item["id"]: item for item in items(desk, "/feed.json")}
    assert len(whole) == 6
    assert all("<strong>paragraph</strong>" in item["content_html"] for item in whole.values())


def test_a_feed_of_whole_posts_beside_feeds_of_summaries(desk: Desk) -> None:
    desk.put("feedsvc.toml", 'feeds.full_content = false\n[feed."tag/*"]\ncontent = "full"\n')
    desk.look()
    assert "content_html" not in items(desk, "/feed.json")[0]
    assert all("<strong>" in item["content_html"] for item in items(desk, "/tag/%E6%96%B0%E8%8C%B6/feed.json"))


def test_a_change_renders_only_the_feeds_it_concerns(desk: Desk) -> None:
    desk.look()
    before = documents(desk.writer)
    desk.put("feedsvc.toml", "feeds.window = 0\n" + OWN.replace("limit = 2", "limit = 3"))
    report = desk.look()
    assert (report.feeds, report.read, report.rendered) == (1, 0, 3)
    after = documents(desk.writer)
    assert {address for address in after if after[address] != before[address]} == {
        f"/category/tea/{name}" for name in ("rss.xml", "atom.xml", "feed.json")
    }
    assert desk.look().feeds == 0
    desk.put("feedsvc.toml", "feeds.window = 0\n")
    desk.look()
    assert len(items(desk, "/category/tea/feed.json")) == 5


def test_a_change_is_noticed_by_a_look_at_some_paths(desk: Desk) -> None:
    desk.look()
    desk.put("feedsvc.toml", 'feeds.window = 0\n[feed."category/*"]\ntitle = "新的"\n')
    assert desk.look("feedsvc.toml").feeds == 2
    assert orjson.loads(documents(desk.writer)["/category/other/feed.json"])["title"] == "新的"


def test_entries_in_a_form_that_no_feed_has_any_more_are_dropped(desk: Desk) -> None:
    def stored() -> int:
        return int(desk.writer.connection.execute("SELECT count(*) FROM entries").fetchone()[0])

    desk.look()
    assert stored() == 6 + 2
    desk.put("_posts/2026-01-05-p5.md", post("茶 5!", MORE, date="2026-01-05", more=TEA))
    desk.look()
    desk.put("_posts/2026-01-09-new.md", post("新", MORE, date="2026-01-09", more="categories: other\n"))
    desk.look(after=100)
    desk.look(after=100)
    assert stored() == 7 + 2  # both forms of the old version have gone, both of the new are there
    desk.put("feedsvc.toml", "feeds.window = 0\n")
    desk.look()
    desk.put("_posts/2026-01-09-new.md", post("新 2", MORE, date="2026-01-09", more="categories: other\n"))
    desk.look(after=100)
    desk.put("_posts/2026-01-09-new.md", post("新 3", MORE, date="2026-01-09", more="categories: other\n"))
    desk.look(after=100)
    assert stored() <= 7 + 2
    assert all(documents(desk.writer).values())


def test_max_age_of_documents_and_page(desk: Desk, client: FlaskClient) -> None:
    desk.look()
    for name in ("", "rss.xml", "atom.xml", "feed.json"):
        answer = client.get(f"/category/tea/{name}")
        assert answer.headers["Cache-Control"].startswith("public, max-age=900, s-maxage=10, ")
        again = client.get(f"/category/tea/{name}", headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.headers["Cache-Control"]) == (304, answer.headers["Cache-Control"])
    assert client.get("/category/other/rss.xml").headers["Cache-Control"].startswith("public, max-age=300, ")
    desk.put("feedsvc.toml", "feeds.window = 0\n")
    desk.look()
    assert client.get("/category/tea/").headers["Cache-Control"].startswith("public, max-age=300, ")


def test_page_and_lists_have_the_title(desk: Desk, client: FlaskClient) -> None:
    desk.look()
    page = client.get("/category/tea/").text
    assert '<h1 lang="fr" dir="auto">All about tea &amp; 茶</h1>' in page
    assert '<p lang="fr" dir="auto">Leaves &amp; water, 水</p>' in page
    assert '<html lang="en">' in page  # what pages say themselves: there are no French texts
    titles = {feed["term"]: feed["title"] for feed in client.get("/feeds.json").get_json()["feeds"]}
    assert (titles["tea"], titles["other"]) == ("All about tea & 茶", "other - 编目")
    assert 'title="All about tea &amp; 茶"' in client.get("/feeds.opml").text


def test_a_hidden_feed_is_served_and_not_listed(desk: Desk, client: FlaskClient) -> None:
    desk.put("feedsvc.toml", '[feed."category/t*"]\nhidden = true\n[feed.site]\nhidden = true\n')
    desk.look()
    assert {feed["term"] for feed in client.get("/feeds.json").get_json()["feeds"]} == {"other", "新茶"}
    assert "tea" not in client.get("/feeds.opml").text
    assert "/category/tea/" not in client.get("/").text
    assert 'href="/rss.xml"' not in client.get("/category/other/").text
    assert client.get("/category/tea/atom.xml").status_code == client.get("/rss.xml").status_code == 200
    assert 'href="/category/tea/rss.xml"' in client.get("/category/tea/").text


@pytest.mark.parametrize(
    ("asked", "target"),
    [
        ("/category/tea/rss.xml", "https://n.example/茶/rss.xml"),
        ("/category/tea/feed.json", "https://n.example/茶/feed.json"),
        ("/category/tea/", "https://n.example/茶/"),
        ("/category/tea", "https://n.example/茶/"),
        ("/feed/tea.xml", "https://n.example/茶/atom.xml"),
        ("/categories/tea/index.xml", "https://n.example/茶/rss.xml"),
        ("/category/other/rss.xml", "https://n.example/one.xml?a=1"),
        ("/category/other/atom.xml", "https://n.example/one.xml?a=1"),
        ("/feed", "https://n.example/site-rss.xml"),
    ],
)
def test_a_feed_that_moved_away_answers_301_in_one_hop(
    desk: Desk, client: FlaskClient, asked: str, target: str
) -> None:
    desk.put(
        "feedsvc.toml",
        '[feed."category/tea"]\nredirect = "https://n.example/茶/"\n'
        '[feed."category/other"]\nredirect = "https://n.example/one.xml?a=1"\n'
        '[feed.site]\nredirect = "https://n.example/site-{file}"\n',
    )
    desk.look()
    for method in (client.get, client.head):
        answer = method(asked, headers={"Host": "evil.example"})
        assert (answer.status_code, answer.headers["Location"]) == (301, target.replace("茶", "%E8%8C%B6"))
    assert client.get("/category/other/").status_code == client.get("/").status_code == 200


def test_a_feed_that_came_back_is_served_as_it_is_now(desk: Desk, client: FlaskClient) -> None:
    desk.put("feedsvc.toml", '[feed."tag/*"]\nredirect = "https://n.example/"\n')
    desk.look()
    assert client.get("/tag/新茶/feed.json").status_code == 301
    desk.put("_posts/2026-01-01-p1.md", post("茶 一", MORE, date="2026-01-01", more=TEA))
    desk.look()
    desk.put("feedsvc.toml", "")
    desk.look()
    assert "茶 一" in client.get("/tag/新茶/feed.json").text


def exported(desk: Desk, dest: Path) -> ExportReport:
    with closing(Exporter(dest)) as exporter:
        exporter.follow(desk.writer, desk.now, lambda *_: None)
        exporter.finish(desk.writer, desk.now, lambda *_: None)
        return exporter.report()


def test_an_export_leaves_out_what_is_elsewhere(desk: Desk, tmp_path: Path) -> None:
    desk.look()
    exported(desk, tmp_path / "out")
    desk.put("feedsvc.toml", '[feed."category/tea"]\nredirect = "https://n.example/"\n')
    desk.look()
    assert exported(desk, tmp_path / "out").removed == 3
    assert not (tmp_path / "out" / "category" / "tea").exists()
    assert (tmp_path / "out" / "category" / "other" / "rss.xml").exists()


# -- moved ------------------------------------------------------------------------------------------------------


MOVED = '[moved]\n"category/tea" = "category/茶 Tea"\n"tag/old" = "tag/mid"\n"tag/mid" = "tag/新茶"\n'


@pytest.mark.parametrize(
    ("asked", "target"),
    [
        ("/category/tea/rss.xml", "/category/茶 Tea/rss.xml"),
        ("/category/tea/atom.xml", "/category/茶 Tea/atom.xml"),
        ("/category/tea/feed.json", "/category/茶 Tea/feed.json"),
        ("/category/tea/", "/category/茶 Tea/"),
        ("/category/tea", "/category/茶 Tea/"),
        ("/feed/tea.xml", "/category/茶 Tea/atom.xml"),
        ("/category/tea/feed/", "/category/茶 Tea/rss.xml"),
        ("/categories/TEA/index.xml", "/category/茶 Tea/rss.xml"),
        ("/tag/old/feed.json", "/tag/新茶/feed.json"),  # in one hop
        ("/tag/mid/", "/tag/新茶/"),
        ("/feed/by_tag/old.xml", "/tag/新茶/atom.xml"),
    ],
)
@pytest.mark.parametrize("before", [True, False], ids=["known before", "never known"])
def test_a_renamed_feed_answers_301(desk: Desk, client: FlaskClient, asked: str, target: str, *, before: bool) -> None:
    if before:
        desk.look()
        assert client.get("/category/tea/rss.xml").status_code == 200
    desk.put("feedsvc.toml", MOVED)
    desk.look()
    answer = client.get(asked)
    assert (answer.status_code, answer.headers["Location"]) == (301, quote(target))
    assert client.get(target).status_code == 200


def test_posts_under_the_old_name_are_filed_under_the_new_and_keep_their_ids(desk: Desk) -> None:
    desk.look()
    ids = [item["id"] for item in desk.items()]
    desk.put("feedsvc.toml", MOVED)
    assert desk.look().feeds >= 3
    found = items(desk, "/category/%E8%8C%B6%20Tea/feed.json")
    assert [item["title"] for item in found] == ["茶 5", "茶 4", "茶 3", "茶 2", "茶 1"]
    assert found[0]["tags"] == ["茶 Tea", "新茶"]
    assert items(desk, "/category/tea/feed.json") == []
    assert [item["id"] for item in desk.items()] == ids
    assert desk.look().feeds == 0


def test_a_post_that_broke_before_the_move_is_under_the_new_name(desk: Desk) -> None:
    desk.look()
    desk.put("_posts/2026-01-05-p5.md", "---\ntags: [\n---\n", age=60)
    desk.look()
    desk.put("feedsvc.toml", MOVED)
    desk.look()
    assert len(items(desk, "/category/%E8%8C%B6%20Tea/feed.json")) == 5


def test_a_retagged_post_keeps_its_id_though_its_link_changes(desk: Desk) -> None:
    desk.look()
    before = {item["title"]: item for item in desk.items()}["茶 3"]
    path = "_posts/2026-01-03-p3.md"
    desk.put(path, post("茶 3", MORE, date="2026-01-03", more="categories: brewed\ntags: [新茶]\n"))
    desk.look()
    after = {item["title"]: item for item in desk.items()}["茶 3"]
    assert "/tea/" in before["url"]
    assert "/brewed/" in after["url"]
    assert after["id"] == before["id"]


def test_a_feed_is_not_led_to_one_that_is_not_there(desk: Desk, client: FlaskClient, tmp_path: Path) -> None:
    desk.put("feedsvc.toml", '[moved]\n"tag/nothing" = "tag/neither"\n')
    desk.look()
    assert client.get("/tag/nothing/rss.xml").status_code == 404


def test_a_renamed_feed_that_moved_away_leads_there_at_once(desk: Desk, client: FlaskClient) -> None:
    desk.put("feedsvc.toml", MOVED + '[feed."tag/新*"]\nredirect = "https://n.example/"\n')
    desk.look()
    assert client.get("/tag/old/rss.xml").headers["Location"] == "https://n.example/rss.xml"
    assert client.get("/feed/by_tag/old.xml").headers["Location"] == "https://n.example/atom.xml"


def test_a_renamed_feed_leaves_the_export(desk: Desk, tmp_path: Path) -> None:
    desk.look()
    exported(desk, tmp_path / "out")
    desk.put("feedsvc.toml", MOVED)
    desk.look()
    exported(desk, tmp_path / "out")
    assert {path.name for path in (tmp_path / "out" / "category").iterdir()} == {"茶 Tea", "other"}


# -- made at request ----------------------------------------------------------------------------------------------


def test_documents_made_at_request_follow_their_feed(desk: Desk, client: FlaskClient) -> None:
    desk.look()
    made = client.get("/category/tea/feed.json?limit=1").get_json()
    assert (made["title"], made["language"], len(made["items"])) == ("All about tea & 茶", "fr", 1)
    assert "content_html" not in made["items"][0]
    assert client.get("/category/tea/feed.json?limit=1").headers["Cache-Control"].startswith("public, max-age=900, ")
    whole = client.get("/category/tea/feed.json?content=full").get_json()["items"]
    assert len(whole) == 2
    assert all("<strong>" in item["content_html"] for item in whole)
    history = client.get(client.get("/category/tea/feed.json").get_json()["next_url"].removeprefix(SITE)).get_json()
    assert [item["title"] for item in history["items"]] == ["茶 3", "茶 2"]  # one began the year before, in UTC
    assert not any("content_html" in item for item in history["items"])


def test_documents_made_at_request_lead_to_the_new_name(desk: Desk, client: FlaskClient) -> None:
    desk.look()
    before = client.get("/category/tea/atom.xml").text
    history = before.partition('rel="prev-archive"')[0].rpartition('href="')[2].partition('"')[0] or "?"
    desk.put("feedsvc.toml", MOVED)
    desk.look()
    for asked in ("/category/tea/rss.xml?limit=3", "/category/tea/feed.json?content=summary"):
        answer = client.get(asked)
        assert (answer.status_code, answer.headers["Location"]) == (301, asked.replace("tea", "%E8%8C%B6%20Tea"))
    assert "/category/tea/" in history
    answer = client.get(history.removeprefix(SITE))
    assert answer.status_code == 301
    assert client.get(answer.headers["Location"]).status_code == 200
    desk.put("feedsvc.toml", '[feed."category/tea"]\nredirect = "https://n.example/"\n')
    desk.look()
    assert client.get("/category/tea/rss.xml?limit=3").headers["Location"] == "https://n.example/rss.xml"
    assert client.get(history.removeprefix(SITE)).status_code == 200


def test_a_selection_finds_posts_by_the_old_name_too(desk: Desk, client: FlaskClient) -> None:
    desk.look()
    asked = "/select/feed.json?category=other&category=tea"
    before = client.get(asked).get_json()
    desk.put("feedsvc.toml", MOVED.replace('"category/茶 Tea"', '"tag/新茶"'))
    desk.look()
    after = client.get(asked).get_json()
    assert after["feed_url"] == before["feed_url"]
    assert [item["id"] for item in after["items"]] == [item["id"] for item in before["items"]]
    assert len(after["items"]) == 6
    left = client.get("/select/feed.json?not-category=tea").get_json()["items"]
    assert [item["title"] for item in left] == ["别的"]
