"""What is composed at request: histories, selections, other lengths and forms, and what changed since a state."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from feedsvc.compose import PART
from feedsvc.plan import Slot, period
from feedsvc.shelf import Shelf
from feedsvc.uris import Bound, archive_path, read_archive_path
from feedsvc.web.app import make_app, serving
from tests.unit.desk import LONG, SITE, Desk, post

START = datetime(2019, 12, 30, 21, tzinfo=UTC)
POSTS = 330
SECOND = 1_000_000
YEAR = 366 * 86_400
_ATOM = "{http://www.w3.org/2005/Atom}"
_HISTORY = "{http://purl.org/syndication/history/1.0}"


# -- periods --------------------------------------------------------------------------------------------------

instants = st.one_of(st.integers(0, 3 * YEAR), st.integers(0, 90), st.integers(YEAR - 50, YEAR + 50))
moments = st.lists(instants, max_size=60)


def slot(number: int, seconds: int) -> Slot:
    return Slot(seconds * SECOND, f"p{number:03}", number, b"v", "", f"https://f.example.org/p{number}")


Part = tuple[tuple[Slot, ...], Bound | None]


def parts(slots: list[Slot], most: int) -> dict[Bound, Part]:
    """A history, walked from its end: what each address gives, and where it goes on."""
    found: dict[Bound, Part] = {}
    bound: Bound | None = Bound(9 * YEAR * SECOND)
    rest = sorted(slots, reverse=True)
    while bound is not None:
        assert bound not in found
        held, following = period(rest[: most + 1], most)
        found[bound] = held, following
        rest, bound = rest[len(held) :], following
    assert not rest
    return found


@given(moments, st.integers(1, 7))
def test_each_post_is_in_one_part_of_a_history(seconds: list[int], most: int) -> None:
    slots = [slot(number, each) for number, each in enumerate(seconds)]
    walked = [each for held, _ in parts(slots, most).values() for each in held]
    assert walked == sorted(slots, reverse=True)


@given(moments, instants, st.integers(1, 7))
@settings(max_examples=300)
def test_a_post_touches_the_part_of_its_own_period_alone(seconds: list[int], new: int, most: int) -> None:
    slots = [slot(number, each) for number, each in enumerate(seconds)]
    added = slot(len(slots), new)
    before, after = parts(slots, most), parts([*slots, added], most)
    for bound in before.keys() & after.keys():
        (held, following), (now, _) = before[bound], after[bound]
        if held != now:
            began = following.instant if following else 0
            assert added in now or began <= added.published < bound.instant


@given(st.integers(-(10**10), 10**11), st.integers(0, 999_999) | st.just(0), st.sampled_from(("", "0a1b2c3d")))
def test_bounds_are_read_back_from_addresses(seconds: int, rest: int, mark: str) -> None:
    bound = Bound(seconds * SECOND + rest, mark)
    assert read_archive_path(archive_path("/tag/x/", bound, "rss.xml")) == ("/tag/x/rss.xml", bound)


@given(st.integers(-(10**9), 10**11), st.sampled_from((1, 60, 3600, 86_400)), st.sampled_from(("", "0a1b2c3d")))
def test_what_follows_a_bound_is_as_exact(seconds: int, unit: int, mark: str) -> None:
    bound = Bound(seconds // unit * unit * SECOND, mark)
    following = bound.following()
    assert following is not None
    assert bound.instant < following.instant
    assert len(str(following)) <= len(str(bound).partition("~")[0])


@pytest.mark.parametrize(
    ("bound", "expected"),
    [
        ("2024", "2025"),
        ("2024-12", "2025"),
        ("2024-05", "2024-06"),
        ("2024-02-29", "2024-03"),
        ("2024-05-01T12", "2024-05-01T13"),
        ("2024-05-01T12:59", "2024-05-01T13"),
        ("2024-05-01T12:30:05.250000", "2024-05-01T12:30:06"),
        ("2024-05-01T00:00:00~0a1b2c3d", "2024-05-01T00:00:01"),
        ("9999", "None"),
    ],
)
def test_what_follows_a_bound(bound: str, expected: str) -> None:
    place = read_archive_path(f"/archive/{bound}/rss.xml")
    assert place is not None
    assert str(place[1].following()) == expected


@pytest.mark.parametrize(
    "path",
    [
        "/archive/2024-13/rss.xml",
        "/archive/2024-01/rss.xml",
        "/archive/24/rss.xml",
        "/archive/rss.xml",
        "/archive/２０２４/rss.xml",
    ],
)
def test_other_spellings_of_a_bound_are_no_address(path: str) -> None:
    assert read_archive_path(path) is None


# -- over HTTP ------------------------------------------------------------------------------------------------


def source(number: int, *, tag: str = "", title: str = "") -> str:
    """Post ``number`` of a site: many at first, then few; two share each instant."""
    hours = number // 2 if number < 200 else 100 + 24 * 9 * (number - 200)
    when = START + timedelta(hours=hours)
    tags = f"tags: [{tag or ('潮', 'tide', 'R&D')[number % 3]}]\n"
    name = ("Sea", "Land")[number % 2]
    more = f"categories: [{name}]\n{tags}"
    return post(title or f"Post {number} 篇", f"{LONG} {number}", date=f"{when:%Y-%m-%d %H:%M:%S} +0000", more=more)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("composed")
    made = Desk(folder / "site", folder / "state")
    for number in range(POSTS):
        made.put(f"_posts/2020-01-01-p{number:03}.md", source(number))
    made.look()
    yield made
    made.writer.close()


@pytest.fixture
def client(desk: Desk) -> Iterator[FlaskClient]:
    shelf = Shelf(desk.state, 20_000_000, lambda: desk.now + 100)
    app = make_app(shelf, desk.state, lambda: "")
    yield app.test_client()
    shelf.close()
    serving(app).counts.close()


def ids_and_older(path: str, body: bytes) -> tuple[list[str], str, str]:
    """A document's ids, its own address, and that of the history before it."""
    if path.partition("?")[0].endswith(".json"):
        data = json.loads(body)
        return [item["id"] for item in data["items"]], data["feed_url"], data.get("next_url", "")
    root = etree.fromstring(body)
    ids = [
        str(each.text) for each in root.iter(f"{_ATOM}id", "guid") if each.getparent().tag in (f"{_ATOM}entry", "item")
    ]
    hrefs = {each.get("rel"): str(each.get("href")) for each in root.iter(f"{_ATOM}link")}
    return ids, hrefs["self"], hrefs.get("prev-archive", "")


def walk(client: FlaskClient, start: str) -> dict[str, tuple[list[str], str]]:
    """A feed and its whole history, by following links: ids and ETag by path."""
    found: dict[str, tuple[list[str], str]] = {}
    path = start
    while path:
        answer = client.get(path)
        assert (answer.status_code, path in found) == (200, False), path
        ids, own, older = ids_and_older(path, answer.data)
        assert own == SITE + path
        assert f'<{own}>; rel="self"' in answer.headers["Link"]
        found[path] = ids, answer.headers["ETag"]
        path = older.removeprefix(SITE)
    return found


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("/atom.xml", POSTS),
        ("/rss.xml", POSTS),
        ("/feed.json", POSTS),
        ("/category/Sea/atom.xml", POSTS // 2),
        ("/tag/R%26D/rss.xml", POSTS // 3),
        ("/tag/%E6%BD%AE/feed.json?content=summary&limit=3", POSTS // 3),
        ("/select/atom.xml?category=Sea&tag=R%26D&tag=%E6%BD%AE", POSTS // 3),
        ("/select/rss.xml?not-tag=tide&limit=1", POSTS // 3 * 2),
    ],
)
def test_a_history_holds_each_post_once(client: FlaskClient, start: str, expected: int) -> None:
    found = walk(client, start)
    ids = [each for held, _ in found.values() for each in held]
    assert len(ids) == len(set(ids)) == expected
    assert all(len(held) <= PART for held, _ in found.values())
    assert len(found) > 2


def test_a_part_of_a_history_says_what_it_is(client: FlaskClient) -> None:
    _, path = list(walk(client, "/category/Sea/atom.xml"))[:2]
    answer = client.get(path)
    root = etree.fromstring(answer.data)
    assert root.find(f"{_HISTORY}archive") is not None
    links = {each.get("rel"): each.get("href") for each in root.findall(f"{_ATOM}link")}
    assert links["current"] == f"{SITE}/category/Sea/atom.xml"
    assert "max-age=86400" in answer.headers["Cache-Control"]
    assert "immutable" not in answer.headers["Cache-Control"]
    assert "Last-Modified" not in answer.headers
    assert client.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    channel = etree.fromstring(client.get(path.replace("atom.xml", "rss.xml")).data)[0]
    assert channel.find(f"{_HISTORY}archive") is not None
    assert [each.get("rel") for each in channel.findall(f"{_ATOM}link")] == ["self", "current", "prev-archive"]


@pytest.mark.parametrize("start", ["/category/Sea/atom.xml", "/tag/tide/rss.xml?content=summary", "/rss.xml"])
def test_only_the_oldest_part_leads_to_what_came_after_it(client: FlaskClient, start: str) -> None:
    """W3C's validator finds an archive without a link to another incomplete; a post may touch its own part alone."""
    *_, before, last = walk(client, start)
    links = {
        path: [each.get("rel") for each in etree.fromstring(client.get(path).data).iter(f"{_ATOM}link")]
        for path in (before, last)
    }
    assert ("prev-archive" in links[before], "next-archive" in links[before]) == (True, False)
    assert ("prev-archive" in links[last], "next-archive" in links[last]) == (False, True)
    root = etree.fromstring(client.get(last).data)
    (href,) = [str(each.get("href")) for each in root.iter(f"{_ATOM}link") if each.get("rel") == "next-archive"]
    ids, own, _ = ids_and_older(href.removeprefix(SITE), client.get(href.removeprefix(SITE)).data)
    assert own == href
    assert ids
    assert ids_and_older(last, client.get(last).data)[0] != ids


def test_a_short_feed_has_no_history(desk: Desk, client: FlaskClient) -> None:
    desk.put("_posts/2020-01-01-alone.md", source(1, tag="alone"))
    desk.look()
    assert len(walk(client, "/tag/alone/atom.xml")) == 1
    desk.drop("_posts/2020-01-01-alone.md")
    desk.look()
    desk.look()


def test_posts_that_come_change_and_go_touch_their_own_part_alone(desk: Desk, client: FlaskClient) -> None:
    before = walk(client, "/atom.xml")
    middle = "_posts/2020-01-01-p100.md"
    desk.put(middle, source(100, title="Corrected 改正"))
    desk.look()
    after = walk(client, "/atom.xml")
    assert list(after) == list(before)
    assert [path for path in after if after[path] != before[path]] == [
        next(path for path, (ids, _) in before.items() if any(each.endswith("/p100") for each in ids))
    ]
    desk.put(middle, source(100))
    desk.put("_posts/2020-01-01-new.md", source(POSTS))
    desk.look()
    after = walk(client, "/atom.xml")
    kept = [path for path in after if after[path] == before.get(path)]
    assert len(kept) >= len(before) - 3  # the subscription, the part behind it, and the one that was corrected
    desk.drop("_posts/2020-01-01-new.md")
    desk.look()
    desk.look()


def test_posts_that_are_backdated_or_deleted_touch_the_part_of_their_time_alone(
    desk: Desk, client: FlaskClient
) -> None:
    before = walk(client, "/category/Sea/atom.xml")
    kept = {path: etag for path, (_, etag) in before.items()}
    old, oldest = [*before][-2], [*before][-1]
    name = before[old][0][0].rpartition("/")[2]
    path = f"_posts/2020-01-01-{name}.md"
    desk.drop(path)
    desk.look()
    desk.look()
    assert {
        each: etag for each, (_, etag) in walk(client, "/category/Sea/atom.xml").items() if etag != kept[each]
    }.keys() == {old}
    desk.put(path, source(int(name[1:])))
    desk.put(
        "_posts/2020-01-01-back.md", post("补 Backdated", date="2019-12-31 00:30:00 +0000", more="categories: [Sea]\n")
    )
    desk.look()
    after = {each: etag for each, (_, etag) in walk(client, "/category/Sea/atom.xml").items()}
    assert [each for each in before if after[each] != kept[each]] == [oldest]
    desk.drop("_posts/2020-01-01-back.md")
    desk.look()
    desk.look()


# -- selections -----------------------------------------------------------------------------------------------


def items(client: FlaskClient, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.data
    found: list[dict[str, str]] = json.loads(answer.data)["items"]
    return found


def test_kinds_add_up_and_names_are_alternatives(client: FlaskClient) -> None:
    for item in items(client, "/select/feed.json?category=Sea&tag=R%26D&tag=tide&limit=50"):
        assert "Sea" in item["tags"]
        assert {"R&D", "tide"} & {*item["tags"]}
    assert len(items(client, "/select/feed.json?category=Sea&limit=7")) == 7
    assert not items(client, "/select/feed.json?category=Nowhere")
    left = items(client, "/select/feed.json?not-category=Land&not-tag=tide")
    assert {each for item in left for each in item["tags"]} == {"Sea", "R&D", "潮"}


@pytest.mark.parametrize(
    ("given_", "canonical"),
    [
        ("tag=tide&category=Sea", "category=Sea&tag=tide"),
        ("tag=tide&tag=%e6%bd%ae&utm_source=x", ""),
        ("tag=%e6%bd%ae&tag=tide", "tag=tide&tag=%E6%BD%AE"),
        ("limit=5&content=full&tag=tide", "tag=tide&content=full&limit=5"),
        ("tag=tide&tag=tide", "tag=tide"),
        ("tag=tide&author=", ""),
    ],
)
def test_a_selection_has_one_address(client: FlaskClient, given_: str, canonical: str) -> None:
    answer = client.get(f"/select/atom.xml?{given_}")
    if not canonical:
        assert answer.status_code == 200
        return
    assert (answer.status_code, answer.headers["Location"]) == (301, f"/select/atom.xml?{canonical}")
    again = client.get(answer.headers["Location"])
    assert (again.status_code, again.headers["Link"]) == (200, f'<{SITE}/select/atom.xml?{canonical}>; rel="self"')


def test_what_others_add_to_an_address_is_ignored(client: FlaskClient) -> None:
    for address in ("/select/rss.xml?tag=tide", "/archive/select/2020-06/atom.xml?tag=tide", "/rss.xml?limit=3"):
        plain = client.get(address)
        assert plain.status_code == 200
        for cruft in (
            "utm_source=x",
            "&".join(f"a{number}=b" for number in range(300)),
            "utm_source=%ff%00&a[]=%zz",
            "&&=&fbclid",
            "%e4=%e4",
        ):
            for found in (client.get(f"{address}&{cruft}"), client.get(f"{address}&{cruft}")):
                assert (found.status_code, found.data, found.headers) == (200, plain.data, plain.headers)
    assert client.get("/select/rss.xml?tag=%ff").status_code == 400


@pytest.mark.parametrize(
    ("query", "parameter"),
    [("categories=Sea", "categories"), ("limit=0", "limit"), ("limit=many", "limit"), ("content=all", "content")],
)
def test_what_cannot_be_is_named(client: FlaskClient, query: str, parameter: str) -> None:
    answer = client.get(f"/select/rss.xml?{query}")
    assert answer.status_code == 400
    problem = json.loads(answer.data)["error"]
    assert problem["parameter"] == parameter
    assert parameter in problem["message"]


def test_a_selection_s_etag_moves_with_its_entries_alone(desk: Desk, client: FlaskClient) -> None:
    address = "/select/rss.xml?category=Land&tag=tide"
    before = client.get(address).headers["ETag"]
    desk.put("_posts/2020-01-01-p328.md", source(328, title="At sea 海上"))
    desk.look()
    assert client.get(address).headers["ETag"] == before
    desk.put("_posts/2020-01-01-p325.md", source(325, title="On land 陆上"))
    desk.look()
    assert client.get(address).headers["ETag"] != before


# -- length and form ------------------------------------------------------------------------------------------


def test_length_and_form_can_be_asked_of_every_feed(client: FlaskClient) -> None:
    whole = items(client, "/category/Sea/feed.json")
    assert items(client, "/category/Sea/feed.json?limit=5") == whole[:5]
    for other in ("utm_source=x&limit=5", "limit=5&utm_source=%E4", "%6cimit=5", "l%69mit=5&limit=9"):
        for _ in range(2):  # made, then from memory
            assert items(client, f"/category/Sea/feed.json?{other}") == whole[:5]
    assert items(client, "/category/Sea/feed.json?utm_source=%E4%zz") == whole
    assert items(client, "/category/Sea/feed.json?content=full") == whole
    short = items(client, "/category/Sea/feed.json?content=summary")
    assert [item["id"] for item in short] == [item["id"] for item in whole]
    assert all("content_html" not in item and item["summary"] for item in short)
    assert len(items(client, "/feed.json?limit=100")) == 100
    assert client.get("/category/Nowhere/feed.json?limit=5").status_code == 404


def test_what_is_asked_for_without_end_is_bounded(client: FlaskClient) -> None:
    shelf = serving(client.application).shelf
    client.get("/atom.xml")
    for number in range(300):
        assert client.get(f"/select/feed.json?not-tag=x{number}").status_code == 200
    assert shelf._composed.bytes <= 5_000_000
    assert shelf.glance("/atom.xml") is not None
    assert shelf.glance(("/select/feed.json", "not-tag=x299")) is not None


# -- what changed ---------------------------------------------------------------------------------------------


def test_a_reader_that_asks_gets_what_changed_alone(desk: Desk, client: FlaskClient) -> None:
    first = client.get("/tag/tide/atom.xml")
    held = {"If-None-Match": first.headers["ETag"], "A-IM": "feed"}
    assert client.get("/tag/tide/atom.xml", headers=held).status_code == 304
    desk.put("_posts/2020-01-01-p307.md", source(307, title="Changed 改"))
    desk.look()
    desk.put("_posts/2020-01-01-p322.md", source(322, title="Changed too 也改"))
    desk.look()
    answer = client.get("/tag/tide/atom.xml", headers=held)
    assert (answer.status_code, answer.headers["IM"]) == (226, "feed")
    assert "no-store" in answer.headers["Cache-Control"]
    ids, own, _ = ids_and_older("/tag/tide/atom.xml", answer.data)
    assert [each.rpartition("/")[2] for each in ids] == ["p322", "p307"]
    assert own == f"{SITE}/tag/tide/atom.xml"
    whole = client.get("/tag/tide/atom.xml")
    assert answer.headers["ETag"] == whole.headers["ETag"]
    assert client.get("/tag/tide/atom.xml", headers=held | {"If-None-Match": answer.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    "headers",
    [
        {"A-IM": "feed", "If-None-Match": '"unknown"'},
        {"A-IM": "feed"},
        {"A-IM": "vcdiff", "If-None-Match": "{held}"},
        {"A-IM": "feed;q=0", "If-None-Match": "{held}"},
        {"If-None-Match": "{held}"},
        {"A-IM": "feed", "If-None-Match": "{held}", "Via": "1.1 cache.example"},
        {"A-IM": "feed", "If-None-Match": "{held}", "User-Agent": "rss2email/3.14 (https://github.com/rss2email)"},
    ],
)
def test_others_get_the_whole(desk: Desk, client: FlaskClient, headers: dict[str, str]) -> None:
    held = client.get("/feed.json").headers["ETag"]
    desk.put("_posts/2020-01-01-p329.md", source(329, title=f"Again 又 {desk.now}"))
    desk.look()
    sent = {name: value.replace("{held}", held) for name, value in headers.items()}
    answer = client.get("/feed.json", headers=sent)
    assert answer.status_code == 200
    assert "IM" not in answer.headers


def test_states_are_known_whatever_their_coding(desk: Desk, client: FlaskClient) -> None:
    held = client.get("/rss.xml", headers={"Accept-Encoding": "gzip"}).headers["ETag"]
    assert re.search("-gzip", held)
    desk.put("_posts/2020-01-01-p329.md", source(329, title="Once more 再"))
    desk.look()
    sent = {"A-IM": "gzip, feed", "If-None-Match": f'"other", W/{held}', "Accept-Encoding": "br"}
    answer = client.get("/rss.xml", headers=sent)
    assert (answer.status_code, answer.headers["Content-Encoding"]) == (226, "br")
    assert answer.headers["ETag"].endswith('-br5"')


def test_fifty_states_are_remembered(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "site", tmp_path / "state")
    shelf = Shelf(desk.state, 20_000_000, lambda: desk.now + 100)
    app = make_app(shelf, desk.state, lambda: "")
    client, tags = app.test_client(), []
    for number in range(55):
        desk.put("_posts/2020-01-01-p.md", source(0, title=f"Title {number}"))
        desk.look(after=100)
        tags.append(client.get("/rss.xml").headers["ETag"])
    codes = [client.get("/rss.xml", headers={"A-IM": "feed", "If-None-Match": tag}).status_code for tag in tags]
    assert codes[-1] == 304
    assert codes[-51:-1] == [226] * 50
    assert codes[0] == 200
    shelf.close()
    serving(app).counts.close()
    desk.writer.close()


def test_episodes_make_any_document_a_podcast(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "site", tmp_path / "state")
    (desk.root / "feedsvc.toml").write_text('[podcast]\ncategory = "Music"\nemail = "p@e.org"\n')
    desk.put("_posts/2020-01-01-talk.md", post("一集", more="tags: [radio]\naudio: /a.mp3\nduration: 5\n"))
    desk.put("_posts/2020-01-02-text.md", post("文字", date="2026-01-02 00:00:00 +0000"))
    desk.look()
    shelf = Shelf(desk.state, 20_000_000, lambda: desk.now + 100)
    app = make_app(shelf, desk.state, lambda: "")
    client = app.test_client()
    for path in ("/rss.xml", "/rss.xml?limit=2", "/rss.xml?content=summary", "/select/rss.xml?tag=radio"):
        found = client.get(path).text
        assert "<itunes:email>p@e.org</itunes:email>" in found
        assert '<itunes:category text="Music"/>' in found
        assert "<itunes:duration>5</itunes:duration>" in found
    assert "<itunes:" not in client.get("/rss.xml?limit=1").text  # the newest alone is no episode
    shelf.close()
    serving(app).counts.close()
    desk.writer.close()
