"""Beside the real thing: what Pelican's feed of all articles holds, and what we make of the same folder."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import pytest
from lxml import etree

from feedsvc.config.loading import load
from feedsvc.exceptions import ContentError
from feedsvc.model import Post
from feedsvc.parse import parse
from feedsvc.scan import scan

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("pelican") is None, reason="Pelican is not installed (PyPI: pelican[markdown])"),
    pytest.mark.skipif(find_spec("unidecode") is None, reason="Unidecode is not installed (PyPI: feedsvc[pelican])"),
]

ATOM = {"a": "http://www.w3.org/2005/Atom"}
SEEN = datetime(2024, 1, 1, tzinfo=UTC)
USUAL = """\
SITENAME = "港口 Port"
PATH = "content"
TIMEZONE = "Asia/Shanghai"
DEFAULT_LANG = "zh"
FEED_MAX_ITEMS = 500
"""
CONFIGS = {
    "usual": USUAL,
    "own": USUAL
    + """
AUTHOR = "Ångström 李"
ARTICLE_URL = "{category}/{date:%Y}/{date:%m}/{date:%d}/{author}/{slug}/"
ARTICLE_SAVE_AS = ARTICLE_URL + "index.html"
ARTICLE_LANG_URL = "{lang}/{slug}/"
ARTICLE_LANG_SAVE_AS = "{lang}/{slug}/index.html"
SLUGIFY_SOURCE = "basename"
USE_FOLDER_AS_CATEGORY = False
DEFAULT_CATEGORY = "Sonst iges"
ARTICLE_EXCLUDES = ["left/out"]
PAGE_PATHS = ["pages", "more/pages"]
DEFAULT_METADATA = {"tags": "everywhere, überall"}
PATH_METADATA = r"news/(?P<extra>.*)"
""",
    "flat": USUAL.replace('"content"', '"."')
    + """
ARTICLE_PATHS = ["content/news", "content/deep"]
SLUGIFY_USE_UNICODE = True
SLUGIFY_PRESERVE_CASE = True
FILENAME_METADATA = r"(?P<date>\\d{4}-\\d{2}-\\d{2})[-_](?P<slug>.*)"
""",
}
DAY = "Date: 2024-01-02 03:04"
ARTICLES = {
    "first.md": DAY,
    "news/second.md": f"{DAY}\nTags: a b, C++ ;x\nCategory: Häfen, Schiffe",
    "news/third.markdown": f"{DAY}\nAuthor: Doe, Jane\nTags: one, 二, one",
    "news/fourth.mkd": f"{DAY}\nAuthors: Doe, Jane; Roe, Jo\nSummary: Short *words*.\n    And more.",
    "deep/er/fifth.mdown": f"{DAY}\nSlug: own-Slug",
    "deep/中文 文件.md": DAY,
    "deep/2024-05-06-by-name.md": "",
    "deep/2024-05-07_other.md": "date: 2024-01-09T23:30:00-08:00\nmodified: 2024-02-03",
    "deep/url.md": f"{DAY}\nUrl: elsewhere/x.html\nSave_as: elsewhere/x.html",
    "deep/url2.md": f"{DAY}\nUrl: /top/x.html\nSave_as: top/x.html",
    "deep/lang.md": f"{DAY}\nLang: EN",
    "deep/draft.md": f"{DAY}\nStatus: draft",
    "deep/hidden.md": f"{DAY}\nStatus: Hidden",
    "deep/skip.md": f"{DAY}\nStatus: skip",
    "deep/shown.md": f"{DAY}\nStatus: published",
    "deep/empty.md": f"{DAY}\nTags:\nCategory:\nStatus:",
    "pages/about.md": DAY,
    "more/pages/page.md": DAY,
    "left/out/x.md": DAY,
    "left/in/x.md": DAY,
    "deep/zone.md": "Date: 2024-01-02 23:30 +0100",
    "deep/words.md": "Date: Wed, 03 Jan 2024 10:11:12 +0000",
    "deep/day.md": "Date: 2024-07-01",
}
PAGE = """<html><head><title>{title}</title><meta name="date" content="2024-03-04 05:06">
<meta name="keywords" content="k1, k2"><meta name="category" content="Web"></head><body>
<p>text &amp; 正文</p></body></html>
"""


class Seen(NamedTuple):
    id: str
    link: str
    published: datetime
    terms: tuple[str, ...]


def make_site(site: Path, config: str) -> dict[str, str]:
    """Write the site; gives each file's title, which names it in feeds."""
    (site / "pelicanconf.py").write_text(config + 'SITEURL = ""\n', "utf-8")
    (site / "publishconf.py").write_text(
        'import os, sys\nsys.path.append(os.curdir)\nfrom pelicanconf import *\nSITEURL = "https://example.org/blog"\n'
        'OUTPUT_PATH = "../output/"\nFEED_ALL_ATOM = "all.xml"\nAUTHOR_FEED_ATOM = None\n',
        "utf-8",
    )
    titles = {}
    for number, path in enumerate(ARTICLES):
        titles[path] = f"Ñr {number:02}: 第 {number} 篇 & C++ (x)"
        file = site / "content" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        headers = "\n".join(filter(None, (f"Title: {titles[path]}", ARTICLES[path])))
        file.write_text(f"{headers}\n\n正文 body\n", "utf-8")
    titles["deep/page.html"] = "A page"
    (site / "content/deep/page.html").write_text(PAGE.format(title="A page"), "utf-8")
    return titles


def by_pelican(site: Path, titles: dict[str, str]) -> dict[str, Seen]:
    """What the feed of all articles says of each, by its path."""
    run = subprocess.run(
        ["pelican", "-s", "publishconf.py"], cwd=site, capture_output=True, text=True, timeout=120, check=False
    )
    assert run.returncode == 0, run.stderr + run.stdout
    paths = {title: path for path, title in titles.items()}
    found = {}
    for entry in etree.parse(site.parent / "output" / "all.xml").getroot().findall("a:entry", ATOM):
        text = {name: entry.findtext(f"a:{name}", "", ATOM) for name in ("title", "id", "published")}
        found[paths[text["title"]]] = Seen(
            text["id"],
            str(entry.find("a:link[@rel='alternate']", ATOM).get("href")),
            datetime.fromisoformat(text["published"]),
            tuple(category.get("term") for category in entry.findall("a:category", ATOM)),
        )
    return found


def by_us(content: Path) -> dict[str, Post]:
    settings = load(content, environ={}, cwd=content)
    assert settings.rules.layout == "pelican"
    found = {}
    for path in scan(content, settings.rules, {}, skip=settings.state).suspect:
        try:
            post = parse((content / path).read_bytes(), path, settings.rules, settings.site, SEEN).post
        except ContentError:
            continue
        if post is not None:
            found[path.removeprefix("content/")] = post
    return found


Sites = tuple[dict[str, Seen], dict[str, Post], Path]


@pytest.fixture(scope="module", params=CONFIGS)
def sites(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Sites:
    site = tmp_path_factory.mktemp("pelican") / "site"
    site.mkdir()
    titles = make_site(site, CONFIGS[request.param])
    return by_pelican(site, titles), by_us(site), site


def ascii_only(uri: str) -> str:
    """Ours are URIs: where a slug holds other letters, Pelican's are not."""
    return quote(uri, safe="/:?=&%+,;@()!*'~")


def test_the_same_files_are_posts(sites: Sites) -> None:
    theirs, ours, _ = sites
    assert sorted(ours) == sorted(theirs)


def test_the_same_ids(sites: Sites) -> None:
    theirs, ours, _ = sites
    assert {path: post.guid for path, post in ours.items()} == {
        path: ascii_only(seen.id) for path, seen in theirs.items()
    }


def test_the_same_links(sites: Sites) -> None:
    theirs, ours, _ = sites
    assert {path: post.url for path, post in ours.items()} == {
        path: ascii_only(seen.link) for path, seen in theirs.items()
    }


def test_the_same_dates(sites: Sites) -> None:
    theirs, ours, _ = sites
    assert {path: post.published.isoformat() for path, post in ours.items()} == {
        path: seen.published.isoformat() for path, seen in theirs.items()
    }


def test_the_same_terms(sites: Sites) -> None:
    theirs, ours, _ = sites
    assert {
        path: tuple(term.name for term in post.terms if term.scheme != "author") for path, post in ours.items()
    } == {path: seen.terms for path, seen in theirs.items()}
