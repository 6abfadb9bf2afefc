"""A first start on a small site: every address answers, and a reader's parser finds nothing to complain of."""

from __future__ import annotations

import os
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import feedparser
import pytest

from tests.e2e.server import LONG_AGO, Server, Site, feedsvc, post

BASE = "https://site.example.org"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("first")
    site = Site.make(folder / "site")
    site.write("tea", post("茶 Tea", categories="TechWeb", tags='["晴/雨", "C#", 00700]'), old=True)
    site.write("bridge", post("桥", categories="Techweb", tags='["why?", no]', more="author: 李白\n"), old=True)
    site.write("none", post("Nothing else", categories="[]", tags="[]", body="<p>a &amp; b ]]></p>"), old=True)
    with Server(site.root, folder / "state") as made:
        yield made


def path_of(url: str) -> str:
    assert url.startswith(f"{BASE}/"), url
    return url.removeprefix(BASE)


def test_the_list_of_feeds_names_every_term(server: Server) -> None:
    feeds = server.get("/feeds.json").json()["feeds"]
    assert [(feed["scheme"], feed["term"]) for feed in feeds] == [
        ("site", ""),
        ("category", "TechWeb"),
        ("category", "Techweb"),
        ("tag", "00700"),
        ("tag", "C#"),
        ("tag", "no"),
        ("tag", "why?"),
        ("tag", "晴/雨"),
        ("author", "李白"),
    ]
    assert feeds[0]["entries"] == 3


def test_every_feed_is_read_without_complaint(server: Server) -> None:
    for feed in server.get("/feeds.json").json()["feeds"]:
        for name in ("rss", "atom"):
            answer = server.get(path_of(feed[name]))
            read = feedparser.parse(answer.body, response_headers={"content-type": answer.headers["content-type"]})
            assert not read.bozo, (feed[name], read.get("bozo_exception"))
            assert len(read.entries) == feed["entries"]
            assert all(entry.id.startswith(BASE) for entry in read.entries)
        document = server.get(path_of(feed["json"])).json()
        assert document["version"] == "https://jsonfeed.org/version/1.1"
        assert len(document["items"]) == feed["entries"]


def test_the_three_formats_tell_the_same(server: Server) -> None:
    rss = feedparser.parse(server.get("/rss.xml").body)
    atom = feedparser.parse(server.get("/atom.xml").body)
    items = server.get("/feed.json").json()["items"]
    told = [(item["id"], item["url"], item["title"]) for item in items]
    for read in (rss, atom):
        assert [(entry.id, entry.link, entry.title) for entry in read.entries] == told


def test_the_self_link_is_the_address_that_was_fetched(server: Server) -> None:
    for feed in server.get("/feeds.json").json()["feeds"]:
        for name in ("rss", "atom", "json"):
            answer = server.get(path_of(feed[name]))
            assert f'<{feed[name]}>; rel="self"' in answer.headers["link"]
            assert feed[name] in answer.text


def test_opml_lists_the_same_feeds(server: Server) -> None:
    answer = server.get("/feeds.opml")
    outlines = [each for each in ET.fromstring(answer.body).iter("outline") if each.get("xmlUrl")]
    feeds = server.get("/feeds.json").json()["feeds"]
    assert {each.get("xmlUrl") for each in outlines} <= {feed[name] for feed in feeds for name in ("rss", "atom")}
    assert len(outlines) == len(feeds)
    assert all(each.get("text") and each.get("title") and each.get("type") == "rss" for each in outlines)


class Links(HTMLParser):
    """The autodiscovery links of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        fields = dict(attrs)
        if tag == "link" and fields.get("rel") == "alternate":
            self.found.append((fields.get("type") or "", fields.get("href") or ""))


@pytest.mark.parametrize("page", ["/", "/category/TechWeb/", f"/tag/{quote('晴/雨', safe='')}/"])
def test_pages_lead_to_their_feeds(server: Server, page: str) -> None:
    answer = server.get(page)
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/html")
    links = Links()
    links.feed(answer.text)
    kinds = [kind for kind, _ in links.found][:3]
    assert sorted(kinds) == ["application/atom+xml", "application/feed+json", "application/rss+xml"]
    for kind, href in links.found:
        place = urlsplit(href)
        found = server.get(place.path)
        assert found.status == 200
        assert found.headers["content-type"].startswith(kind)
    assert unquote(urlsplit(links.found[0][1]).path).startswith(unquote(page))


def test_names_that_differ_in_case_are_two_feeds(server: Server) -> None:
    one, other = server.get("/category/TechWeb/atom.xml"), server.get("/category/Techweb/atom.xml")
    assert "茶 Tea" in one.text
    assert "茶 Tea" not in other.text
    assert server.get("/category/techweb/atom.xml").status in (301, 404)


def test_health_and_readiness(server: Server) -> None:
    assert server.get("/healthz").json() == {"status": "ok"}
    ready = server.readyz()
    assert (ready["status"], ready["generation"], ready["build"]["state"]) == ("ready", 1, "done")
    assert server.get("/metrics").status == 401
    metrics = server.as_operator("GET", "/metrics").text
    assert "feedsvc_posts 3.0" in metrics


def test_the_commands_agree_with_the_server(server: Server) -> None:
    lines = feedsvc("feeds", server.content, "--state", server.state).stdout.splitlines()
    assert len(lines) == 9
    assert lines[0].startswith("3 ")


def test_a_trial_needs_no_configuration_and_keeps_its_links_at_home(tmp_path: Path) -> None:
    content = tmp_path / "notes"
    content.mkdir()
    (content / "你好.md").write_text(post("你好 trial"), encoding="utf-8")
    os.utime(content / "你好.md", (LONG_AGO, LONG_AGO))
    with Server(content, None) as server:
        here = f"http://127.0.0.1:{server.port}"
        assert f"{here}/atom.xml" in server.get("/atom.xml").text
        assert "site.url is not set" in server.printed()
        assert (content / ".feedsvc" / ".gitignore").read_text() == "*\n"
        assert server.as_operator("GET", "/builds").json()["builds"][0]["report"]["problems"] == []
