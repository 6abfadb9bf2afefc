"""Pelican's articles: headers, pages of HTML, links between files, and what stays out of feeds."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from feedsvc.config.pelican import DATES
from feedsvc.exceptions import ContentError
from feedsvc.markup import to_html
from feedsvc.model import Parsed, Post
from feedsvc.parse import parse
from feedsvc.rules import ContentRules, PelicanRules, Site
from feedsvc.uris import needs_unidecode, pelican_slug

SITE = Site("https://example.org", baseurl="/b", timezone="Asia/Shanghai")
SEEN = datetime(2024, 1, 1, tzinfo=UTC)


def rules(**own: object) -> ContentRules:
    usual: dict[str, object] = {"root": "content", "unidecode": "1", **own}
    return ContentRules(layout="pelican", dates=DATES, pelican=PelicanRules(**usual))  # type: ignore[arg-type]


def read(text: str, path: str = "content/news/x.md", **own: object) -> Parsed:
    return parse(text.encode(), path, rules(**own), SITE, SEEN)


def post(text: str, path: str = "content/news/x.md", **own: object) -> Post:
    found = read(text, path, **own).post
    assert found is not None
    return found


def shown(body: str, **own: str) -> str:
    page = post(f"Title: T\nDate: 2024-01-02\n\n{body}", **own)
    return to_html(page.body, page.markup, page.url).strip()


def test_headers() -> None:
    page = post(
        "Title: 港口: the *Port*\nDate: 2010-12-03 10:20\nModified: 2010-12-05 19:30\nCategory: A, b\n"
        "Tags: one, two three;四\nSlug: My-Slug\nAuthors: Doe, Jane; 李白\nSummary: Short\n    and more\n\nText\n"
    )
    assert (page.title, page.summary, page.body) == ("港口: the *Port*", "Short and more", "Text\n")
    assert page.published.isoformat() == "2010-12-03T10:20:00+08:00"
    assert page.updated is not None
    assert page.updated.day == 5
    assert [(term.scheme, term.name) for term in page.terms] == [
        ("category", "A, b"), ("tag", "one, two three"), ("tag", "四"), ("author", "Doe, Jane"), ("author", "李白"),
    ]  # fmt: skip
    assert page.url == "https://example.org/b/My-Slug.html"
    assert page.guid == "tag:example.org,2010-12-03:/b/My-Slug.html"


def test_fences_are_read_as_yaml() -> None:
    page = post("---\nTitle: a\ndate: 2024-01-02\ntags: [x y, z]\nauthor: Doe, Jane\n---\nText\n")
    assert [term.name for term in page.terms] == ["news", "x y", "z", "Doe, Jane"]


def test_a_page_of_html() -> None:
    page = post(
        '<!DOCTYPE html>\n<html><head>\n<title>A &amp; 乙</title>\n<meta name="tags" content="x, y" />\n'
        '<meta name="Date" contents="2024-01-02 03:04"></head>\n<body class="z">\n<p>in <title>no</title></p>\n'
        "</body></html>",
        "content/a.html",
    )
    assert (page.title, page.body, page.markup) == ("A & 乙", "<p>in <title>no</title></p>\n", "html")
    assert [term.name for term in page.terms] == ["misc", "x", "y"]
    assert read("<p>a fragment</p>", "content/a.html") == Parsed(None)


@pytest.mark.parametrize("status", ["draft", "Hidden", "skip", "what"])
def test_what_stays_out(status: str) -> None:
    assert read(f"Title: a\nDate: 2024-01-02\nStatus: {status}\n\nx") == Parsed(None)


def test_a_file_without_headers_is_told() -> None:
    with pytest.raises(ContentError, match=r"content/news/x.md:1: no-front-matter: .* Title: and Date: lines"):
        read("# Heading\n\ntext\n")


def test_an_article_without_a_date_is_rescued() -> None:
    parsed = read("Title: a\n\ntext")
    assert parsed.post is not None
    assert (parsed.post.published.timestamp(), parsed.post.dated) == (SEEN.timestamp(), False)
    assert [problem.code for problem in parsed.problems] == ["date-missing"]
    assert post("Title: a\n\ntext", "content/2024-05-06-x.md").published.isoformat() == "2024-05-06T00:00:00+08:00"


def test_problems_name_their_lines() -> None:
    (problem,) = read("Title: a\nDate: whenever\nTags: x\n\ntext").problems
    assert (problem.code, problem.line) == ("date-unreadable", 2)
    (problem,) = read("Title: a\nDate: 2024-01-02\n\n\none\n[x]({filename}y.md)\n").problems
    assert (problem.code, problem.line) == ("link", 6)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("[a]({static}/files/x%20y.pdf)", 'href="https://example.org/b/files/x%20y.pdf"'),
        ("![a]({static}../images/中.png)", 'src="https://example.org/b/images/%E4%B8%AD.png"'),
        ("![a](|filename|x.png)", 'src="https://example.org/b/news/x.png"'),
        ("![a]({attach}pics/x.png)", 'src="https://example.org/b/pics/x.png"'),
        ("![a]({attach}/pics/x.png)", 'src="https://example.org/b/x.png"'),
        ('<img src="{static}x.png">', 'src="https://example.org/b/news/x.png"'),
        ("[a]: {static}/x.png\n\n[a]", 'href="https://example.org/b/x.png"'),
        ("[a]({index})", 'href="https://example.org/b/"'),
        ("[a]({tag}Two-Words!)", 'href="https://example.org/b/tag/two-words.html"'),
        ("[a]({filename}other.md)", 'href="https://example.org/b/t.html"'),
        ("a {not} | b | {filename", "<p>a {not} | b | {filename</p>"),
    ],
)
def test_links_between_files(body: str, expected: str) -> None:
    assert expected in shown(body)


def test_articles_are_found_where_their_slugs_are_their_names() -> None:
    link = shown("[a]({filename}/x/Other-One.md#h)", slug_from="basename")
    assert 'href="https://example.org/b/other-one.html#h"' in link
    assert 'href="https://example.org/b/2024/x.html"' in shown(
        "[a]({filename}y.md)", slug_from="basename", url="{date:%Y}/{slug}.html"
    )


def test_a_template_that_cannot_be_filled_in_is_told() -> None:
    parsed = read("Title: a\nDate: 2024-01-02\n\nx", url="{nothing}/{slug}")
    assert parsed.post is not None
    assert (parsed.post.url, [problem.code for problem in parsed.problems]) == (
        "https://example.org/b/a.html", ["permalink"],
    )  # fmt: skip


def test_a_slug_that_needs_unidecode_is_told_where_there_is_none() -> None:
    assert [problem.code for problem in read("Title: 港口\nDate: 2024-01-02\n\nx", unidecode="").problems] == ["slug"]
    assert not needs_unidecode("港口", PelicanRules(slug_unicode=True))
    assert pelican_slug("港口 <b>ＡＢ</b> &amp; c", PelicanRules(slug_unicode=True)) == "港口-ab-c"
