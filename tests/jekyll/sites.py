"""Made-up sites: what a Jekyll site may hold, put together by chance from a seed."""

from __future__ import annotations

import random
from pathlib import Path

import yaml

from tests.jekyll.beside import write

PERMALINKS = (
    "date", "pretty", "ordinal", "weekdate", "none", "/:categories/:title/", "/:year/:month/:slug.html",
    "/p/:year-:y_day-:title", "/:title:output_ext", "/:collection/:path/", "/博文/:short_year/:i_month/:i_day/:title",
    "/:slugified_categories/:long_month/:name/",
)  # fmt: skip
BASEURLS = ("", "/blog", "/博客", "/a/b", "blog")
URLS = ("https://news.example.org", "https://新闻.example.org", "http://example.org:8080", "https://example.org/")
ZONES = ("Asia/Shanghai", "America/New_York", "Europe/London", "Asia/Kolkata", "Pacific/Auckland", "UTC")
FOLDERS = (
    "_posts", "_posts", "_posts", "_posts/deep", "news/_posts", "Travel Notes/_posts", "新闻/财经/_posts",
    "_posts/a/b", "R&D/100%/_posts", "en/_posts/2024", "_drafts", "_notes", "_lists", "plain", "_archive/_posts",
    "old/_posts", "a/_posts/b/_posts", "dots.in/v1.0/_posts", "_posts/_hidden", "_posts/UPPER Case", "x/_drafts",
    "_posts/2024", "_site_old/_posts", "tags/_posts", "A/a/_posts",
)  # fmt: skip
SLUGS = (
    " leading", "trailing ", "a--b", "%E6%B8%AF", "a+b", "a=b", "a@b", "100%", "x#y", "q?r", "[b]", "İstanbul", "ΣΑΣ",
    "e\u0301", "zero\u200bwidth", "emoji-🌊", "c|d", "tab\tx", "no-md-2024-01-01", "a.", "ﬁ-ligature", "½", "Ｃ＃",
    "hello", "Hello-World", "港口-涨潮", "a b", "R&D", "50%-off", "C++-入门", "trailing.", "dots.in.name", "under_score",
    "ÜNÏ-cöde", "q-and-a", "2024", "MiXeD-ＦＵＬＬ", "it's", "(brackets)", "x,y;z", "a~b", "don't-stop!",
)  # fmt: skip
DAYS = ("2024-01-31", "2024-02-29", "2023-12-31", "2024-01-01", "2021-1-3", "2024-03-10", "2023-10-29", "24-5-6")
SUFFIXES = ("md", "md", "md", "markdown", "html", "MD", "htm", "mkdn")
TITLES = (
    "Plain words", "'In quotes'", '"双引号 quoted"', "A -- B ... C", "港口 opens", "It's \"said\"", "'a: b'", "2024",
    "C# & C++", "'#1 post'", "", "~", "  spaced   out  ", "'trailing \\\\'", "|\n  block\n  scalar", ">\n  folded\n  text",
    "true", "'[快讯] list'", "AT&amp;T",
)  # fmt: skip
DATES = (
    "2024-01-31 23:59:59", "2024-02-01 00:00:00", "2024-01-31", "2024-01-31 00:00", "2024-01-31 16:00:00 +0000",
    "2024-01-31 23:30:00 +0800", "2024-01-31 23:30:00 -0500", "2024-01-31T23:30:00Z", "2024-03-10 02:30:00",
    "2023-10-29 01:30:00", "'2024-01-31 00:10:00'", "2024-12-31 23:59:59 +1300", "2024-01-01 00:00:01 -1100",
    "2024-01-31 12:00 PM", "31 Jan 2024 22:10", "2024-01-31 15:59:60 +0000", "2099-01-01", "2099-06-01 00:00:00 +0800",
    "2024-02-30 10:00:00", "2024-01-31 23:59:59.999", "2024-01-31 24:00:00", "2024/1/31", "January 31, 2024 10:00 pm", "20240131",
    "2024-01-31 10:00:00 EST", "1969-12-31", "2024-1-31 1:02:03 +0800", "Wed, 31 Jan 2024 23:00:00 GMT",
    "2024-01-31T23:30:00.123456+09:00", "2024-01-31 10", "31.01.2024", "2024-01-31 10:00:00 +08:00", "2024-01-31 23:30 +0800",
)  # fmt: skip
CATEGORIES = (
    "categories: One Two", "categories: [One Two, three]", "category: Single", "category: Two Words",
    "categories: [港口, 'a/b']", "category: X\ncategories: Y Z", "categories: []", "categories:", "category: ''",
    "categories: [A, a, A]", "category: [p, q]", "categories: 'R&D 50%'", "categories: one",
)  # fmt: skip
TAGS = (
    "tags: one two", "tags: [one two, 三]", "tag: single", "tag: two words", "tags: [C#, 'a/b', '50%']", "tags:",
    "tags: [a, a, A]", "tag: x\ntags: y z", "tags: []", "tag: [m, n]",
)  # fmt: skip
LINKS = (
    "permalink: /own/:year/:title/", "permalink: own", "permalink: /own/page.html", "permalink: /文章/一/",
    "permalink: /a b/c", "permalink: pretty", "permalink: /:categories/:slug", "slug: Other-Slug", "slug: 另 一个",
    "permalink: /own/:title:output_ext", "permalink: /q?x=1", "permalink: /own/page.php",
    "permalink: /:month_:day/:title", "permalink: /x//y/../z/:slug", "permalink: /a%20b/:title/", "permalink: date", "permalink: none",
    "permalink: /:categories/:categories/:title", "permalink: /:hour:minute:second/:w_year-:week-:w_day/:short_month/:title.htm",
    "slug: 'UP per/Case'", "slug: 100%", "permalink: 'https://other.example.org/x'", "permalink: /index.html",
    "permalink: /港口/?q=1#frag", "slug: a.b.", "permalink: ./here/:title", "permalink: /:path:output_ext", "permalink: /:name/",
)  # fmt: skip
AUTHORS = (
    "author: Li Wei", "author: liwei", "author: {name: 李伟, email: li@example.org, uri: https://li.example.org/}",
    "authors: [liwei, Ann]", "authors: [Ann, liwei]", "author: ann", "author: {name: Ann}", "authors: [{name: 王五}]",
    "author: nobody-known", "author: ''", "author: 123",
)  # fmt: skip
STATES = ("published: false", "published: true", "published: no", "published:", "draft: true", "draft: false")
SUMMARIES = (
    "description: Short one", "description: 'With <b>HTML</b> &amp; more'", "excerpt: Own <i>excerpt</i>", "description: ''",
    "excerpt: ''", "excerpt_separator: <!--more-->", "excerpt_separator: ''", "excerpt_separator: '\\n'",
    "description: \"two\\nlines  here\"", "excerpt_separator: END", "description: 2024",
    "description:",
)  # fmt: skip
CHANGES = (
    "last_modified_at: 2024-06-01", "last_modified_at: 2024-06-01 10:00:00", "last_modified_at: 2024-06-01 10:00:00 +0800",
    "last_modified_at: 2024-06-01T10:00:00Z", "last_modified_at:", "last_modified_at: '2024-06-01 23:30'",
)  # fmt: skip
BODIES = (
    "First paragraph.\n\nSecond paragraph.", "One <!--more--> two.\n\nThree.", "<p>HTML first.</p>\n\n<p>Second.</p>",
    "# Heading\n\nText *below* it.", "With [a link][1] and **bold**.\n\nMore.\n\n[1]: https://x.example.net/", "",
    "- one\n- two\n\nafter", "第一段，有“引号”。\n\n第二段。", "Code:\n\n```\nx = 1\n\ny = 2\n```\n\nend", "A & B &lt; C\n\nEND\n\nrest",
    "\n\n\nLate start.\n\nThen.", "line one\nline two\n\nlast", "![alt](x.png)\n\ncaption", "> quoted\n\nplain", "a<br>b\n\nc",
    "1. one\n2. two\n\nx", "Setext\n======\n\nx", "    code block\n\nx", "* * *\n\nx", "<div>\n\ninside\n\n</div>", "See https://x.example.net/a_b_c now.\n\nx",
    "5 * 3 * 2 and snake_case_name\n\nx", "<!-- comment -->\n\nx", "A\\\nB\n\nx", "[link](/a 'T') and ![img][i]\n\n[i]: /x.png", "<em>html</em> in *md*\n\nx",
    "a  \nb\n\nx", "Note[^1]\n\n[^1]: foot\n", "**粗体**，中文**紧邻**。\n\nx",
    "<script>alert(1)</script>\n\nx", "1986\\. A year\n\nx", "\\# not heading\n\nx", "Term `code` and ~~gone~~ here\n\nx", "| a | b |\n|---|---|\n| 1 | 2 |\n\nx", "“smart” 'quotes' -- and...\n\nx",
)  # fmt: skip
DATA_AUTHORS = """\
liwei:
  name: 李伟
  email: li@example.org
  uri: https://li.example.org/
ann:
  name: Ann Example
  twitter: ann
Li Wei:
  name: Li Wei (in data)
"""


def make(site: Path, seed: int, posts: int = 40) -> None:
    """Write a site."""
    chance = random.Random(seed)
    site.mkdir(parents=True)
    config = _config(chance)
    (site / "_config.yml").write_text(yaml.safe_dump(config, allow_unicode=True, sort_keys=False), "utf-8")
    if chance.random() < 0.6:
        (site / "_data").mkdir()
        (site / "_data" / chance.choice(("authors.yml", "authors.yaml"))).write_text(DATA_AUTHORS, "utf-8")
    for _ in range(posts):
        name = f"{chance.choice(DAYS)}-{chance.choice(SLUGS)}.{chance.choice(SUFFIXES)}"
        path = f"{chance.choice(FOLDERS)}/{name}"
        if "collections_dir" in config:
            path = f"{chance.choice((config['collections_dir'], 'elsewhere'))}/{path}"
        if not (site / path).exists():
            write(site, path, _front(chance), chance.choice(BODIES))
            _roughen(site / path, chance)


def _config(chance: random.Random) -> dict[str, object]:
    config: dict[str, object] = {
        "url": chance.choice(URLS), "baseurl": chance.choice(BASEURLS), "title": "测试 site",
        "timezone": chance.choice(ZONES), "plugins": ["jekyll-feed"], "feed": {"posts_limit": 1000},
    }  # fmt: skip
    options: tuple[tuple[str, object], ...] = (
        ("permalink", chance.choice(PERMALINKS)),
        ("future", chance.random() < 0.5),
        ("unpublished", True),
        ("excerpt_separator", chance.choice(("<!--more-->", "", "\n\n\n", "END"))),
        ("author", chance.choice(("Site Author", "liwei", {"name": "站长", "email": "s@example.org"}))),
        ("include", chance.choice((["_archive"], ["_archive", ".x"]))),
        ("exclude", chance.choice((["old"], ["old/"], ["*.htm"], ["_posts/deep", "news"]))),
        ("collections", chance.choice((
            {"notes": {"output": True}}, ["notes", "lists"], {"posts": {"permalink": "/c/:year/:title/"}},
            {"notes": {"output": True, "permalink": "/n/:path"}, "posts": {"output": False}},
        ))),
        ("defaults", chance.sample(DEFAULTS, 3)),
        ("collections_dir", chance.choice(("all", "all/in"))),
        ("lang", "zh-CN"),
        ("description", "关于 site"),
    )  # fmt: skip
    config.update((key, value) for key, value in options if chance.random() < 0.4)
    return config


DEFAULTS: list[dict[str, object]] = [
    {"scope": {"path": ""}, "values": {"author": "Default Author"}},
    {"scope": {"path": "", "type": "posts"}, "values": {"permalink": "/d/:categories/:title/"}},
    {"scope": {"path": "_posts/deep"}, "values": {"categories": ["inherited"], "tags": ["d1", "d2"]}},
    {"scope": {"path": "news", "type": "posts"}, "values": {"category": "default", "description": "by default"}},
    {"scope": {"path": "_posts/a/*"}, "values": {"tags": "from glob"}},
    {"scope": {"type": "posts", "path": ""}, "values": {"published": False}},
    {"scope": {"path": "_posts", "type": "drafts"}, "values": {"author": "never"}},
    {"scope": {"path": "新闻"}, "values": {"last_modified_at": "2024-07-01", "excerpt_separator": "<!--more-->"}},
    {"scope": {"path": "en/_posts/"}, "values": {"slug": "same-for-all", "title": "默认 title"}},
    {"scope": {"path": "_posts", "type": "post"}, "values": {"date": "2024-05-05 05:05:05 +0800"}},
]


def _roughen(file: Path, chance: random.Random) -> None:
    """Leave a file as some editors and systems do."""
    text = file.read_text("utf-8")
    kind = chance.randrange(12)
    if kind == 0:
        file.write_bytes(text.replace("\n", "\r\n").encode())
    elif kind == 1:
        file.write_text(text.replace("---\n", "---  \n", 2), "utf-8")
    elif kind == 2:
        head, _, rest = text.partition("\n---\n")
        file.write_text(f"{head}\n# a comment\n...\n{rest}", "utf-8")
    elif kind == 3:
        file.write_text("\ufeff" + text, "utf-8")


def _front(chance: random.Random) -> str:
    lines = [f"title: {chance.choice(TITLES)}"] if chance.random() < 0.9 else []
    for choices, share in (
        (DATES, 0.6), (CATEGORIES, 0.5), (TAGS, 0.5), (LINKS, 0.3), (AUTHORS, 0.4), (STATES, 0.1), (SUMMARIES, 0.4),
        (CHANGES, 0.2),
    ):  # fmt: skip
        if chance.random() < share:
            choice = chance.choice(choices)
            lines.append(f"date: {choice}" if choices is DATES else choice)
    chance.shuffle(lines)
    return "\n".join(lines) or "x: y"
