"""Pages for people: what they show, lead to, find and leave alone, without a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote, unquote

import polib
import pytest
from flask.testing import FlaskClient
from jinja2 import Environment
from jinja2.ext import extract_from_ast
from lxml import html

from feedsvc.model import SITE, Term
from feedsvc.rules import FeedTable, FeedTables, Look, Served
from feedsvc.shelf import Shelf
from feedsvc.web.app import make_app, serving
from feedsvc.web.orders import Orders
from feedsvc.web.pages import icons
from feedsvc.web.pages.speech import speech
from tests.unit.desk import Desk
from tests.unit.desk import post as source
from tests.unit.library import SERVED, Library, post

TIDE = Term("category", "潮汐 Tides")
SLASHED = Term("tag", "晴/雨 (#1?)")
AUTHOR = Term("author", "李 Li")
FIRST = datetime(2024, 3, 1, 12, 0, tzinfo=UTC)


def client_of(library: Library, look: Look | None = None) -> FlaskClient:
    shelf = Shelf(library.state, 20_000_000, lambda: library.now + 100)
    return make_app(shelf, library.state, lambda: "", look=look or Look()).test_client()


@pytest.fixture
def client(library: Library) -> Iterator[FlaskClient]:
    library.publish(
        dict.fromkeys((SITE, TIDE, SLASHED, AUTHOR), "text "),
        [post("first-post", TIDE, SLASHED, AUTHOR, title='<b>"Bold" & 大胆</b>'), post("second", TIDE)],
    )
    client = client_of(library)
    yield client
    serving(client.application).counts.close()


def page(client: FlaskClient, address: str) -> html.HtmlElement:
    answer = client.get(address)
    assert answer.content_type == "text/html; charset=utf-8"
    return html.document_fromstring(answer.data)


def path(term: Term) -> str:
    return "/" if term == SITE else f"/{term.scheme}/{quote(term.name, safe='')}/"


def names(tree: html.HtmlElement) -> list[str]:
    """The feeds that a page lists, in their order."""
    return [str(each.text_content()) for each in tree.cssselect(".feeds .name")]


# -- a feed's page -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("term", [SITE, TIDE, SLASHED, AUTHOR])
def test_a_page_says_what_the_feed_is_and_where(client: FlaskClient, term: Term) -> None:
    answer = client.get(path(term), headers={"Accept": "application/rss+xml"})
    tree = html.document_fromstring(answer.data)
    (heading,) = tree.cssselect("h1")
    assert heading.text_content() == (term.name or SERVED.site.title)
    links = [dict(each.attrib) for each in tree.cssselect('link[rel="alternate"]')]
    own = [f"{path(term)}{name}" for name in ("atom.xml", "rss.xml", "feed.json")]
    assert [link["href"] for link in links] == own  # no other: some readers put what they find into their own order
    (address,) = tree.cssselect("input#address")
    assert address.get("value") == f"https://feeds.example.com{path(term)}atom.xml"
    assert {each.get("href") for each in tree.cssselect(".formats a")} == set(own)
    assert "&lt;b&gt;&#34;Bold&#34; &amp; 大胆&lt;/b&gt;" in answer.text
    assert tree.cssselect('a[href="https://example.com/first-post.html"]')


def test_readers_are_handed_the_address_whole(client: FlaskClient) -> None:
    address = f"https://feeds.example.com{path(SLASHED)}atom.xml"
    handed = {each.text_content(): each.get("href") for each in page(client, path(SLASHED)).cssselect(".services a")}
    assert handed.pop("The app on this device") == f"feed:{address}"
    assert set(handed) == {"Feedly", "Inoreader", "NewsBlur", "The Old Reader"}
    for target in handed.values():
        assert target.endswith(quote(address, safe=""))
        assert unquote(target).endswith(address)


def test_nothing_is_fetched_from_elsewhere(client: FlaskClient) -> None:
    for address in ("/", path(TIDE), "/category/none/"):
        answer = client.get(address)
        tree = html.document_fromstring(answer.data)
        fetched = [each.get("src") for each in tree.cssselect("[src]")]
        fetched += [each.get("href") for each in tree.cssselect('link[rel~="icon"], link[rel="stylesheet"]')]
        assert len(fetched) >= 4
        for each in fetched:
            assert re.fullmatch(r"/[a-z]+[^/]*", each), each
            assert client.get(each).status_code == 200
        assert not tree.cssselect("style, [style], script:not([src])")
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; ")
        assert "unsafe" not in policy
        assert "http" not in policy


def test_a_shared_page_describes_itself(client: FlaskClient) -> None:
    tree = page(client, path(TIDE))
    told = {each.get("property"): each.get("content") for each in tree.cssselect("meta[property]")}
    assert told["og:title"] == "潮汐 Tides - Harbour News 港口新闻"
    assert told["og:site_name"] == SERVED.site.title
    assert told["og:url"] == tree.cssselect('link[rel="canonical"]')[0].get("href") == SERVED.feeds.url + path(TIDE)
    assert TIDE.name in told["og:description"]
    picture = told["og:image"].removeprefix(SERVED.feeds.url)
    assert client.get(picture).content_type == "image/png"


def test_related_feeds_are_those_that_are_often_together(client: FlaskClient, library: Library) -> None:
    fish, rope = Term("tag", "鱼 fish"), Term("tag", "rope")
    posts = [post(f"n{number}", TIDE, fish, *([rope] if number else [])) for number in range(3)]
    library.publish({TIDE: "more"}, posts)
    tree = page(client, path(TIDE))
    related = [each.get("href") for each in tree.cssselect(".related a")]
    assert related[:2] == [path(fish), path(rope)]
    assert path(TIDE) not in related


def test_pages_have_validators_and_lie_ready(client: FlaskClient) -> None:
    for address in ("/", "/?q=tide", path(TIDE), "/archive/2025/"):
        answer = client.get(address)
        again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
        assert (answer.status_code, again.status_code, again.data) == (200, 304, b"")
        assert "Last-Modified" not in answer.headers
        assert "max-age=300" in answer.headers["Cache-Control"]


# -- reading in place, older posts ---------------------------------------------------------------------------


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "site", tmp_path / "state")
    yield made
    made.writer.close()


def reading(desk: Desk) -> FlaskClient:
    return make_app(Shelf(desk.state, 20_000_000, lambda: desk.now), desk.state, lambda: "").test_client()


def test_posts_can_be_read_in_place(desk: Desk) -> None:
    body = "一段 text.\n\n## 小标题\n\n![a *gull*](/gull.jpg)\n\n" + "很长的正文。" * 80
    desk.put("_posts/2026-01-01-long.md", source("长文", body, more="categories: 海\n"))
    desk.put("_posts/2026-01-02-short.md", source("短文", "只有一句 only.", more="categories: 海\n"))
    desk.look()
    tree = page(reading(desk), "/category/%E6%B5%B7/")
    short, long = sorted(tree.cssselect("article"), key=lambda each: len(each.text_content()))
    assert not short.cssselect("details")
    assert short.cssselect(".prose")[0].text_content().strip() == "只有一句 only."
    assert long.cssselect("details .prose h4")[0].text_content() == "小标题"
    assert not tree.cssselect("article img")
    (link,) = long.cssselect("a.medium")
    assert link.get("href") == "https://f.example.org/gull.jpg"
    assert link.text_content() == "Picture a gull"


def test_a_site_that_gives_summaries_away_keeps_the_rest(desk: Desk) -> None:
    desk.put("feedsvc.toml", "[feeds]\nfull_content = false\n")
    desk.put("_posts/2026-01-01-a.md", source("文", "一 Opening.\n\n" + "秘密的后文。" * 90))
    desk.look()
    tree = page(reading(desk), "/")
    assert "Opening." in tree.text_content()
    assert "秘密的后文。" * 60 not in tree.text_content()


def test_older_pages_lead_through_the_whole_history_once(library: Library) -> None:
    posts = [post(f"p{number:03d}", TIDE, published=FIRST + timedelta(days=3 * number)) for number in range(150)]
    library.publish({SITE: "x", TIDE: "x"}, posts)
    client = client_of(library)
    for start in ("/", path(TIDE)):
        tree, seen = page(client, start), list[str]()
        while True:
            seen += [each.text_content() for each in tree.cssselect("article h2, article h3")]
            ahead = tree.cssselect('.pager a[href^="/archive/"]')
            if not ahead:
                break
            tree = page(client, ahead[0].get("href"))
        assert seen == [f"Title of p{number:03d}" for number in reversed(range(150))]


def test_an_older_page_of_nothing_is_not_found(client: FlaskClient) -> None:
    assert client.get("/archive/category/None/2024/").status_code == 404
    assert client.get("/archive/category/None/2024-13/").status_code == 404


# -- all feeds -----------------------------------------------------------------------------------------------


def many(library: Library, count: int) -> FlaskClient:
    categories = [Term("category", f"分类 Category {number}") for number in range(count)]
    tags = [Term("tag", f"标签很长的名字 {number}") for number in range(count)]
    posts = [
        post(f"p{place}", *categories[place : place + 50], *tags[place : place + 50]) for place in range(0, count, 50)
    ]
    library.publish({SITE: "x"}, [*posts, post("again", tags[7], tags[9], published=FIRST + timedelta(1))])
    return client_of(library)


def test_the_first_page_stays_small_with_thousands_of_feeds(library: Library) -> None:
    client = many(library, 2_000)
    answer = client.get("/")
    assert len(answer.data) < 60_000
    assert "4,000 feeds" in answer.text
    tree = html.document_fromstring(answer.data)
    assert names(tree)[:2] == ["标签很长的名字 7", "标签很长的名字 9"]  # the fullest
    for address in ("/?page=2", "/?kind=tag", "/?q=标签", "/?page=100"):
        assert len(client.get(address).data) < 60_000


def test_every_feed_can_be_reached_by_links_alone(library: Library) -> None:
    client = many(library, 100)
    address, found = "/", list[str]()
    while address:
        tree = page(client, address)
        found += names(tree)
        ahead = tree.cssselect('#list .pager a[rel="next"]')
        address = ahead[0].get("href") if ahead else ""
    assert len(found) == len(set(found)) == 200
    assert all(name.startswith("标签") for name in names(page(client, "/?kind=tag")))
    assert page(client, "/?page=9999").cssselect(".count")[0].text_content().endswith("page 5 of 5")


def test_a_list_can_start_with_what_changed_last(client: FlaskClient, library: Library) -> None:
    library.now += 1000
    library.publish({SLASHED: "newer"})
    assert names(page(client, "/?sort=updated"))[0] == SLASHED.name
    assert names(page(client, "/"))[0] == TIDE.name


@pytest.mark.parametrize(
    "asked", ["潮汐", "TIDES", "ｔｉｄｅｓ", "chaoxi", "cx", "chao xi", "tides 潮汐", "潮汐Tides", "cháoxī", "晁西"]
)
def test_the_search_finds_a_name_however_it_is_written(client: FlaskClient, asked: str) -> None:
    assert names(page(client, f"/?q={quote(asked)}")) == [TIDE.name]


def test_what_was_asked_for_is_shown_and_never_run(client: FlaskClient) -> None:
    answer = client.get("/", query_string={"q": '"><script>alert(1)</script>\x00'})
    tree = html.document_fromstring(answer.data)
    assert [each.get("src", "").partition("?")[0] for each in tree.cssselect("script")] == ["/script.js"]
    assert "Nothing is called" in answer.text
    assert "\0" not in answer.text


@pytest.mark.parametrize(
    "query", ["utm_source=x", "page=1", "page=0", "page=-3", "page=x", "kind=planet", "sort=size", "q=", "q=%20"]
)
def test_parameters_that_say_nothing_give_the_same_page(client: FlaskClient, query: str) -> None:
    assert client.get(f"/?{query}").headers["ETag"] == client.get("/").headers["ETag"]


# -- what is not there ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "missed",
    ["/category/潮汐/", "/category/tides/", "/tag/CHAOXI tides", "/category/潮汛 Tides/", "/archive/tags/tydes/2024/"],
)
def test_a_page_that_is_missing_suggests_what_is_near(client: FlaskClient, missed: str) -> None:
    answer = client.get(missed)
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    tree = html.document_fromstring(answer.data)
    assert names(tree)[0] == TIDE.name
    assert tree.cssselect('meta[name="robots"][content="noindex"]')
    assert client.head(missed).data == b""


@pytest.mark.parametrize("missed", ["/category/none/rss.xml", "/none.html", "/builds/x", "/tag/none/feed.json"])
def test_programs_get_their_errors_as_json(client: FlaskClient, missed: str) -> None:
    answer = client.get(missed, headers={"Accept": "text/html"})
    assert answer.get_json()["error"]["status"] == answer.status_code >= 400


def test_a_feed_that_ended_says_so(client: FlaskClient, library: Library) -> None:
    library.publish(served=replace(SERVED, gone=("tag/旧 old",)))
    answer = client.get("/tag/旧 old/")
    assert answer.status_code == 410
    assert "This feed has ended" in answer.text


# -- language ------------------------------------------------------------------------------------------------


def spoken(language: str) -> Served:
    return replace(SERVED, site=replace(SERVED.site, language=language))


def test_pages_speak_the_site_s_language(client: FlaskClient, library: Library) -> None:
    library.publish(served=spoken("zh-CN"))
    text = client.get("/").text
    assert '<html lang="zh-CN"' in text
    assert "最新文章" in text
    library.publish(served=spoken("fr"))
    tree = page(client, "/")
    assert tree.get("lang") == "en"  # what pages say; what the site says is marked
    assert tree.cssselect("h1")[0].get("lang") == "fr"


def test_every_text_is_translated_and_none_is_left_over() -> None:
    web = files("feedsvc.web")
    said = set[str]()
    environment = Environment(autoescape=True)
    for template in web.joinpath("templates").iterdir():
        parsed = environment.parse(template.read_text(encoding="utf-8"))
        for _, _, text in extract_from_ast(parsed, ("_", "n_")):
            said.add(str(text[0] if isinstance(text, tuple) else text))
    for module in web.joinpath("pages").iterdir():
        if module.name.endswith(".py"):
            said.update(re.findall(r'\.say\("([^"]+)"', module.read_text(encoding="utf-8")))
    assert len(said) > 50
    for catalogue in web.joinpath("locale").iterdir():
        entries = polib.pofile(catalogue.read_text(encoding="utf-8"))
        assert {entry.msgid for entry in entries} == said, catalogue.name
        for entry in entries:
            for translated in [entry.msgstr, *entry.msgstr_plural.values()]:
                if translated:
                    assert set(re.findall(r"{\w+}", translated)) == set(re.findall(r"{\w+}", entry.msgid)), entry.msgid
            assert entry.translated(), entry.msgid


@pytest.mark.parametrize(
    ("language", "spoken", "word"),
    [("zh", "zh", "订阅"), ("zh-Hant-TW", "zh", "订阅"), ("en-GB", "en-GB", "Subscribe"), ("tlh", "en", "Subscribe")],
)
def test_languages_fall_back_to_more_general_ones(language: str, spoken: str, word: str) -> None:
    found = speech(language)
    assert (found.language, found.say("Subscribe")) == (spoken, word)


# -- the site's own look -------------------------------------------------------------------------------------


def test_a_site_s_own_templates_stylesheet_and_texts_go_first(library: Library, tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "locale").mkdir()
    (tmp_path / "style.css").write_text("body { color: teal }")
    (tmp_path / "static" / "wave.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (tmp_path / "home.html").write_text(
        '{% extends "feedsvc/home.html" %}{% block latest %}<p>ours: {{ site_title }} {{ _("Close") }}</p>'
        "{% endblock %}"
    )
    (tmp_path / "locale" / "cy.po").write_text('msgid ""\nmsgstr ""\n\nmsgid "Close"\nmsgstr "Cau"\n')
    library.publish({SITE: "x"}, [post("a", TIDE)], spoken("cy"))
    client = client_of(library, Look(templates=str(tmp_path)))
    text = client.get("/").text
    assert "<p>ours: Harbour News 港口新闻 Cau</p>" in text
    assert 'id="address"' in text
    (address,) = re.findall(r'href="(/style\.css[^"]*)"', text)
    assert client.get(address).text == "body { color: teal }"
    assert client.get("/static/wave.svg").content_type == "image/svg+xml"
    assert client.get("/script.js").status_code == 200
    assert client.get(path(TIDE)).status_code == 200


def test_a_site_s_own_icon_and_logo_are_shown(library: Library, tmp_path: Path) -> None:
    (tmp_path / "i.png").write_bytes(icons.png("own", 16))
    (tmp_path / "l.svg").write_bytes(icons.svg("own"))
    library.publish({SITE: "x"})
    client = client_of(library, Look(icon=str(tmp_path / "i.png"), logo=str(tmp_path / "l.svg")))
    text = client.get("/").text
    assert '<link rel="icon" href="/icon.png">' in text
    assert 'src="/logo.svg"' in text
    assert 'content="https://feeds.example.com/icon.png"' in text
    assert client.get("/favicon.ico").data == client.get("/icon.png").data == icons.png("own", 16)
    assert client.get("/favicon.ico").content_type == "image/png"


def test_an_icon_that_went_is_drawn_instead(library: Library, tmp_path: Path) -> None:
    library.publish({SITE: "x"})
    client = client_of(library, Look(icon=str(tmp_path / "gone.png"), templates=str(tmp_path / "gone")))
    assert client.get("/favicon.ico").content_type == "image/x-icon"
    assert client.get("/").status_code == 200


def test_workers_are_told_of_the_look(monkeypatch: pytest.MonkeyPatch) -> None:
    orders = Orders("state", 1, metrics_public=False, bearer="", look=Look("模板", "图.svg"))
    monkeypatch.setenv("_FEEDSVC_ORDERS", "")
    orders.give()
    assert Orders.take() == orders


def test_the_icon_that_is_drawn_follows_from_the_title(client: FlaskClient) -> None:
    ico = client.get("/favicon.ico")
    assert ico.content_type == "image/x-icon"
    assert ico.data[:4] == b"\0\0\1\0"
    assert client.get("/favicon.svg").data == icons.svg(SERVED.site.title) != icons.svg("another")
    assert client.get("/apple-touch-icon.png").data[:8] == b"\x89PNG\r\n\x1a\n"


# -- single feeds --------------------------------------------------------------------------------------------


def with_tables(*tables: tuple[str, str, str | bool]) -> Served:
    named = tuple(FeedTable(name, ((key, value),)) for name, key, value in sorted(tables))
    return replace(SERVED, feeds=replace(SERVED.feeds, tables=FeedTables(named=named)))


def test_a_hidden_feed_has_a_page_and_is_in_no_list(client: FlaskClient, library: Library) -> None:
    library.publish(served=with_tables((f"tag/{SLASHED.name}", "hidden", True)))
    assert client.get(path(SLASHED)).status_code == 200
    for address in ("/", "/?kind=tag", "/?q=qingyu", "/?sort=updated"):
        assert SLASHED.name not in names(page(client, address))
    assert TIDE.name in names(page(client, "/"))
    assert path(SLASHED) not in [each.get("href") for each in page(client, path(TIDE)).cssselect(".related a")]


def test_a_feed_that_is_said_to_be_gone_is_in_no_list_though_it_has_posts(
    client: FlaskClient, library: Library
) -> None:
    library.publish(served=replace(SERVED, gone=(f"tag/{SLASHED.name}",)))
    assert client.get(path(SLASHED)).status_code == 410
    for address in ("/", "/?kind=tag", "/?q=qingyu"):
        assert SLASHED.name not in names(page(client, address))
    assert path(SLASHED) not in [each.get("href") for each in page(client, path(TIDE)).cssselect(".related a")]
    for address in ("/feeds.opml", "/feeds.json"):
        assert path(SLASHED) not in client.get(address).text
        assert path(TIDE) in client.get(address).text


def test_a_feed_s_own_title_and_language_are_on_its_page(client: FlaskClient, library: Library) -> None:
    tide = f"category/{TIDE.name}"
    library.publish(served=with_tables((tide, "title", "潮水"), (f"tag/{SLASHED.name}", "language", "zh-CN")))
    assert page(client, path(TIDE)).cssselect("title")[0].text_content() == "潮水"
    assert page(client, path(SLASHED)).get("lang") == "zh-CN"
    assert page(client, path(TIDE)).get("lang") == "en"


def test_a_renamed_term_s_pages_lead_on(client: FlaskClient, library: Library) -> None:
    old = Term("category", "旧潮 Old")
    library.publish(served=replace(SERVED, moved=((old, TIDE),)))
    for before, after in ((path(old), path(TIDE)), (f"/archive{path(old)}2024/", f"/archive{path(TIDE)}2024/")):
        answer = client.get(before)
        assert (answer.status_code, answer.headers["Location"]) == (301, after)
