"""Beside the real thing: what Hugo's feed of a site holds, and what we make of the same folder."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from lxml import etree

from feedsvc.config.loading import load
from feedsvc.model import Post
from feedsvc.parse import parse
from feedsvc.scan import scan

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("hugo") is None, reason="Hugo is not installed (Debian: hugo)"),
]

SEEN = datetime(2024, 1, 1, tzinfo=UTC)
DAY = "date: 2024-01-02"
CONFIGS = {
    "usual": 'baseURL = "https://example.org/"\ntitle = "港口 Port"\n',
    "below": """
baseURL = "https://example.org/Blog/"
timeZone = "Asia/Shanghai"
uglyURLs = true
disablePathToLower = true
[permalinks]
notes = "/:year/:month/:day/:sections[1:]/:slug/"
Caps = "/caps/:monthname/:weekdayname/:yearday/:title"
"/" = "/:2006/:01-:02/:slugorfilename/"
""",
    "accents": """
baseURL = "https://example.org/a b/"
timeZone = "America/New_York"
removePathAccents = true
buildDrafts = true
buildExpired = true
defaultContentLanguage = "zh"
[frontmatter]
date = [":filename", ":default"]
[permalinks]
posts = "/:section/:filename/"
notes = "/:sections/:title/"
[languages.zh]
languageName = "中文"
[languages.en]
languageName = "English"
""",
}
PAGES = {
    "about.md": "date: 2020-02-03 04:05:06 +0530",
    "index2.html": DAY,
    "posts/_index.md": DAY,
    "posts/x.md": "date: 2024-01-02T03:04:05+08:00",
    "posts/y.md": "date: 2024-01-02 03:04:05",
    "posts/z.md": "date: '2024-01-02T03:04:05'",
    "posts/bundle/index.md": DAY,
    "posts/bundle/other.md": DAY,
    "posts/bundle/sub/deep.md": DAY,
    "posts/bundle/sub/index.md": DAY,
    "posts/slugged-bundle/index.md": f"{DAY}\nslug: 'Other Name'",
    "posts/Deep Folder/Hello World & C++ 50% #1.md": DAY,
    "posts/Deep Folder/_index.md": DAY,
    "posts/Deep Folder/你好，世界！.md": DAY,
    "posts/ΑΣ İ ß.md": DAY,
    "posts/Éclair_x.y.md": DAY,
    "posts/a@b (c) [d] {e} 'f' ~g~.md": DAY,
    "posts/100%25.md": DAY,
    "posts/e - -  f.md": DAY,
    "posts/slugged.md": f"{DAY}\nslug: 'My Slug/你好 x'",
    "posts/url1.md": f"{DAY}\nurl: /foo/Bar Baz",
    "posts/url2.md": f"{DAY}\nurl: foo/bar.html",
    "posts/url3.md": f"{DAY}\nurl: /foo/中文，a/",
    "posts/url4.md": f"{DAY}\nurl: /foo/index.html",
    "notes/n1.md": DAY,
    "notes/n2.md": f"{DAY}\nslug: 'S l.x'",
    "notes/bundle/index.md": DAY,
    "notes/deep/_index.md": DAY,
    "notes/deep/er/_index.md": DAY,
    "notes/deep/er/still/_index.md": DAY,
    "notes/deep/er/still/x.md": DAY,
    "Caps/X Y.md": DAY,
    "_dir/x.md": DAY,
    ".dot/x.md": DAY,
    "posts/draft.md": f"{DAY}\ndraft: true",
    "posts/future.md": "date: 2099-01-01",
    "posts/embargo.md": f"{DAY}\npublishDate: 2099-01-01",
    "posts/published-later.md": "publishDate: 2020-01-01\nexpiryDate: 2098-01-01",
    "posts/expired.md": f"{DAY}\nexpiryDate: 2021-01-01",
    "posts/taken-back.md": f"{DAY}\nunpublishdate: 2020-02-02",
    "posts/unpublished.md": f"{DAY}\npublished: false",
    "posts/pubdate.md": "pubdate: 2020-02-03",
    "posts/published.md": "published: 2020-01-03",
    "posts/lastmod.md": "lastmod: 2020-01-03",
    "posts/both.md": "date: 2020-01-03\nlastmod: 2021-02-03",
    "headless/index.md": f"{DAY}\nheadless: true",
    "posts/never.md": f"{DAY}\n_build: {{render: never, list: never}}",
    "posts/link.md": f"{DAY}\n_build: {{render: link}}",
    "posts/nolist.md": f"{DAY}\n_build: {{list: never}}",
    "posts/nolist2.md": f"{DAY}\n_build: {{list: false}}",
    "posts/local.md": f"{DAY}\n_build: {{list: local}}",
    "posts/trailing..md": DAY,
    "posts/.hidden.md": DAY,
    "posts/#hash.md": DAY,
    "posts/_under.md": DAY,
    "posts/tilde~.md": DAY,
    "posts/b.markdown": DAY,
    "posts/c.mdown": DAY,
    "posts/d.txt": DAY,
    "posts/t.zh.md": DAY,
    "posts/t.en.md": DAY,
    "posts/2024-05-06-Dated One.md": "date: 2020-01-01",
    "posts/upper.md": "DATE: 2020-01-02\nSLUG: Up",
}
OTHERS = {
    "posts/toml.md": '+++\ntitle = "{title}"\ndate = 2024-03-04T05:06:07Z\nslug = "Toml"\n+++\nbody\n',
    "posts/toml2.md": '+++\ntitle = "{title}"\ndate = 2024-03-04\n+++\nbody\n',
    "posts/toml3.md": '+++\ntitle = "{title}"\ndate = 2024-03-04 05:06:07\n+++\nbody\n',
    "posts/json.md": '{{\n"title": "{title}", "date": "2024-03-04T05:06:07+01:00"\n}}\nbody\n',
    "posts/bare.html": "<p>no front matter: a file like any other {title}</p>\n",
}


class Seen(NamedTuple):
    id: str
    link: str
    published: datetime


def make_site(site: Path, config: str) -> dict[str, str]:
    """Write the site; gives each file's title, which names it in feeds."""
    (site / "hugo.toml").write_text(config, "utf-8")
    titles = {}
    for number, path in enumerate([*PAGES, *OTHERS]):
        titles[path] = f"Título {number:02} 第 {number} 篇"
        file = site / "content" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        page = OTHERS[path].format(title=titles[path]) if path in OTHERS else ""
        file.write_text(page or f"---\ntitle: {titles[path]}\n{PAGES[path]}\n---\n正文 body\n", "utf-8")
    return titles


def by_hugo(site: Path, titles: dict[str, str]) -> dict[str, Seen]:
    """What the feed of the site says of each page, by its path."""
    run = subprocess.run(["hugo", "--quiet"], cwd=site, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr + run.stdout
    paths = {title: path for path, title in titles.items()}
    found = {}
    for item in etree.parse(site / "public" / "index.xml").getroot().iter("item"):
        text = {name: item.findtext(name, "") for name in ("title", "guid", "link", "pubDate")}
        found[paths[text["title"]]] = Seen(text["guid"], text["link"], parsedate_to_datetime(text["pubDate"]))
    return found


def by_us(content: Path, root: str = "") -> dict[str, Post]:
    settings = load(content, environ={}, cwd=content)
    assert settings.rules.layout == "hugo"
    found = {}
    for path in scan(content, settings.rules, {}, skip=settings.state).suspect:
        post = parse((content / path).read_bytes(), path, settings.rules, settings.site, SEEN).post
        if post is not None:
            found[path.removeprefix(root)] = post
    now = datetime.now(UTC)
    return {
        path: post
        for path, post in found.items()
        if (post.embargo or post.published) <= now and (post.expires is None or post.expires > now)
    }


Sites = tuple[dict[str, Seen], dict[str, Post], Path]


@pytest.fixture(scope="module", params=CONFIGS)
def sites(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Sites:
    site = tmp_path_factory.mktemp("site")
    titles = make_site(site, CONFIGS[request.param])
    return by_hugo(site, titles), by_us(site, "content/"), site


def test_the_same_files_are_posts(sites: Sites) -> None:
    theirs, ours, _ = sites
    assert sorted(ours) == sorted(theirs)


def test_the_same_ids(sites: Sites) -> None:
    theirs, ours, _ = sites
    assert {path: post.guid for path, post in ours.items()} == {path: seen.id for path, seen in theirs.items()}


def test_the_same_links(sites: Sites) -> None:
    theirs, ours, _ = sites
    # theirs lead nowhere where a file's name has a "#", and to "/index.html/"
    expected = {path: seen.link.replace("#", "%23").replace("index.html/", "") for path, seen in theirs.items()}
    assert {path: post.url for path, post in ours.items()} == expected


def test_the_same_dates(sites: Sites) -> None:
    theirs, ours, _ = sites
    assert {path: post.published.isoformat() for path, post in ours.items()} == {
        path: seen.published.isoformat() for path, seen in theirs.items()
    }


def test_the_folder_of_the_posts_alone_is_the_same(sites: Sites) -> None:
    _, ours, site = sites
    inner = by_us(site / "content")
    assert {path: (post.url, post.guid, post.published) for path, post in inner.items()} == {
        path: (post.url, post.guid, post.published) for path, post in ours.items()
    }
