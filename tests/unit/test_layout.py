"""Which layout a folder has, told from its files, and what its generator's configuration comes to."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from feedsvc.config import Settings, changed
from feedsvc.config.loading import load, reread
from feedsvc.exceptions import ConfigError
from feedsvc.model import Person

HEADERS = "Title: 港口\nDate: 2024-01-02\n\nbody\n"
FENCED = "---\ntitle: 港口\n---\nbody\n"


def put(root: Path, path: str, text: str = "") -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")


def read(root: Path, environ: dict[str, str] | None = None) -> Settings:
    return load(root, environ=environ or {}, cwd=root)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"_config.yml": "title: x", "hugo.toml": ""}, "jekyll"),
        ({"_posts/x.md": FENCED, "pelicanconf.py": ""}, "jekyll"),
        ({"hugo.toml": ""}, "hugo"),
        ({"hugo.yaml": "title: x"}, "hugo"),
        ({"hugo.json": "{}"}, "hugo"),
        ({"config.toml": 'baseURL = "https://x.example.org/"'}, "hugo"),
        ({"config.yml": "theme: [a]"}, "hugo"),
        ({"config.toml": 'base_url = "https://zola.example.org"'}, "plain"),
        ({"config.json": "broken"}, "plain"),
        ({"config/_default/params.toml": ""}, "hugo"),
        ({"pelicanconf.py": ""}, "pelican"),
        ({"a.md": HEADERS}, "pelican"),
        ({"deep/er/a.md": "\n" + HEADERS, "README.txt": "x"}, "pelican"),
        ({"a.md": "Date: 2024-01-02\nSummary: long\n    and longer\ntitle: x\n\n"}, "pelican"),
        ({"a.md": HEADERS, "b.md": FENCED}, "plain"),
        ({"a.md": FENCED}, "plain"),
        ({"a.md": "# Note\nTitle: no header\n"}, "plain"),
        ({}, "plain"),
    ],
)
def test_the_files_tell_the_layout(tmp_path: Path, files: dict[str, str], expected: str) -> None:
    for path, text in files.items():
        put(tmp_path, path, text)
    assert read(tmp_path).rules.layout == expected


def test_the_folder_of_a_sites_posts_is_read_as_the_site(tmp_path: Path) -> None:
    put(
        tmp_path,
        "h/hugo.toml",
        'baseURL = "https://h.example.org/b/"\ncontentDir = "texts"\n[permalinks]\nx = "/:slug"',
    )
    put(tmp_path, "h/texts/a.md", FENCED)
    put(tmp_path, "h/other/a.md", FENCED)
    inner = read(tmp_path / "h/texts")
    assert (inner.rules.layout, inner.rules.hugo.root, inner.rules.hugo.permalinks) == ("hugo", "", (("x", "/:slug"),))
    assert (inner.site.url, inner.site.baseurl) == ("https://h.example.org", "/b")
    assert read(tmp_path / "h").rules.hugo.root == "texts"
    assert read(tmp_path / "h/other").rules.layout == "plain"
    put(tmp_path, "p/pelicanconf.py", "PATH = './content/'\nSITENAME = '山'")
    put(tmp_path, "p/content/a.md", FENCED)
    assert (read(tmp_path / "p/content").site.title, read(tmp_path / "p").rules.pelican.root) == ("山", "content")


def test_a_layout_that_is_asked_for_needs_no_files(tmp_path: Path) -> None:
    put(tmp_path, "content/a.md", FENCED)
    put(tmp_path, "pelicanconf.py", "SITENAME = 'not read'")
    hugo = read(tmp_path, {"FEEDSVC_CONTENT_LAYOUT": "hugo"})
    assert (hugo.rules.layout, hugo.rules.hugo.root, hugo.rules.dates.expires) == (
        "hugo", "content", ("expirydate", "unpublishdate"),
    )  # fmt: skip
    assert read(tmp_path / "content", {"FEEDSVC_CONTENT_LAYOUT": "pelican"}).rules.pelican.root == ""
    assert read(tmp_path, {"FEEDSVC_CONTENT_LAYOUT": "plain"}).site.title == "127.0.0.1"


def test_what_a_hugo_site_says(tmp_path: Path) -> None:
    put(
        tmp_path,
        "hugo.yaml",
        "baseURL: https://例子.example.org/博客/\ntitle: 1.10\nlanguageCode: zh_CN\ntimeZone: Asia/Shanghai\n"
        "buildFuture: true\nbuildExpired: true\nuglyURLs: {notes: true, posts: false}\nremovePathAccents: true\n"
        "author: {name: 旧}\nservices: {rss: {limit: 7}}\n",
    )
    put(tmp_path, "config/_default/params.toml", 'description = "Words"\n[author]\nname = "Nobody"\n')
    put(tmp_path, "config/_default/permalinks.yaml", "page: {posts: /:year/:slug}\n/: /:title\n")
    put(tmp_path, "config/production/hugo.toml", 'author = "新"\ndisablePathToLower = true\n')
    settings = read(tmp_path)
    site, rules, hugo = settings.site, settings.rules, settings.rules.hugo
    assert (site.url, site.baseurl) == ("https://xn--fsqu00a.example.org", "/%E5%8D%9A%E5%AE%A2")
    assert (site.title, site.language, site.timezone, site.description) == ("1.10", "zh-CN", "Asia/Shanghai", "Words")
    assert (site.authors, settings.feeds.limit, site.provisional) == ((Person("新"),), 7, False)
    assert (rules.future, rules.expired, rules.unpublished, rules.naive_dates) == (True, True, False, "local")
    assert dict(hugo.permalinks) == {"posts": "/:year/:slug", "": "/:title"}
    assert (hugo.ugly, hugo.lower, hugo.accents, hugo.languages) == (("notes",), False, False, ("en",))


def test_what_a_pelican_site_says(tmp_path: Path) -> None:
    put(
        tmp_path,
        "pelicanconf.py",
        "import os\nAUTHOR: str = '李白'\nSITEURL = ''\nSITENAME = TITLE = '山 & 水'\nTIMEZONE = 'Asia/Tokyo'\n"
        "SITESUBTITLE = os.environ['HOME']\nopen('ran', 'w').close()\nDEFAULT_LANG = 'zh_TW'\nFEED_MAX_ITEMS = 9\n"
        "ARTICLE_EXCLUDES = ('x/y',)\nWITH_FUTURE_DATES = 1 < 2\nFEED_ALL_ATOM = None\n",
    )
    put(
        tmp_path,
        "publishconf.py",
        "from pelicanconf import *\nSITEURL = 'https://p.example.org/b'\nRELATIVE_URLS = False\n",
    )
    settings = read(tmp_path)
    site = settings.site
    assert (site.url, site.baseurl, site.title) == ("https://p.example.org", "/b", "山 & 水")
    assert (site.timezone, site.language, site.authors) == ("Asia/Tokyo", "zh-TW", (Person("李白"),))
    assert (site.description, settings.feeds.limit, settings.rules.future) == ("", 9, False)
    assert settings.rules.pelican.excludes == ("pages", "x/y")
    assert not (tmp_path / "ran").exists()


def test_what_is_given_elsewhere_wins(tmp_path: Path) -> None:
    put(tmp_path, "hugo.toml", 'baseURL = "https://a.example.org"\ntitle = "a"\n')
    put(tmp_path, "feedsvc.toml", '[site]\ntitle = "b"\n')
    assert (read(tmp_path).site.url, read(tmp_path).site.title) == ("https://a.example.org", "b")


@pytest.mark.parametrize(
    ("path", "text", "where", "why"),
    [
        ("hugo.toml", 'title = "x"\nbaseURL = nothing\n', "hugo.toml:2", "not readable as TOML: Invalid value"),
        ("hugo.toml", 'title = "x\n', "hugo.toml:1", "not readable as TOML"),
        ("hugo.toml", "a = 1\n[x", "hugo.toml:2", "not readable as TOML"),
        ("hugo.yaml", "a: 1\nb: [1, 2\nc: 3\n", "hugo.yaml:3", "not readable as YAML"),
        ("hugo.json", '{"a": 1,\n "b" 2}', "hugo.json:2", "not readable as JSON"),
        ("hugo.yml", "- a\n", "hugo.yml", "should be a table"),
        ("config/_default/params.toml", "a b", "params.toml:1", "not readable as TOML"),
        ("pelicanconf.py", "A = 1\nB = (\n", "pelicanconf.py:2", "not readable as Python"),
        ("pelicanconf.py", "FILENAME_METADATA = '('\n", "pelicanconf.py", "FILENAME_METADATA: '(' is no regular"),
    ],
)
def test_an_unreadable_configuration_is_told_by_file_and_line(
    tmp_path: Path, path: str, text: str, where: str, why: str
) -> None:
    put(tmp_path, path, text)
    with pytest.raises(ConfigError, match=rf"{re.escape(where)}: {re.escape(why)}") as error:
        read(tmp_path)
    assert "\n" not in str(error.value)


def test_others_files_of_the_name_are_their_own_affair(tmp_path: Path) -> None:
    put(tmp_path, "config.toml", "= broken")
    put(tmp_path, "posts/a.md", FENCED)
    assert read(tmp_path).rules.layout == read(tmp_path / "posts").rules.layout == "plain"


def test_configuration_that_appears_changes_the_layout(tmp_path: Path) -> None:
    put(tmp_path, "a.md", FENCED)
    settings = read(tmp_path)
    assert not changed(settings)
    put(tmp_path, "hugo.toml", 'title = "a"')
    assert changed(settings)
    settings = reread(settings)
    assert (settings.rules.layout, changed(settings)) == ("hugo", False)
    put(tmp_path, "config/_default/params.toml", 'description = "a"')
    assert changed(settings)


def test_the_first_posts_of_an_empty_folder_tell_its_layout(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert (settings.rules.layout, changed(settings)) == ("plain", False)
    put(tmp_path, "a.md", HEADERS)
    assert changed(settings)
    settings = reread(settings)
    assert (settings.rules.layout, changed(settings)) == ("pelican", False)
