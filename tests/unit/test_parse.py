"""Files to posts, in a Jekyll site and in a plain folder."""

from __future__ import annotations

import dataclasses
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.exceptions import ContentError
from feedsvc.model import Parsed, Person, Post, Term
from feedsvc.parse import parse
from feedsvc.rules import ContentRules, Default, Site

SITE = Site("https://news.example.org", timezone="Asia/Shanghai")
JEKYLL = ContentRules(layout="jekyll", naive_dates="utc")
PLAIN = ContentRules(layout="plain")
SEEN = datetime(2024, 1, 31, 20, 0, tzinfo=UTC)
PATH = "_posts/2022-06-02-NW1.md"


def read(front: str, path: str = PATH, rules: ContentRules = JEKYLL, body: str = "正文\n", site: Site = SITE) -> Parsed:
    return parse(f"---\n{front}\n---\n{body}".encode(), path, rules, site, SEEN)


def post(front: str, path: str = PATH, rules: ContentRules = JEKYLL, body: str = "正文\n", site: Site = SITE) -> Post:
    found = read(front, path, rules, body, site).post
    assert found is not None
    return found


def codes(front: str, path: str = PATH, rules: ContentRules = JEKYLL, body: str = "正文\n") -> list[tuple[str, int]]:
    return [(problem.code, problem.line) for problem in read(front, path, rules, body).problems]


def test_a_whole_post() -> None:
    front = 'layout: post\ntitle: "保温杯里的  工厂"\ncategories: TechWeb 财经\ntags: [no, C#]'
    assert read(f"{front}\ndate: 2022-06-02 17:33:04 +0800") == Parsed(
        Post(
            path=PATH,
            name="2022-06-02-NW1",
            title="保温杯里的 工厂",
            url="https://news.example.org/techweb/%E8%B4%A2%E7%BB%8F/2022/06/02/NW1.html",
            guid="https://news.example.org/techweb/%E8%B4%A2%E7%BB%8F/2022/06/02/NW1",
            claims_guid=False,
            published=datetime.fromisoformat("2022-06-02T17:33:04+08:00"),
            dated=True,
            updated=None,
            terms=(Term("category", "TechWeb"), Term("category", "财经"), Term("tag", "no"), Term("tag", "C#")),
            authors=(),
            summary="",
            markup="markdown",
            body="正文\n",
        )
    )


# ------------------------------------------------------------------ files that cannot be read


@pytest.mark.parametrize(
    ("raw", "code", "line", "unfinished"),
    [
        (b"", "empty", 0, True),
        (b" \r\n\x08\n", "empty", 0, True),
        (b"\xef\xbb\xbf", "empty", 0, True),
        (b"---\ntitle: a\n", "open-fence", 1, True),
        (b"title: a\n---\ntext\n", "no-front-matter", 1, False),
        (b"---\ntitle: a\ntags: [a\n---\n", "front-matter", 4, False),
        (b"---\n" + b"x" * 200, "too-large", 0, False),
    ],
)
def test_files_that_cannot_be_read(raw: bytes, code: str, line: int, unfinished: bool) -> None:
    with pytest.raises(ContentError) as caught:
        parse(raw, PATH, dataclasses.replace(JEKYLL, max_bytes=100), SITE, SEEN)
    error = caught.value
    assert (error.path, error.code, error.line, error.unfinished) == (PATH, code, line, unfinished)
    assert error.reason
    assert error.hint


@pytest.mark.parametrize(
    ("encoding", "text", "name"),
    [
        ("gb18030", "港口涨潮推迟三班渡轮，船长称利率或下行", "GBK"),
        ("big5", "港口降準釋放長期資金，專家稱利率或下行", "Big5"),
        ("utf-16", "港口涨潮", "UTF-16"),
        ("utf-16-le", "plain ascii title", "UTF-16"),
        ("latin-1", "Café à la crème", "Latin-1"),
        ("shift_jis", "これはテストです", "Shift_JIS"),
    ],
)
def test_other_encodings_are_named(encoding: str, text: str, name: str) -> None:
    raw = f"---\ntitle: ascii\nx: {text}\n---\n{text}\n".encode(encoding)
    with pytest.raises(ContentError) as caught:
        parse(raw, PATH, JEKYLL, SITE, SEEN)
    assert caught.value.code == "encoding"
    assert name in caught.value.reason
    assert caught.value.line in (0, 1, 3)


def test_bom_crlf_and_control_characters() -> None:
    raw = "\ufeff---\r\ntitle: 带\x08BOM\r\ndate: 2022-06-02\r\n---\r\n一\x00\x1f二\uffff\r三\r\n".encode()
    found = parse(raw, PATH, JEKYLL, SITE, SEEN).post
    assert found is not None
    assert (found.title, found.body) == ("带BOM", "一二\n三\n")


@given(st.binary(max_size=300), st.sampled_from([JEKYLL, PLAIN]))
def test_any_bytes_are_read_or_refused(raw: bytes, rules: ContentRules) -> None:
    for file in (raw, b"---\n" + raw + b"\n---\n" + raw):
        with suppress(ContentError):
            parse(file, "_posts/a.md", rules, SITE, SEEN)


@given(st.text(), st.text(), st.text())
def test_whatever_is_said_the_post_is_sound(title: str, date: str, term: str) -> None:
    def quoted(text: str) -> str:
        return (
            '"'
            + "".join(f"\\U{ord(char):08x}" if char in '"\\' or not char.isprintable() else char for char in text)
            + '"'
        )

    title, date, term = quoted(title), quoted(date), quoted(term)
    found = post(f"title: {title}\ndate: {date}\ntags: [{term}]\nslug: {term}\nid: {title}")
    assert found.title.strip()
    assert found.url.isascii()
    assert found.guid.isascii()
    assert ":" in found.guid
    assert found.published.tzinfo is not None
    assert "\0" not in repr(found)


# ------------------------------------------------------------------ titles


@pytest.mark.parametrize(
    ("front", "title"),
    [
        ("title: C++ <vector> 入门", "C++ <vector> 入门"),
        ("title: AT&amp;T", "AT&amp;T"),
        ("title: 00700", "00700"),
        ("title: null", "null"),
        ("title: [快讯]", "[快讯]"),
        ("title: >-\n  折 行\n  标题", "折 行 标题"),
        ('title: "a\\x08b"', "ab"),
        ("x: y", "Nw1"),
        ("title:", "Nw1"),
        ("title: '港口　涨潮'", "港口　涨潮"),
    ],
)
def test_titles_are_text_as_written(front: str, title: str) -> None:
    assert post(front).title == title


def test_an_empty_title_is_made_from_the_body() -> None:
    body = "<!-- 注 --> <p style='display:none'>x</p>\n\n> **一家上市公司**宣布\n"
    assert "一家上市公司" in post('title: ""', body=body).title
    assert codes('title: ""', body=body) == [("title-missing", 2)]
    assert post('title: ""', body="").title == "Nw1"


def test_a_broken_title_is_read_as_it_was_meant() -> None:
    front = 'layout: post\ntitle: "港口："涨潮"释放 船长称\\利率或下行"\ncategories: a b'
    assert post(front).title == '港口："涨潮"释放 船长称\\利率或下行'
    assert post(front).url == "https://news.example.org/a/b/2022/06/02/NW1.html"
    assert codes(front) == [("line-rescued", 3)]


# ------------------------------------------------------------------ dates


@pytest.mark.parametrize(
    ("front", "date"),
    [
        ("date: 2021-12-01 13:33:50", "2021-12-01T21:33:50+08:00"),
        ("date: '2021-12-01 13:33:50'", "2021-12-01T13:33:50+08:00"),
        ("date: 2021-12-01T13:33:50Z", "2021-12-01T13:33:50+00:00"),
        ("x: y", "2022-06-02T00:00:00+08:00"),
        ("date: null", "2022-06-02T00:00:00+08:00"),
        ("date:  +0800", "2022-06-02T00:00:00+08:00"),
    ],
)
def test_dates(front: str, date: str) -> None:
    found = post(f"title: a\n{front}")
    assert (found.published.isoformat(), found.dated) == (date, True)


def test_the_url_follows_the_sites_own_day() -> None:
    assert post("title: a\ndate: 2022-06-01T20:00:00Z").url == "https://news.example.org/2022/06/02/NW1.html"


def test_without_any_date_the_time_first_seen_stands_in() -> None:
    front = "title: a\ndate:  +0800\ncategories: emnews"
    found = post(front, "_posts/-2022.md")
    assert (found.published, found.dated) == (SEEN, False)
    assert found.url == "https://news.example.org/emnews/2024/02/01/2022.html"
    assert found.guid == "https://news.example.org/emnews/2024/02/01/-2022"
    assert codes(front, "_posts/-2022.md") == [("date-unreadable", 3), ("name-undated", 0)]
    assert codes("title: a", "a.md", PLAIN) == [("date-missing", 0)]


def test_without_rescue_jekylls_losses_stay_lost() -> None:
    strict = dataclasses.replace(JEKYLL, rescue=False)
    for front, path in (("title: a", "_posts/undated.md"), ("title: a\ndate: soon", PATH)):
        parsed = read(front, path, strict)
        assert parsed.post is None
        assert parsed.problems
    assert read("title: a", PATH, strict).post is not None


@pytest.mark.parametrize(
    ("front", "updated", "problems"),
    [
        ("last_modified_at: 2022-06-03 10:00:00 +0800\nupdated: 2022-06-04", "2022-06-03T10:00:00+08:00", []),
        ("updated: 2022-06-04", "2022-06-04T00:00:00+08:00", []),
        ("lastmod: 2022-06-04", "2022-06-04T00:00:00+08:00", []),
        ("updated: soon", None, [("updated-unreadable", 4)]),
        ("updated: 2022-06-01", None, [("updated-early", 4)]),
        ("updated: 2022-06-02", None, []),
        ("updated:", None, []),
    ],
)
def test_updates(front: str, updated: str | None, problems: list[tuple[str, int]]) -> None:
    front = f"title: a\ndate: 2022-06-02 17:33:04 +0800\n{front}"
    found = post(front).updated
    assert (found and found.isoformat()) == updated
    assert codes(front) == problems


@pytest.mark.parametrize(
    ("date", "code"),
    [("1969-12-31", "date-early"), ("2022-06-02 10:00 CST", "date-zone"), ("0099-01-01", "date-early")],
)
def test_dates_that_mislead_are_told(date: str, code: str) -> None:
    assert codes(f"title: a\ndate: {date}") == [(code, 3)]


# ------------------------------------------------------------------ what is not published


@pytest.mark.parametrize("front", ["published: false", "published: no", "published:", "draft: true", "draft: Yes"])
def test_what_is_not_to_be_published(front: str) -> None:
    assert read(f"title: a\n{front}") == Parsed(None)


def test_unpublished_posts_can_be_asked_for() -> None:
    rules = dataclasses.replace(JEKYLL, unpublished=True)
    assert read("published: false", rules=rules).post is not None
    assert read("draft: true", rules=rules).post is None
    assert read("published: true\ndraft: false").post is not None
    assert read("title: a", "_drafts/a.md").post is None


# ------------------------------------------------------------------ links and ids


@pytest.mark.parametrize(
    ("front", "path", "url", "guid"),
    [
        ("categories: A", "_posts/2022-06-02-x.md", "/a/2022/06/02/x.html", "/a/2022/06/02/x"),
        ("x: y", "es/Sub/_posts/2022-06-02-x.html", "/es/sub/2022/06/02/x.html", "/es/sub/2022/06/02/x"),
        ("slug: Other One", "_posts/2022-06-02-x.md", "/2022/06/02/Other-One.html", "/2022/06/02/Other%20One"),
        ("permalink: /p/:title/", "_posts/2022-06-02-x.md", "/p/x/", "/p/x"),
        ("x: y", "old_post/2022-06-02-x.md", "/2022/06/02/x.html", "/2022/06/02/x"),
        ("x: y", "old/deep/2022-06-02-x.md", "/2022/06/02/x.html", "/2022/06/02/x"),
        (
            "x: y",
            "_posts/2022-06-02-港口：涨潮.md",
            "/2022/06/02/%E6%B8%AF%E5%8F%A3-%E6%B6%A8%E6%BD%AE.html",
            "/2022/06/02/%E6%B8%AF%E5%8F%A3:%E6%B6%A8%E6%BD%AE",
        ),
    ],
)
def test_links_and_ids_of_a_jekyll_site(front: str, path: str, url: str, guid: str) -> None:
    found = post(front, path, site=dataclasses.replace(SITE, baseurl="/b"))
    assert (found.url, found.guid) == (f"https://news.example.org/b{url}", f"https://news.example.org/b{guid}")


def test_folders_are_categories() -> None:
    assert post("categories: a", "es/_posts/2022-06-02-x.md").terms == (Term("category", "es"), Term("category", "a"))


def test_a_permalink_with_an_unknown_placeholder() -> None:
    assert post("title: a\npermalink: /:nosuch/").url == "https://news.example.org/2022/06/02/NW1.html"
    assert codes("title: a\npermalink: /:nosuch/") == [("permalink", 3)]


@pytest.mark.parametrize(
    ("front", "path", "url"),
    [
        ("x: y", "笔记/a b.md", "/%E7%AC%94%E8%AE%B0/a%20b/"),
        ("x: y", "a/index.md", "/a/"),
        ("x: y", "index.md", "/"),
        ("x: y", "a/b.html", "/a/b.html"),
        ("slug: s", "a/b.md", "/a/s/"),
        ("slug: s", "a/b/index.md", "/a/s/"),
        ("url: /x/y", "a.md", "/x/y"),
        ("permalink: /:year/:title", "2022-06-02-t.md", "/2022/t"),
        ("x: y", "50%#?.md", "/50%25%23%3F/"),
    ],
)
def test_links_of_a_plain_folder(front: str, path: str, url: str) -> None:
    found = post(f"{front}\ndate: 2022-06-02", path, PLAIN)
    assert found.url == found.guid == f"https://news.example.org{url}"


def test_plain_names_dates_and_elsewhere() -> None:
    found = post("url: https://elsewhere.example/文", "notes/2022-06-02-a.md", PLAIN)
    assert (found.url, found.name) == ("https://elsewhere.example/%E6%96%87", "2022-06-02-a")
    assert found.published.isoformat() == "2022-06-02T00:00:00+08:00"
    assert post("date: 2022-06-02 10:00:00", "notes/a/index.md", PLAIN).name == "a"
    assert post("date: 2022-06-02 10:00:00", "a.md", PLAIN).published.isoformat() == "2022-06-02T10:00:00+08:00"
    assert parse(b"# README\n", "README.md", PLAIN, SITE, SEEN) == Parsed(None)


@pytest.mark.parametrize(
    "guid", ["tag:example.org,2022:1", "urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a", "https://old.example/?p=1"]
)
def test_an_id_of_its_own(guid: str) -> None:
    for key in ("id", "guid"):
        found = post(f"{key}: '{guid}'")
        assert (found.guid, found.claims_guid) == (guid, True)


def test_a_relative_id_is_told() -> None:
    default = post("title: a")
    found = post("title: a\nid: 7")
    assert (found.guid, found.claims_guid) == (default.guid, False)
    assert codes("title: a\nid: 7") == [("guid-relative", 3)]
    made = post("title: a\nid: 第 7\ndate: 2022-06-02", "a.md", PLAIN)
    assert (made.guid, made.claims_guid) == ("https://news.example.org/%E7%AC%AC%207", True)


# ------------------------------------------------------------------ terms, authors, summaries, defaults


def test_names_that_cannot_be_addresses_are_told() -> None:
    front = "title: a\ntags: ['', ok]\ncategory: .."
    assert post(front).terms == (Term("tag", "ok"),)
    assert codes(front) == [("term-address", 4), ("term-address", 3)]


@pytest.mark.parametrize(
    ("front", "authors"),
    [
        ("author: 李四", (Person("李四"),)),
        (
            "author:\n  name: 李四\n  email: l@example.org\n  url: https://l.example/主页",
            (Person("李四", "l@example.org", "https://l.example/%E4%B8%BB%E9%A1%B5"),),
        ),
        ("author: 李四\nauthors: [王五, 李四, {name: 赵六}]", (Person("李四"), Person("王五"), Person("赵六"))),
        ("author: ''", ()),
    ],
)
def test_authors(front: str, authors: tuple[Person, ...]) -> None:
    found = post(front)
    assert found.authors == authors
    assert found.terms == tuple(Term("author", author.name) for author in authors)


@pytest.mark.parametrize(
    ("front", "summary"),
    [
        ("description: 短 说明", "短 说明"),
        ("description: null\nexcerpt: <p>一 <b>二</b></p>", "一 二"),
        ("summary: a < b", "a < b"),
        ("x: y", ""),
    ],
)
def test_summaries_are_plain_text(front: str, summary: str) -> None:
    assert post(front).summary == summary


def test_defaults_lie_under_what_a_post_says() -> None:
    rules = dataclasses.replace(
        JEKYLL,
        defaults=(
            Default(
                "", "posts", (("author", "编辑部"), ("published", True), ("categories", "base"), ("description", "d"))
            ),
            Default("_posts/x", "", (("author", "王五"), ("permalink", "/x/:title/"))),
            Default("", "pages", (("author", "nobody"),)),
        ),
    )
    found = post("categories: own\ndescription: mine", "_posts/x/2022-06-02-a.md", rules)
    assert found.authors == (Person("王五"),)
    assert found.url == "https://news.example.org/x/a/"
    assert found.summary == "mine"
    assert [term.name for term in found.terms] == ["base", "own", "王五"]
    assert post("title: a", "old/2022-06-02-a.md", rules).authors == (Person("编辑部"),)


def test_blank_lines_before_the_front_matter_are_told() -> None:
    parsed = parse(b"\n---\ntitle: a\n---\nb", PATH, JEKYLL, SITE, SEEN)
    assert parsed.post is not None
    assert [(problem.code, problem.line) for problem in parsed.problems] == [("fence-late", 1)]


@pytest.mark.parametrize(
    "written",
    ["urn:uuid:1234", "URN:UUID:6ba7b810-9dad-11d1-80b4-00c04fd430cg", "urn:x", "urn:a b:", "tag:example.org:1"],
)
@pytest.mark.parametrize("rules", [JEKYLL, PLAIN], ids=["jekyll", "plain"])
def test_an_id_that_starts_as_a_uuid_and_is_none(written: str, rules: ContentRules) -> None:
    front = f"title: a\nid: '{written}'"
    assert codes(front, rules=rules) == [("guid-malformed", 3)]
    assert post(front, rules=rules).guid == post("title: a", rules=rules).guid
    assert not post(front, rules=rules).claims_guid


@pytest.mark.parametrize(
    "written",
    [
        "urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8",
        "URN:UUID:6BA7B810-9DAD-11D1-80B4-00C04FD430C8",
        "urn:isbn:0451450523",
        "tag:example.org,2022:1",
        "tag:me@example.org,2022-06-02:新闻",
        "https://example.org/a?b#c",
        "x:y",
    ],
)
def test_ids_that_are_what_they_say(written: str) -> None:
    front = f"title: a\nid: '{written}'"
    assert codes(front) == []
    assert post(front).claims_guid


def test_a_post_of_twenty_thousand_tags() -> None:
    front = "title: a\ncategories: [财经]\ntags: [" + ", ".join(f"t{number}" for number in range(20_000)) + "]"
    assert codes(front) == [("too-many-terms", 0)]
    assert len(post(front).terms) == 100


def test_a_name_of_a_thousand_characters() -> None:
    front = f"title: a\ncategories: [财经]\ntags: [{'长' * 1000}, b]"
    assert codes(front) == [("term-long", 4)]
    assert post(front).terms == (Term("category", "财经"), Term("tag", "b"))
