"""The usual kind of post is read as any other would be, only sooner."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feedsvc.exceptions import ContentError
from feedsvc.model import Parsed
from feedsvc.parse.post import parse_any
from feedsvc.parse.usual import read_usual
from feedsvc.rules import ContentRules, DateKeys, Default, Site, Templates

SEEN = datetime(2024, 5, 1, 12, tzinfo=UTC)
SITE = Site("https://example.org", "/news", timezone="Asia/Shanghai")
RULES = ContentRules("jekyll", naive_dates="utc", excerpt_separator="\n\n")
PATH = "_posts/2024-01-31-harbour-tide.md"
USUAL = 'layout: post\ntitle: "港口 tide"\ndate: 2024-01-31 17:33:04 +0800\ncategories: harbour\ntags: 潮汐 tide\n'

NAMES = st.sampled_from(
    [
        "",
        "harbour",
        "潮汐 tide",
        "[潮汐, 'a b', ~]",
        '"A, b"',
        "x,",
        ".",
        "..",
        "no",
        "null",
        "a/b",
        "港\u3000口",
        "[]",
        "~",
    ]
)
DATES = st.sampled_from(
    [
        "2024-01-31 17:33:04 +0800",
        "2024-01-31 17:33:04 -03:30",
        "2024-02-30 17:33:04 +0800",
        "2024-01-31 24:00:00 +0800",
        "2024-01-31 23:59:60 +0800",
        "2024-01-31 17:33:04 +9999",
        "2024-01-31 17:33:04",
        '"2024-01-31 17:33:04"',
        "2024-01-31T17:33:04Z",
        "2024-01-31 17:33 CST",
        "1969-12-31 23:00:00 -0200",
        "1970-06-01 00:00:00 +0000",
        "١٩٩٩-01-31 17:33:04 +0800",
        "2024-01-31",
        "31 Jan 2024",
        " +0800",
        "soon",
        "null",
        "",
    ]
)
LINES = st.one_of(
    st.sampled_from(["layout: post", "# a comment", "", "...", "--- ", "published: false", "permalink: /:title/"]),
    st.sampled_from(["author: 王", "updated: 2024-02-01", "slug: other", "image: /a.png", "excerpt: text", "  x: y"]),
    st.builds("title: {}".format, st.sampled_from(['"港口 tide"', "潮", '""', "'  a  b '", "[a] b", "a: b", "~"])),
    st.builds("date: {}".format, DATES),
    st.builds("{}: {}".format, st.sampled_from(["categories", "category", "tags", "tag"]), NAMES),
)
MATTER = st.lists(LINES, max_size=8).map(lambda lines: "".join(f"{line}\n" for line in lines))
BODIES = st.sampled_from(["", "\n\n潮水 rises.\n", "a { b } c", "{{ page.title }}", "---\ntext", "<p>x</p>\n\ny"])
STARTS = st.sampled_from(["---\n", "--- \n", "\n---\n", "---yaml\n", ""])
FENCES = st.sampled_from(["---\n", "--- \n", "...\n", "---", ""])
PATHS = st.sampled_from(
    [
        PATH,
        "_posts/2024-01-31-港口 tide.md",
        "_posts/2024-01-31-A.b..c.html",
        "sea/_posts/24-1-31-tide.markdown",
        "_posts/deep/2024-01-31-tide.md",
        "_posts/2024-02-31-tide.md",
        "_posts/tide.md",
        "_drafts/tide.md",
        "_drafts/2024-01-31-tide.md",
    ]
)
OTHERS = st.sampled_from(
    [
        RULES,
        ContentRules("jekyll", permalink="pretty", collections_dir="sea"),
        ContentRules("jekyll", permalink="/:unknown/:title"),
        ContentRules("jekyll", permalink="/:slugified_categories/:hour:second/:slug", rescue=False),
        ContentRules("jekyll", defaults=(Default("", "", (("author", "王"),)),)),
        ContentRules("jekyll", dates=DateKeys(expires=("date",))),
        ContentRules("plain"),
    ]
)


def thorough(text: str, path: str, rules: ContentRules) -> Parsed | ContentError:
    try:
        return parse_any(text, path, rules, SITE, SEEN, Templates)
    except ContentError as error:
        return error


@given(STARTS, MATTER, FENCES, BODIES, PATHS, OTHERS)
@example("---\n", USUAL, "---\n", "text", PATH, RULES)
@example("---\n", USUAL + "tag: a\ntags: b\n" * 3, "---\n", "text", PATH, RULES)
@example("---\n", USUAL + f"category: {'x' * 201}\n", "---\n", "text", PATH, RULES)
@example("---\n", USUAL + f"tags: {' '.join(map(str, range(120)))}\n", "---\n", "text", PATH, RULES)
def test_what_is_read_in_one_go_is_what_a_thorough_reading_gives(
    start: str, matter: str, fence: str, body: str, path: str, rules: ContentRules
) -> None:
    text = f"{start}{matter}{fence}{body}"
    if text and not text.isspace():
        read = read_usual(text, path, rules, SITE)
        assert read is None or read == thorough(text, path, rules)


@pytest.mark.parametrize("path", [PATH, "sea/_posts/2024-01-31-港口.html"])
@pytest.mark.parametrize("line", ["", "tags: [潮汐, 'a b']\n", "date: 2024-01-31\n", "category: tide\n", "# x\n"])
def test_usual_posts_are_read_in_one_go(path: str, line: str) -> None:
    assert read_usual(f"---\n{USUAL}{line}---\n\n潮水 rises.\n", path, RULES, SITE) is not None


@pytest.mark.parametrize("line", ["author: 王\n", "published: true\n", "title: a: b\n", "tags: a,\n", "date: soon\n"])
def test_others_are_read_thoroughly(line: str) -> None:
    assert read_usual(f"---\n{USUAL}{line}---\ntext\n", PATH, RULES, SITE) is None
