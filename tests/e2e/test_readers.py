"""Readers that others wrote, and what they ask of HTTP, against the live server on a site that is hard to read."""

from __future__ import annotations

import calendar
import gzip
import re
import shutil
import sqlite3
import subprocess
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import brotli
import feedparser
import pytest
from lxml import etree, html

from tests.e2e.server import Server, Site, asked, environment, post

TERM = "晴/雨 & <b>#?%"
FEED = f"/tag/{quote(TERM, safe='')}"
FORMATS = ("rss.xml", "atom.xml", "feed.json")
MEDIA_TYPES = {
    "rss.xml": "application/rss+xml; charset=utf-8",
    "atom.xml": "application/atom+xml; charset=utf-8",
    "feed.json": "application/feed+json; charset=utf-8",
}
BODIES = {
    "table": "| 甲 | 乙 |\n|:-|-:|\n| 1 `x|y` | ~~2~~ |\n\n1. a\n   - b\n     1. c\n",
    "code": '```html\n<script>alert("]]>")</script>\n```\n\n`` `x` <b> `` 脚注[^1]\n\n[^1]: *note*\n',
    "links": "[a](../x) [b](//h.example/p?a=1&b=2) <a href='/站 内/[1]'>c</a> ![d](图.png)\n",
    "embed": '<iframe src="//v.example/1"></iframe>\n\n<img src="p.gif" width="1" height="1" onload="x()">\n',
    "text": "控制\x01\x0b\x1f ]]> <![CDATA[ x ]]> &amp;amp; &nbsp; 😀 <b>unclosed\n",
    "rtl": '<p dir="rtl">שלום</p>\n',
}
TITLES = {
    "table": "表格 & 'quotes' ]]> 😀",
    "code": "`code` & &amp; x < y",
    "links": "链接 " * 200,
    "embed": 'Embeds \\"said\\" C++',
    "text": "U\u200dnicode 中\u3000文",
    "rtl": "\u05e9\u05dc\u05d5\u05dd",
}
DATES = {
    "table": "2024-01-31 12:00:00 +0800",
    "code": "2024-01-31T12:00:00-03:30",
    "links": "2024-01-31 12:00:00",
    "embed": "2024-01-30",
    "text": "2024-01-29 00:00:00 +1400",
    "rtl": "2024-01-29 00:00:00 +1400",  # the same second as another
}
UPGRADE = ("Host: x", "Connection: Upgrade", "Upgrade: websocket")
TAGS = '["晴/雨 & <b>#?%", Case, case, C++, "é", 😀]'


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("readers")
    site = Site.make(folder / "site")
    for slug, body in BODIES.items():
        site.write(slug, post(TITLES[slug], date=DATES[slug], tags=TAGS, body=body), old=True)
    with Server(site.root, folder / "state") as made:
        yield made


def listed(server: Server) -> list[dict[str, Any]]:
    """All feeds, their addresses as paths of this server."""
    feeds: list[dict[str, Any]] = server.get("/feeds.json").json()["feeds"]
    for feed in feeds:
        for name in ("rss", "atom", "json", "html"):
            feed[name] = urlsplit(feed[name]).path
    return feeds


def fetched(server: Server, path: str, **known: str) -> Any:
    """What feedparser makes of a feed that it fetches itself, with HTML as it came: cleaning it is our work."""
    return feedparser.parse(f"http://127.0.0.1:{server.port}{path}", sanitize_html=False, **known)


def seconds(date: str) -> int:
    """An RFC 3339 date as seconds since 1970."""
    return int(datetime.fromisoformat(date).timestamp())


def shape(text: str) -> list[tuple[str, list[tuple[str, str]], str]]:
    """Elements, attributes and text of HTML, without how they are written."""
    root = html.fragment_fromstring(text, create_parent="div")
    return [
        (str(node.tag), sorted(dict(node.attrib).items()), "".join(node.itertext()).strip())
        for node in root.iter()
        if isinstance(node.tag, str)
    ]


# -- clients -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["rss", "atom"])
def test_feedparser_reads_every_feed_as_json_has_it(server: Server, name: str) -> None:
    feeds = listed(server)
    assert {feed["term"] for feed in feeds} == {"", "要闻", TERM, "Case", "case", "C++", "é", "😀"}
    for feed in feeds:
        items = server.get(feed["json"]).json()["items"]
        read = fetched(server, feed[name])
        assert not read.bozo, (feed[name], read.get("bozo_exception"))
        assert len(items) == len(read.entries) == len(BODIES)
        for entry, item in zip(read.entries, items, strict=True):
            assert (entry.id, entry.link, entry.title) == (item["id"], item["url"], item["title"])
            assert calendar.timegm(entry.published_parsed) == seconds(item["date_published"])
            # what the entry itself has: feedparser would stand in for it, and warn that it does
            updated = dict.get(entry, "updated_parsed") or entry.published_parsed
            assert calendar.timegm(updated) == seconds(item["date_modified"])
            value = entry.content[0].value if "content" in entry else entry.summary
            assert shape(value) == shape(item["content_html"])
            assert {tag.term for tag in entry.tags} >= set(item["tags"])


@pytest.mark.parametrize("name", ["rss.xml", "atom.xml"])
def test_feedparser_is_told_when_nothing_is_new(server: Server, name: str) -> None:
    for path in (f"/{name}", f"{FEED}/{name}"):
        read = fetched(server, path)
        assert fetched(server, path, etag=read.etag, modified=read.modified).status == 304
        assert fetched(server, path, etag=read.etag).status == 304
        assert fetched(server, path, modified=read.modified).status == 304


def test_entries_stand_in_one_order_under_one_id_in_all_formats(server: Server) -> None:
    items = server.get("/feed.json").json()["items"]
    ids = [item["id"] for item in items]
    atom = etree.fromstring(server.get("/atom.xml").body)
    rss = etree.fromstring(server.get("/rss.xml").body)
    assert len(set(ids)) == len(ids) == len(BODIES)
    assert [str(node.text) for node in atom.iterfind("{*}entry/{*}id")] == ids
    assert [str(node.text) for node in rss.iterfind("channel/item/guid")] == ids
    dates = [seconds(item["date_published"]) for item in items]
    assert dates == sorted(dates, reverse=True)


def test_content_is_safe_and_every_reference_absolute(server: Server) -> None:
    for item in server.get("/feed.json").json()["items"]:
        assert item["id"].isascii()
        assert item["url"].isascii()
        assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", item["content_html"] + item["title"])
        root = html.fragment_fromstring(item["content_html"], create_parent="div")
        assert not [node.tag for node in root.iter() if node.tag in ("script", "iframe", "style", "object", "form")]
        for _, attribute, address, _ in root.iterlinks():
            assert address.isascii(), address
            assert urlsplit(address).scheme in ("http", "https"), (attribute, address)
        assert not [name for node in root.iter() for name in dict(node.attrib) if name.startswith("on")]


def test_pages_lead_readers_to_their_feeds(server: Server) -> None:
    for feed in listed(server):
        page = html.document_fromstring(server.get(feed["html"]).body)
        links = [dict(node.attrib) for node in page.iterfind(".//link") if node.get("rel") == "alternate"]
        own = {quote(feed[name], safe="/%+") for name in ("rss", "atom", "json")}
        assert {quote(urlsplit(link["href"]).path, safe="/%+") for link in links[:3]} == own
        (icon,) = [str(node.get("href")) for node in page.iterfind(".//link") if node.get("rel") == "icon"]
        assert server.get(icon).headers["content-type"] == "image/svg+xml"
        for link in links:
            answer = server.get(urlsplit(link["href"]).path)
            assert answer.status == 200
            assert answer.headers["content-type"].partition(";")[0] == link["type"]


def test_opml_holds_every_feed_once(server: Server) -> None:
    outlines = etree.fromstring(server.get("/feeds.opml").body).findall(".//outline[@xmlUrl]")
    addresses = [urlsplit(str(outline.get("xmlUrl"))).path for outline in outlines]
    feeds = listed(server)
    assert sorted(addresses) in (sorted(feed["rss"] for feed in feeds), sorted(feed["atom"] for feed in feeds))
    for outline in outlines:
        assert outline.get("type") == "rss"
        assert outline.get("text") == outline.get("title")
        assert str(outline.get("htmlUrl")).startswith("https://site.example.org/")


@pytest.mark.skipif(shutil.which("newsboat") is None, reason="newsboat is not installed")
@pytest.mark.parametrize("name", ["rss.xml", "atom.xml"])
def test_newsboat_reads_the_same(server: Server, name: str, tmp_path: Path) -> None:
    address = f"http://127.0.0.1:{server.port}/{name}"
    urls, cache = tmp_path / "urls", tmp_path / "cache.db"
    urls.write_text(f"{address}\n")
    command = ["newsboat", "-u", str(urls), "-c", str(cache), "-C", "/dev/null", "-x", "reload"]
    own = environment({"HOME": str(tmp_path), "LC_ALL": "C.UTF-8"})
    for _ in range(2):  # the second poll must neither lose nor double anything
        subprocess.run(command, check=True, timeout=15, capture_output=True, env=own)
    database = sqlite3.connect(cache)
    try:
        rows = database.execute("SELECT guid, title, url, pubDate, content FROM rss_item").fetchall()
        etag, modified = database.execute("SELECT etag, lastmodified FROM rss_feed").fetchone()
    finally:
        database.close()
    items = server.get("/feed.json").json()["items"]
    read = {guid: (url, date, " ".join(title.split()), content.strip()) for guid, title, url, date, content in rows}
    assert read == {
        item["id"]: (
            item["url"],
            seconds(item["date_published"]),
            " ".join(item["title"].split()),
            item["content_html"].strip(),
        )
        for item in items
    }
    kept = server.get(f"/{name}", {"Accept-Encoding": "gzip"})
    assert etag == kept.headers["etag"]
    assert modified == int(parsedate_to_datetime(kept.headers["last-modified"]).timestamp())


# -- HTTP --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("filename", FORMATS)
@pytest.mark.parametrize("folder", ["", FEED])
def test_what_every_feed_answers(server: Server, folder: str, filename: str) -> None:
    path = f"{folder}/{filename}"
    plain = asked(server, path, "Host: x")
    tags = set()
    for coding, undo in (("identity", bytes), ("gzip", gzip.decompress), ("br", brotli.decompress)):
        accept = f"Accept-Encoding: {coding}"
        answer = asked(server, path, "Host: x", accept)
        assert answer.status == 200
        assert answer.headers["content-type"] == MEDIA_TYPES[filename]
        assert answer.headers.get("content-encoding", "identity") == coding
        assert int(answer.headers["content-length"]) == len(answer.body)
        assert undo(answer.body) == plain.body
        assert answer.headers["vary"] == "Accept-Encoding"
        assert 60 <= int(re.findall(r"max-age=(\d+)", answer.headers["cache-control"])[0]) <= 3600
        assert answer.headers["link"] == f'<https://site.example.org{path}>; rel="self"'
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert not {"set-cookie", "expires", "pragma"} & answer.headers.keys()
        assert parsedate_to_datetime(answer.headers["last-modified"]) <= parsedate_to_datetime(answer.headers["date"])
        tags.add(answer.headers["etag"])
        known = asked(server, path, "Host: x", accept, f"If-None-Match: {answer.headers['etag']}")
        assert (known.status, known.body) == (304, b"")
        for name in ("etag", "vary", "cache-control", "access-control-allow-origin"):
            assert known.headers[name] == answer.headers[name]
    assert len(tags) == 3


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip;q=0", "identity"),
        ("gzip;q=0, br;q=0.1", "br"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("br;q=0, *", "gzip"),
        ("*;q=0", "identity"),
        ("identity;q=0, gzip", "gzip"),
        ("identity, gzip;q=0.5", "identity"),
        ("deflate, compress", "identity"),
        ("gzip;q=garbage", "identity"),
        (",,,gzip ; q=0.5,,", "gzip"),
        ("", "identity"),
        ("é", "identity"),
    ],
)
def test_codings_by_weight(server: Server, accept: str, expected: str) -> None:
    answer = asked(server, f"{FEED}/rss.xml", "Host: x", f"Accept-Encoding: {accept}")
    assert (answer.status, answer.headers.get("content-encoding", "identity")) == (200, expected)
    assert answer.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "lines",
    [
        ("Host: x", "Range: bytes=0-99"),
        ("Host: x", "Range: bytes=9999999-", 'If-Range: "x"'),
        ("Host: x", "Accept: text/html"),
        ("Host: x", "Accept: image/png, */*;q=0"),
        ("Host: x", "A-IM: feed"),
        ("Host: x", "Cache-Control: no-cache", "Pragma: no-cache"),
        ("Host: x", "TE: trailers, deflate;q=0.5"),
        (*UPGRADE, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13"),
        ("Host: x", "X-A: " + "a" * 7000),
        ("Host: x", "Cookie: a=b", "X-HTTP-Method-Override: DELETE", "X-Original-URL: /nowhere"),
        ("Host: " + "x" * 3000,),
        ("Host: x:99999",),
        ("Host:",),
    ],
)
def test_headers_that_change_nothing(server: Server, lines: tuple[str, ...]) -> None:
    path = f"{FEED}/rss.xml"
    answer = asked(server, path, *lines)
    assert (answer.status, answer.body) == (200, server.get(path).body)
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        re.sub("%..", lambda found: found[0].lower(), FEED) + "/rss.xml",
        FEED.replace("%2F", "/") + "/rss.xml",
        f"{FEED}/rss.xml?utm_source=x&a[]=%ff%00&%zz",
        f"http://evil.example{FEED}/rss.xml",
        f"{FEED}/%72ss.xml",
    ],
)
def test_other_ways_to_write_an_address(server: Server, path: str) -> None:
    answer = asked(server, path, "Host: x")
    assert (answer.status, answer.body) == (200, server.get(f"{FEED}/rss.xml").body)
    assert b"evil" not in answer.body


def test_decomposed_names_are_found(server: Server) -> None:
    composed, decomposed = (quote(unicodedata.normalize(form, "é")) for form in ("NFC", "NFD"))
    assert composed != decomposed
    assert server.get(f"/tag/{decomposed}/rss.xml").body == server.get(f"/tag/{composed}/rss.xml").body


@pytest.mark.parametrize(
    ("alias", "target"),
    [
        ("/feed.xml", "/atom.xml"),
        ("/atom", "/atom.xml"),
        ("/feed/atom/", "/atom.xml"),
        ("/feeds/all.atom.xml", "/atom.xml"),
        ("/index.xml", "/rss.xml"),
        ("/feed", "/rss.xml"),
        ("/feed/", "/rss.xml"),
        ("/rss", "/rss.xml"),
        (f"/feed/{quote('要闻')}.xml", f"/category/{quote('要闻')}/atom.xml"),
        (f"/feeds/{quote('要闻')}.atom.xml", f"/category/{quote('要闻')}/atom.xml"),
        (f"/categories/{quote('要闻')}/index.xml", f"/category/{quote('要闻')}/rss.xml"),
        (f"/category/{quote('要闻')}/feed/", f"/category/{quote('要闻')}/rss.xml"),
        (f"/feed/by_tag/{FEED[5:]}.xml", f"{FEED}/atom.xml"),
        (f"/tags/{FEED[5:]}/index.xml", f"{FEED}/rss.xml"),
        (f"{FEED}/feed/", f"{FEED}/rss.xml"),
        (FEED, f"{FEED}/"),
    ],
)
def test_aliases_lead_on_for_good(server: Server, alias: str, target: str) -> None:
    for method in ("GET", "HEAD"):
        answer = asked(server, f"{alias}?x=y", "Host: evil.example", "X-Forwarded-Proto: ftp", method=method)
        assert (answer.status, answer.headers["location"], answer.body) == (301, target, b"")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/tag/CASE/rss.xml", {404}),
        ("/RSS.xml", {404}),
        ("/rss.xml;x=1", {404}),
        ("/tag//rss.xml", {404}),
        ("/tag/%2e%2e/rss.xml", {400, 404}),
        ("/.feedsvc/token", {404}),
        ("/_posts/2024-01-31-one.md", {404}),
        ("/tag/%0d%0aX:y/rss.xml", {400, 404}),
        ("/feed/%0d%0aX:y", {400, 404}),
        ("/tag/%c0%af/rss.xml", {400, 404}),
        ("/tag/%ed%a0%80/rss.xml", {400, 404}),
        ("/tag/" + "%e4" * 3000 + "/rss.xml", {400, 404, 414}),
        (b"/tag/\xff/rss.xml", {400, 404}),
        ("/builds", {401}),
        ("/metrics", {401}),
        ("/rebuild", {405}),
    ],
)
def test_errors_are_small_json(server: Server, path: bytes | str, expected: set[int]) -> None:
    answer = asked(server, path, "Host: x")
    assert answer.status in expected
    if answer.body:  # what the server itself refuses before it reads a path has none
        error = answer.json()["error"]
        assert error["status"] == answer.status
        assert set(error) == {"status", "code", "message"}
        assert len(answer.body) < 500
        assert ("max-age=60" if answer.status == 404 else "no-store") in answer.headers["cache-control"]


@pytest.mark.parametrize(
    ("shown", "status"),
    [
        ("Bearer wrong", 401),
        ("Basic {}", 401),
        ("Bearer", 401),
        ("Bearer {}x", 401),
        ("Bearer é", 401),
        ("bearer {}", 202),
    ],
)
def test_a_rebuild_is_for_whoever_has_the_token(server: Server, shown: str, status: int) -> None:
    token = (server.state / "token").read_text().strip()
    lines = ("Host: x", f"Authorization: {shown.format(token)}", "Content-Length: 0")
    answer = asked(server, "/rebuild", *lines, method="POST")
    assert answer.status == status
    assert token not in answer.text
    assert ("www-authenticate" in answer.headers) == (status == 401)
    assert asked(server, f"/rebuild?token={token}", "Host: x", "Content-Length: 0", method="POST").status == 401


def test_a_request_in_pieces_is_answered(server: Server) -> None:
    whole = f"GET {FEED}/rss.xml HTTP/1.0\r\nHost: x\r\n\r\n".encode()
    assert server.raw(whole).partition(b"\r\n\r\n")[2] == server.get(f"{FEED}/rss.xml").body
    chunked = b"POST /rebuild HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    last = b"GET /rss.xml HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answers = server.raw(chunked * 2 + last).split(b"HTTP/1.1 ")[1:]
    assert [int(answer[:3]) for answer in answers] == [401, 401, 200]
