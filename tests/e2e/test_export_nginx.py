"""An export behind a real nginx, with the shipped configurations: what readers get is what feedsvc answers."""

from __future__ import annotations

import gzip
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from urllib.parse import quote, unquote

import brotli
import pytest

from tests.e2e.browser import CHROMIUM, Browser
from tests.e2e.nginx import BROTLI, NGINX, WITH_BROTLI, Nginx, running
from tests.e2e.server import Answer, Server, Site, eventually, feedsvc, post

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")

URL = "https://site.example.org"
OURS = ("https://feeds.example.org", URL)  # in place of the shipped address
SLASHED = f"/tag/{quote('晴/雨', safe='')}/"
DOCUMENTS = [
    "/rss.xml", "/atom.xml", "/feed.json", f"{SLASHED}rss.xml", "/tag/C%23/feed.json", "/tag/.NET/atom.xml",
    "/tag/rss.xml/rss.xml",
]  # fmt: skip
PAGES = ["/", SLASHED, "/tag/C%23/", "/author/Ann/", "/feeds.opml", "/feeds.json"]
FILES = ["/style.css", "/script.js", "/favicon.ico", "/favicon.svg", "/icon.png"]
CODINGS = ["identity", "gzip"] + ["br"] * BROTLI.exists()
SAME = (
    "content-type", "cache-control", "vary", "access-control-allow-origin", "access-control-expose-headers", "link",
    "x-content-type-options", "content-security-policy", "referrer-policy",
)  # fmt: skip
DECODED: Mapping[str, Callable[[bytes], bytes]] = {
    "identity": bytes,
    "gzip": gzip.decompress,
    "br": lambda body: bytes(brotli.decompress(body)),
}


@dataclass(frozen=True)
class Pair:
    """nginx, and the server whose answers it has to give."""

    nginx: Nginx
    server: Server
    site: Site
    dest: Path


def make_site(root: Path) -> Site:
    site = Site.make(root)
    for number in range(45):
        day = f"2024-{number % 9 + 1:02}-{number % 27 + 1:02} 12:00:00 +0800"
        tags = '["晴/雨", "C#", ".NET", "rss.xml"]'
        text = post(f"第 {number} 篇", date=day, tags=tags, more="author: Ann\n", body="好 words " * 90)
        site.write(f"p{number}", text, old=True)
    return site


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("export")
    dest = folder / "public"
    site = make_site(folder / "site")
    with Server(site.root, folder / "state", options=("--export", str(dest))) as server:
        changes = (OURS, ("127.0.0.1:8000", f"127.0.0.1:{server.port}"), ("/srv/feeds;", f"{dest};"))
        with running("nginx-export.conf", folder / "nginx", *changes, *WITH_BROTLI) as nginx:
            eventually(lambda: not owing(dest), 10, what="the export to be whole")
            yield Pair(nginx, server, site, dest)


def owing(dest: Path) -> bool:
    """Whether files that are asked for, or compressed ones, are still to come."""
    paths = (unquote(path).lstrip("/") for path in (*DOCUMENTS, *PAGES, *FILES))
    files = [dest / (f"{path}index.html" if path.endswith("/") or not path else path) for path in paths]
    compressed = [path.with_name(f"{path.name}.gz") for path in (*dest.rglob("atom.xml"), dest / "feeds.opml")]
    return not all(file.exists() for file in (*files, *compressed))


def told(answer: Answer) -> dict[str, str | None]:
    """What both must say alike."""
    return {name: answer.headers.get(name) for name in SAME}


@pytest.mark.parametrize("path", [*DOCUMENTS, *PAGES, *FILES])
def test_files_are_what_the_server_answers(pair: Pair, path: str) -> None:
    for coding in CODINGS:
        asked = {"Accept-Encoding": coding}
        served, filed = pair.server.get(path, asked), pair.nginx.get(path, asked)
        assert (served.status, filed.status) == (200, 200)
        assert "x-served-by" not in filed.headers
        used = filed.headers.get("content-encoding", "identity")
        assert used in (coding, "identity")
        assert used == coding or len(served.body) >= len(filed.body), "a file is left uncompressed where it gains"
        assert DECODED[used](filed.body) == DECODED[coding](served.body)
        assert told(filed) == told(served)
        if path in DOCUMENTS:
            assert (used, filed.body) == (coding, served.body)
            assert filed.headers["last-modified"] == served.headers["last-modified"]


def test_browsers_get_what_they_prefer(pair: Pair) -> None:
    asked = {"Accept-Encoding": "gzip, deflate, br, zstd"}
    preferred = pair.server.get("/atom.xml", asked).headers["content-encoding"]
    assert pair.nginx.get("/atom.xml", asked).headers["content-encoding"] == (preferred if BROTLI.exists() else "gzip")
    assert "content-encoding" not in pair.nginx.get("/atom.xml", {"Accept-Encoding": "gzip;q=0"}).headers


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("path", ["/atom.xml", f"{SLASHED}rss.xml", "/tag/C%23/"])
def test_not_modified(pair: Pair, path: str, coding: str) -> None:
    known = pair.nginx.get(path, {"Accept-Encoding": coding})
    tag, modified = known.headers["etag"], known.headers["last-modified"]
    assert not tag.startswith("W/")
    for sent in ({"If-None-Match": tag}, {"If-None-Match": f'"x", W/{tag}'}, {"If-Modified-Since": modified}):
        answer = pair.nginx.get(path, {"Accept-Encoding": coding, **sent})
        assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", tag)
        for name in ("cache-control", "vary", "access-control-allow-origin"):
            assert answer.headers[name] == known.headers[name]
    assert pair.nginx.get(path, {"Accept-Encoding": coding, "If-None-Match": '"x"'}).status == 200


def test_each_coding_has_an_etag_of_its_own(pair: Pair) -> None:
    seen = set[tuple[Path, int]]()
    for path in pair.dest.rglob("*"):
        if path.is_file() and ".feedsvc-export" not in path.parts:
            base = path.with_name(path.name.removesuffix(".gz").removesuffix(".br"))
            facts = path.stat()
            assert facts.st_mtime == base.stat().st_mtime == int(facts.st_mtime)
            assert (base, facts.st_size) not in seen
            seen.add((base, facts.st_size))
    tags = {pair.nginx.get("/atom.xml", {"Accept-Encoding": coding}).headers["etag"] for coding in CODINGS}
    assert len(tags) == len(CODINGS)


@pytest.mark.parametrize(
    "path",
    [
        "/atom.xml?limit=2", "/atom.xml?content=summary&x=1", "/?kind=tag", "/?q=net", "/select/atom.xml?tag=C%23",
        "/feed.xml", "/tag/C%23", "/category/none/rss.xml", "/nothing/here", "/tag/none/",
        "/tag/none/rss.xml", "/archive/2024/atom.xml",
    ],
)  # fmt: skip
def test_what_is_no_file_is_asked_of_the_server(pair: Pair, path: str) -> None:
    behind, through = pair.server.get(path), pair.nginx.get(path)
    assert (through.status, through.body) == (behind.status, behind.body)
    assert told(through) == told(behind)
    assert through.headers.get("location") == behind.headers.get("location")
    assert through.headers["x-served-by"] == "feedsvc"


def test_other_methods_and_idle_parameters(pair: Pair) -> None:
    assert pair.nginx.get("/rss.xml", method="OPTIONS").status == 204
    assert pair.nginx.get("/rss.xml", method="POST").status == 405
    assert pair.nginx.get("/rebuild", method="POST").status == 401
    assert "x-served-by" not in pair.nginx.get("/rss.xml?utm_source=x").headers
    head = pair.nginx.get("/rss.xml", method="HEAD")
    assert (head.status, head.body) == (200, b"")
    for hidden in ("index.sqlite3", "lock"):
        assert pair.nginx.get(f"/.feedsvc-export/{hidden}").status == 404


def test_a_tag_by_the_name_of_a_feed(pair: Pair) -> None:
    behind, through = pair.server.get("/tag/rss.xml"), pair.nginx.get("/tag/rss.xml")
    assert (through.status, through.headers["location"]) == (behind.status, behind.headers["location"])


def test_addresses_as_clients_write_them(pair: Pair) -> None:
    whole = pair.nginx.get(f"{SLASHED}rss.xml").body
    for path in (f"{SLASHED}rss.xml".replace("%2F", "/"), f"{SLASHED}rss.xml".replace("%E9", "%e9")):
        assert pair.nginx.get(path).body == whole


def test_a_change_comes_through_at_once_and_never_turns_back(pair: Pair) -> None:
    paths, codings = ("/rss.xml", f"{SLASHED}atom.xml", "/feed.json"), CODINGS
    seen = dict.fromkeys(product(paths, codings), 0)
    for number in range(1, 6):
        pair.site.write("p1", post(f"改动 change {number:03}.", tags='["晴/雨"]', date="2025-01-01 00:00:00 +0800"))
        began = time.monotonic()
        while min(seen.values()) < number:
            assert time.monotonic() < began + 3, f"not through: {seen}"
            for path, coding in seen:
                answer = pair.nginx.get(path, {"Accept-Encoding": coding})
                text = DECODED[answer.headers.get("content-encoding", "identity")](answer.body).decode()
                shown = int(text.partition("改动 change ")[2][:3] or 0)
                assert shown >= seen[path, coding], "an older document after a newer one"
                seen[path, coding] = shown
        assert time.monotonic() - began < 1
    page = pair.nginx.get
    eventually(lambda: "change 005." in page(SLASHED).text, what="the page")
    eventually(lambda: page("/atom.xml", {"Accept-Encoding": "gzip"}).headers.get("content-encoding") == "gzip")


def test_feeds_stay_while_the_server_is_away(pair: Pair) -> None:
    pair.server.stop()
    try:
        assert pair.nginx.get("/rss.xml").status == pair.nginx.get(SLASHED).status == 200
        assert pair.nginx.get("/feed.xml").status == 502
    finally:
        pair.server.start()


# -- nginx alone ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("alone")
    dest = folder / "public"
    site = make_site(folder / "site")
    (site.root / "feedsvc.toml").write_text('[moved]\n"tag/dot net" = "tag/.NET"\n')
    done = feedsvc("export", dest, site.root, "--state", folder / "state")
    assert done.returncode == 0, done.stderr
    with Server(site.root, folder / "state") as server:
        changes = (OURS, ("root /srv/feeds;", f"root {dest};"), ("/srv/feeds/_redirects", f"{dest}/_redirects"))
        with running("nginx-static.conf", folder / "nginx", *changes, *WITH_BROTLI) as nginx:
            yield Pair(nginx, server, site, dest)


@pytest.mark.parametrize("path", [*DOCUMENTS, "/feeds.opml", "/feeds.json", *FILES])
def test_alone_files_are_what_the_server_answers(alone: Pair, path: str) -> None:
    test_files_are_what_the_server_answers(alone, path)


def test_alone_the_whole_history_can_be_followed(alone: Pair) -> None:
    for path, shown in (("/feed.json", "next_url"), (f"{SLASHED}feed.json", "next_url")):
        ids, url = list[str](), path
        while url:
            answer = alone.nginx.get(url)
            assert told(answer)["content-type"] == "application/feed+json; charset=utf-8"
            assert answer.body == alone.server.get(url).body
            ids += [item["id"] for item in answer.json()["items"]]
            url = answer.json().get(shown, "").removeprefix(URL)
        assert len(ids) == len(set(ids)) == 45


def test_alone_every_link_of_every_page_leads_somewhere(alone: Pair) -> None:
    todo, done = ["/", "/404.html"], set[str]()
    while todo:
        path = todo.pop()
        if path in done:
            continue
        done.add(path)
        answer = alone.nginx.get(path)
        assert answer.status == 200, path
        if answer.headers["content-type"].startswith("text/html"):
            for piece in answer.text.replace('src="', 'href="').split('href="')[1:]:
                link = piece.partition('"')[0].partition("#")[0].replace("&amp;", "&")
                if link.startswith("/"):
                    todo.append(link)
    assert {SLASHED, "/tag/C%23/", "/feeds.opml"} <= done
    assert any(path.startswith("/archive/tag/") for path in done)


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("/feed.xml", "/atom.xml"), ("/feed/", "/rss.xml"), ("/tag/C%23", "/tag/C%23/"),
        ("/tag/dot%20net/rss.xml", "/tag/.NET/rss.xml"), ("/tag/dot%20net/", "/tag/.NET/"),
        (f"/feed/by_tag/{quote('晴')}%2F{quote('雨')}.xml", "/tag/%E6%99%B4/%E9%9B%A8/atom.xml"),
        ("/tags/C%23/index.xml", "/tag/C%23/rss.xml"), ("/category/x/feed/", "/category/x/rss.xml"),
    ],
)  # fmt: skip
def test_alone_old_addresses_lead_on(alone: Pair, path: str, to: str) -> None:
    answer = alone.nginx.get(path)
    assert (answer.status, answer.headers["location"]) == (301, to)


def test_alone_what_is_nowhere_is_a_page_for_people(alone: Pair) -> None:
    for path in ("/nothing", "/tag/", "/tag/none/rss.xml", "/.feedsvc-export/index.sqlite3", "/_redirects.nginx"):
        answer = alone.nginx.get(path)
        assert (answer.status, answer.headers["content-type"]) == (404, "text/html; charset=utf-8"), path
        assert b"<h1" in answer.body


def test_alone_a_change_moves_the_validators_of_what_changed(alone: Pair) -> None:
    watched = ["/atom.xml", "/tag/C%23/rss.xml", f"{SLASHED}rss.xml", SLASHED, "/style.css"]

    def tags() -> dict[str, str]:
        return {path: alone.nginx.get(path, {"Accept-Encoding": "gzip"}).headers["etag"] for path in watched}

    state = alone.server.state
    before = tags()
    alone.site.write("new", post("新 new", tags="[晴/雨]", date="2025-06-01 00:00:00 +0800"))
    done = feedsvc("export", alone.dest, alone.site.root, "--state", state)
    assert done.returncode == 0, done.stderr
    after = tags()
    assert {path for path in watched if before[path] != after[path]} == {"/atom.xml", f"{SLASHED}rss.xml", SLASHED}
    assert feedsvc("export", alone.dest, alone.site.root, "--state", state).stdout.startswith("0 files written, 0 rem")
    assert tags() == after
    assert os.access(alone.dest / "404.html", os.R_OK)


@pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed")
def test_alone_names_are_searched_by_the_browser(alone: Pair, tmp_path: Path) -> None:
    names = "[...document.querySelectorAll('#list .feeds .name')].map((each) => each.textContent).join()"
    with Browser(tmp_path) as browser:
        visit = browser.visit(f"http://127.0.0.1:{alone.nginx.port}/")
        every = visit.evaluate(names)
        assert "C#" in every
        assert not visit.evaluate("document.querySelector('#feeds form.search').hidden")
        type_in = (
            "(() => { const q = document.getElementById('q'); q.value = %r;"
            " q.dispatchEvent(new Event('input', {bubbles: true})); })()"
        )
        for typed, shown in (("c#", "C#"), ("雨", "晴/雨"), ("nOt there", ""), ("", every)):
            visit.evaluate(type_in % typed)
            visit.until(f"{names} === {shown!r}")
        visit.evaluate(type_in % "雨")
        visit.until(f"{names} === '晴/雨'")
        assert visit.evaluate("document.querySelector('#list .name').getAttribute('href')") == SLASHED
        assert visit.told == []
