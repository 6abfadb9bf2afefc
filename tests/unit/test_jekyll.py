"""Beside the real thing: what Jekyll and jekyll-feed make of a site, and what we make of it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

import pytest
from lxml import etree

from feedsvc.config.loading import load
from feedsvc.model import ContentRules, Default, Post, Site
from feedsvc.parse import parse
from feedsvc.selection import is_post

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("jekyll") is None, reason="Jekyll is not installed (Debian: jekyll)"),
]

ATOM = {"a": "http://www.w3.org/2005/Atom"}
SEEN = datetime(2024, 1, 1, tzinfo=UTC)
CONFIG = """\
url: https://news.example.org
baseurl: {baseurl}
title: 测试 site
timezone: Asia/Shanghai
permalink: {permalink}
plugins: [jekyll-feed]
feed: {{posts_limit: 500}}
future: true
include: ["_archive"]
exclude: ["old", "_posts/2022-05-05-excluded*"]
defaults:
  - scope: {{path: ""}}
    values: {{description: everywhere}}
  - scope: {{path: "_posts/deep", type: posts}}
    values: {{categories: inherited, tags: [a b]}}
  - scope: {{path: "special/*/_posts", type: posts}}
    values: {{category: globbed}}
"""
DEFAULTS = (
    Default("", "", (("description", "everywhere"),)),
    Default("_posts/deep", "posts", (("categories", "inherited"), ("tags", ["a b"]))),
    Default("special/*/_posts", "posts", (("category", "globbed"),)),
)

PLACEHOLDERS = (
    "/:year/:month/:day/:hour/:minute/:second/:title:output_ext", "/:i_month-:i_day-:short_year/:slug/",
    "/:w_year-:week-:w_day/:name", "/:long_month/:short_month/:long_day/:short_day/:y_day/:title.html",
    "/:collection/:path/:title", "/:slugified_categories/:year_:month_:day/:title", "/:categories/..x//y./:slug",
    "/中文 路径/:title/", "pretty", "/a%20b/:title?x=1",
)  # fmt: skip

DATES = (
    "2022-03-04 05:06:07", "2022-03-04 05:06", "2022-03-04", "2022-03-04 05:06:07 +0800", "2022-03-04T23:06:07Z",
    "2022-03-04 23:06:07 -05:00", "'2022-03-04 05:06:07'", "2022/03/04 05:06:07", "Mar 4, 2022",
    "2022-03-04 05:06:07.890", "2022-3-4 5:06:07", "2022-03-04 22:06:07 UTC", "20220304", "2022-02-30 10:00:00",
    "2022-02-30", "Fri, 04 Mar 2022 22:06:07 GMT", "2022-03-04 24:00:00", "2022-03-04 05:06:07 +8",
    "2022-03-04 5:06:07 pm", "2022-03-04 05:06:07 PST", "04/03/2022", "2022.03.04", "4 Mar 2022 23:06",
    "2022-03-04T05:06", "2022-03-04 05:06 +0530",
)  # fmt: skip

CATEGORIES = (
    "categories: One Two", "categories: [One Two, three]", "category: One Two", "categories: 一\u3000二 三",
    "categories: [A, a, B]", "category: X\ncategories: Y Z", "tags: t1 t2",
    "tag: t1 t2", "categories: C++ c#", "categories: 50% q?r", "categories:\n- 财经\n- '晴/雨'", "category: ''",
    "categories: a.b../c./d", "categories: anxin(xianggang)", "categories: [x y]\ntags: ~",
)  # fmt: skip

NAMES = (
    "2022-05-01-hello-World_and.more", "2022-05-01-港口：涨潮！50%", "22-5-1-short", "2022-05-01-a b  c",
    "2022-05-01-C++-入门", "2022-05-01-C#", "2022-05-01-trailing...", "2022-05-01--dash-",
    "2022-05-01-é\u0301tude-Ünï", "2022-05-01-ＦＵＬＬ，宽", "2022-05-01-x#y;z@w", "2022-05-01-２０２２年②Ⅷ",
    "2022-05-01-ΑΣ-İ", "2022-05-01-(a)[b]{c}", "2022-05-01-a'b\"c", "2022-05-01-a~b$c+d,e=f!",
)  # fmt: skip


def write(site: Path, path: str, front: str) -> None:
    file = site / path
    file.parent.mkdir(parents=True, exist_ok=True)
    title = path.encode().hex()  # names the file, and typography leaves it alone
    file.write_text(f"---\ntitle: '{title}'\n{front}\n---\n正文 body\n", "utf-8")


def make_site(site: Path, *, permalink: str = "date", baseurl: str = "") -> None:
    (site / "_config.yml").write_text(CONFIG.format(permalink=permalink, baseurl=baseurl or "''"), "utf-8")
    for number, template in enumerate(PLACEHOLDERS):
        front = f"permalink: {template}\ncategories: 'Some Thing'\ndate: 2021-01-02 13:04:05 +0800"
        write(site, f"_posts/2021-01-02-place-{number}.Holder.md", front)
    for number, date in enumerate(DATES):
        write(site, f"_posts/2022-04-01-date-{number}.md", f"date: {date}")
        if not date.isdigit():  # a number is seconds to jekyll-feed here, and a date there
            write(site, f"_posts/2022-01-01-changed-{number}.md", f"last_modified_at: {date}")
    for number, categories in enumerate(CATEGORIES):
        write(site, f"_posts/2022-04-02-filed-{number}.md", categories)
        write(site, f"_posts/deep/2022-04-02-deep-{number}.md", categories)
        write(site, f"es/Sub Dir/_posts/2022-04-02-folder-{number}.md", categories)
    for name in NAMES:
        write(site, f"_posts/{name}.markdown", "x: y")
        write(site, f"_posts/sub/{name}.html", "categories: [新闻, Ab]")
        write(site, f"_posts/{name}-slug.md", f"slug: '{name.replace(chr(39), '')} S/l'")
    for path in (
        "special/one/_posts/2022-05-02-glob.md", "_posts/_hidden/2022-05-02-a.md", "_posts/a/_b/2022-05-02-b.md",
        "_posts/_2022-05-02-c.md", "_drafts/2022-05-02-d.md", "_archive/_posts/2022-05-02-e.md",
        "old/_posts/2022-05-02-f.md", "older/_posts/2022-05-02-g.md", "_posts/2022-05-05-excluded-h.md",
        ".dot/_posts/2022-05-02-i.md", "node_modules/_posts/2022-05-02-j.md", "vendor/x/_posts/2022-05-02-k.md",
        "_other/_posts/2022-05-02-l.md", "_posts/_drafts/2022-05-02-m.md", "a/_posts/b/_posts/2022-05-02-n.md",
        "_posts/#x/2022-05-02-o.md", "_posts/~x/2022-05-02-p.md", "_posts/x~/2022-05-02-q.md",
        "vendor/bundle/_posts/2022-05-02-r.md", "_posts/.dot/2022-05-02-s.md", "plain/2022-05-02-t.md",
        "es/_drafts/2022-05-02-u.md", "_posts/x/#y/2022-05-02-v.md",
    ):  # fmt: skip
        write(site, path, "x: y")
    write(site, "_posts/2022-05-03-unpublished.md", "published: no")
    write(site, "_posts/2022-05-03-nothing.md", "published:")
    write(site, "_posts/2022-05-03-draft.md", "draft: true")


class Seen(NamedTuple):
    id: str
    link: str
    published: datetime
    updated: datetime
    categories: tuple[str, ...]


def by_jekyll(site: Path) -> dict[str, Seen]:
    """What jekyll-feed says of each post, by its path."""
    environment = {**os.environ, "JEKYLL_NO_BUNDLER_REQUIRE": "true", "JEKYLL_ENV": "production", "LANG": "C.UTF-8"}
    subprocess.run(
        ["jekyll", "build", "--disable-disk-cache", "--source", site, "--destination", site / "_site"],
        cwd=site, env=environment, check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    found = {}
    for entry in etree.parse(site / "_site" / "feed.xml").getroot().findall("a:entry", ATOM):
        text = {name: entry.findtext(f"a:{name}", "", ATOM) for name in ("title", "id", "published", "updated")}
        found[bytes.fromhex(text["title"]).decode()] = Seen(
            text["id"],
            str(entry.find("a:link[@rel='alternate']", ATOM).get("href")),
            datetime.fromisoformat(text["published"]),
            datetime.fromisoformat(text["updated"]),
            tuple(category.get("term") for category in entry.findall("a:category", ATOM)),
        )
    return found


def by_us(root: Path, rules: ContentRules, site: Site) -> dict[str, Post]:
    found = {}
    for file in sorted(root.rglob("*")):
        path = file.relative_to(root).as_posix()
        if not file.is_file() or path.startswith("_site/") or not is_post(path, rules):
            continue
        post = parse(file.read_bytes(), path, rules, site, SEEN).post
        if post is not None:
            found[path] = post
    return found


def normal(url: str) -> str:
    """An address as jekyll-feed shows it: in compatibility form, which the file's own is not."""
    return quote(unicodedata.normalize("NFKC", unquote(url)), safe="/:?=&%")


@pytest.fixture(scope="module", params=[("date", ""), ("pretty", "/blog"), ("/:categories/:week/:title", "/博客")])
def sites(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Seen], dict[str, Post], Path]:
    permalink, baseurl = request.param
    root = tmp_path_factory.mktemp("site")
    make_site(root, permalink=permalink, baseurl=baseurl)
    rules = ContentRules(
        layout="jekyll", naive_dates="utc", permalink=permalink, defaults=DEFAULTS, future=True,
        include=("_archive",), exclude=("old", "_posts/2022-05-05-excluded*"),
    )  # fmt: skip
    site = Site("https://news.example.org", baseurl=baseurl, timezone="Asia/Shanghai")
    return by_jekyll(root), by_us(root, rules, site), root


Sites = tuple[dict[str, Seen], dict[str, Post], Path]


def test_the_same_files_are_posts(sites: Sites) -> None:
    theirs, ours, _ = sites
    assert sorted(ours) == sorted(theirs)


def test_the_same_ids(sites: Sites) -> None:
    theirs, ours, _ = sites
    assert {path: post.guid for path, post in ours.items()} == {path: seen.id for path, seen in theirs.items()}


def test_the_same_links(sites: Sites) -> None:
    theirs, ours, _ = sites
    assert {path: normal(post.url) for path, post in ours.items()} == {
        path: normal(seen.link) for path, seen in theirs.items()
    }


def test_the_same_dates(sites: Sites) -> None:
    theirs, ours, _ = sites
    assert {path: (post.published, post.updated or post.published) for path, post in ours.items()} == {
        path: (seen.published, seen.updated) for path, seen in theirs.items()
    }


def test_links_lead_to_files(sites: Sites) -> None:
    _, ours, root = sites
    lost = []
    for post in ours.values():
        path = unquote(urlsplit(post.url).path).removeprefix("/blog").removeprefix("/博客")
        made = root / "_site" / path.lstrip("/")
        if not any(file.is_file() for file in (made, made / "index.html", made.with_name(made.name + ".html"))):
            lost.append((post.path, path))
    assert not lost


@pytest.mark.parametrize(
    ("url", "baseurl"),
    [
        ("https://news.example.org/", ""),
        ("https://news.example.org/", "/blog/"),
        ("HTTPS://News.example.org:443/新 闻//", "博 客"),
    ],
)
def test_the_same_ids_where_the_address_ends_in_a_slash(tmp_path: Path, url: str, baseurl: str) -> None:
    (tmp_path / "_config.yml").write_text(f"url: {url}\nbaseurl: {baseurl}\nplugins: [jekyll-feed]\n", "utf-8")
    write(tmp_path, "_posts/2022-05-01-港口 a.md", "categories: 新闻")
    write(tmp_path, "_posts/2022-05-02-b.md", "permalink: /foo")
    theirs = by_jekyll(tmp_path)
    settings = load(tmp_path, environ={}, cwd=tmp_path)
    ours = by_us(tmp_path, settings.rules, settings.site)
    assert {path: post.guid for path, post in ours.items()} == {path: seen.id for path, seen in theirs.items()}
    assert {path: normal(post.url) for path, post in ours.items()} == {
        path: normal(re.sub("(?<!:)//+", "/", seen.link)) for path, seen in theirs.items()
    }
