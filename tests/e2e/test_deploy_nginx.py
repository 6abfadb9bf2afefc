"""The shipped nginx configuration in front of a real server: what readers see through it is what feedsvc answers."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

import brotli
import pytest

from tests.e2e.nginx import NGINX, Nginx, running
from tests.e2e.server import Answer, Server, Site, eventually, listening, post

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")

SLASHED = f"/tag/{quote('晴/雨', safe='')}/rss.xml"
LONG_NAME = "\U0001f4b9" * 200
LONG = f"/tag/{quote(LONG_NAME)}/atom.xml?from={'x' * 8000}"  # 10,400 bytes: more than nginx takes for a line unasked


@dataclass(frozen=True)
class Front:
    """nginx with the shipped configuration, the server behind it and the site that it serves."""

    nginx: Nginx
    server: Server
    site: Site

    def get(self, path: str, headers: Mapping[str, str] | None = None, *, method: str = "GET") -> Answer:
        """A request through nginx."""
        return self.nginx.get(path, headers, method=method)


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("front")
    site = Site.make(folder / "site")
    site.write("slashed", post("股 stocks", tags='["晴/雨", "C#", "100%"]', body="好 words " * 200), old=True)
    site.write("long", post("长 long", tags=f'["{LONG_NAME}"]'), old=True)
    with Server(site.root, folder / "state", "feeds.shared_max_age=1") as server:
        changes = (
            ("server 127.0.0.1:8000;", f"server 127.0.0.1:{server.port};"),
            ("/var/cache/nginx/feedsvc", f"{folder}/cache"),
        )
        with running("nginx.conf", folder / "nginx", *changes) as nginx:
            yield Front(nginx, server, site)


def without_hops(answer: Answer) -> dict[str, str]:
    """The headers that both must send alike."""
    own = ("date", "server", "connection", "keep-alive", "transfer-encoding", "x-cache", "content-length")
    return {name: value for name, value in answer.headers.items() if name not in own}


@pytest.mark.parametrize("path", ["/rss.xml", "/atom.xml", "/feed.json", SLASHED, LONG, "/tag/C%23/", "/feeds.opml"])
@pytest.mark.parametrize("coding", ["identity", "gzip", "br"])
def test_what_comes_through_is_what_was_answered(front: Front, path: str, coding: str) -> None:
    asked = {"Accept-Encoding": coding}
    behind, first, again = front.server.get(path, asked), front.get(path, asked), front.get(path, asked)
    assert behind.status == 200
    assert behind.headers.get("content-encoding", "identity") == coding
    for answer in (first, again):
        assert (answer.status, answer.body) == (200, behind.body)
        assert without_hops(answer) == without_hops(behind)
    assert again.headers["x-cache"] in ("HIT", "STALE", "UPDATING", "REVALIDATED")


def test_codings_do_not_mix(front: Front) -> None:
    plain = front.get(SLASHED)
    zipped, brotlied = (front.get(SLASHED, {"Accept-Encoding": coding}) for coding in ("gzip, deflate", "gzip, br"))
    assert gzip.decompress(zipped.body) == brotli.decompress(brotlied.body) == plain.body
    assert len({plain.headers["etag"], zipped.headers["etag"], brotlied.headers["etag"]}) == 3


@pytest.mark.parametrize("coding", ["identity", "gzip", "br"])
def test_not_modified(front: Front, coding: str) -> None:
    known = front.get("/atom.xml", {"Accept-Encoding": coding}).headers
    tag, modified = known["etag"], known["last-modified"]
    for sent in (
        {"If-None-Match": tag},
        {"If-None-Match": f"W/{tag}"},
        {"If-None-Match": f'"other", {tag}'},
        {"If-None-Match": tag, "If-Modified-Since": modified},
        {"If-Modified-Since": modified},
    ):
        answer = front.get("/atom.xml", {"Accept-Encoding": coding, **sent})
        assert (answer.status, answer.body) == (304, b""), sent
        assert answer.headers["etag"] == tag
        assert answer.headers["cache-control"] == known["cache-control"]
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "content-length" not in answer.headers
    assert front.get("/atom.xml", {"Accept-Encoding": coding, "If-None-Match": '"other"'}).status == 200


def test_head_and_other_methods(front: Front) -> None:
    head = front.get(SLASHED, method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["etag"] == front.get(SLASHED).headers["etag"]
    assert front.get("/rss.xml", method="OPTIONS").status == 204
    assert front.get("/rss.xml", method="POST").status == 405
    assert front.get("/rebuild", method="POST").status == 401


def test_addresses_go_on_as_they_came(front: Front) -> None:
    slashed = front.server.get(SLASHED).body
    for path in (SLASHED, SLASHED.replace("%2F", "/"), SLASHED.replace("%E8", "%e8"), SLASHED + "?utm_source=x"):
        assert front.get(path).body == slashed
    assert front.get(f"/tag/{quote('100%')}/atom.xml").status == 200
    assert front.get("//rss.xml").status == front.server.get("//rss.xml").status
    moved = front.get(f"/tag/{quote(LONG_NAME)}/feed/")
    assert (moved.status, moved.headers["location"]) == (301, f"/tag/{quote(LONG_NAME)}/rss.xml")
    assert front.get("/tag/none/rss.xml").status == 404


def test_operators_answers_are_not_kept(front: Front) -> None:
    token = {"Authorization": f"Bearer {(front.server.state / 'token').read_text().strip()}"}
    assert front.get("/builds", token).status == 200
    assert front.get("/builds").status == 401
    assert front.get("/metrics", token).status == 200
    assert front.get("/metrics").status == 401
    assert {front.get("/readyz").headers["x-cache"] for _ in range(3)} == {"MISS"}


def test_a_change_comes_through(front: Front) -> None:
    before = front.get("/rss.xml").headers["etag"]
    front.site.write("later", post("刚刚 just now"))
    eventually(lambda: front.server.shows("/rss.xml", "刚刚 just now"))
    # one second of s-maxage; the first request after it may still get what was kept, while nginx asks
    eventually(lambda: "刚刚 just now" in front.get("/rss.xml").text)
    assert front.get("/rss.xml").headers["etag"] != before


def test_readers_that_ask_for_what_is_new_get_the_whole_from_the_cache(front: Front) -> None:
    front.get("/feed.json")  # nginx holds it now, and will ask with its own tag whether it has changed
    front.site.write("small", post("小 small poll"))
    eventually(lambda: front.server.shows("/feed.json", "小 small poll"))
    whole = front.server.get("/feed.json").json()
    for sent in ({"A-IM": "feed"}, {"A-IM": "feed", "If-None-Match": '"old"'}, {}):
        eventually(lambda sent=sent: front.get("/feed.json", sent).json() == whole)  # type: ignore[misc]
        answer = front.get("/feed.json", sent)
        assert (answer.status, "im" in answer.headers) == (200, False)


def test_what_changed_is_told_to_readers_alone(front: Front) -> None:
    held = front.server.get("/atom.xml").headers["etag"]
    front.site.write("other", post("别的 other"))
    eventually(lambda: front.server.shows("/atom.xml", "别的 other"))
    small = front.server.get("/atom.xml", {"A-IM": "feed", "If-None-Match": held})
    assert (small.status, small.headers["cache-control"]) == (226, "no-store, im")
    asked = {"A-IM": "feed", "If-None-Match": held, "Via": "1.1 cache"}
    assert front.server.get("/atom.xml", asked).status == 200
    old = f"GET /atom.xml HTTP/1.0\r\nA-IM: feed\r\nIf-None-Match: {held}\r\n\r\n"
    assert front.server.raw(old.encode()).startswith(b"HTTP/1.0 200")


def test_readers_get_feeds_while_the_server_is_away(front: Front) -> None:
    kept = {path: front.server.get(path).body for path in ("/atom.xml", SLASHED)}
    for path, body in kept.items():
        eventually(lambda path=path, body=body: front.get(path).body == body)  # type: ignore[misc]
    front.server.stop()
    eventually(lambda: not listening(front.server.port))
    try:
        eventually(lambda: front.get("/atom.xml").headers["x-cache"] == "STALE")
        assert {path: front.get(path).body for path in kept} == kept
        assert front.get("/tag/never-asked/rss.xml").status == 502
    finally:
        front.server.start()
