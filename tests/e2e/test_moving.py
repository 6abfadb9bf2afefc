"""Moving house: ids of an old feed, renamed categories, feeds that have gone elsewhere, beside a real server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import feedparser
import orjson
import pytest

from tests.e2e.server import Server, Site, eventually, feedsvc, post

OLD = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>旧 Old</title>
<link>https://site.example.org/</link><description>d</description>
<item><title>一 one</title><link>http://site.example.org/%E8%A6%81%E9%97%BB/2024/01/31/one.html?utm_source=rss</link>
<guid isPermaLink="false">https://site.example.org/?p=1</guid><pubDate>Wed, 31 Jan 2024 12:00:00 +0800</pubDate></item>
<item><title>“二” Two</title><link>https://elsewhere.example.org/2</link>
<guid isPermaLink="false">tag:site.example.org,2024:2</guid><pubDate>Wed, 31 Jan 2024 04:00:00 GMT</pubDate></item>
<item><title>别的 Other</title><link>https://site.example.org/other</link><guid isPermaLink="false">other</guid></item>
</channel></rss>"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site.make(tmp_path / "site")
    made.write("one", post("一 one"), old=True)
    made.write("two", post('\\"二\\" two'), old=True)
    made.write("three", post("三 three", categories="新闻"), old=True)
    (tmp_path / "old.xml").write_text(OLD)
    return made


def ids(body: bytes) -> set[str]:
    return {entry.id for entry in feedparser.parse(body).entries}


def test_a_newcomer_adopts_then_serves(site: Site, tmp_path: Path) -> None:
    tried = feedsvc("adopt", tmp_path / "old.xml", site.root, "--dry-run")
    assert (tried.returncode, tried.stderr) == (0, "")
    assert "      1  matched by link\n      1  matched by title and date\n      1  not matched\n" in tried.stdout
    assert "2 ids would be taken over." in tried.stdout
    assert not (site.root / ".feedsvc").exists()

    done = feedsvc("adopt", tmp_path / "old.xml", site.root)
    assert (done.returncode, done.stderr) == (0, "Run `feedsvc build` or `feedsvc serve` next: it shows them.\n")
    assert "other  别的 Other: no post has its link" in done.stdout
    assert "  _posts/2024-01-31-three.md\n" in done.stdout

    wanted = {"https://site.example.org/?p=1", "tag:site.example.org,2024:2"}
    with Server(site.root, None) as server:
        for address in ("/rss.xml", "/atom.xml", "/category/%E8%A6%81%E9%97%BB/rss.xml"):
            assert wanted <= ids(server.get(address).body)
        assert wanted <= {item["id"] for item in server.get("/feed.json").json()["items"]}
        busy = feedsvc("adopt", tmp_path / "old.xml", site.root)
        assert busy.returncode == 75
        assert "a server is running here: stop it, adopt, and start it again" in busy.stderr
        beside = feedsvc("adopt", tmp_path / "old.xml", site.root, "--dry-run", "--json")
        assert [entry["how"] for entry in orjson.loads(beside.stdout)["entries"]] == ["id", "id", ""]


def test_a_feed_of_ours_is_adopted_as_it_is(site: Site, tmp_path: Path) -> None:
    """From another installation of feedsvc, through the three formats at once."""
    assert feedsvc("build", site.root).returncode == 0
    assert feedsvc("export", tmp_path / "out", site.root).returncode == 0
    files = [tmp_path / "out" / name for name in ("rss.xml", "atom.xml", "feed.json")]
    done = feedsvc("adopt", *files, site.root, "--json")
    told = orjson.loads(done.stdout)
    assert {entry["how"] for entry in told["entries"]} == {"id"}
    assert (len(told["entries"]), told["strangers"], done.returncode) == (3, [], 0)


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["{site}"], 2, "Missing argument 'OLD': the file or the address of a feed."),
        (["{tmp}/nothing.xml", "{site}"], 1, "nothing.xml: No such file or directory"),
        (["{site}/_config.yml", "{site}"], 1, "_config.yml: is no RSS, Atom or JSON feed"),
        (["{tmp}/old.xml", "{site}", "--set=site.url="], 2, "site.url: should be an absolute address"),
        (["{tmp}/old.xml", "{tmp}/plain"], 2, "site.url: is needed before ids can be taken over"),
        (["{tmp}/old.xml", "{tmp}/plain", "--set=site.url=https://x.example"], 1, ""),
    ],
)
def test_what_cannot_be_adopted(site: Site, tmp_path: Path, arguments: list[str], status: int, said: str) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "a.md").write_text("---\ntitle: 甲\n---\n")
    done = feedsvc("adopt", *(each.format(site=site.root, tmp=tmp_path) for each in arguments))
    assert done.returncode == status, done.stderr
    assert said in done.stderr
    assert len(done.stderr.splitlines()) <= 1


@pytest.fixture
def server(site: Site, tmp_path: Path) -> Iterator[Server]:
    (site.root / "feedsvc.toml").write_text("")
    with Server(site.root, tmp_path / "state", workers=2) as made:
        yield made


def test_a_running_server_follows_what_is_said_of_single_feeds(server: Server, site: Site) -> None:
    old, new = "/category/%E6%96%B0%E9%97%BB/", "/category/%E8%A6%81%E9%97%BB/"
    kept = ids(server.get("/rss.xml").body)
    assert server.get(f"{old}rss.xml").status == 200
    (site.root / "feedsvc.toml").write_text(
        '[moved]\n"category/新闻" = "category/要闻"\n'
        '[feed."category/要闻"]\ntitle = "All news 全部"\nmax_age = "2m"\ncontent = "summary"\n'
        '[feed."tag/A*"]\nredirect = "https://tags.example.org/{file}"\n'
    )
    eventually(lambda: server.get(f"{old}rss.xml").status == 301, what="the move")
    for name in ("rss.xml", "atom.xml", "feed.json", ""):
        for method in ("GET", "HEAD"):
            answer = server.ask(method, old + name, {"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
            assert (answer.status, answer.headers["location"]) == (301, new + name)
    assert server.get("/feed/%E6%96%B0%E9%97%BB.xml").headers["location"] == f"{new}atom.xml"
    there = server.get(f"{new}atom.xml")
    assert there.headers["cache-control"].startswith("public, max-age=120, ")
    read = feedparser.parse(there.body)
    assert read.feed.title == "All news 全部"
    assert len(read.entries) == 3
    assert ids(there.body) == ids(server.get("/rss.xml").body) == kept
    assert server.get("/tag/A%E8%82%A1/feed.json").headers["location"] == "https://tags.example.org/feed.json"
    listed = {feed["term"] for feed in server.get("/feeds.json").json()["feeds"]}
    assert listed == {"", "要闻", "A股"}


def test_the_list_of_feeds_tells_what_has_become_of_them(site: Site) -> None:
    (site.root / "feedsvc.toml").write_text(
        '[moved]\n"category/新闻" = "category/要闻"\n'
        '[feed.site]\nhidden = true\n[feed."tag/A*"]\nredirect = "https://tags.example.org/"\n'
    )
    (site.root / "_posts" / "2024-01-31-three.md").write_text(post("三 three"))
    assert feedsvc("build", site.root).returncode == 0
    lines = feedsvc("feeds", site.root).stdout.splitlines()
    assert lines[0].endswith("/atom.xml  (hidden)")
    assert lines[-1].endswith("  A股  (moved to https://tags.example.org/atom.xml)")
    assert [feed["term"] for feed in orjson.loads(feedsvc("feeds", site.root, "--json").stdout)["feeds"]] == [
        "要闻",
        "A股",
    ]
