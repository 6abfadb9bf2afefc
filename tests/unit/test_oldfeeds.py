"""Feeds of every kind that there ever was, and what cannot be read as one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from feedsvc.exceptions import OldFeedError
from feedsvc.model import OldEntry
from feedsvc.oldfeeds import MOST, read_old

MAY = datetime(2024, 5, 6, 4, 0, tzinfo=UTC)

RSS20 = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0">
<channel><title>港</title><link>https://e.example/</link><description>d</description>
<item><title>茶 &amp;amp; Tea</title><link>https://e.example/a/?utm_source=rss</link>
<guid isPermaLink="false">https://e.example/?p=7</guid><pubDate>Mon, 06 May 2024 12:00:00 +0800</pubDate></item>
<item><title>No guid</title><link>https://e.example/b/</link></item>
<item><title>Bare</title><link>https://proxy.example/x</link><guid isPermaLink="false">123</guid>
<feedburner:origLink>https://e.example/c/</feedburner:origLink></item>
</channel></rss>"""
RSS091 = """<rss version="0.91"><channel><title>t</title><link>https://e.example/</link><description>d</description>
<language>en</language><item><title>茶 Tea</title><link>https://e.example/a/</link></item></channel></rss>"""
RSS10 = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://e.example/rdf"><title>t</title>
<link>https://e.example/</link><description>d</description></channel><item rdf:about="https://e.example/a/#id">
<title>茶 Tea</title><link>https://e.example/a/</link><dc:date>2024-05-06T12:00:00+08:00</dc:date></item></rdf:RDF>"""
ATOM10 = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://base.example/"><title>t</title><id>urn:f:1</id>
<updated>2024-05-07T00:00:00Z</updated><entry><title type="html">茶 &lt;b&gt;Tea&lt;/b&gt;</title>
<id>tag:e.example,2024:7</id><link rel="alternate" href="https://e.example/a/"/><link rel="self" href="https://e.example/x"/>
<published>2024-05-06T12:00:00+08:00</published><updated>2024-05-07T00:00:00Z</updated></entry></feed>"""
ATOM03 = """<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>t</title><modified>2024-05-07T00:00:00Z</modified>
<entry><title>茶 Tea</title><id>tag:e.example,2024:7</id><link rel="alternate" type="text/html" href="https://e.example/a/"/>
<issued>2024-05-06T12:00:00+08:00</issued><modified>2024-05-07T00:00:00Z</modified></entry></feed>"""
JSON = """{"version": "https://jsonfeed.org/version/1.1", "title": "t", "items": [
{"id": "tag:e.example,2024:7", "url": "https://e.example/a/", "title": "茶 Tea",
"date_published": "2024-05-06T12:00:00+08:00"},
{"id": 8, "content_text": "x"}, {"url": "https://e.example/b/"}, "no item"]}"""


def entries(tmp_path: Path, text: str | bytes) -> list[OldEntry]:
    path = tmp_path / "old"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_old(str(path))


def test_rss_2_0(tmp_path: Path) -> None:
    tagged, plain, bare = entries(tmp_path, RSS20)
    links = ("https://e.example/a/?utm_source=rss", "https://e.example/?p=7")
    assert tagged == OldEntry("https://e.example/?p=7", links, "茶 & Tea", MAY)
    assert plain == OldEntry("https://e.example/b/", ("https://e.example/b/",), "No guid", None)
    assert (bare.id, bare.links) == ("123", ("https://proxy.example/x", "https://e.example/c/"))


@pytest.mark.parametrize(
    ("text", "id_", "when"),
    [
        (RSS091, "https://e.example/a/", None),
        (RSS10, "https://e.example/a/#id", MAY),
        (ATOM10, "tag:e.example,2024:7", MAY),
        (ATOM03, "tag:e.example,2024:7", MAY),
        (JSON, "tag:e.example,2024:7", MAY),
    ],
    ids=["RSS 0.91", "RSS 1.0", "Atom 1.0", "Atom 0.3", "JSON Feed"],
)
def test_other_kinds(tmp_path: Path, text: str, id_: str, when: datetime | None) -> None:
    first = entries(tmp_path, text)[0]
    assert (first.id, first.links[0], first.title, first.published) == (id_, "https://e.example/a/", "茶 Tea", when)


def test_json_feeds_are_read_with_patience(tmp_path: Path) -> None:
    assert [entry.id for entry in entries(tmp_path, b"\xef\xbb\xbf" + JSON.encode())] == [
        "tag:e.example,2024:7",
        "8",
        "https://e.example/b/",
    ]


def test_other_encodings_and_small_faults_are_read(tmp_path: Path) -> None:
    chinese = RSS20.replace("utf-8", "gb2312").encode("gb2312")
    assert entries(tmp_path, chinese)[0].title == "茶 & Tea"
    assert entries(tmp_path, RSS20.replace("No guid", "No & guid"))[1].title == "No & guid"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<html><body>404</body></html>", "is no RSS, Atom or JSON feed"),
        ("", "is no RSS, Atom or JSON feed"),
        ("{not json", "not readable as JSON: "),
        ('{"items": 5}', "is JSON without items, and so no feed"),
    ],
)
def test_what_is_no_feed(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(OldFeedError, match=reason):
        entries(tmp_path, text)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OldFeedError, match="nothing: No such file or directory"):
        read_old(str(tmp_path / "nothing"))


class _Old(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/missing":
            self.send_error(404)
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b" " * (MOST + 1) if self.path == "/huge" else RSS20.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Old) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_feed_is_fetched_from_its_address(address: str) -> None:
    assert len(read_old(f"{address}/feed")) == 3
    with pytest.raises(OldFeedError, match="/missing: cannot be fetched: Not Found"):
        read_old(f"{address}/missing")
    with pytest.raises(OldFeedError, match="has more than 64 MB"):
        read_old(f"{address}/huge")


def test_an_address_where_nobody_answers(address: str) -> None:
    with pytest.raises(OldFeedError, match="cannot be fetched: "):
        read_old("http://127.0.0.1:1/feed")
    with pytest.raises(OldFeedError, match="cannot be fetched: "):
        read_old("http://[/feed")
