"""Addresses: references in any script, feeds' paths and back, Jekyll's slugs, links and ids."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.model import FILENAMES, SCHEMES, SITE, Term
from feedsvc.rules import Site
from feedsvc.uris import (
    UrlDrop,
    absolute,
    addressable,
    ascii_uri,
    feed_path,
    jekyll_url,
    page_path,
    permalink_template,
    post_id,
    read_path,
    slugify,
)

BASE = "http://a/b/c/d;p?q"


@pytest.mark.parametrize(
    ("ref", "target"),
    [
        ("g:h", "g:h"), ("g", "http://a/b/c/g"), ("./g", "http://a/b/c/g"), ("g/", "http://a/b/c/g/"), ("/g", "http://a/g"),
        ("//g/", "http://g/"), ("?y", "http://a/b/c/d;p?y"), ("g?y", "http://a/b/c/g?y"), ("#s", "http://a/b/c/d;p?q#s"),
        ("g#s", "http://a/b/c/g#s"), ("g?y#s", "http://a/b/c/g?y#s"), (";x", "http://a/b/c/;x"), ("", "http://a/b/c/d;p?q"),
        (".", "http://a/b/c/"), ("./", "http://a/b/c/"), ("..", "http://a/b/"), ("../g", "http://a/b/g"), ("../..", "http://a/"),
        ("../../g", "http://a/g"), ("../../../g", "http://a/g"), ("/./g", "http://a/g"), ("/../g", "http://a/g"),
        ("g.", "http://a/b/c/g."), ("..g", "http://a/b/c/..g"), ("./../g", "http://a/b/g"), ("g/./h", "http://a/b/c/g/h"),
        ("g/../h", "http://a/b/c/h"), ("g;x=1/../y", "http://a/b/c/y"), ("g?y/../x", "http://a/b/c/g?y/../x"),
        ("g#s/../x", "http://a/b/c/g#s/../x"), ("http:g", "http://a/b/c/g"),
    ],
)  # fmt: skip
def test_references_are_resolved_as_rfc_3986_section_5_4_says(ref: str, target: str) -> None:
    assert absolute(BASE, ref) == target


@pytest.mark.parametrize(
    ("ref", "target"),
    [
        ("//cdn.example/图 1.png", "https://cdn.example/%E5%9B%BE%201.png"),
        ("../新闻/?q=涨潮&x=[1]#第一", "https://h.example/a/%E6%96%B0%E9%97%BB/?q=%E6%B6%A8%E6%BD%AE&x=%5B1%5D#%E7%AC%AC%E4%B8%80"),
        ("/100%", "https://h.example/100%25"),
        ("/%e4%b8%ad%zz", "https://h.example/%e4%b8%ad%25zz"),
        ('/a"b|c<d>`{}^\\', "https://h.example/a%22b%7Cc%3Cd%3E%60%7B%7D%5E%5C"),
        ("https://财经.example:8080/x", "https://xn--4n0a760a.example:8080/x"),
        (" \n/x\ty ", "https://h.example/xy"),
        ("https://u:p@[::1]:80/", "https://u:p@[::1]:80/"),
        ("mailto:编辑@example.org", "mailto:%E7%BC%96%E8%BE%91@example.org"),
        ("https://h.example", "https://h.example"),
    ],
)  # fmt: skip
def test_references_become_ascii(ref: str, target: str) -> None:
    assert absolute("https://h.example/a/b/", ref) == target


@pytest.mark.parametrize(
    "ref", ["https://a b/", "https://[1/", "https:///x", "//", "https://h:x/", "http://a<b/", "/\ud800"]
)
def test_what_cannot_be_a_uri_is_empty(ref: str) -> None:
    assert absolute("https://h.example/", ref) == ""


@pytest.mark.parametrize("text", ["post-1", "/x", "", "12:30", "中文:1", "//h/x"])
def test_a_relative_reference_is_no_uri(text: str) -> None:
    assert ascii_uri(text) == ""


@given(st.text())
def test_resolving_gives_ascii_and_settles(ref: str) -> None:
    once = absolute("https://h.example/a/b?c", ref)
    assert once.isascii()
    assert not set(once) & set(' "<>\\^`{|}\n')
    assert absolute("https://h.example/a/b?c", once) == once or once == ""


names = st.text(min_size=1).filter(lambda name: addressable(name) and "\0" not in name)
terms = st.one_of(st.just(SITE), st.builds(Term, st.sampled_from(SCHEMES), names))


@given(terms, st.sampled_from([*FILENAMES.values(), ""]))
def test_a_feeds_path_leads_back_to_it(term: Term, filename: str) -> None:
    expected = Term(term.scheme, normalize("NFC", term.name))
    path = page_path(term) + filename
    assert path.isascii()
    assert read_path(path) == read_path(path.encode()) == (expected, filename)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (b"/tag/%e4%b8%ad/atom.xml", "中"), (b"/tag/A%2FB/C/atom.xml", "A/B/C"), (b"/tag/e%CC%81/atom.xml", "é"),
        (b"/tag/a%20b(c)%23%3F/atom.xml", "a b(c)#?"), ("/tag/中/atom.xml", "中"), (b"/tag//x//atom.xml", "/x/"),
        (b"/tag/rss.xml/atom.xml", "rss.xml"), (b"/tag/x+y/atom.xml", "x+y"),
    ],
)  # fmt: skip
def test_any_writing_of_a_path_is_read(path: bytes | str, name: str) -> None:
    assert read_path(path) == (Term("tag", name), "atom.xml")


@pytest.mark.parametrize(
    "path",
    [
        b"/nosuch.xml",
        b"/tag/x/feed",
        b"/tag/rss.xml",
        b"/tag//rss.xml",
        b"/tag/%2e%2e/rss.xml",
        b"x",
        b"/site/x/rss.xml",
        b"/tag/./rss.xml",
        b"",
    ],
)
def test_other_paths_are_no_feeds(path: bytes) -> None:
    assert read_path(path) is None


@pytest.mark.parametrize(
    "path", [b"/tag/%zz/rss.xml", b"/tag/%/rss.xml", b"/tag/%ff/rss.xml", b"/tag/a%00/rss.xml", b"/tag/%e4%b8/rss.xml"]
)
def test_malformed_paths_are_refused(path: bytes) -> None:
    with pytest.raises(ValueError, match=r"path|utf-8"):
        read_path(path)


def test_feeds_have_the_addresses_of_the_contract() -> None:
    assert feed_path(SITE, "rss.xml") == "/rss.xml"
    assert (
        feed_path(Term("category", "晴/雨 (热)"), "atom.xml")
        == "/category/%E6%99%B4%2F%E9%9B%A8%20%28%E7%83%AD%29/atom.xml"
    )
    assert page_path(SITE) == "/"


@pytest.mark.parametrize(
    ("mode", "cased", "slug"),
    [
        ("default", False, "the-_config-yml-file-中文-é-1"), ("pretty", False, "the-_config.yml-file,-中文-é-1"),
        ("ascii", False, "the-config-yml-file-1"), ("latin", False, "the-config-yml-file-e-1"),
        ("raw", False, "the-_config.yml-file,-中文-é-1"), ("none", False, "the _config.yml file, 中文 é 1"),
        ("pretty", True, "The-_Config.yml-file,-中文-é-1"), ("none", True, "The _Config.yml file, 中文 é 1"),
    ],
)  # fmt: skip
def test_slugs_are_jekylls(mode: str, cased: bool, slug: str) -> None:
    expected = slug.replace("_", "") if mode in ("default", "latin") else slug
    assert slugify("The _Config.yml file, 中文 é 1", mode, cased=cased) == expected


def drop(**changes: object) -> UrlDrop:
    values: dict[str, object] = {
        "basename": "2022-06-02-Hello, World",
        "slug": "Hello, World",
        "categories": ("TechWeb", "techweb", "新闻"),
        "date": datetime(2022, 6, 2, 7, 8, 9, tzinfo=timezone(timedelta(hours=8))),
        "path": "/sub/2022-06-02-Hello, World",
    }
    return UrlDrop(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("permalink", "url"),
    [
        ("", "/techweb/%E6%96%B0%E9%97%BB/2022/06/02/Hello,-World.html"),
        ("pretty", "/techweb/%E6%96%B0%E9%97%BB/2022/06/02/Hello,-World/"),
        ("ordinal", "/techweb/%E6%96%B0%E9%97%BB/2022/153/Hello,-World.html"),
        ("weekdate", "/techweb/%E6%96%B0%E9%97%BB/2022/W22/Thu/Hello,-World.html"),
        ("none", "/techweb/%E6%96%B0%E9%97%BB/Hello,-World.html"),
        ("/:path:output_ext", "/sub/2022-06-02-Hello,%20World.html"),
        ("/:name/:slug", "/2022-06-02-hello-world/hello-world"),
        ("/:year_:i_month_:i_day/:short_month-:long_month/:hour:minute:second", "/2022_6_2/Jun-June/070809"),
        ("/:w_year/:w_day/:short_day/:long_day/:short_year/:y_day", "/2022/4/Thu/Thursday/22/153"),
        ("a//b/../c./d", "/a/b/cd"),
        ("/:collection/:slugified_categories", "/posts/techweb/%E6%96%B0%E9%97%BB"),
    ],
)
def test_permalinks_are_jekylls(permalink: str, url: str) -> None:
    assert jekyll_url(permalink_template(permalink), drop()) == url


def test_an_unknown_placeholder_is_named() -> None:
    with pytest.raises(KeyError, match="nosuch"):
        jekyll_url("/:nosuch/:title", drop())


@pytest.mark.parametrize(
    ("baseurl", "url", "slug", "expected"),
    [
        ("", "/news/2022/06/02/NW1.html", "NW1", "https://h.example/news/2022/06/02/NW1"),
        ("/blog", "/a/b/", "x", "https://h.example/blog/a/x"),
        ("", "/x.html", "x", "https://h.example/x"),
        ("", "/", "x", "https://h.example/x"),
        ("", "/a/b.html", "港口：涨潮", "https://h.example/a/%E6%B8%AF%E5%8F%A3:%E6%B6%A8%E6%BD%AE"),
        ("", "/50%25/b.html", "50%", "https://h.example/50%25/50%25"),
        ("", "/a%28b%29/c.html", "C#", "https://h.example/a(b)/C"),
    ],
)
def test_ids_are_jekyll_feeds(baseurl: str, url: str, slug: str, expected: str) -> None:
    assert post_id(Site("https://h.example", baseurl=baseurl), url, slug) == expected


@given(st.text(), st.text(min_size=1))
def test_ids_are_ascii(category: str, slug: str) -> None:
    made = drop(categories=(category,), slug=slug, date=datetime(2022, 1, 1, tzinfo=UTC))
    url = jekyll_url(permalink_template(""), made)
    assert url.isascii()
    assert post_id(Site("https://h.example"), url, slug).startswith("https://h.example/")


def test_a_percent_encoded_host_is_punycode() -> None:
    assert ascii_uri("https://%E4%BE%8B%E3%81%88.jp/a") == "https://xn--r8jz45g.jp/a"
    assert absolute("https://x.example/", "//%E4%BE%8B%E3%81%88.jp:80/a") == "https://xn--r8jz45g.jp:80/a"
    assert "@" not in absolute("https://x.example/", "https://a%40b.example/").partition("//")[2].partition("/")[0]


def test_long_references_are_not_kept() -> None:
    base, ref = "https://x.example/", "/中" * 100_000
    assert absolute(base, ref) == absolute(base, ref)
    assert absolute(base, ref) is not absolute(base, ref)


def test_an_id_drops_white_space_at_its_end_as_jekyll_feed_does() -> None:
    site = Site("https://x.example")
    assert post_id(site, "/2020/01/02/foo.html", "foo ") == "https://x.example/2020/01/02/foo"
    assert post_id(site, "/2020/01/02/b-1.html", "b #1") == "https://x.example/2020/01/02/b#1"
