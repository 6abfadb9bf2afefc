"""Everything that is fetched by its path: addresses, aliases, headers, conditions, pages, lists."""

from __future__ import annotations

import gzip
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import Client, TestResponse

from feedsvc.model import SITE, Term
from feedsvc.shelf import Shelf
from feedsvc.web.app import make_app, serving
from tests.unit.library import SERVED, Library, post

TIDE = Term("category", "潮汐 Tides")
SLASHED = Term("tag", "晴/雨 (#1?)")
CAFE = Term("tag", "café")
UPPER, LOWER = Term("category", "TechWeb"), Term("category", "Techweb")
FEEDISH = Term("category", "Boats/feed")
AUTHOR = Term("author", "李 Li")
LINES = Term("tag", "两\n行 two\tlines")
TERMS = (TIDE, SLASHED, CAFE, UPPER, LOWER, FEEDISH, AUTHOR, LINES)


@pytest.fixture
def app(library: Library) -> Iterator[Flask]:
    library.publish(
        dict.fromkeys((SITE, *TERMS), "text 文 "),
        [post("first-post", *TERMS, title='<b>"Bold" & 大胆</b>'), post("second", TIDE, title="")],
    )
    shelf = Shelf(library.state, 20_000_000, lambda: library.now + 100)
    app = make_app(shelf, library.state, lambda: "")
    yield app
    shelf.close()
    serving(app).counts.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def path(term: Term, name: str) -> str:
    return f"/{term.scheme}/{quote(term.name, safe='')}/{name}"


def twice(client: FlaskClient, address: str, **headers: str) -> TestResponse:
    """The second answer, which the front gives where it can; both must be alike."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    first, second = client.get(address, headers=sent), client.get(address, headers=sent)
    assert (first.status_code, first.data, sorted(first.headers)) == (
        second.status_code,
        second.data,
        sorted(second.headers),
    )
    return second


# -- addresses ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("term", TERMS)
@pytest.mark.parametrize("name", ["rss.xml", "atom.xml", "feed.json"])
def test_every_feed_has_its_address(client: FlaskClient, library: Library, term: Term, name: str) -> None:
    answer = twice(client, path(term, name))
    assert answer.status_code == 200
    assert answer.data == library.bodies[path(term, name)]
    assert f'<https://feeds.example.com{path(term, name)}>; rel="self"' in answer.headers["Link"]


@pytest.mark.parametrize(
    "spelled",
    [
        "/tag/晴/雨 (#1?)/rss.xml".replace("#", "%23").replace("?", "%3F"),
        path(SLASHED, "rss.xml").replace("%2F", "/"),
        path(SLASHED, "rss.xml").lower(),
        path(SLASHED, "rss.xml").replace("%28", "("),
        path(SLASHED, "rss.xml") + "?utm_source=x&utm_medium=阅读",
    ],
)
def test_other_spellings_give_the_same_document(client: FlaskClient, library: Library, spelled: str) -> None:
    spelled = spelled.replace("a%e8", "A%E8")  # names are case-sensitive, hexadecimal digits are not
    answer = twice(client, spelled)
    assert answer.status_code == 200
    assert answer.data == library.bodies[path(SLASHED, "rss.xml")]
    assert path(SLASHED, "rss.xml") in answer.headers["Link"]


def test_decomposed_names_find_composed_ones(client: FlaskClient, library: Library) -> None:
    answer = twice(client, f"/tag/{quote(unicodedata.normalize('NFD', 'café'))}/atom.xml")
    assert answer.data == library.bodies[path(CAFE, "atom.xml")]


def test_names_are_case_sensitive(client: FlaskClient) -> None:
    assert client.get("/category/TechWeb/rss.xml").data != client.get("/category/Techweb/rss.xml").data
    assert client.get("/category/techweb/rss.xml").status_code == 404


@pytest.mark.parametrize(
    ("alias", "target"),
    [
        ("/feed.xml", "/atom.xml"),
        ("/atom", "/atom.xml"),
        ("/feed/atom/", "/atom.xml"),
        ("/feeds/all.atom.xml", "/atom.xml"),
        ("/index.xml", "/rss.xml"),
        ("/feed", "/rss.xml"),
        ("/feed.atom", "/atom.xml"),
        ("/index.rss", "/rss.xml"),
        ("/rss/feed.xml", "/rss.xml"),
        ("/feed/", "/rss.xml"),
        ("/rss", "/rss.xml"),
        (f"/feed/{quote(TIDE.name)}.xml", path(TIDE, "atom.xml")),
        ("/feed/潮汐-tides.xml", path(TIDE, "atom.xml")),
        (f"/feed/by_tag/{quote(SLASHED.name)}.xml", path(SLASHED, "atom.xml")),
        (f"/feeds/{quote(TIDE.name)}.atom.xml", path(TIDE, "atom.xml")),
        (f"/category/{quote(TIDE.name)}/feed/", path(TIDE, "rss.xml")),
        ("/tag/café/feed/", path(CAFE, "rss.xml")),
        ("/categories/潮汐-tides/index.xml", path(TIDE, "rss.xml")),
        ("/tags/caf%C3%A9/index.xml", path(CAFE, "rss.xml")),
        ("/category/TechWeb/feed/", path(UPPER, "rss.xml")),
        (f"/category/{quote(TIDE.name)}", path(TIDE, "")),
        ("/blog/old.xml", "/rss.xml"),
        ("/旧/订阅.xml", path(TIDE, "rss.xml")),
    ],
)
def test_aliases_lead_to_canonical_addresses(app: Flask, library: Library, alias: str, target: str) -> None:
    library.publish(
        served=replace(SERVED, aliases=(("/blog/old.xml", "/rss.xml"), ("/旧/订阅.xml", path(TIDE, "rss.xml"))))
    )
    answer = app.test_client().get(
        alias, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher"}
    )
    assert (answer.status_code, answer.headers["Location"]) == (301, target)
    assert b"evil" not in b"".join(f"{each}".encode() for each in answer.headers)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "nowhere",
    ["/categories/techweb/index.xml", "/feed/none.xml", "/feed/by_tag/none.xml", "/feeds/x.atom.xml", "/tag/x/feed/"],
)
def test_aliases_of_nothing_lead_nowhere(client: FlaskClient, nowhere: str) -> None:
    assert client.get(nowhere).status_code == 404  # the first of them is the slug of two


def test_a_canonical_address_wins_over_an_alias(client: FlaskClient) -> None:
    answer = client.get("/category/Boats/feed/")  # the page of the category "Boats/feed"
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/html")


@pytest.mark.parametrize(
    ("strange", "status"),
    [
        ("/tag/%ff%fe/rss.xml", 400),
        ("/tag/%00/rss.xml", 400),
        ("/tag/%zz/rss.xml", 404),
        ("/tag/../rss.xml", 404),
        ("/tag/./rss.xml", 404),
        ("/tag//rss.xml", 404),
        ("//rss.xml", 404),
        ("/" + "a" * 9000, 414),
        ("/tag/" + "%E4%B8%AD" * 3000 + "/rss.xml", 404),
        ("/tag/unknown/rss.xml", 404),
        ("/category/unknown.html", 404),
        ("/robots.txt", 404),
    ],
)
def test_strange_paths_are_errors_of_the_client(client: FlaskClient, strange: str, status: int) -> None:
    answer = client.get(strange)
    assert answer.status_code == status
    error = answer.get_json()["error"]
    assert error["status"] == status
    assert set(error) == {"status", "code", "message"}
    assert len(answer.data) < 500
    expected = "public, max-age=60" if status == 404 else "no-store"
    assert answer.headers["Cache-Control"] == expected


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.binary(max_size=60),
    st.sampled_from(["", "/rss.xml", "/feed/", ".xml"]),
    st.sampled_from(["/", "/tag/", "/feed/"]),
)
def test_no_path_is_a_fault_of_the_server(app: Flask, raw: bytes, end: str, start: str) -> None:
    answer = app.test_client().get(start + quote(raw) + end)
    assert answer.status_code < 500


# -- life and death of feeds ---------------------------------------------------------------------------------


def test_an_emptied_feed_stays_until_its_time_is_over(library: Library) -> None:
    old = Term("tag", "旧 old")
    library.publish({SITE: "x", old: "empty"})
    library.writer.ledger.empty_feed(old.scheme, old.name, library.now)
    clock = [library.now]
    shelf = Shelf(library.state, 1_000_000, lambda: clock[0])
    client = make_app(shelf, library.state, lambda: "").test_client()
    end = library.now + library.served.feeds.gone_after
    for moment, status in ((library.now, 200), (end - 1, 200), (end - 0.5, 200), (end, 410), (end + 1, 410)):
        clock[0] = moment
        assert client.get(path(old, "rss.xml")).status_code == status
        assert client.get(path(old, "")).status_code == status
    assert client.get(path(old, "rss.xml")).get_json()["error"]["code"] == "gone"
    library.publish({old: "back"}, [post("back", old)])
    assert client.get(path(old, "rss.xml")).data == library.bodies[path(old, "rss.xml")]


def test_what_the_settings_call_gone_is_gone(library: Library, app: Flask) -> None:
    library.publish(served=replace(SERVED, gone=("tag/café", "category/Never Was")))
    client = app.test_client()
    assert client.get(path(CAFE, "atom.xml")).status_code == 410
    assert client.get("/category/Never%20Was/rss.xml").status_code == 410
    assert client.get(path(TIDE, "atom.xml")).status_code == 200


def test_without_a_generation_feeds_answer_503(library: Library) -> None:
    client = make_app(Shelf(library.state, 1000), library.state, lambda: "").test_client()
    for address in ("/rss.xml", "/", "/feeds.json", "/feed"):
        answer = client.get(address)
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.headers["Cache-Control"] == "no-store"
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200
    library.publish({SITE: "now"})
    assert client.get("/rss.xml").status_code == 200
    assert client.get("/readyz").status_code == 200


# -- headers -------------------------------------------------------------------------------------------------


def test_the_headers_of_a_feed(client: FlaskClient) -> None:
    headers = twice(client, path(TIDE, "atom.xml"), Accept_Encoding="gzip").headers
    assert headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert headers["Content-Encoding"] == "gzip"
    assert headers["ETag"].endswith('-gzip6ld"')
    assert headers["Last-Modified"] == "Tue, 14 Nov 2023 22:13:20 GMT"
    assert headers["Vary"] == "Accept-Encoding"
    assert headers["Cache-Control"] == (
        "public, max-age=300, s-maxage=10, stale-while-revalidate=60, stale-if-error=86400"
    )
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Access-Control-Expose-Headers"] == "ETag, Last-Modified, Link"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Link"] == (
        f'<https://feeds.example.com{path(TIDE, "atom.xml")}>; rel="self", <https://hub.example.com/>; rel="hub"'
    )
    assert "Set-Cookie" not in headers
    assert client.get("/rss.xml").content_type == "application/rss+xml; charset=utf-8"
    assert client.get("/feed.json").content_type == "application/feed+json; charset=utf-8"


@pytest.mark.parametrize(
    "address",
    ["/rss.xml", "/", "/?q=tide", "/category/TechWeb/", "/feeds.opml", "/feeds.json", "/style.css", "/favicon.ico"],
)
def test_each_coding_is_a_representation_of_its_own(client: FlaskClient, address: str) -> None:
    plain = twice(client, address)
    zipped = twice(client, address, Accept_Encoding="gzip")
    brotlied = twice(client, address, Accept_Encoding="br")
    assert gzip.decompress(zipped.data) == brotli.decompress(brotlied.data) == plain.data
    assert len({plain.headers["ETag"], zipped.headers["ETag"], brotlied.headers["ETag"]}) == 3
    assert "Content-Encoding" not in plain.headers
    for answer in (plain, zipped, brotlied):
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert int(answer.headers["Content-Length"]) == len(answer.data)
        assert ("Last-Modified" in answer.headers) == (address == "/rss.xml")


def test_a_304_says_what_it_must_and_no_more(client: FlaskClient) -> None:
    full = twice(client, "/rss.xml", Accept_Encoding="br")
    for match in (full.headers["ETag"], f'"x", W/{full.headers["ETag"]}', "*"):
        answer = twice(client, "/rss.xml", Accept_Encoding="br", If_None_Match=match)
        assert answer.status_code == 304
        assert answer.data == b""
        assert set(answer.headers.keys()) == {
            "ETag", "Cache-Control", "Vary", "Last-Modified", "Link",
            "Access-Control-Allow-Origin", "Access-Control-Expose-Headers",
        }  # fmt: skip
        assert all(answer.headers[name] == full.headers[name] for name, _ in answer.headers)
    assert twice(client, "/rss.xml", If_None_Match=full.headers["ETag"]).status_code == 200  # another coding's


def test_head_equals_get(client: FlaskClient) -> None:
    for address in ("/rss.xml", path(TIDE, "feed.json"), "/", "/feeds.opml", "/nowhere", "/feed", "/healthz"):
        got = client.get(address, headers={"Accept-Encoding": "gzip"})
        for _ in range(2):
            head = client.head(address, headers={"Accept-Encoding": "gzip"})
            assert head.data == b""
            assert (head.status_code, sorted(head.headers)) == (got.status_code, sorted(got.headers))


def test_ranges_are_ignored(client: FlaskClient) -> None:
    assert twice(client, "/rss.xml", Range="bytes=0-9").status_code == 200


def test_failed_preconditions(client: FlaskClient) -> None:
    answer = twice(client, "/rss.xml", If_Match='"other"')
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (412, "precondition_failed")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "PROPFIND", "TRACE"])
def test_other_methods_are_told_what_is_allowed(client: FlaskClient, method: str) -> None:
    answer = client.open("/rss.xml", method=method)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert client.open("/rebuild", method="DELETE").headers["Allow"] == "OPTIONS, POST"


def test_an_upgrade_is_ignored_behind_any_server(client: FlaskClient) -> None:
    sent = {"Connection": "keep-alive, Upgrade", "Upgrade": "websocket"}
    for address in ("/rss.xml", "/rss.xml", "/", "/healthz"):
        assert client.get(address, headers=sent).status_code == 200


def test_options_and_preflights(client: FlaskClient) -> None:
    answer = client.options("/rss.xml", headers={"Origin": "https://x.example"})
    assert answer.status_code == 204
    assert answer.headers["Allow"] == answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    allowed = answer.headers["Access-Control-Allow-Headers"]
    assert "If-None-Match" in allowed
    assert "A-IM" in allowed
    assert "Content-Length" not in answer.headers


# -- one answer, two ways ------------------------------------------------------------------------------------

CONDITIONS = st.fixed_dictionaries(
    {},
    optional={
        "Accept-Encoding": st.sampled_from(["gzip", "br", "identity", "gzip, br", "*", "gzip;q=0, *", "nonsense", ""]),
        "If-None-Match": st.sampled_from(["plain", "gzip", "br", "W/gzip", "*", '"x"', "list"]),
        "If-Modified-Since": st.sampled_from(["Tue, 14 Nov 2023 22:13:20 GMT", "Mon, 13 Nov 2023 22:13:20 GMT", "?"]),
        "If-Match": st.sampled_from(['"x"', "*"]),
        "If-Unmodified-Since": st.sampled_from(["Mon, 13 Nov 2023 22:13:20 GMT"]),
        "Range": st.just("bytes=0-1"),
        "A-IM": st.just("feed"),
    },
)
RAW = path(SLASHED, "atom.xml").replace("%2F", "/")
ADDRESSES = ("/rss.xml", path(SLASHED, "atom.xml"), RAW, "/", "/feeds.json", "/x")


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sampled_from(["GET", "HEAD", "OPTIONS", "POST"]), st.sampled_from(ADDRESSES), CONDITIONS)
def test_the_front_says_what_flask_says(app: Flask, method: str, address: str, sent: dict[str, str]) -> None:
    fast, slow = Client(app), Client(serving(app).slow)
    etag = fast.get(address).headers.get("ETag", '""')
    tags = {"plain": etag, "gzip": f'{etag[:-1]}-gzip6ld"', "br": f'{etag[:-1]}-br5"'}
    tags |= {"W/gzip": f"W/{tags['gzip']}", "list": ", ".join(tags.values())}
    match = sent.get("If-None-Match")
    headers = sent | ({"If-None-Match": tags.get(match, match)} if match is not None else {})
    for _ in range(2):
        one = fast.open(address, method=method, headers=headers)
        other = slow.open(address, method=method, headers=headers)
        assert (one.status_code, list(one.headers), one.data) == (other.status_code, list(other.headers), other.data)


def test_exact_hits_never_reach_flask(app: Flask) -> None:
    reached = False
    app.before_request(lambda: ("reached", 500) if reached else None)
    client = app.test_client()
    tag = client.get("/rss.xml").headers["ETag"]
    reached = True
    assert client.get("/rss.xml").status_code == 200
    assert client.head("/rss.xml").status_code == 200
    assert client.get("/rss.xml", headers={"If-None-Match": tag, "If-Modified-Since": "x"}).status_code == 304
    assert client.get("/rss.xml", headers={"If-Modified-Since": "x"}).status_code == 500


# -- lists and pages -----------------------------------------------------------------------------------------


def test_the_list_for_programs(client: FlaskClient) -> None:
    listed = twice(client, "/feeds.json").get_json()["feeds"]
    assert (listed[0]["scheme"], listed[0]["term"], listed[0]["entries"]) == ("site", "", 2)
    assert listed[0]["html"] == "https://example.com/"
    tide = next(each for each in listed if each["term"] == TIDE.name)
    assert tide["entries"] == 2
    assert tide["rss"] == "https://feeds.example.com" + path(TIDE, "rss.xml")
    assert tide["title"] == "潮汐 Tides - Harbour News 港口新闻"
    assert {(each["scheme"], each["term"]) for each in listed[1:]} == {(term.scheme, term.name) for term in TERMS}


def test_the_list_for_readers(client: FlaskClient) -> None:
    answer = twice(client, "/feeds.opml")
    assert answer.content_type == "text/x-opml; charset=utf-8"
    assert f'xmlUrl="https://feeds.example.com{path(SLASHED, "atom.xml")}"' in answer.text


def test_pages_follow_the_generation(client: FlaskClient, library: Library) -> None:
    before = twice(client, "/")
    library.publish({TIDE: "new"}, [post("third-post", TIDE, published=datetime(2025, 1, 1, tzinfo=UTC))])
    after = twice(client, "/")
    assert "Title of third-post" in after.text
    assert before.headers["ETag"] != after.headers["ETag"]


def test_a_dangerous_link_is_not_made(client: FlaskClient, library: Library) -> None:
    library.publish({SITE: "y"}, [post("odd", TIDE)._replace(url="javascript:alert(1)", title="odd one")])
    page = client.get(path(TIDE, "")).text
    assert "odd one" in page
    assert "javascript:" not in page
