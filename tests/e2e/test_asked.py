"""What is made at request (selections, histories, other lengths and forms) and what changed, as readers ask for it."""

from __future__ import annotations

import gzip
import random
import re
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import brotli
import feedparser
import pytest

from tests.e2e.server import Answer, Server, Site, asked, environment, eventually, post

SITE = "https://site.example.org"
POSTS = 130
TIDE = quote("潮/汐", safe="")
FORMATS = ("rss.xml", "atom.xml", "feed.json")
UNDO = {"identity": bytes, "gzip": gzip.decompress, "br": brotli.decompress}
EVIL = ("Host: evil.example", "X-Forwarded-Host: evil.example", "Forwarded: host=evil.example")
PLACES = (
    f"/select/{{}}?category=Sea&tag={TIDE}",
    "/select/{}?not-category=Sea&content=summary&limit=7",
    "/category/Sea/{}?limit=3",
    f"/tag/{TIDE}/{{}}?content=summary",
    "/archive/2024-03/{}",
    f"/archive/tag/{TIDE}/2024-04-01T08/{{}}",
    "/archive/select/2024-03/{}?category=Sea",
)


def source(number: int, title: str = "") -> str:
    """Post ``number``: one every 20 hours from the beginning of 2024."""
    day, hour = divmod(number * 20, 24)
    month, day = divmod(day, 28)
    date = f"2024-{month + 1:02}-{day + 1:02} {hour:02}:00:00 +0000"
    tags = '["潮/汐", "R&D"]' if number % 2 else "[tide]"
    return post(title or f"第 {number} 篇 & more", date=date, categories=("Sea", "Land")[number % 3 == 0], tags=tags)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    made = Site.make(tmp_path_factory.mktemp("asked") / "site")
    for number in range(POSTS):
        made.write(f"p{number:03}", source(number), old=True)
    return made


@pytest.fixture(scope="module")
def server(site: Site) -> Iterator[Server]:
    with Server(site.root, site.root.with_name("state"), "feeds.limit=10", "feeds.window=0") as made:
        yield made


def links(answer: Answer) -> dict[str, str]:
    """The Link header: addresses by relation."""
    return {rel: address for address, rel in re.findall(r'<([^>]+)>; rel="([\w-]+)"', answer.headers["link"])}


@pytest.mark.parametrize("filename", FORMATS)
@pytest.mark.parametrize("place", PLACES)
def test_what_is_made_at_request_answers_as_all_do(server: Server, place: str, filename: str) -> None:
    path = place.format(filename)
    plain = asked(server, path, "Host: x")
    assert plain.status == 200
    assert links(plain) == {"self": SITE + path}
    assert (SITE + path).replace("&", "&" if filename == "feed.json" else "&amp;").encode() in plain.body
    assert "last-modified" not in plain.headers
    age = int(re.findall(r"max-age=(\d+)", plain.headers["cache-control"])[0])
    assert age == (86_400 if path.startswith("/archive/") else 300)
    assert "immutable" not in plain.headers["cache-control"]
    tags = set()
    for coding, undo in UNDO.items():
        accept = f"Accept-Encoding: {coding}"
        answer = asked(server, path, "Host: x", accept)
        head = asked(server, path, "Host: x", accept, method="HEAD")
        assert undo(answer.body) == plain.body
        assert {**head.headers, "date": ""} == {**answer.headers, "date": ""}
        assert (head.status, head.body) == (200, b"")
        assert answer.headers["vary"] == "Accept-Encoding"
        tags.add(answer.headers["etag"])
        for lines in ((), ("A-IM: feed",), ("If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT",)):
            known = asked(server, path, "Host: x", accept, f'If-None-Match: "x", W/{answer.headers["etag"]}', *lines)
            assert (known.status, known.body) == (304, b"")
            assert "content-length" not in known.headers
            for name in ("etag", "vary", "cache-control", "access-control-allow-origin", "link"):
                assert known.headers[name] == answer.headers[name]
    assert len(tags) == 3
    assert asked(server, path, "Host: x", 'If-Match: "x"').status == 412
    assert asked(server, path, "Host: x", "A-IM: feed", 'If-None-Match: "x"').body == plain.body
    refused = asked(server, path, "Host: x", "Content-Length: 0", method="POST")
    assert (refused.status, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    preflight = asked(server, path, "Origin: https://a", "Access-Control-Request-Headers: a-im", method="OPTIONS")
    assert (preflight.status, "A-IM" in preflight.headers["access-control-allow-headers"]) == (204, True)


@pytest.mark.parametrize("place", PLACES)
def test_other_ways_to_ask_for_the_same(server: Server, place: str) -> None:
    path = place.format("atom.xml")
    plain = asked(server, path, "Host: x")
    cruft = "&utm_source=x&fbclid=%ff%00&a[]=%zz" if "?" in path else "?utm_source=x&%zz"
    for other in (
        path + cruft,
        re.sub("%..", lambda found: found[0].lower(), path),
        path.replace("Sea", "%53e%61").replace("2024", "%3202%34"),
        f"http://evil.example{path}",
    ):
        for _ in range(2):  # made, then from memory
            answer = asked(server, other, *EVIL)
            assert (answer.status, answer.body, answer.headers["link"]) == (200, plain.body, plain.headers["link"])
            assert "evil" not in str(answer.headers)


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        ("/select/rss.xml?tag=b&category=a", "/select/rss.xml?category=a&tag=b"),
        ("/select/rss.xml?limit=05&tag=b&tag=a&tag=b", "/select/rss.xml?tag=a&tag=b&limit=5"),
        ("/select/atom.xml?category=cafe%CC%81", "/select/atom.xml?category=caf%C3%A9"),
        ("/archive/select/2024-03/feed.json?limit=5&tag=a", "/archive/select/2024-03/feed.json?tag=a"),
    ],
)
def test_a_selection_leads_to_its_one_address(server: Server, given: str, canonical: str) -> None:
    for method in ("GET", "HEAD"):
        answer = asked(server, given, *EVIL, method=method)
        assert (answer.status, answer.headers["location"], answer.body) == (301, canonical, b"")
    assert asked(server, canonical, "Host: x").status == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/select/rss.xml?catagory=Sea", 400),
        ("/select/rss.xml?tag=%ff", 400),
        ("/select/rss.xml?" + "&".join(f"tag=t{number}" for number in range(21)), 400),
        ("/rss.xml?limit=101", 400),
        ("/category/Sea/atom.xml?content=all", 400),
        ("/archive/2024-13/rss.xml", 404),
        ("/archive/2024-01/rss.xml", 404),  # is written 2024
        ("/archive/tag/none/2024/rss.xml", 404),
        ("/archive/2024%0a/rss.xml", 404),
        ("/archive/tag/%ff/2024/rss.xml", 400),
    ],
)
def test_what_cannot_be_is_said_in_the_one_shape(server: Server, path: str, status: int) -> None:
    for _ in range(2):
        answer = asked(server, path, "Host: x")
        assert answer.status == answer.json()["error"]["status"] == status
        assert len(answer.body) < 500
        assert answer.headers["access-control-allow-origin"] == "*"
        assert ("max-age=60" if status == 404 else "no-store") in answer.headers["cache-control"]


# -- what changed ------------------------------------------------------------------------------------------------


def change(server: Server, site: Site, number: int, title: str) -> None:
    """Correct a post, and wait until the site's feeds show that."""
    site.write(f"p{number:03}", source(number, title), old=True)
    for filename in FORMATS:
        server.wait_shows(f"/{filename}", title)


@pytest.mark.parametrize("filename", FORMATS)
def test_what_changed_comes_in_every_coding(server: Server, site: Site, filename: str) -> None:
    path = f"/{filename}"
    held = {coding: server.get(path, {"Accept-Encoding": coding}).headers["etag"] for coding in UNDO}
    change(server, site, POSTS - 3, f"改 {filename}")
    for coding, undo in UNDO.items():
        accept = f"Accept-Encoding: {coding}"
        whole = asked(server, path, "Host: x", accept)
        for tag in held.values():
            sent = ("Host: x", accept, "A-IM: vcdiff, feed", f'If-None-Match: "a,b", W/{tag}')
            answer = asked(server, path, *sent)
            assert (answer.status, answer.headers["im"], answer.headers["cache-control"]) == (
                226,
                "feed",
                "no-store, im",
            )
            for name in ("etag", "content-type", "link", "vary", "access-control-allow-origin"):
                assert answer.headers[name] == whole.headers[name]
            assert int(answer.headers["content-length"]) == len(answer.body)
            text = undo(answer.body).decode()
            assert text.count(f"改 {filename}") == len(re.findall('<entry>|<item>|{"id"', text)) == 1
            head = asked(server, path, *sent, method="HEAD")
            assert (head.status, {**head.headers, "date": ""}) == (226, {**answer.headers, "date": ""})
            assert head.body == b""
    tag = held["identity"]
    for lines, status in (
        (("A-IM: feed;q=0",), 200),
        (("A-IM: feeds",), 200),
        (("a-im:FEED;q=0.5", "If-Modified-Since: Thu, 01 Jan 2099 00:00:00 GMT"), 226),
        (("A-IM: vcdiff", "A-IM: feed"), 226),
        (("A-IM: feed", 'If-Match: "x"'), 412),
        (("A-IM: feed", f"If-None-Match: {server.get(path).headers['etag']}"), 304),
    ):
        assert asked(server, path, "Host: x", f"If-None-Match: {tag}", *lines).status == status, lines


def test_feedparser_puts_old_and_new_together(server: Server, site: Site) -> None:
    for name in ("rss", "atom"):
        address = f"http://127.0.0.1:{server.port}/{name}.xml"
        first = feedparser.parse(address)
        held = {entry.id: entry.title for entry in first.entries}
        change(server, site, POSTS - 2, f"更正 {name}")
        site.write(f"new-{name}", post(f"新 {name}", date="2025-01-01 00:00:00 +0000"), old=True)
        server.wait_shows(f"/{name}.xml", f"新 {name}")
        second = feedparser.parse(address, etag=first.etag)
        assert (second.status, second.bozo, len(second.entries)) == (226, False, 2)
        held |= {entry.id: entry.title for entry in second.entries}
        items = server.get("/feed.json").json()["items"]
        assert {item["id"]: item["title"] for item in items}.items() <= held.items()
        assert len(held) == len(items) + 1  # the oldest has left the document, not the reader
        assert feedparser.parse(address, etag=second.etag).status == 304


@pytest.mark.skipif(shutil.which("newsboat") is None, reason="newsboat is not installed")
def test_newsboat_puts_old_and_new_together(server: Server, site: Site, tmp_path: Path) -> None:
    urls, cache = tmp_path / "urls", tmp_path / "cache.db"
    urls.write_text(f"http://127.0.0.1:{server.port}/atom.xml\n")

    def poll() -> dict[str, str]:
        command = ["newsboat", "-u", str(urls), "-c", str(cache), "-C", "/dev/null", "-x", "reload"]
        own = environment({"HOME": str(tmp_path), "LC_ALL": "C.UTF-8"})
        subprocess.run(command, check=True, timeout=15, capture_output=True, env=own)
        with sqlite3.connect(cache) as database:
            rows = database.execute("SELECT guid, title FROM rss_item").fetchall()
        database.close()
        assert len(rows) == len(dict(rows))
        return dict(rows)

    held = poll()
    change(server, site, POSTS - 1, "再 once more")
    site.write("newsboat", post("新 newsboat", date="2025-02-02 00:00:00 +0000"), old=True)
    server.wait_shows("/atom.xml", "新 newsboat")
    now = {item["id"]: item["title"] for item in server.get("/feed.json").json()["items"]}
    assert poll() == held | now
    assert poll() == held | now


# -- histories ---------------------------------------------------------------------------------------------------


def walked(server: Server, path: str) -> list[str]:
    """The file names of all posts of a feed and its history, in their order."""
    found: list[str] = []
    for _ in range(100):
        document: Any = server.get(path).json()
        found += [urlsplit(item["id"]).path.rpartition("/")[2] for item in document["items"]]
        if "next_url" not in document:
            return found
        path = document["next_url"].removeprefix(SITE)
    pytest.fail(f"a history without end: {path}")


def test_a_history_is_walked_while_posts_come_change_and_go(server: Server, site: Site) -> None:
    stay = {f"p{number:03}" for number in range(0, POSTS, 2)}
    over = threading.Event()

    def write() -> None:
        chance = random.Random(7)
        for number in range(10_000):
            if over.wait(chance.choice((0.01, 0.05))):
                return
            which = chance.randrange(0, POSTS)
            if which % 2:
                site.path(f"p{which:03}").unlink(missing_ok=True)
            else:
                site.write(f"p{which:03}", source(which, f"Edited {number}"), old=True)
            site.write(f"come-{number}", source(chance.randrange(POSTS), f"Backdated {number}"), old=True)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        walks = [walked(server, path) for _ in range(12) for path in ("/feed.json", "/select/feed.json?limit=1")]
    finally:
        over.set()
        writer.join()
    for found in walks:
        assert sorted(name for name in found if name in stay) == sorted(stay)  # none lost, none twice
    there = {path.stem.removeprefix("2024-01-31-") for path in (site.root / "_posts").iterdir()}
    eventually(lambda: sorted(walked(server, "/feed.json")) == sorted(there), what="all posts in the history")
