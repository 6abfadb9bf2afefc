"""Hugo's pages: front matter, shortcodes, links between pages, and what stays out of feeds."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedsvc.config.hugo import date_keys
from feedsvc.markup import to_html
from feedsvc.model import Parsed, Post
from feedsvc.parse import parse
from feedsvc.parse.place import kept_at
from feedsvc.rules import ContentRules, HugoRules, PelicanRules, Site

SITE = Site("https://example.org", baseurl="/b", timezone="Asia/Shanghai")
RULES = ContentRules(
    layout="hugo", dates=date_keys({}), hugo=HugoRules(root="content", permalinks=(("dated", "/:year/:slug"),))
)
SEEN = datetime(2024, 1, 1, tzinfo=UTC)


def read(front: str, body: str = "body", path: str = "content/posts/x.md", rules: ContentRules = RULES) -> Parsed:
    return parse(f"---\n{front}\n---\n{body}\n".encode(), path, rules, SITE, SEEN)


def post(front: str, body: str = "body", path: str = "content/posts/x.md", rules: ContentRules = RULES) -> Post:
    found = read(front, body, path, rules).post
    assert found is not None
    return found


def shown(body: str, path: str = "content/posts/x.md") -> str:
    page = post("title: T\ndate: 2024-01-02", body, path)
    return to_html(page.body, page.markup, page.url).strip()


def test_keys_are_read_in_any_case_and_names_are_whole() -> None:
    page = post(
        "Title: 港口\nDATE: 2024-01-02\nTags: 两 个 words\ncategories: [A, b c]\ntag: other\nAuthors: [李, Jo Roe]"
    )
    assert (page.title, page.published.isoformat()) == ("港口", "2024-01-02T00:00:00+08:00")
    assert [(term.scheme, term.name) for term in page.terms] == [
        ("category", "A"), ("category", "b c"), ("tag", "两 个 words"), ("author", "李"), ("author", "Jo Roe"),
    ]  # fmt: skip


def test_toml_and_its_tables() -> None:
    raw = '+++\ntitle = "a"\ndate = 2024-01-02T03:04:05Z\n[params]\nauthor = "李"\n[build]\nlist = "always"\n+++\nbody'
    page = parse(raw.encode(), "content/a.md", RULES, SITE, SEEN).post
    assert page is not None
    assert (page.url, page.authors[0].name) == ("https://example.org/b/a/", "李")


def test_times_to_come_and_to_go() -> None:
    page = post("title: a\ndate: 2024-01-02\npublishDate: 2024-02-03\nexpiryDate: 2030-01-01T00:00:00Z")
    assert page.embargo is not None
    assert page.expires is not None
    assert (page.published.day, page.embargo.isoformat()) == (2, "2024-02-03T00:00:00+08:00")
    assert page.expires == datetime(2030, 1, 1, tzinfo=UTC)
    assert post("title: a\ndate: 2024-01-02\npublishDate: 2024-01-02").embargo is None
    lasting = post(
        "title: a\nexpiryDate: 2020-01-01\npublishDate: 2099-01-01",
        rules=ContentRules("hugo", future=True, expired=True, dates=RULES.dates),
    )
    assert (lasting.embargo, lasting.expires) == (None, None)


def test_an_unreadable_expiry_is_told_and_the_post_stays() -> None:
    parsed = read("title: a\ndate: 2024-01-02\nexpiryDate: soon")
    assert parsed.post is not None
    assert [(problem.code, problem.line) for problem in parsed.problems] == [("date-unreadable", 4)]


@pytest.mark.parametrize(
    "front",
    ["draft: true", "headless: true", "build: {render: never}", "_build: {list: local}", "published: false"],
)
def test_what_stays_out(front: str) -> None:
    assert read(f"title: a\ndate: 2024-01-02\n{front}") == Parsed(None)


def test_drafts_can_be_asked_for() -> None:
    rules = ContentRules("hugo", unpublished=True, dates=RULES.dates)
    assert read("title: a\ndraft: true\ndate: 2024-01-02", rules=rules).post is not None


def test_a_markdown_file_without_front_matter_is_a_page_and_told() -> None:
    parsed = parse("# 港口\n\ntext".encode(), "content/x.md", RULES, SITE, SEEN)
    assert parsed.post is not None
    assert parsed.post.title == "港口"
    assert "no-front-matter" in [problem.code for problem in parsed.problems]
    assert parse(b"<p>text</p>", "content/x.html", RULES, SITE, SEEN) == Parsed(None)


def test_the_summary_ends_at_its_mark() -> None:
    assert post("title: a\ndate: 2024-01-02", "One *two*.\n\n二。\n<!--more-->\nrest").summary == "One two. 二。"
    assert post("title: a\ndate: 2024-01-02\ndescription: own", "One\n<!-- more -->\nrest").summary == "own"


def test_an_unknown_token_is_told_and_the_usual_link_is_used() -> None:
    rules = ContentRules("hugo", dates=RULES.dates, hugo=HugoRules(permalinks=(("posts", "/:nonsense/"),)))
    parsed = read("title: a\ndate: 2024-01-02", path="posts/x.md", rules=rules)
    assert parsed.post is not None
    assert (parsed.post.url, [problem.code for problem in parsed.problems]) == (
        "https://example.org/b/posts/x/", ["permalink"],
    )  # fmt: skip


def test_ids_are_permalinks_whatever_the_front_matter_calls_its_own() -> None:
    parsed = read("title: a\ndate: 2024-01-02\nid: 17")
    assert parsed.post is not None
    assert parsed.post.guid == parsed.post.url == "https://example.org/b/posts/x/"
    assert post("title: a\ndate: 2024-01-02\nid: tag:example.org,2020:1").guid == "tag:example.org,2020:1"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("a {{< youtube w7Ft2ymGmfc >}} b", '<a href="https://www.youtube.com/watch?v=w7Ft2ymGmfc">'),
        ('{{< youtube id="abc" autoplay=true >}}', "watch?v=abc"),
        ("{{< vimeo 146022717 >}}", '<a href="https://vimeo.com/146022717">'),
        ('{{< tweet user="SanDiegoZoo" id="1453110110599868418" >}}', "twitter.com/SanDiegoZoo/status/145"),
        ("{{< gist spf13 7896402 >}}", '<a href="https://gist.github.com/spf13/7896402">'),
        ('{{< figure src="a.jpg" title="T" caption="图 *x*" alt="A" link="/y" >}}',
         '<img src="https://example.org/b/posts/x/a.jpg" alt="A"></a><figcaption><h4>T</h4><p>图 *x*</p></figcaption>'),
        ('{{< highlight go "linenos=table" >}}\nif a < b {\n\n}\n{{< /highlight >}}',
         '<pre><code class="language-go">if a &lt; b {\n\n}</code></pre>'),
        ("{{% note %}}\n**in**\n{{% /note %}}", "<p><strong>in</strong></p>"),
        ("{{</* figure src=1 */>}}", "<p>{{&lt; figure src=1 &gt;}}</p>"),
        ("[a]({{< ref \"y.md\" >}})", '<a href="https://example.org/b/posts/y/">a</a>'),
        ("[a]({{% relref \"../notes/Y Z.md#h\" %}})", '<a href="https://example.org/b/notes/y-z/#h">a</a>'),
        ("[a]({{< ref \"/notes/bundle/index.md\" >}})", '<a href="https://example.org/b/notes/bundle/">a</a>'),
        ("[a]({{< ref path=\"/notes/_index.md\" >}})", '<a href="https://example.org/b/notes/">a</a>'),
        ("[a]({{< ref \"/notes/plain\" >}})", '<a href="https://example.org/b/notes/plain/">a</a>'),
        ("[a]({{< ref \"#part\" >}})", '<a href="https://example.org/b/posts/x/#part">a</a>'),
        ("[a]({{< ref \"/dated/y.md\" >}})", '<a href="https://example.org/b/posts/x/">a</a>'),
        ("{{< param title >}}", "<p>T</p>"),
        ("{{ not a shortcode }} {{<", "<p>{{ not a shortcode }} {{&lt;</p>"),
    ],
)  # fmt: skip
def test_shortcodes(body: str, expected: str) -> None:
    assert expected in shown(body)


def test_a_reference_from_a_bundle_starts_at_its_folder() -> None:
    assert 'href="https://example.org/b/posts/y/"' in shown("[a]({{< ref y.md >}})", "content/posts/x/index.md")


def test_what_nobody_knows_is_left_out_and_told_once() -> None:
    parsed = read("title: a\ndate: 2024-01-02", "one\n{{< ads 1 >}}\n{{< ads 2 >}}\n{{< x/y >}}in{{< /x/y >}}\n")
    assert parsed.post is not None
    assert parsed.post.body == "one\n\n\nin\n\n"
    assert [(problem.code, problem.line) for problem in parsed.problems] == [("shortcode", 6), ("shortcode", 8)]


@given(st.text(alphabet='{}<>%/*"` abé=\n', max_size=80))
def test_any_shortcode_is_read(text: str) -> None:
    parsed = read("title: a\ndate: 2024-01-02", "{{< " + text + " >}}")
    assert parsed.post is not None
    assert parsed.post.url == "https://example.org/b/posts/x/"


def test_a_body_of_opening_marks_takes_no_time() -> None:
    for mark in ('{{< a "', "{{<", '{{< "" ', "{{< a=`", "{{% /", "{{< { ", "{{< highlight >}}"):
        assert read("title: a\ndate: 2024-01-02", mark * 20_000).post is not None


@pytest.mark.parametrize(
    ("path", "published", "kept"),
    [
        ("content/posts/x.md", "audio/a.mp3", "static/audio/a.mp3"),
        ("content/posts/trip/index.md", "posts/trip/a b.mp3", "content/posts/trip/a b.mp3"),
        ("content/posts/trip/index.md", "audio/a.mp3", "static/audio/a.mp3"),
    ],
)
def test_files_that_come_with_a_post_lie_where_hugo_has_them(path: str, published: str, kept: str) -> None:
    assert kept_at(published, path, RULES) == kept


def test_files_outside_of_the_folder_are_not_looked_for() -> None:
    assert kept_at("audio/a.mp3", "posts/x.md", ContentRules("hugo")) == ""
    assert kept_at("audio/a.mp3", "content/x.md", ContentRules("pelican", pelican=PelicanRules("content"))) == (
        "content/audio/a.mp3"
    )
